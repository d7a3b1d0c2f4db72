"""Every pattern, cue and reason keeps its examples, and a wrong file is named in one line."""

from functools import cache
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdi_nlp.detect.examples import check_cues, check_pattern, findings, marked
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.pipeline import build_scanner
from cdi_nlp.recording.reasons import load_reasons
from cdi_nlp.records import Status
from cdi_nlp.settings import PATTERNS_ONLY
from cdi_nlp.taxonomy import DETECTED, load_taxonomy
from cdi_nlp.taxonomy.cues import load_cues
from cdi_nlp.taxonomy.data import data_folder, read_toml
from cdi_nlp.taxonomy.patterns import load_patterns, pattern_files

TAXONOMY = load_taxonomy()
ROWS = [row for file in pattern_files(data_folder()) for row in read_toml(file)["pattern"]]
REASONS = [row["name"] for row in read_toml(data_folder() / "reasons.toml")["reason"]]
GOOD = """
[[pattern]]
id = "theft.took"
any = ["took her purse"]
"""


@cache
def own_scanner():
    return build_scanner(PATTERNS_ONLY)


def own_detector():
    """The detector, by a call: Hypothesis would write out every pattern of one that is handed to a test."""
    return own_scanner().detector


@pytest.fixture
def scanner():
    return own_scanner()


@pytest.fixture
def detector():
    return own_detector()


def patterns_of(detector, family: str) -> list:
    return [pattern for pattern in detector.patterns if pattern.family == family]


@pytest.mark.parametrize("family", DETECTED)
def test_the_patterns_of_a_family_keep_their_examples(detector, family):
    own = patterns_of(detector, family)
    assert own, f"{family} has no patterns"
    failures = [failure for pattern in own for failure in check_pattern(detector, pattern)]
    assert not failures, "\n".join(f"{f.owner}: {f.problem}: {f.example}" for f in failures)


def test_the_cues_keep_their_examples(detector):
    failures = list(check_cues(detector))
    assert not failures, "\n".join(f"{f.owner}: {f.problem}: {f.example}" for f in failures)


@pytest.mark.parametrize("name", REASONS)
def test_a_reason_keeps_its_examples(scanner, name):
    (reason,) = [reason for reason in load_reasons(scanner.detector.lexicon) if reason.name == name]
    assert reason.rule and len(reason.finds) >= 2 and len(reason.misses) >= 2
    assert [text for text in reason.finds if name not in scanner.reasons.in_text(marked(text)[0])] == []
    assert [text for text in reason.misses if name in scanner.reasons.in_text(marked(text)[0])] == []


def test_every_pattern_has_two_finds_and_two_misses():
    few = [p.id for p in own_detector().patterns if min(len(p.finds), len(p.misses)) < 2]
    assert not few, f"add an example to {', '.join(few)}"


def test_every_cue_has_examples(detector):
    assert [cue.id for cue in detector.cues.cues if not cue.finds or not cue.misses] == []


def test_a_pattern_says_why(detector):
    assert [pattern.id for pattern in detector.patterns if not pattern.why] == []


def test_ids_are_unique_and_begin_with_a_family_that_is_detected(detector):
    ids = [row["id"] for row in ROWS]
    assert sorted(set(ids)) == sorted(ids)
    assert {pattern.id for pattern in detector.patterns} == set(ids)
    assert {pattern.family for pattern in detector.patterns} == set(DETECTED)
    cues = [cue.id for cue in detector.cues.cues]
    assert len(set(cues)) == len(cues)


def test_a_code_is_one_of_the_home_offices():
    unknown = [f"{p.id}: {p.code}" for p in own_detector().patterns if p.code and p.code not in TAXONOMY.offences]
    assert not unknown, "write a code as 005/28, as in offences.csv: " + ", ".join(unknown)


def test_what_a_pattern_ignores_is_a_status(detector):
    assert {status for pattern in detector.patterns for status in pattern.ignores} <= set(get_args(Status))


def test_a_precision_is_a_share_and_never_certain(detector):
    assert all(0 < pattern.precision < 1 for pattern in detector.patterns)


def folder(tmp_path, text: str, *, lexicon: str = ""):
    """A folder of the taxonomy with one file of patterns."""
    (tmp_path / "patterns").mkdir()
    (tmp_path / "lexicon.toml").write_text(lexicon, encoding="utf-8")
    (tmp_path / "patterns" / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_of_ones_own_loads(tmp_path):
    _, (pattern,) = load_patterns(folder(tmp_path, GOOD))
    assert (pattern.id, pattern.family, pattern.on, pattern.within) == ("theft.took", "theft", "text", 0)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(GOOD + "anny = 1\n", ["own.toml", "theft.took", "'anny'", "choose from"], id="unknown key"),
        pytest.param("[[pattern]\n", ["own.toml", "line 1", "correct it"], id="bad TOML"),
        pytest.param("[pattern]\nid = 'theft.took'\n", ["own.toml", "[[pattern]]"], id="one bracket"),
        pytest.param(GOOD + GOOD, ["own.toml", "theft.took", "twice"], id="id twice"),
        pytest.param('[[pattern]]\nid = "theft.took"\n', ["own.toml", "theft.took", "`any`"], id="no any"),
        pytest.param('[[pattern]]\nany = ["took"]\n', ["own.toml", "family.name"], id="no id"),
        pytest.param(GOOD.replace("her", "@nobody"), ["own.toml", "theft.took", "@nobody", "[lists]"], id="no list"),
        pytest.param(GOOD.replace("her", "<nothing>"), ["theft.took", "<nothing>", "[phrases]"], id="no phrase set"),
        pytest.param(GOOD.replace('["took her purse"]', '"took"'), ["own.toml", "theft.took", "list"], id="no array"),
        pytest.param(GOOD + "within = 'near'\n", ["own.toml", "theft.took", "'near'", "'record'"], id="within"),
        pytest.param(GOOD + "on = 'answer'\n", ["own.toml", "theft.took", "'answer'", "'question'"], id="on"),
    ],
)
def test_a_wrong_pattern_file_is_named_in_one_line(tmp_path, text, parts):
    with pytest.raises(TaxonomyError) as caught:
        load_patterns(folder(tmp_path, text))
    message = str(caught.value)
    assert "\n" not in message
    assert [part for part in parts if part not in message] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("id = 'negated.x'\nany = ['not']\nstatus = 'denied'", ["negated.x", "'denied'"], id="status"),
        pytest.param("id = 'x'\nany = ['not']", ["cues.toml: x", "neither status"], id="no meaning"),
        pytest.param("id = 'x'\nany = ['not']\nstatus = 'negated'\nrange = 3", ["x", "'range'"], id="unknown key"),
        pytest.param("id = 'x'\nany = ['@none']\nstatus = 'negated'", ["x", "@none", "[lists]"], id="no list"),
    ],
)
def test_a_wrong_cue_is_named_in_one_line(tmp_path, text, parts):
    lexicon, _ = load_patterns(folder(tmp_path, GOOD))
    (tmp_path / "cues.toml").write_text(f"[[cue]]\n{text}\n", encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        load_cues(lexicon, tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert [part for part in ["cues.toml", *parts] if part not in message] == []


WORDS = [*"he she her him not was raped punched hit strangled denies if asked Q1 YES NO no - . ? : ,".split(), "\n"]
narratives = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))


@given(text=narratives)
@example(text="")
@example(text="\r\n\x00\u2028 he \ud7ff punched\u00a0her \U0001f469\u200d\U0001f467 he punched her")
@example(text="he punched her " * 400)
@settings(max_examples=120, deadline=None)
def test_any_text_is_read_and_every_finding_lies_in_it(text):
    for finding in findings(own_detector(), text):
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end].strip()
        assert finding.family in DETECTED
