"""Weighing: one probability for a family from what patterns, linear model and encoder found in a record.

A logistic regression over a few readable features, one set of weights for all families and an intercept for each,
fitted on whole records that neither the encoder nor the linear model was fitted to: its probabilities are of records.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdi_nlp.errors import ModelError
from cdi_nlp.records import DISCLOSING, Finding
from cdi_nlp.taxonomy import Taxonomy

FEATURES = (
    "patterns",
    "encoder",
    "encoder_second",
    "linear",
    "encoder_with_pattern",
    "graver_there",
    "neighbour",
    "windows",
)
"""What a family is weighed by, in order; each is a log-odds but the last, which is the logarithm of the windows."""
LOW, HIGH = -5.0, 5.0
"""Log-odds are cut to this range; what was not found counts as the lowest."""


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What the learned detectors found of one family: its log-odds by segment."""

    encoder: Mapping[int, float]
    linear: Mapping[int, float]

    @property
    def top(self) -> int | None:
        """The segment of which the encoder is surest."""
        return max(self.encoder, key=lambda at: (self.encoder[at], -at)) if self.encoder else None


@dataclass(frozen=True, slots=True)
class Weigher:
    """The fitted weights: one for each feature, each family's intercept, and from what probability it is flagged.

    `trusts_terse` are the families that were weighed on terse log lines too: there patterns do not overrule it.
    """

    weights: tuple[float, ...]
    intercepts: Mapping[str, float]
    flag_at: Mapping[str, float]
    trusts_terse: frozenset[str] = frozenset()

    def probability(self, family: str, row: Sequence[float]) -> float:
        """The probability that a record discloses a family, from its features."""
        score = self.intercepts[family] + sum(w * x for w, x in zip(self.weights, row, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def log_odds(probability: float) -> float:
    """The log-odds of a probability, cut to the range that is weighed."""
    if probability <= 0:
        return LOW
    if probability >= 1:
        return HIGH
    return max(LOW, min(HIGH, math.log(probability / (1 - probability))))


def evidenced(findings: Sequence[Finding]) -> dict[str, Evidenced]:
    """By family, the log-odds that the learned detectors gave each segment."""
    encoder: dict[str, dict[int, float]] = {}
    linear: dict[str, dict[int, float]] = {}
    for finding in findings:
        if finding.detector in ("encoder", "linear") and finding.status in DISCLOSING:
            table = encoder if finding.detector == "encoder" else linear
            own = table.setdefault(finding.family, {})
            own[finding.segment] = max(own.get(finding.segment, LOW), log_odds(finding.precision))
    return {name: Evidenced(encoder.get(name, {}), linear.get(name, {})) for name in encoder.keys() | linear.keys()}


def features(
    family: str,
    *,
    patterns: Mapping[str, float],
    learned: Mapping[str, Evidenced],
    windows: int,
    taxonomy: Taxonomy,
) -> tuple[float, ...]:
    """A family's features in the order of FEATURES; `patterns` are the probabilities by patterns alone."""
    own = learned.get(family, Evidenced({}, {}))
    ranked = sorted(own.encoder.values(), reverse=True)
    first, second = (ranked[0] if ranked else LOW), (ranked[1] if len(ranked) > 1 else LOW)
    pattern = log_odds(patterns.get(family, 0.0))
    graver = [name for name, other in taxonomy.families.items() if family in other.lesser]
    there = [learned[name].encoder.get(own.top, LOW) for name in graver if name in learned and own.top is not None]
    beside = [
        max(learned[name].encoder.values(), default=LOW)
        for name in taxonomy.families[family].neighbours
        if name in learned
    ]
    return (
        pattern,
        first,
        second,
        max(own.linear.values(), default=LOW),
        min(pattern, first),
        max(there, default=LOW),
        max(beside, default=LOW),
        math.log1p(windows),
    )


def load_weigher(folder: Path) -> Weigher:
    """The weigher of a model folder, or a ModelError that says what is wrong."""
    file = folder / "fusion.json"
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        weights = tuple(float(table["weights"][name]) for name in FEATURES)
        intercepts = {name: float(value) for name, value in table["intercepts"].items()}
        flag_at = {name: float(table["flag_at"][name]) for name in intercepts}
        return Weigher(weights, intercepts, flag_at, frozenset(table.get("trusts_terse", ())))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{file}: cannot be read ({error}); run: cdi models verify") from error
