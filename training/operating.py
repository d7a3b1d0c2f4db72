"""Operating thresholds from a force's own records: where its families are flagged, and whether terse lines are known.

Precision and recall are worth the same here, so a threshold is where F1 is highest; one for all families of the file,
and one of its own for a family with enough records. A force that wants more recall lowers it in its settings.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cdi_nlp.detect.fusion import terse
from cdi_nlp.detect.weigh import Weigher
from training.labelled import Sample

ENOUGH = 30
"""Told held records from which a family has a threshold of its own, and a file's families have one at all."""
ENOUGH_TERSE = 100
"""Held terse records that were asked for a family, from which the model is trusted with it in such lines."""
LOWEST, HIGHEST = 0.1, 0.8
SMOOTH = 0.05
"""Half the width of the range over which F1 is averaged: a peak that one record makes is no place for a threshold."""


def best_threshold(chances: np.ndarray, answers: np.ndarray) -> float:
    """The threshold whose neighbourhood has the highest F1."""
    grid = np.round(np.arange(LOWEST - SMOOTH, HIGHEST + SMOOTH + 0.005, 0.01), 2)
    scores = np.array([_f1(chances >= at, answers) for at in grid])
    half = round(SMOOTH / 0.01)
    smooth = np.array([scores[at - half : at + half + 1].mean() for at in range(half, len(grid) - half)])
    return float(grid[half + int(np.argmax(smooth))])


def _f1(found: np.ndarray, answers: np.ndarray) -> float:
    total = int(found.sum()) + int(answers.sum())
    return 2 * int((found & answers).sum()) / total if total else 0.0


def set_by(
    weigher: Weigher, rows: np.ndarray, answers: np.ndarray, names: Sequence[str], *, own: Sequence[Sample]
) -> Weigher:
    """The weigher with thresholds for the families of a force's own held records, which gave these rows."""
    chances = np.array([weigher.probability(name, row) for name, row in zip(names, rows.tolist(), strict=True)])
    named = np.array(names)
    flag_at = dict(weigher.flag_at)
    common = best_threshold(chances, answers)
    for name in sorted(set(names)) if answers.sum() >= ENOUGH else ():
        here = named == name
        flag_at[name] = common
        if answers[here].sum() >= ENOUGH:
            flag_at[name] = round((common + best_threshold(chances[here], answers[here])) / 2, 3)
    lines = [sample for sample in own if terse(sample.told.record)]
    trusted = {name for name in set(names) if sum(name in sample.asked for sample in lines) >= ENOUGH_TERSE}
    return replace(weigher, flag_at=flag_at, trusts_terse=frozenset(trusted))
