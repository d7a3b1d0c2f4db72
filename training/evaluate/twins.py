"""Twins: entries alike but for the few words that change the answer, told apart or not.

For two entries of a group that tell different families, each family that differs must be likelier in the entry that
tells it. A pair is right where all of them are; a tie is wrong.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from cdi_nlp.taxonomy import DETECTED
from training.corpus import DISCRIMINATORS, Entry
from training.evaluate.cases import Case, of_written
from training.evaluate.measures import wilson
from training.evaluate.seen import PLACE
from training.windows import Labelled, all_windows

ENOUGH = 10
"""Test pairs from which on a discriminator is judged."""
FOLDS = 5
Pair = tuple[int, int]
Scorer = Callable[[Sequence[Case]], np.ndarray]


def pairs(cases: Sequence[Case]) -> Iterator[tuple[str, Pair]]:
    """Each discriminator's pairs of twins that tell different families, as places in the list."""
    groups: dict[str, list[int]] = {}
    for at, case in enumerate(cases):
        if case.twin:
            groups.setdefault(case.twin, []).append(at)
    for own in groups.values():
        for first, second in combinations(own, 2):
            if cases[first].told.families != cases[second].told.families:
                yield str(cases[first].splits_on), (first, second)


def told_apart(cases: Sequence[Case], pair: Pair, chances: np.ndarray) -> bool:
    """Whether every family that differs is likelier in the entry that tells it."""
    first, second = (cases[at].told.families for at in pair)
    return all(
        (chances[pair[0], PLACE[name]] > chances[pair[1], PLACE[name]]) == (name in first)
        and chances[pair[0], PLACE[name]] != chances[pair[1], PLACE[name]]
        for name in first ^ second
    )


def twins(cases: Sequence[Case], chances: np.ndarray) -> dict[str, dict[str, Any]]:
    """For each discriminator its pairs, the share told apart with a Wilson interval, and whether they are enough."""
    said: dict[str, list[bool]] = {name: [] for name in DISCRIMINATORS}
    for name, pair in pairs(cases):
        said.setdefault(name, []).append(told_apart(cases, pair, chances))
    return {name: _row(own) for name, own in said.items() if own}


def _row(own: Sequence[bool]) -> dict[str, Any]:
    right, count = sum(own), len(own)
    share = round(right / count, 4)
    return {"pairs": count, "right": right, "share": share, "interval": wilson(right, count), "enough": count >= ENOUGH}


def folded(entries: Sequence[Entry], scorer: Callable[[Sequence[Labelled]], Scorer]) -> dict[str, dict[str, Any]]:
    """The same of every entry, each read by a model that was fitted to the other four fifths of the batches.

    Twins never leave their batch, so a fold of whole batches never splits them. `scorer` fits a model to windows; with
    the linear model this says how far the words alone tell each discriminator, on ten times the pairs of the test part.
    """
    batches = sorted({entry.batch for entry in entries})
    said: dict[str, list[bool]] = {name: [] for name in DISCRIMINATORS}
    for fold in range(FOLDS):
        out = frozenset(batches[fold::FOLDS])
        learned = all_windows(of_written(entry).told for entry in entries if entry.batch not in out)
        read = scorer(learned)
        cases = [of_written(entry) for entry in entries if entry.batch in out and entry.twin]
        chances = read(cases)
        for name, pair in pairs(cases):
            said.setdefault(name, []).append(told_apart(cases, pair, chances))
    return {name: _row(own) for name, own in said.items() if own}


def folded_once(entries: Sequence[Entry], store: Path) -> dict[str, dict[str, Any]]:
    """The folds of the linear model, kept in `store` while the entries stay as they are."""
    digest = hashlib.sha256(json.dumps([(entry.id, entry.text) for entry in entries]).encode()).hexdigest()[:12]
    file = store / f"twins-{digest}.json"
    if not file.is_file():
        store.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(folded(entries, linear_scorer), indent=1) + "\n", encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def linear_scorer(windows: Sequence[Labelled]) -> Scorer:
    """The linear model fitted to windows, as the log-odds of a text's surest window."""
    from training.fit_linear import fit_linear  # noqa: PLC0415  fits with scikit-learn

    model = fit_linear(windows)

    def score(cases: Sequence[Case]) -> np.ndarray:
        found = [all_windows([case.told]) for case in cases]
        logits = model.logits([one.window for own in found for one in own])
        ends = np.cumsum([len(own) for own in found])
        parts = np.split(logits, ends[:-1]) if found else []
        low = np.full(len(DETECTED), -np.inf)
        return np.stack([part.max(axis=0) if len(part) else low for part in parts])

    return score
