"""From findings to disclosures, over the real taxonomy: what absorbs what, how sure, and which words are quoted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_nlp.detect import read
from cdi_nlp.detect.fusion import FAINT, LEAST, MOST_EVIDENCE, SAME_ACT, Fusion
from cdi_nlp.detect.matching import Tokenizer
from cdi_nlp.detect.weigh import FEATURES, Weigher
from cdi_nlp.records import DISCLOSING, Entry, Finding, Record
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import DETECTED, FAMILIES, load_taxonomy
from cdi_nlp.taxonomy.patterns import Pattern
from cdi_nlp.taxonomy.phrases import build_lexicon

TAXONOMY = load_taxonomy()
LINES = [f"Caller gives part {number} of the account." for number in range(1, 13)]
TEXT = "\n".join(LINES)
READING = read(Record(id="R1", text=TEXT, entries=(Entry(0, len(TEXT)),)), Tokenizer(build_lexicon([("test", {})])))
PATTERNS = {
    f"{family}.{kind}": Pattern(f"{family}.{kind}", family, (), vague=kind == "vague", why="Words that tell it.")
    for family in DETECTED
    for kind in ("plain", "vague")
}
FUSION = Fusion(TAXONOMY, PATTERNS, FlagSettings())


def finding(family: str, segment: int = 0, *, kind: str = "plain", precision: float = 0.8, **given_) -> Finding:
    place = READING.segments[segment]
    return Finding(
        family=family,
        start=place.start,
        end=place.end,
        segment=segment,
        detector="patterns",
        source=f"{family}.{kind}",
        precision=precision,
        **given_,
    )


def combine(*found: Finding, fusion: Fusion = FUSION) -> dict:
    return {disclosure.family: disclosure for disclosure in fusion.combine(READING, found)}


segment_numbers = st.integers(0, len(LINES) - 1)
precisions = st.floats(0, 1, exclude_min=True, exclude_max=True)
made = st.builds(
    finding,
    st.sampled_from(DETECTED),
    segment_numbers,
    kind=st.sampled_from(["plain", "vague"]),
    precision=precisions,
    status=st.sampled_from(["affirmed", "negated", "feared", "suspect_denied", "retracted", "question", "figurative"]),
    when=st.sampled_from(["current", "historic"]),
)
LESSER = [(family.name, lesser) for family in TAXONOMY.families.values() for lesser in family.lesser]


def test_the_reading_has_a_segment_for_each_line():
    assert len(READING.segments) == len(LINES)


@pytest.mark.parametrize(("graver", "lesser"), LESSER)
@pytest.mark.parametrize("apart", range(SAME_ACT + 1))
def test_a_graver_family_absorbs_the_lesser_of_the_same_act(graver, lesser, apart):
    assert set(combine(finding(graver, 5), finding(lesser, 5 + apart))) == {graver}
    assert set(combine(finding(graver, 5), finding(lesser, 5 - apart))) == {graver}


@pytest.mark.parametrize(("graver", "lesser"), LESSER)
def test_a_lesser_family_told_further_away_stands(graver, lesser):
    assert set(combine(finding(graver, 5), finding(lesser, 5 + SAME_ACT + 1))) == {graver, lesser}


def test_two_segments_are_the_same_act_and_three_are_not():
    assert SAME_ACT == 2


def test_a_lesser_family_keeps_only_the_mentions_that_stand_on_their_own():
    told = combine(finding("assault_with_injury", 5), finding("common_assault", 4), finding("common_assault", 10))
    assert [evidence.quote for evidence in told["common_assault"].evidence] == [LINES[10]]


@pytest.mark.parametrize("status", ["negated", "feared", "question", "background", "figurative"])
def test_a_graver_family_that_is_not_disclosed_absorbs_nothing(status):
    assert set(combine(finding("rape", 0, status=status), finding("sexual_assault", 0))) == {"sexual_assault"}


def test_the_name_of_an_offence_adds_nothing_to_a_told_neighbour():
    vague = finding("harassment", 9, kind="vague")
    assert set(combine(finding("stalking", 0), vague)) == {"stalking"}
    assert set(combine(finding("malicious_communications", 0), vague)) == {"malicious_communications"}
    assert set(combine(vague)) == {"harassment"}
    assert set(combine(finding("theft", 0), vague)) == {"theft", "harassment"}


def test_the_name_of_an_offence_stands_beside_a_neighbour_that_is_only_named():
    told = combine(finding("harassment", 9, kind="vague"), finding("breach_of_order", 0, kind="vague"))
    assert set(told) == {"harassment", "breach_of_order"}


def test_a_named_offence_that_is_also_told_stands_beside_its_neighbour():
    told = combine(finding("stalking", 0), finding("harassment", 8, kind="vague"), finding("harassment", 9))
    assert set(told) == {"stalking", "harassment"}


@pytest.mark.parametrize("status", ["negated", "feared", "question", "background", "figurative"])
def test_a_status_that_does_not_disclose_gives_no_disclosure(status):
    assert combine(finding("robbery", 1, status=status)) == {}
    together = combine(finding("robbery", 1), finding("robbery", 2, status=status))["robbery"]
    assert together == combine(finding("robbery", 1))["robbery"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("retracted", "suspect_denied", "affirmed"), "affirmed"),
        (("retracted", "suspect_denied"), "suspect_denied"),
        (("retracted",), "retracted"),
    ],
)
def test_the_strongest_status_stands(statuses, expected):
    told = combine(*(finding("theft", number, status=status) for number, status in enumerate(statuses)))
    assert told["theft"].status == expected


def test_a_current_mention_makes_a_disclosure_current():
    assert combine(finding("theft", 0, when="historic"))["theft"].when == "historic"
    assert combine(finding("theft", 0, when="historic"), finding("theft", 1))["theft"].when == "current"


def test_several_patterns_on_one_segment_are_one_witness():
    one = combine(finding("theft", 0, precision=0.8))["theft"]
    both = combine(finding("theft", 0, precision=0.8), finding("theft", 0, kind="vague", precision=0.6))["theft"]
    assert one.probability == both.probability == 0.8


def test_a_further_segment_adds_half_as_much():
    told = combine(finding("theft", 0, precision=0.8), finding("theft", 4, precision=0.6))
    assert told["theft"].probability == round(1 - 0.2 * 0.7, 4)


def test_an_improbable_disclosure_is_left_out():
    assert combine(finding("theft", precision=LEAST / 2)) == {}


def test_the_threshold_is_that_of_the_family():
    fusion = Fusion(TAXONOMY, PATTERNS, FlagSettings(default=0.5, families={"theft": 0.9, "drugs": 0.3}))
    found = [finding(family, 4 * n, precision=0.4) for n, family in enumerate(("drugs", "blackmail"))]
    told = combine(finding("theft", 10, precision=0.89), *found, fusion=fusion)
    assert {family: disclosure.flagged for family, disclosure in told.items()} == {
        "theft": False,
        "drugs": True,
        "blackmail": False,
    }
    assert combine(finding("theft", precision=0.9), fusion=fusion)["theft"].flagged
    assert combine(finding("blackmail", precision=0.5), fusion=fusion)["blackmail"].flagged


def test_evidence_is_at_most_five_spans_in_the_order_of_the_text():
    found = [finding("theft", number, precision=0.5 + number / 100) for number in range(9)]
    evidence = combine(*found)["theft"].evidence
    assert len(evidence) == MOST_EVIDENCE == 5
    assert [item.quote for item in evidence] == LINES[4:9]


def test_the_code_that_a_pattern_gives_is_kept():
    assert combine(finding("weapons", ho_code="008/52"))["weapons"].ho_code == "008/52"
    assert combine(finding("weapons"))["weapons"].ho_code in TAXONOMY.offences


@given(st.lists(made, max_size=12))
@settings(max_examples=150, deadline=None)
def test_what_holds_of_every_reading(found):
    disclosures = FUSION.combine(READING, found)
    families = [disclosure.family for disclosure in disclosures]
    assert families == sorted(set(families), key=FAMILIES.index)
    assert set(families) <= {item.family for item in found if item.status in DISCLOSING}
    for disclosure in disclosures:
        assert LEAST <= disclosure.probability <= 1
        assert disclosure.flagged == (disclosure.probability >= TAXONOMY.families[disclosure.family].flag_at)
        assert disclosure.status in DISCLOSING
        assert 1 <= len(disclosure.evidence) <= MOST_EVIDENCE
        assert all(item.quote and item.quote == TEXT[item.start : item.end] for item in disclosure.evidence)
        assert disclosure.why


@given(st.lists(made, max_size=12), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_of_findings_does_not_move_a_probability(found, random):
    mixed = list(found)
    random.shuffle(mixed)
    before, after = combine(*found), combine(*mixed)
    assert {name: d.probability for name, d in before.items()} == {name: d.probability for name, d in after.items()}


@given(
    st.lists(st.tuples(segment_numbers, precisions), min_size=1, max_size=10), st.tuples(segment_numbers, precisions)
)
@settings(max_examples=150, deadline=None)
def test_a_further_mention_never_lowers_the_probability(held, further):
    def probability(mentions):
        told = combine(*(finding("burglary", segment, precision=share) for segment, share in mentions))
        return told["burglary"].probability if told else 0.0

    assert probability([*held, further]) >= probability(held)


WEIGHED = Fusion(
    TAXONOMY,
    PATTERNS,
    FlagSettings(),
    Weigher(
        tuple(float(name == "window") for name in FEATURES),  # the encoder's word alone
        dict.fromkeys(DETECTED, 0.0),
        dict.fromkeys(DETECTED, 0.2),
        frozenset(DETECTED),
    ),
)


def read_so(family: str, segment: int, precision: float) -> Finding:
    place = READING.segments[segment]
    return Finding(family, place.start, place.end, segment, "encoder", "window", precision)


@pytest.mark.parametrize(
    ("lesser", "apart", "flagged"),
    [(FAINT - 0.05, 0, False), (FAINT - 0.05, SAME_ACT, False), (FAINT + 0.05, 0, True), (FAINT - 0.05, 4, True)],
)
def test_a_faint_lesser_family_beside_a_graver_one_is_the_same_act(lesser, apart, flagged):
    told = combine(read_so("assault_with_injury", 3, 0.9), read_so("common_assault", 3 + apart, lesser), fusion=WEIGHED)
    assert told["assault_with_injury"].flagged
    assert told["common_assault"].flagged == flagged
    assert told["common_assault"].probability == pytest.approx(lesser, abs=0.001)
