"""The registrar's cases, run through the rules: one test a case, so that each that fails is named."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from case_files import CHECKS, Case, CaseError, load_cases, not_yet, same

from cdi_nlp.detect import Reading, read
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.recording.cancellation import read_cancellations, wrongly_cancelled
from cdi_nlp.recording.checks import Looked, look
from cdi_nlp.recording.decide import Decision, decide
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Gap
from cdi_nlp.settings import Settings
from cdi_nlp.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
CASES = load_cases(TAXONOMY)
PAGE = Path(__file__).parents[1] / "docs" / "how-it-decides.md"


NOT_YET = not_yet()


def each(cases):
    return [pytest.param(case, id=f"{case.topic}: {case.name}") for case in cases if case.name not in NOT_YET]


def differs(case: Case, tokenizer) -> dict[str, str]:
    """In what the program's answer differs from the case; empty where it does not."""
    if case.checks is not None:
        found = checks_of(case, tokenizer)
        return {} if found == set(case.checks) else {"checks": f"expected {sorted(case.checks)}, got {sorted(found)}"}
    decision, gap = judge(case, tokenizer)
    lists = {
        "should_record": (case.should_record, [crime.family for crime in decision.crimes]),
        "unrecorded": (case.unrecorded, [crime.family for crime in gap.unrecorded]),
        "wrong_class": (case.wrong_class, [crime.family for crime in gap.wrong_class]),
    }
    said = {
        key: f"expected {sorted(wanted)}, got {sorted(got)}"
        for key, (wanted, got) in lists.items()
        if not same(wanted, got)
    }
    if decision.n100 is not case.n100:
        said["n100"] = f"expected {case.n100}, got {decision.n100}"
    if case.result and decision.result not in case.result.split("|"):
        said["result"] = f"expected {case.result}, got {decision.result}"
    missing = [one for one in case.collapsed if not any(one in words for words in decision.collapsed)]
    return said | ({"collapsed": f"{missing} not in {decision.collapsed}"} if missing else {})


@pytest.fixture(scope="module")
def tokenizer():
    return load_pattern_detector().tokenizer


def judged(case: Case, reading: Reading) -> tuple[Decision, Looked]:
    """What the rules make of a case, and what is looked at beside."""
    decision = decide(reading, case.told)
    cancelled = read_cancellations(reading, case.told, recorded=case.crimes)
    gap = reconcile(decision.crimes, case.crimes, taxonomy=TAXONOMY, wrongly_cancelled=wrongly_cancelled(cancelled))
    return decision, look(
        reading,
        case.told,
        crimes=decision.crimes,
        gap=gap,
        recorded=case.crimes,
        cancelled=cancelled,
        decided=decision.n100,
    )


def judge(case: Case, tokenizer) -> tuple[Decision, Gap]:
    """The decision and the gap of a case, as its cancellations leave them."""
    decision, looked = judged(case, read(case.record, tokenizer))
    return replace(decision, crimes=looked.crimes, n100=looked.n100), looked.gap


T_NAMES = {f"n100.{name.split('-')[0]}": name for name in CHECKS if name.startswith("T")}
FAULTS = {
    "the other force's crime number": "C1-no-other-force",
    "no additional verifiable information": "C2-no-new-information",
    "a retraction with signs of fear": "C2-no-new-information",
    "the crime that it is said to repeat": "C3-no-live-crime",
    "it is not said that the crime it repeats is live": "C3-no-live-crime",
    "C4 is used where C2 would not serve": "C4-instead-of-C2",
    "no genuine mistake of recording": "C4-instead-of-C2",
    "C5 is open for": "C5-class-not-allowed",
    "by the accredited force crime registrar alone": "authority",
    "decided by the officer's own supervisor": "authority",
    "it is not said who decided": "authority",
    "the victim was not told before": "victim-told",
    "it is not said that the victim was told": "victim-told",
}
"""What a finding on a cancellation says, and the name of the fault in `tests/cases/README.md`."""


def checks_of(case: Case, tokenizer) -> set[str]:
    """The names of the checks that find something wrong with how a record was handled."""
    reading = read(case.record, tokenizer)
    looked = judged(case, reading)[1]
    names = {T_NAMES[check.name] for check in looked.checks if check.name in T_NAMES}
    names |= {"timeliness" for check in looked.checks if check.name == "timeliness.late"}
    cancelled = [check.why for check in looked.checks if check.name.startswith("cancellation.")]
    return names | {name for said, name in FAULTS.items() if any(said in why for why in cancelled)}


@pytest.mark.parametrize("case", each(CASES))
def test_the_record_comes_to_what_the_case_says(case, tokenizer):
    assert differs(case, tokenizer) == {}, f"{case.name} ({case.rests_on})"


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_a_case_not_met_yet_still_fails(name, tokenizer):
    (case,) = [case for case in CASES if case.name == name]
    assert differs(case, tokenizer), f"{name} is met now: take it out of not_yet.toml"


def test_nearly_all_that_the_rules_state_is_met():
    lines = STATEMENT.findall(PAGE.read_text(encoding="utf-8"))
    met = total = 0
    for _, first, last, held_by in lines:
        named = re.findall(r"`([^`]+)`", held_by)
        size = int(last or first) - int(first) + 1
        total += size if named else 0
        met += size if named and not set(named) & NOT_YET.keys() else 0
    assert met / total >= 0.95, f"{met} of {total}"
    assert len(CASES) - len(NOT_YET) >= 200


def test_little_is_read_where_nothing_is_told(tokenizer):
    detector = load_pattern_detector()
    fusion = Fusion(TAXONOMY, {pattern.id: pattern for pattern in detector.patterns}, Settings().flag)
    silent = [case for case in CASES if not case.told and case.checks is None]
    readings = [read(case.record, tokenizer) for case in silent]
    flagged = [
        case.name
        for case, reading, findings in zip(silent, readings, detector.detect(readings), strict=True)
        if any(disclosure.flagged for disclosure in fusion.combine(reading, findings))
    ]
    assert len(silent) >= 25
    assert len(flagged) <= 0.15 * len(silent), flagged


def test_there_are_cases_of_every_kind():
    assert len(CASES) >= 220
    assert {name for case in CASES for name in case.checks or ()} == CHECKS
    assert {one for case in CASES if case.result for one in case.result.split("|")} == {
        "crime", "no crime", "crime-related incident", "transfer", "n100",
    }  # fmt: skip


STATEMENT = re.compile(r"^\| (hocr|hocr21|out|nsir)-(\d{4})(?: to \1-(\d{4}))? \| [^|]* \| (.+) \|$", re.MULTILINE)
STATEMENTS = {"hocr": (1, 158), "out": (159, 162), "nsir": (163, 185), "hocr21": (215, 219)}


def test_each_statement_of_the_rules_is_held_by_a_case_or_has_a_reason():
    names = {case.name for case in CASES}
    met = []
    for source, first, last, held_by in STATEMENT.findall(PAGE.read_text(encoding="utf-8")):
        met += [(source, number) for number in range(int(first), int(last or first) + 1)]
        named = re.findall(r"`([^`]+)`", held_by)
        assert set(named) <= names, (source, first)
        assert named or held_by.startswith("not modelled: "), (source, first)
    assert sorted(met) == sorted(
        (source, number) for source, (first, last) in STATEMENTS.items() for number in range(first, last + 1)
    )


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("rests_on = 'HOCR 2026/27 p 12'\ntext = 'x'\nshould_recrd = []", "'should_recrd' is no key of a case"),
        ("rests_on = 'page 12'\ntext = 'x'\nshould_record = []", "name the rules and the page"),
        ("rests_on = 'HOCR 2026/27 p 12'\ntext = 'x'", "no should_record"),
        ("rests_on = 'HOCR 2026/27 p 12'\ntext = 'he [[ran|running]]'\nshould_record = []", "'running' is not one of"),
        ("rests_on = 'HOCR 2026/27 p 12'\ntext = 'he [[ran|theft'\nshould_record = []", "a mark is not closed"),
        ("rests_on = 'HOCR 2026/27 p 12'\ntext = 'x'\nshould_record = ['arson']", "'arson' is not one of"),
    ],
)
def test_a_case_that_is_wrongly_written_is_named(tmp_path, written, problem):
    (tmp_path / "topic.toml").write_text(f"[[case]]\nname = 'The case'\n{written}\n", encoding="utf-8")
    with pytest.raises(CaseError, match="The case: ") as error:
        load_cases(TAXONOMY, tmp_path)
    assert problem in str(error.value)
