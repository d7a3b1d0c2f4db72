"""The gate's price: what the cascade misses that the encoder on every window would have found."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.evaluate.cases import Case, gold_of
from training.evaluate.measures import bounds, draws, marks, ratio
from training.evaluate.seen import Disclosures, flagged

MOST_LOST = 0.005
"""Recall that the cascade may lose to the encoder on everything."""


def gate_loss(
    cases: Sequence[Case], *, gated: Sequence[Disclosures], whole: Sequence[Disclosures], rng: np.random.Generator
) -> dict[str, Any]:
    """Recall of the flags with the gate and with the `whole` text read, and the loss with its interval."""
    told = marks(gold_of(cases))
    kept, full = ((marks(flagged(own)) & told).sum(axis=1) for own in (gated, whole))
    wanted = told.sum(axis=1)
    drawn = draws(len(cases), rng)
    count = max(1, int(wanted.sum()))
    loss = float((full - kept).sum() / count)
    return {
        "n": int(wanted.sum()),
        "recall": round(float(kept.sum() / count), 4),
        "recall_open": round(float(full.sum() / count), 4),
        "loss": round(loss, 4),
        "interval": bounds(ratio(drawn @ (full - kept), drawn @ wanted)),
        "kept": loss <= MOST_LOST,
    }
