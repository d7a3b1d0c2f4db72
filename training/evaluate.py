"""Evaluation: what a run finds in the test part, beside each of its parts alone, with bootstrap intervals."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cdi_nlp.detect import Reading, read
from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.weigh import Weigher
from cdi_nlp.records import Disclosure, Finding
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import load_taxonomy
from training.windows import Told

DRAWS = 1000
"""Bootstrap draws of an interval."""
ALONE = 0.5
"""Probability of its surest window from which a detector alone is taken to find a family."""
CORE = frozenset({"common_assault", "harassment", "malicious_communications", "rape"})
Found = Sequence[frozenset[str]]


def micro(found: Found, gold: Found, index: Iterable[int]) -> float:
    """Micro-F1 over the texts of an index."""
    chosen = list(index)
    right = sum(len(found[at] & gold[at]) for at in chosen)
    total = sum(len(found[at]) + len(gold[at]) for at in chosen)
    return 2 * right / total if total else 0.0


def interval(measure: Callable[[np.ndarray], float], size: int, rng: np.random.Generator) -> tuple[float, float]:
    """The 95% percentile interval of a measure over bootstrap draws of texts."""
    draws = [measure(rng.integers(size, size=size)) for _ in range(DRAWS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def figures(found: Found, gold: Found, rng: np.random.Generator) -> dict[str, Any]:
    """Micro-F1 with its interval, macro-F1, core recall and the share of quiet texts that are flagged, with n."""
    whole = range(len(gold))
    quiet = [at for at in whole if not gold[at]]
    core = [(name, at) for at in whole for name in gold[at] & CORE]
    return {
        "n": len(gold),
        "micro_f1": round(micro(found, gold, whole), 4),
        "micro_f1_interval": interval(lambda index: micro(found, gold, index.tolist()), len(gold), rng),
        "macro_f1": round(macro(found, gold), 4),
        "core_recall": round(sum(name in found[at] for name, at in core) / max(1, len(core)), 4),
        "false_flags": round(sum(bool(found[at]) for at in quiet) / max(1, len(quiet)), 4),
        "quiet": len(quiet),
    }


def macro(found: Found, gold: Found) -> float:
    """The mean of the families' F1 over those that the gold holds."""
    names = sorted(set().union(*gold))
    scores = []
    for name in names:
        right = sum(name in a and name in b for a, b in zip(found, gold, strict=True))
        total = sum((name in a) + (name in b) for a, b in zip(found, gold, strict=True))
        scores.append(2 * right / total if total else 0.0)
    return float(np.mean(scores)) if scores else 0.0


def evaluate(cascade: Cascade, weigher: Weigher, told: Mapping[str, Sequence[Told]], *, seed: int) -> dict[str, Any]:
    """The figures of each test set, for the fused detectors and for each alone."""
    taxonomy = load_taxonomy()
    by_id = {pattern.id: pattern for pattern in cascade.patterns.patterns}
    plain = Fusion(taxonomy, by_id, FlagSettings())
    fused = replace(plain, weigher=weigher)
    metrics: dict[str, Any] = {}
    for name, texts in told.items():
        rng = np.random.default_rng(seed)
        readings = [read(one.record, cascade.patterns.tokenizer) for one in texts]
        findings = list(cascade.detect(readings))
        gold = [one.families for one in texts]
        disclosures = [fused.combine(r, f) for r, f in zip(readings, findings, strict=True)]
        metrics[name] = {
            "fused": {
                **figures([_flagged(d) for d in disclosures], gold, rng),
                "families": _families(disclosures, gold),
            },
            "patterns": figures(_by_patterns(plain, readings, findings), gold, rng),
            "linear": figures(_alone(findings, "linear"), gold, rng),
            "encoder": figures(_alone(findings, "encoder"), gold, rng),
            "status_accuracy": _status_accuracy(texts, disclosures),
        }
    return metrics


def _flagged(disclosures: Sequence[Disclosure]) -> frozenset[str]:
    return frozenset(disclosure.family for disclosure in disclosures if disclosure.flagged)


def _by_patterns(plain: Fusion, readings: Sequence[Reading], findings: Sequence[tuple[Finding, ...]]) -> Found:
    return [_flagged(plain.combine(reading, found)) for reading, found in zip(readings, findings, strict=True)]


def _alone(findings: Sequence[tuple[Finding, ...]], detector: str) -> Found:
    return [frozenset(f.family for f in found if f.detector == detector and f.precision >= ALONE) for found in findings]


def _families(disclosures: Sequence[Sequence[Disclosure]], gold: Found) -> dict[str, list[float]]:
    """Each family's precision, recall and number of texts that tell it."""
    found = [_flagged(own) for own in disclosures]
    table = {}
    for name in sorted(set().union(*gold)):
        right = sum(name in a and name in b for a, b in zip(found, gold, strict=True))
        said, wanted = sum(name in a for a in found), sum(name in b for b in gold)
        table[name] = [round(right / said, 3) if said else 0.0, round(right / wanted, 3), wanted]
    return table


def _status_accuracy(texts: Sequence[Told], disclosures: Sequence[Sequence[Disclosure]]) -> dict[str, float]:
    """How often a family that is found and told has the status that the writer gave its mention."""
    right = total = 0
    for one, own in zip(texts, disclosures, strict=True):
        gold = {span.family: span.status for span in one.spans if span.discloses}
        for disclosure in own:
            if disclosure.flagged and disclosure.family in gold:
                total += 1
                right += disclosure.status == gold[disclosure.family]
    return {"share": round(right / max(1, total), 4), "n": total}


def write_card(name: str, metrics: dict[str, Any], *, corpus: str, out: Path) -> None:
    """Write metrics.json and the model card filled from it."""
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    environment = Environment(  # noqa: S701  the card is markdown, not a page
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = environment.get_template("card.md.jinja").render(name=name, metrics=metrics, corpus=corpus)
    (out / "card.md").write_text(text + "\n", encoding="utf-8")
