"""Calibration and cost: whether a probability means what it says, and what a reader pays for a threshold."""

from typing import Any

import numpy as np

from training.evaluate.measures import bounds, draws, ratio

BINS = 10
"""Bins of a reliability table, each a tenth of the probabilities."""
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
SHARES = tuple(round(0.05 * step, 2) for step in range(1, 21))


def calibration(chances: np.ndarray, told: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Brier skill, calibration error and the reliability table of probabilities, texts by families.

    The skill is against each family's own base rate (Brier 1950; 1 is perfect, 0 knows only how common a family is).
    The error is the mean gap between said and true over tenths of probability (Naeini et al. 2015), over families said
    or told: the thousands that are neither would hide it.
    """
    one, drawn = np.ones((1, len(told))), draws(len(told), rng)
    return {
        "brier_skill": round(float(_skill(chances, told, one)[0]), 4),
        "brier_skill_interval": bounds(_skill(chances, told, drawn)),
        "ece": round(float(_error(chances, told, one)[0]), 4),
        "ece_interval": bounds(_error(chances, told, drawn)),
        "n": int(((chances > 0) | told).sum()),
        "unsaid": int((told & (chances == 0)).sum()),
        "reliability": reliability(chances, told),
    }


def reliability(chances: np.ndarray, told: np.ndarray) -> list[dict[str, float]]:
    """For each tenth of probability how many were said, their mean, and the share of them that is told."""
    rows = []
    place = _bins(chances)
    for at in range(BINS):
        own = (chances > 0) & (place == at)
        count = int(own.sum())
        if count:
            said, true = float(chances[own].mean()), float(told[own].mean())
            rows.append({"from": at / BINS, "n": count, "said": round(said, 4), "told": round(true, 4)})
    return rows


def _bins(chances: np.ndarray) -> np.ndarray:
    place: np.ndarray = np.minimum(BINS - 1, (chances * BINS).astype(int))
    return place


def _skill(chances: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    loss = drawn @ ((chances - told) ** 2).sum(axis=1)
    size = drawn.sum(axis=1, keepdims=True)
    rate = drawn @ told.astype(float) / size
    skill: np.ndarray = 1 - ratio(loss, (size * rate * (1 - rate)).sum(axis=1))
    return skill


def _error(chances: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    held, place = (chances > 0) | told, _bins(chances)
    gap = np.zeros(len(drawn))
    for at in range(BINS):
        own = held & (place == at)
        gap += np.abs(drawn @ np.where(own, chances - told, 0.0).sum(axis=1))
    return ratio(gap, drawn @ held.sum(axis=1))


def cost_curve(chances: np.ndarray, told: np.ndarray) -> list[dict[str, float]]:
    """For each threshold the texts to read, the reads for one told disclosure found, and precision and recall."""
    rows = []
    for threshold in THRESHOLDS:
        said = chances >= threshold
        reads, right = int(said.any(axis=1).sum()), int((said & told).sum())
        rows.append(
            {
                "threshold": threshold,
                "reads": reads,
                "found": right,
                "reads_per_found": round(reads / right, 3) if right else 0.0,
                "precision": round(right / max(1, int(said.sum())), 4),
                "recall": round(right / max(1, int(told.sum())), 4),
            }
        )
    return rows


def queue_curve(chances: np.ndarray, told: np.ndarray) -> list[tuple[float, float]]:
    """The share of told disclosures that stand in the likeliest texts, for each share of the texts that is read."""
    order = np.lexsort((np.arange(len(told)), -chances.max(axis=1)))
    reached = np.cumsum(told.sum(axis=1)[order]) / max(1, int(told.sum()))
    return [(share, round(float(reached[max(0, round(share * len(told)) - 1)]), 4)) for share in SHARES]


def best_threshold(scores: np.ndarray, told: np.ndarray) -> float:
    """The threshold of scores at which micro-F1 is highest on these texts."""
    ranked = np.sort(scores, axis=None)[::-1]
    right = np.cumsum(told.ravel()[np.argsort(-scores, axis=None, kind="stable")])
    f1 = 2 * right / (np.arange(1, ranked.size + 1) + max(1, int(told.sum())))
    last = np.append(ranked[:-1] != ranked[1:], True)  # equal scores pass a threshold together
    return float(ranked[np.argmax(np.where(last, f1, -1.0))])
