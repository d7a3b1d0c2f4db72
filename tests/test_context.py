"""The trap sentences: each is read with the status that it has, and not with that of the words around it."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from cdi_nlp.detect.examples import findings
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.records import DISCLOSING
from cdi_nlp.taxonomy import FAMILIES

FILE = Path(__file__).with_name("traps.tsv")
LINES = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
TRAPS = list(csv.DictReader(LINES, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
FOUND = [trap for trap in TRAPS if trap["status"] != "missed"]
MISSED = [trap for trap in TRAPS if trap["status"] == "missed"]
CERTAIN = [
    ("SUSP denies assaulting the victim", "common_assault", "suspect_denied", ""),
    ("Her sister was raped by the same male last year", "rape", "affirmed", "historic"),
    ("She was raped when she was 14", "rape", "affirmed", "historic"),
    ("If he comes back he will hit her", "common_assault", "feared", ""),
    ("He said he would kill her if she left", "threats_to_kill", "affirmed", ""),
    ("Victim denies being assaulted", "common_assault", "negated", ""),
    ("She now retracts and says she was not assaulted", "common_assault", "retracted", ""),
]


@pytest.fixture(scope="module")
def detector():
    return load_pattern_detector()


def told(detector, sentence: str, *, family: str) -> list:
    return [finding for finding in findings(detector, sentence) if finding.family == family]


def problem(detector, trap: dict) -> str | None:
    """What is wrong with the reading of a trap sentence, or nothing.

    A mention that does not disclose may also be left unfound: nobody is flagged for it.
    """
    own = told(detector, trap["sentence"], family=trap["family"])
    if not own and trap["status"] not in DISCLOSING:
        return None
    read = {
        "status": {finding.status for finding in own},
        "reporter": {finding.reported_by for finding in own},
        "when": {finding.when for finding in own},
    }
    wrong = [f"{key} {sorted(read[key])}, not {trap[key]}" for key in read if trap[key] and read[key] != {trap[key]}]
    return f"{trap['sentence']} [{trap['family']}]: {'; '.join(wrong)}" if wrong else None


def test_nineteen_trap_sentences_in_twenty_are_read_right(detector):
    problems = [text for trap in FOUND if (text := problem(detector, trap))]
    right = len(FOUND) - len(problems)
    assert right >= 0.95 * len(FOUND), f"{right} of {len(FOUND)} right; wrong:\n" + "\n".join(problems)


def test_every_status_has_its_trap_sentences_read_right(detector):
    by_status = defaultdict(list)
    for trap in FOUND:
        by_status[trap["status"]].append(problem(detector, trap))
    shares = {status: answers.count(None) / len(answers) for status, answers in by_status.items()}
    assert len(shares) == 8
    assert all(share >= 0.85 for share in shares.values()), shares


@pytest.mark.parametrize(("sentence", "family", "status", "when"), CERTAIN, ids=[row[0] for row in CERTAIN])
def test_a_certain_sentence_is_read_right(detector, sentence, family, status, when):
    own = told(detector, sentence, family=family)
    assert own, "no pattern finds it"
    assert {finding.status for finding in own} == {status}
    assert not when or {finding.when for finding in own} == {when}


@pytest.mark.parametrize("trap", MISSED, ids=lambda trap: trap["sentence"])
def test_a_sentence_that_no_pattern_finds_does_not_disclose(detector, trap):
    own = told(detector, trap["sentence"], family=trap["family"])
    assert not [finding for finding in own if finding.status in DISCLOSING]


def test_the_trap_file_is_whole():
    assert len(FOUND) >= 450
    assert {trap["family"] for trap in TRAPS} <= set(FAMILIES)
    pairs = [(trap["sentence"], trap["family"]) for trap in TRAPS]
    assert len(set(pairs)) == len(pairs)
