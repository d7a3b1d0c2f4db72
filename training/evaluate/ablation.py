"""The ablation: fused beside each of its parts alone, and beside what a user would pick instead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.evaluate.baselines import Taken, chosen
from training.evaluate.cases import Sets, gold_of
from training.evaluate.measures import Found, figures, paired
from training.evaluate.seen import Seen, above, flagged


def found_by(kind: str, sets: Sets, seen: Mapping[str, Seen], held: Mapping[str, Seen]) -> dict[str, Found]:
    """What fused, patterns, linear model and encoder each find in the test texts of a kind.

    Fused and patterns flag as in a scan. The learned parts alone take the threshold that does best on the calibration
    texts of the kind, as the baselines do.
    """
    part = kind if kind in held else next(iter(held))
    own, gold = seen[kind], gold_of(sets.held[part])
    found = {"fused": flagged(own.fused), "patterns": flagged(own.patterns)}
    for name, scores, tested in (
        ("linear", held[part].linear, own.linear),
        ("encoder", held[part].encoder, own.encoder),
    ):
        _, threshold = chosen({"windows": scores}, gold)
        found[name] = above(tested, threshold)
    return found


def ablation(
    found: Mapping[str, Found], taken: Mapping[str, Taken], gold: Found, *, seed: int
) -> dict[str, dict[str, Any]]:
    """Each detector's figures, and fused's micro-F1 less its own over shared draws of texts."""
    rows: dict[str, dict[str, Any]] = {}
    for name, own in {**found, **{name: one.found for name, one in taken.items()}}.items():
        rows[name] = figures(own, gold, np.random.default_rng(seed))
        if name != "fused":
            rows[name]["fused_less_this"] = paired(found["fused"], own, gold, np.random.default_rng(seed))
        if name in taken:
            rows[name]["unit"], rows[name]["threshold"] = taken[name].unit, taken[name].threshold
    return rows
