"""★ Read first: everything that is measured of a model on the test part, in one screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.detect.weigh import Weigher
from cdi_nlp.taxonomy import load_taxonomy
from training.corpus import read_entries
from training.evaluate.ablation import ablation, found_by
from training.evaluate.baselines import Taken, baselines
from training.evaluate.calibration import calibration, cost_curve, queue_curve
from training.evaluate.cases import Case, Sets, gold_of
from training.evaluate.flips import flips
from training.evaluate.gate import gate_loss
from training.evaluate.measures import Found, by_family, marks
from training.evaluate.seen import Judge, Seen
from training.evaluate.slices import confusion, slices, status_accuracy
from training.evaluate.twins import folded_once, twins


def evaluate(
    cascade: Cascade, weigher: Weigher, sets: Sets, *, seed: int, store: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Every figure of a model on the test texts, by kind of text; baselines keep their scores in `store`."""
    judge = Judge.build(cascade, weigher)
    held = {kind: judge.see(case.told.record for case in cases) for kind, cases in sets.held.items()}
    seen = {kind: judge.see(case.told.record for case in cases) for kind, cases in sets.test.items()}
    say("read by every part of the model")
    taken = baselines(sets, seed=seed, store=store, say=say)
    measured = {}
    for kind, cases in sets.test.items():
        found = found_by(kind, sets, seen, held)
        own = {name: kinds[kind] for name, kinds in taken.items()}
        measured[f"test {kind}"] = _of_kind(cases, seen[kind], found, own, seed=seed)
        measured[f"test {kind}"]["swaps"] = flips(cases, judge, seen[kind].fused, seed=seed)
        say(f"measured on {len(cases)} {kind}")
    metrics: dict[str, Any] = {"sets": measured}
    if "records" in sets.test and "records" in sets.held:
        metrics["gate"] = _gate(sets, seen, held, seed=seed)
    if "entries" in sets.test:
        metrics["twins"] = twins(sets.test["entries"], seen["entries"].chances)
        metrics["twins_folded"] = folded_once(read_entries(), store)
    return metrics


def _of_kind(
    cases: tuple[Case, ...], seen: Seen, found: dict[str, Found], taken: dict[str, Taken], *, seed: int
) -> dict[str, Any]:
    gold, chances = gold_of(cases), seen.chances
    told, fused = marks(gold), found["fused"]
    return {
        "ablation": ablation(found, taken, gold, seed=seed),
        "families": by_family(fused, gold, np.random.default_rng(seed)),
        "calibration": calibration(chances, told, np.random.default_rng(seed)),
        "cost": cost_curve(chances, told),
        "queue": queue_curve(chances, told),
        "status": status_accuracy(cases, seen.fused, np.random.default_rng(seed)),
        "confusion": confusion(fused, gold, load_taxonomy()),
        "slices": slices(cases, fused, np.random.default_rng(seed)),
    }


def _gate(sets: Sets, seen: dict[str, Seen], held: dict[str, Seen], *, seed: int) -> dict[str, Any]:
    """What the gate costs on the test and calibration records together."""
    return gate_loss(
        (*sets.test["records"], *sets.held["records"]),
        gated=[*seen["records"].fused, *held["records"].fused],
        whole=[*seen["records"].open_gate, *held["records"].open_gate],
        rng=np.random.default_rng(seed),
    )
