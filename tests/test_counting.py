"""How many crimes: one for each victim, the principal crime of an incident, conduct crimes, what is in addition."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_nlp.detect import Reading
from cdi_nlp.recording.acts import acts_of
from cdi_nlp.recording.counting import count
from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.eras import pack_for
from cdi_nlp.recording.reconcile import match, reconcile
from cdi_nlp.recording.who import may_be_one
from cdi_nlp.records import Disclosure, Entry, Evidence, Person, Record, RecordedCrime
from cdi_nlp.taxonomy import DETECTED, load_taxonomy

TAXONOMY = load_taxonomy()
ANN, BOB, CARL = Person("Ann Hale", sex="female"), Person("Bob Moss", sex="male"), Person("Carl Penn", sex="male")
PEOPLE = (ANN, BOB, CARL, Person("she", sex="female"), Person("not stated"), Person("her son", child=True))


def told(family, *, victim=ANN, suspects=(BOB,), at=0, code=None, **fields):
    victims = () if victim is None else (victim,)
    span = Evidence(at, at + 10, "x" * 10, "patterns")
    made = Disclosure(
        family=family,
        ho_code=code or TAXONOMY.families[family].default_code,
        probability=0.8,
        flagged=True,
        status="affirmed",
        when="current",
        reported_by="victim",
        evidence=(span,),
        why="why",
        victims=victims,
        suspects=suspects,
    )
    return replace(made, **fields)


def reading(text="x" * 4000, entries=None, **fields):
    spans = entries or ((0, len(text)),)
    return Reading(Record(id="r", text=text, entries=tuple(Entry(*span) for span in spans), **fields), (), ())


def families(*disclosures, record=None):
    return sorted(crime.family for crime in decide(record or reading(), disclosures).crimes)


def test_one_crime_for_each_victim():
    assert families(told("common_assault"), told("common_assault", victim=CARL)) == ["common_assault"] * 2


def test_the_same_victim_named_in_two_ways_is_one():
    assert families(told("common_assault"), told("common_assault", victim=Person("A. Hale"), at=2000)) == [
        "common_assault"
    ]


@pytest.mark.parametrize(
    ("principal", "part"),
    [
        ("rape", "controlling_coercive"),
        ("kidnap_false_imprisonment", "strangulation"),
        ("controlling_coercive", "serious_assault"),
        ("controlling_coercive", "stalking"),
        ("stalking", "assault_with_injury"),
        ("stalking", "criminal_damage"),
        ("strangulation", "common_assault"),
        ("robbery", "assault_with_injury"),
        ("blackmail", "intimate_image_offence"),
        ("common_assault", "theft"),
    ],
)
def test_one_pair_reported_at_once_is_the_principal_crime(principal, part):
    decision = decide(reading(), [told(part, at=3000), told(principal)])
    assert [crime.family for crime in decision.crimes] == [principal]
    assert decision.crimes[0].within == (part,)
    assert decision.collapsed[0].startswith(f"{part} into {principal} (HOCR 2026/27 p")


@pytest.mark.parametrize("part", ["common_assault", "criminal_damage", "strangulation"])
def test_another_victim_or_offender_is_another_crime(part):
    assert families(told("rape"), told(part, victim=CARL)) == sorted([part, "rape"])
    assert families(told("rape"), told(part, suspects=(CARL,))) == sorted([part, "rape"])


@pytest.mark.parametrize("family", ["modern_slavery", "breach_of_order", "drugs", "witness_intimidation"])
def test_what_is_in_addition_neither_takes_in_nor_is_taken_in(family):
    assert families(told(family), told("rape"), told("theft")) == sorted([family, "rape"])


def test_a_weapon_used_on_the_victim_is_part_of_the_assault():
    assert families(told("weapons"), told("assault_with_injury")) == ["assault_with_injury"]
    assert families(told("weapons", victim=None), told("assault_with_injury")) == ["assault_with_injury", "weapons"]
    assert families(told("weapons", victim=CARL), told("assault_with_injury")) == ["assault_with_injury", "weapons"]


def test_a_graver_code_stands_higher_in_the_order():
    pack = pack_for(None)
    assert pack.rung("stalking", "008/66")[0] < pack.rung("controlling_coercive", "008/67")[0]
    assert pack.rung("controlling_coercive", "008/67")[0] < pack.rung("stalking", "195/12")[0]
    assert pack.rung("malicious_communications", "005/28")[0] < pack.rung("stalking", "195/12")[0]
    assert pack.rung("stalking", "195/12")[0] < pack.rung("malicious_communications", "008/72")[0]


def test_each_who_penetrated_is_a_rape():
    two = (replace(BOB, told_apart=True), replace(CARL, told_apart=True))
    assert families(told("rape", suspects=two)) == ["rape", "rape"]
    assert families(told("rape"), told("rape", suspects=(CARL,), at=500)) == ["rape", "rape"]
    text = "Two lads had sex with her one after the other while she slept."
    assert families(told("rape", suspects=()), record=reading(text)) == ["rape", "rape"]


def test_an_ex_partners_harassment_is_stalking_by_default():
    ex = replace(BOB, relation="ex")
    decision = decide(reading(), [told("harassment", suspects=(ex,))])
    assert [crime.family for crime in decision.crimes] == ["stalking"]
    assert "stalking by default" in decision.crimes[0].why
    neighbour = replace(BOB, relation="neighbour")
    assert families(told("harassment", suspects=(neighbour,))) == ["harassment"]
    assert families(told("harassment", suspects=(ex,)), record=reading("An ex-colleague writes notes.")) == [
        "harassment"
    ]


def test_a_single_message_stays_a_message():
    ex = replace(BOB, relation="ex")
    assert families(told("malicious_communications", suspects=(ex,))) == ["malicious_communications"]


def test_what_comes_after_the_report_is_a_new_crime():
    first = "He hit me in the kitchen. "
    later = "Victim rings back, he has just text me that he will cut my face."
    text = first + later
    entries = ((0, len(first)), (len(first), len(text)))
    record = reading(text, entries)
    message = told("malicious_communications", at=len(first) + 25)
    assert families(told("assault_with_injury"), message, record=record) == [
        "assault_with_injury",
        "malicious_communications",
    ]


def test_an_enquiry_log_tells_of_other_occasions():
    first, later = "Punched to the cheek. ", "She said that the night before he had raped her."
    text = first + later
    record = reading(text, ((0, len(first)), (len(first), len(text))), record_type="crime_enquiry_log")
    assert families(told("assault_with_injury"), told("rape", at=len(first) + 30), record=record) == [
        "assault_with_injury",
        "rape",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Callum Hart", "C. Hart", True),
        ("Hart", "Callum Hart", True),
        ("Callum Hart", "Joan Hart", False),
        ("she", "Callum Hart", True),
        ("his wife", "she", True),
        ("her son", "her daughter", False),
        ("the lifeboat branch", "Paul", False),
        ("PC 1234", "Paul", False),
        ("none", "Paul", False),
    ],
)
def test_people_are_told_apart_only_by_plain_words(one, other, same):
    assert may_be_one(Person(one), Person(other)) is same
    assert may_be_one(Person(other), Person(one)) is same


DISCLOSURES = st.lists(
    st.builds(
        told,
        st.sampled_from(DETECTED),
        victim=st.sampled_from([*PEOPLE, None]),
        suspects=st.sampled_from([(), (BOB,), (CARL,), (Person("he", sex="male"),)]),
        at=st.integers(0, 12).map(lambda step: step * 300),
        when=st.sampled_from(["current", "historic"]),
        reported_by=st.sampled_from(["victim", "professional", "third_party"]),
    ),
    max_size=6,
)
RECORDS = st.builds(
    reading,
    st.sampled_from(["x" * 4000, "He rang last night. " * 200]),
    st.sampled_from([None, ((0, 1000), (1000, 4000))]),
    record_type=st.sampled_from(["incident", "crime_enquiry_log", "n100"]),
    reported_at=st.sampled_from([None, datetime(2017, 5, 1), datetime(2020, 5, 1), datetime(2025, 5, 1)]),
)


@settings(deadline=None)
@given(RECORDS, DISCLOSURES, st.randoms(use_true_random=False))
def test_the_order_of_disclosures_does_not_matter(record, disclosures, rng):
    shuffled = list(disclosures)
    rng.shuffle(shuffled)
    assert decide(record, shuffled) == decide(record, disclosures)


@settings(deadline=None)
@given(RECORDS, DISCLOSURES)
def test_the_same_disclosure_twice_changes_nothing(record, disclosures):
    assert decide(record, [*disclosures, *disclosures]) == decide(record, disclosures)


@settings(deadline=None)
@given(RECORDS, DISCLOSURES)
def test_no_crime_is_expected_without_a_disclosure(record, disclosures):
    decision = decide(record, disclosures)
    pack = decision.pack
    acts = acts_of(record, disclosures, pack)
    allowed = {act.family for act in acts} | ({"stalking"} if pack.ex_partners_stalk else set())
    assert {crime.family for crime in decision.crimes} <= allowed
    assert not decide(record, [replace(one, flagged=False) for one in disclosures]).crimes


@settings(deadline=None)
@given(RECORDS, DISCLOSURES)
def test_every_act_is_a_crime_a_part_of_one_or_defeated(record, disclosures):
    acts = acts_of(record, dict.fromkeys(disclosures), pack_for(None))
    kept, collapsed = count(acts, pack_for(None))
    assert {act.family for act in acts} == {act.family for act in kept} | {one.act.family for one in collapsed}
    assert all(one.into.place <= one.act.place for one in collapsed)


@settings(deadline=None)
@given(RECORDS, DISCLOSURES, st.lists(st.sampled_from(DETECTED), max_size=5), st.sampled_from(DETECTED))
def test_adding_a_recorded_crime_never_adds_a_gap(record, disclosures, held, more):
    crimes = decide(record, disclosures).crimes
    before = [RecordedCrime(offence=name, family=name) for name in held]
    less = reconcile(crimes, before, taxonomy=TAXONOMY)
    after = reconcile(crimes, [*before, RecordedCrime(offence=more, family=more)], taxonomy=TAXONOMY)
    assert len(after.unrecorded) <= len(less.unrecorded)
    assert len(after.unrecorded) + len(after.wrong_class) <= len(less.unrecorded) + len(less.wrong_class)


def test_every_way_that_a_crime_can_stand():
    crimes = decide(
        reading(),
        [
            told("theft"),
            told("rape", suspects=(CARL,)),
            told("assault_with_injury", victim=CARL),
            told("burglary", victim=Person("Dan Pike"), at=900),
            told("drugs", victim=None),
            told("blackmail", victim=Person("Eve Dale")),
        ],
    ).crimes
    held = [
        RecordedCrime("theft", "theft"),
        RecordedCrime("n100", None, offence_class="100"),
        RecordedCrime("105A", "common_assault"),
        RecordedCrime("burglary", "burglary", crime_no="1", cancelled_code="C2"),
    ]
    chain = [RecordedCrime("drugs", "drugs")]
    how = {one.crime.family: one.how for one in match(crimes, held, taxonomy=TAXONOMY, chain=chain)}
    assert how == {
        "theft": "itself",
        "rape": "N100",
        "assault_with_injury": "wrong class",
        "burglary": "cancelled",
        "drugs": "chain",
        "blackmail": "missing",
    }
    wrongly = match(crimes, held, taxonomy=TAXONOMY, chain=chain, wrongly_cancelled={"1"})
    assert {one.crime.family: one.how for one in wrongly}["burglary"] == "missing"
