"""Measures of what was found against what was told, each with its 95% interval.

Intervals are percentile bootstraps over texts (Efron and Tibshirani 1993): a text is drawn with all its families, for
they do not come alone. Two detectors are compared on the same draws. A plain share has a Wilson interval.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from cdi_nlp.taxonomy import DETECTED

DRAWS = 1000
"""Bootstrap draws of an interval."""
CORE = frozenset({"common_assault", "harassment", "malicious_communications", "rape"})
"""The families that inspectors found missed most often."""
_IS_CORE = np.array([name in CORE for name in DETECTED])
Found = Sequence[frozenset[str]]
Figure = dict[str, Any]
"""A value with its interval and n, as metrics.json holds it."""


def micro(found: Found, gold: Found, index: Iterable[int]) -> float:
    """Micro-F1 over the texts of an index."""
    chosen = list(index)
    right = sum(len(found[at] & gold[at]) for at in chosen)
    total = sum(len(found[at]) + len(gold[at]) for at in chosen)
    return 2 * right / total if total else 0.0


def macro(found: Found, gold: Found) -> float:
    """The mean of the families' F1 over those that the gold holds."""
    one = np.ones((1, len(gold)))
    return float(_macro(marks(found), marks(gold), one)[0])


def interval(measure: Callable[[np.ndarray], float], size: int, rng: np.random.Generator) -> tuple[float, float]:
    """The 95% percentile interval of a measure over bootstrap draws of texts."""
    return bounds(np.array([measure(rng.integers(size, size=size)) for _ in range(DRAWS)]))


def bounds(drawn: np.ndarray) -> tuple[float, float]:
    """The 95% percentile interval of drawn values; those that a draw leaves undefined are left out."""
    known = drawn[~np.isnan(drawn)]
    low, high = np.quantile(known, [0.025, 0.975]) if known.size else (math.nan, math.nan)
    return round(float(low), 4), round(float(high), 4)


def wilson(hits: int, of: int, *, z: float = 1.96) -> tuple[float, float]:
    """The 95% Wilson interval of a share (Wilson 1927): right also where the share is near nought."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return round(max(0.0, middle - half), 5), round(min(1.0, middle + half), 5)


def marks(found: Found) -> np.ndarray:
    """Texts by families, True where the family is found."""
    return np.array([[name in own for name in DETECTED] for own in found], dtype=bool).reshape(-1, len(DETECTED))


def draws(size: int, rng: np.random.Generator) -> np.ndarray:
    """How often each bootstrap draw holds each text, draws by texts."""
    return rng.multinomial(size, np.full(size, 1 / size), size=DRAWS).astype(np.float64)


def figure(value: float, drawn: np.ndarray, *, n: int) -> Figure:
    """A value with its interval and the number that it rests on."""
    return {"value": round(value, 4), "interval": bounds(drawn), "n": n}


def figures(found: Found, gold: Found, rng: np.random.Generator) -> dict[str, Any]:
    """Micro-F1, macro-F1, core recall and the share of quiet texts flagged, each with its interval and n."""
    said, told = marks(found), marks(gold)
    one, drawn = np.ones((1, len(gold))), draws(len(gold), rng)
    measures = {"micro_f1": _micro, "macro_f1": _macro, "core_recall": _core_recall, "false_flags": _false_flags}
    counts: dict[str, Any] = {"n": len(gold), "quiet": int((~told.any(axis=1)).sum())}
    for name, measure in measures.items():
        counts[name] = round(float(_known(measure(said, told, one))[0]), 4)
        counts[f"{name}_interval"] = bounds(measure(said, told, drawn))
    return counts


def paired(first: Found, second: Found, gold: Found, rng: np.random.Generator) -> dict[str, Any]:
    """The first's micro-F1 less the second's, with the interval over draws that both share."""
    told, one, drawn = marks(gold), np.ones((1, len(gold))), draws(len(gold), rng)
    rows = [(_micro(marks(found), told, one)[0], _micro(marks(found), told, drawn)) for found in (first, second)]
    low, high = bounds(rows[0][1] - rows[1][1])
    return {
        "difference": round(float(rows[0][0] - rows[1][0]), 4),
        "interval": (low, high),
        "excludes_zero": low > 0 or high < 0,
    }


def by_family(found: Found, gold: Found, rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """Each told family's precision, recall and F1 with intervals, and in how many texts it is told and flagged."""
    said, told = marks(found), marks(gold)
    drawn = draws(len(gold), rng)
    table = {}
    for at, name in enumerate(DETECTED):
        own, wanted = said[:, at], told[:, at]
        if not wanted.any():
            continue
        both = own & wanted
        row: dict[str, Any] = {"told": int(wanted.sum()), "flagged": int(own.sum())}
        for measure, top, bottom in (
            ("precision", both, own.astype(float)),
            ("recall", both, wanted.astype(float)),
            ("f1", 2.0 * both, own.astype(float) + wanted),
        ):
            value = ratio(np.array([top.sum()]), np.array([bottom.sum()]))[0]
            row[measure] = None if math.isnan(value) else round(float(value), 4)
            row[f"{measure}_interval"] = bounds(ratio(drawn @ top, drawn @ bottom))
        table[name] = row
    return table


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Top over bottom, not a number where the bottom is nought."""
    share: np.ndarray = np.divide(top, bottom, out=np.full(bottom.shape, np.nan), where=bottom > 0)
    return share


def _known(values: np.ndarray) -> np.ndarray:
    """The values, nought where one is not a number."""
    return np.where(np.isnan(values), 0.0, values)


def _micro(said: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    right, total = (said & told).sum(axis=1), said.sum(axis=1) + told.sum(axis=1)
    return _known(ratio(2.0 * (drawn @ right), drawn @ total))


def _macro(said: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """The mean F1 of the families that the draw tells."""
    wanted = drawn @ told.astype(float)
    scores = ratio(2.0 * (drawn @ (said & told).astype(float)), drawn @ said.astype(float) + wanted)
    held = wanted > 0
    return ratio(np.where(held, _known(scores), 0.0).sum(axis=1), held.sum(axis=1))


def _core_recall(said: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    wanted = told & _IS_CORE
    return ratio(drawn @ (said & wanted).sum(axis=1), drawn @ wanted.sum(axis=1))


def _false_flags(said: np.ndarray, told: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    quiet = ~told.any(axis=1)
    return ratio(drawn @ (quiet & said.any(axis=1)).astype(float), drawn @ quiet.astype(float))
