"""A force's own tested records: what fused and patterns find of the families that the records were asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.detect.weigh import Weigher
from training.asked import Asked
from training.evaluate.measures import figures
from training.evaluate.seen import Judge, flagged
from training.labelled import Sample


def own_figures(
    cascade: Cascade, weigher: Weigher, samples: Sequence[Sample], *, rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    """Fused's and patterns' figures on labelled records that nothing read."""
    asked = frozenset[str]().union(*(sample.asked for sample in samples))
    judge = Judge.build(
        Asked(cascade.patterns, cascade.linear, cascade.encoder, cascade.version, families=asked), weigher
    )
    readings = judge.read(sample.told.record for sample in samples)
    findings = list(judge.cascade.detect(readings))
    gold = [sample.told.families for sample in samples]
    return {
        name: figures(
            flagged([fusion.combine(reading, found) for reading, found in zip(readings, findings, strict=True)]),
            gold,
            rng,
        )
        for name, fusion in (("fused", judge.fused), ("patterns", judge.plain))
    }
