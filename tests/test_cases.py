"""The registrar's cases, run through the rules: one test a case, so that each that fails is named."""

import re
from pathlib import Path

import pytest
from case_files import CHECKS, Case, CaseError, load_cases, same

from cdi_nlp.detect import read
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.recording.decide import Decision, decide
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Gap
from cdi_nlp.settings import Settings
from cdi_nlp.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
CASES = load_cases(TAXONOMY)
PAGE = Path(__file__).parents[1] / "docs" / "how-it-decides.md"


def each(cases):
    return [pytest.param(case, id=f"{case.topic}: {case.name}") for case in cases]


@pytest.fixture(scope="module")
def tokenizer():
    return load_pattern_detector().tokenizer


def judge(case: Case, tokenizer) -> tuple[Decision, Gap]:
    """What the rules make of a case."""
    decision = decide(read(case.record, tokenizer), case.told)
    return decision, reconcile(decision.crimes, case.crimes, taxonomy=TAXONOMY)


def result_of(decision: Decision) -> str:
    """What the record comes to, in the words of `RESULTS`."""
    said = getattr(decision, "result", None)
    if said is not None:
        return said
    return "crime" if decision.crimes else "n100" if decision.n100 else "no crime"


def checks_of(case: Case, tokenizer) -> set[str]:
    """The names of the checks that find something wrong with how a record was handled."""
    raise NotImplementedError(f"no checks of cancellation, N100 and timeliness yet: {case.name}")


@pytest.mark.parametrize("case", each(case for case in CASES if case.checks is None))
def test_the_crimes_are_those_of_the_case(case, tokenizer):
    decision, gap = judge(case, tokenizer)
    found = {
        "should_record": (case.should_record, [crime.family for crime in decision.crimes]),
        "unrecorded": (case.unrecorded, [crime.family for crime in gap.unrecorded]),
        "wrong_class": (case.wrong_class, [crime.family for crime in gap.wrong_class]),
    }
    differs = {
        key: f"expected {sorted(wanted)}, got {sorted(got)}"
        for key, (wanted, got) in found.items()
        if not same(wanted, got)
    }
    if decision.n100 is not case.n100:
        differs["n100"] = f"expected {case.n100}, got {decision.n100}"
    assert differs == {}, f"{case.name} ({case.rests_on})"


@pytest.mark.parametrize("case", each(case for case in CASES if case.result))
def test_the_record_comes_to_what_the_case_says(case, tokenizer):
    decision, _ = judge(case, tokenizer)
    assert result_of(decision) in case.result.split("|"), f"{case.name} ({case.rests_on})"


@pytest.mark.parametrize("case", each(case for case in CASES if case.collapsed))
def test_what_was_collapsed_is_said(case, tokenizer):
    decision, _ = judge(case, tokenizer)
    said = [str(one) for one in decision.collapsed]
    missing = [wanted for wanted in case.collapsed if not any(wanted in one for one in said)]
    assert missing == [], f"{case.name} ({case.rests_on}): {said}"


@pytest.mark.parametrize("case", each(case for case in CASES if case.checks is not None))
def test_the_checks_find_what_the_case_says(case, tokenizer):
    assert checks_of(case, tokenizer) == set(case.checks), f"{case.name} ({case.rests_on})"


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
