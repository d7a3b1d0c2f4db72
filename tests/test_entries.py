"""The written entries hold what the data card says: numbers, twins, registers, voices, and people apart from labels."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment import CHANGES, augmented
from training.corpus import (
    DISCRIMINATORS,
    REGISTERS,
    affirmed,
    calibration,
    datasets,
    held_out,
    manifest,
    part_of,
    read_entries,
    twin_groups,
)
from training.diversity import cramers_v, distinct_share, near_pairs, sex_and_family
from training.marks import read_marks
from training.report import corpus_report

ENTRIES = read_entries()
SPLIT = held_out()
COMMONEST = (
    "common_assault harassment stalking malicious_communications rape sexual_assault controlling_coercive "
    "assault_with_injury"
).split()
WEIGHTIEST = "injury status one_or_course civil_or_criminal section5".split()


def test_there_are_enough_entries_of_every_kind():
    assert len(ENTRIES) >= 6000
    assert sum(not entry.families for entry in ENTRIES) >= 1800
    counts = affirmed(ENTRIES)
    assert len(counts) == 28
    assert {family: count for family, count in counts.items() if count < 100} == {}
    assert {family: counts[family] for family in COMMONEST if counts[family] < 250} == {}


def test_twins_split_on_every_discriminator():
    groups = twin_groups(ENTRIES)
    assert sum(map(len, groups.values())) >= 2000
    counts = Counter(members[0].splits_on for members in groups.values())
    assert {name: counts[name] for name in DISCRIMINATORS if counts[name] < 15} == {}
    assert {name: counts[name] for name in WEIGHTIEST if counts[name] < 60} == {}


def test_twins_differ_in_what_they_tell():
    same = [
        name
        for name, members in twin_groups(ENTRIES).items()
        if len(members) < 2 or len({tuple((s.family, s.status) for s in entry.spans) for entry in members}) < 2
    ]
    assert same == []


def test_registers_are_balanced():
    counts = Counter(entry.register for entry in ENTRIES)
    assert set(counts) == set(REGISTERS)
    plain = {name: count for name, count in counts.items() if name not in ("terse_log", "guidance")}
    assert max(plain.values()) <= 3 * min(plain.values()), counts


@pytest.mark.parametrize("register", ["terse_log", "guidance"])
def test_a_register_of_few_writers_covers_every_family(register):
    """Log lines of desks and the phrases of guidance come from three writers, who must have told of everything."""
    own = [entry for entry in ENTRIES if entry.register == register]
    assert {entry.batch for entry in own} & calibration()["entries"]
    assert len({family for entry in own for family in entry.families}) == 28
    assert 0.3 < sum(not entry.families for entry in own) / len(own) < 0.5


def test_lengths_are_those_of_entries():
    """A phrase of guidance may be four words long; a log says at least six."""
    words = [len(entry.text.split()) for entry in ENTRIES]
    assert min(words) >= 4
    assert min(len(entry.text.split()) for entry in ENTRIES if entry.register != "guidance") >= 6
    assert max(words) <= 95
    assert np.quantile(words, 0.1) < 25 < np.quantile(words, 0.9)


def test_no_entry_repeats_another():
    assert list(near_pairs(ENTRIES)) == []
    assert distinct_share(entry.text for entry in ENTRIES) > 0.85
    ids = Counter(entry.id for entry in ENTRIES)
    assert [name for name, count in ids.items() if count > 1] == []


def test_evidence_is_short_and_within_its_text():
    for entry in ENTRIES:
        for span in entry.spans:
            quote = entry.text[span.start : span.end]
            assert quote.strip(), entry.id
            assert len(quote.split()) <= 22, entry.id


@pytest.mark.parametrize(("who", "by_law"), [("victim", ()), ("suspect", ("rape", "exposure_voyeurism"))])
def test_sex_does_not_give_the_offence_away(who, by_law):
    """Rape needs a penis (Sexual Offences Act 2003 s.1) and exposure is nearly all men's: left out for suspects."""
    pairs = [(sex, family) for sex, family in sex_and_family(ENTRIES, who) if family not in by_law]
    shares = Counter(sex for sex, _ in pairs)
    assert 0.35 < shares["f"] / len(pairs) < 0.65
    assert cramers_v(pairs) < 0.3


def test_a_batch_is_for_training_or_for_testing_and_a_twin_never_straddles():
    parts = Counter(part_of(entry.batch, kind="entries", split=SPLIT) for entry in ENTRIES)
    assert 0.12 < parts["test"] / len(ENTRIES) < 0.2
    for members in twin_groups(ENTRIES).values():
        assert len({part_of(entry.batch, kind="entries", split=SPLIT) for entry in members}) == 1
    assert {f"entries/{name}.jsonl" for name in SPLIT["entries"]} <= manifest().keys()


def test_the_datasets_hold_every_entry_once():
    loaded = datasets(ENTRIES)
    assert {*loaded["train"]["id"], *loaded["test"]["id"]} == {entry.id for entry in ENTRIES}
    assert len(loaded["train"]) + len(loaded["test"]) == len(ENTRIES)
    assert not set(loaded["train"]["batch"]) & set(loaded["test"]["batch"])


def test_the_report_prints_the_counts():
    text = "\n".join(corpus_report())
    assert f"entries: {len(ENTRIES)}" in text
    assert re.search(r"distinct 4-grams: 0\.\d+", text)


def test_a_wrong_mark_names_its_place():
    with pytest.raises(ValueError, match=r"b1 line 3: 'assault' is not one of"):
        read_marks("he [[hit her|assault affirmed victim current]]", where="b1 line 3")
    with pytest.raises(ValueError, match="is not closed"):
        read_marks("he [[hit her", where="b1 line 3")


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_keeps_every_span_on_its_words(name):
    rng = np.random.default_rng(7)
    for entry in ENTRIES[::37]:
        text, spans = CHANGES[name]((entry.text, entry.spans), rng)
        assert [span.family for span in spans] == [span.family for span in entry.spans]
        for old, new in zip(entry.spans, spans, strict=True):
            before, after = entry.text[old.start : old.end], text[new.start : new.end]
            assert after.strip()
            if name not in ("typos", "shorthand", "people", "names"):
                assert after.lower().split() == before.lower().split()


@given(seed=st.integers(0, 10_000), at=st.integers(0, max(0, len(ENTRIES) - 1)))
def test_augmentation_is_seeded_and_keeps_spans_inside(seed, at):
    entry = ENTRIES[at]
    one = augmented((entry.text, entry.spans), rng=np.random.default_rng(seed))
    other = augmented((entry.text, entry.spans), rng=np.random.default_rng(seed))
    assert one == other
    text, spans = one
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
