"""Records read as a chain: which belong together, and which crimes of the others answer."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect import Reading
from cdi_nlp.recording.chain import MOST, Mate, build_chains, check_fresh_reports, fresh_reports, read_chain, references
from cdi_nlp.records import Crime, Disclosure, Entry, Evidence, Gap, Record, RecordedCrime

NOW = datetime(2026, 10, 1, 12)
CRIMES = {"INC-0001": (RecordedCrime("theft", family="theft", crime_no="45/19902/26"),)}


def record(name, text="x", *, links=(), days=0):
    return Record(name, text, (Entry(0, len(text)),), reported_at=NOW + timedelta(days=days), links=tuple(links))


def chains(*records):
    index = build_chains(records, recorded=lambda one: CRIMES.get(one.id, ()))
    return {one.id: [mate.id for mate in index.mates(one.id)] for one in records}


def test_a_link_a_known_id_and_a_crime_number_join():
    found = chains(
        record("INC-0001"),
        record("INC-0002", links=["INC-0001"], days=1),
        record("INC-0003", "See INC-0002 of last week.", days=2),
        record("INC-0004", "The bike has its own crime, 45/19902/26.", days=3),
        record("INC-0005", "Nothing else.", days=4),
    )
    assert found["INC-0001"] == ["INC-0002", "INC-0003", "INC-0004"]
    assert found["INC-0003"] == ["INC-0001", "INC-0002", "INC-0004"]
    assert found["INC-0005"] == []


def test_two_that_link_an_unknown_record_belong_together_and_two_that_mention_one_do_not():
    assert chains(record("a1", links=["OLD-77"]), record("a2", links=["old-77"]))["a1"] == ["a2"]
    assert chains(record("a1", "Phoned on 07700900123."), record("a2", "Rang 07700900123 back."))["a1"] == []


def test_a_reference_that_everybody_shares_links_nobody():
    many = [record(f"r{number}", links=["OP-2026"]) for number in range(MOST + 1)]
    assert set(map(len, chains(*many).values())) == {0}
    assert set(map(len, chains(*many[:-1]).values())) == {MOST - 1}


def test_times_and_collars_are_no_references():
    assert list(references("0730 PC 4471 at plot 12, log 0233. See 25/0031178 and CR/71744/24, ref 12345678.")) == [
        "25/0031178",
        "CR/71744/24",
        "12345678",
    ]


NAMES = [f"INC-{number:04}" for number in range(6)]
LINKED = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=8)


@given(LINKED, st.permutations(NAMES))
def test_the_order_of_the_records_does_not_matter(pairs, order):
    made = {
        name: record(name, links=[to for one, to in pairs if one == name], days=NAMES.index(name)) for name in NAMES
    }
    assert chains(*(made[name] for name in order)) == {
        name: mates for name, mates in sorted(chains(*made.values()).items())
    }


@given(LINKED, st.text(alphabet="abc 123/-.", max_size=40))
def test_an_unrelated_record_changes_nothing(pairs, text):
    made = [record(name, links=[to for one, to in pairs if one == name]) for name in NAMES]
    before = chains(*made)
    after = chains(*made, record("stranger-99999", text))
    assert after.pop("stranger-99999") == []
    assert after == before


def gap(*families):
    return Gap(tuple(Crime(family, "", "", "", "rule", "why") for family in families), ())


def told(family, *, when="current"):
    return Disclosure(family, "", 0.9, True, "affirmed", when, "victim", (Evidence(0, 4, "xxxx", "p"),), "")


def mate(family, *, days, at=None, cancelled=None):
    crime = RecordedCrime(family, family=family, recorded_at=at, cancelled_code=cancelled)
    return Mate("INC-9", NOW + timedelta(days=days), (crime,))


def chained(family, text="He took it.", *, other, when="current", **fields):
    reading = Reading(record("INC-1", text), (), ())
    return read_chain(reading, gap(family), disclosures=[told(family, when=when)], mates=[other], **fields)


def test_what_is_told_again_is_recorded_under_the_earlier_record():
    found = chained("theft", other=mate("theft", days=-20), when="historic")
    assert found.gap.unrecorded == ()
    assert "recorded under INC-9" in found.reasons[0]
    assert chained("theft", "He took it, already recorded.", other=mate("theft", days=-20)).gap.unrecorded == ()


def test_a_fresh_event_is_a_crime_of_its_own():
    assert chained("theft", "He took it tonight.", other=mate("theft", days=-20)).gap.unrecorded
    assert chained("theft", other=mate("burglary", days=-20), when="historic").gap.unrecorded


def test_a_cancelled_crime_or_a_removal_is_not_answered():
    assert chained("theft", other=mate("theft", days=-20, cancelled="C2"), when="historic").gap.unrecorded
    assert chained("theft", other=mate("theft", days=-20), when="historic", retelling=False).gap.unrecorded


@pytest.mark.parametrize(
    ("text", "days", "answered"),
    [
        ("He follows her.", -30, True),
        ("He follows her.", -120, False),
        ("He follows her. He was convicted in May.", -30, False),
    ],
)
def test_a_live_course_of_conduct_takes_in_three_months(text, days, answered):
    assert (chained("stalking", text, other=mate("stalking", days=days)).gap.unrecorded == ()) == answered


def test_what_was_recorded_under_a_later_record_was_late():
    found = chained("theft", other=mate("theft", days=20))
    assert found.gap.unrecorded
    assert [check.name for check in found.checks] == ["chain.recorded_late"]
    in_time = chained("theft", other=mate("theft", days=0.5))
    assert in_time.gap.unrecorded == ()
    assert in_time.checks == ()


def test_one_crime_of_the_chain_answers_once():
    reading = Reading(record("INC-1"), (), ())
    past = [told("theft", when="historic")]
    found = read_chain(reading, gap("theft", "theft"), disclosures=past, mates=[mate("theft", days=-9)])
    assert len(found.gap.unrecorded) == 1


@given(st.integers(-200, 200), st.sampled_from(["current", "historic"]), st.integers(-12, 12))
def test_a_zone_changes_nothing_and_the_chain_adds_nothing(days, when, hours):
    other = mate("theft", days=days)
    zoned = Mate(other.id, other.reported_at.replace(tzinfo=timezone(timedelta(hours=hours))), other.crimes)
    plain = chained("theft", other=other, when=when)
    assert chained("theft", other=zoned, when=when) == plain
    assert set(plain.gap.unrecorded) <= set(gap("theft").unrecorded)


def log(*entries):
    text, made = "", []
    for days, words in entries:
        made.append(Entry(len(text), len(text) + len(words) + 1, NOW + timedelta(days=days)))
        text += words + "\n"
    return Reading(Record("r", text, tuple(made), reported_at=NOW), (), ())


def test_a_fresh_report_in_a_reused_log():
    reused = log((0, "Window smashed."), (5, "Caller back, he punched her again last night."))
    assert fresh_reports(reused) == (1,)
    at = reused.record.text.index("punched")
    punched = Disclosure(
        "assault_with_injury", "", 0.9, True, "affirmed", "current", "victim", (Evidence(at, at + 4, "", "p"),), ""
    )
    (found,) = check_fresh_reports(reused, [punched])
    assert found.name == "chain.fresh_report"
    assert "06/10/2026" in found.why
    assert check_fresh_reports(reused, []) == ()


@pytest.mark.parametrize("later", [(5, "Victim visited, no reply."), (0.1, "He punched her again last night.")])
def test_no_fresh_report_without_days_between_or_an_event(later):
    assert fresh_reports(log((0, "Window smashed."), later)) == ()
