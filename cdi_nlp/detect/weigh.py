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
    "window",
    "second_window",
    "passage",
    "linear",
    "window_with_pattern",
    "window_with_passage",
    "graver_there",
    "neighbour",
    "windows",
    "terse",
    "terse_patterns",
    "terse_window",
    "terse_passage",
    "words",
)
"""What a family is weighed by, in order: log-odds, but for the logarithms of the windows and words and for `terse`. In
a terse line the opinions count by other weights, which are those of `terse_...` added to the common ones."""
LOW, HIGH = -5.0, 5.0
"""Log-odds are cut to this range; what was not found counts as the lowest."""
TERSE = 28
"""Words up to which a record is a terse log line, which names an act and tells no more."""
MOST_WORDS = 900
"""Words of a long calibration record: a longer one counts as that long."""
MOST_WINDOWS = 56
"""Windows of the longest calibration record: a longer one counts as that long, for no weight was fitted beyond it."""


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What the learned detectors found of one family: its log-odds by segment.

    `windows` and `passages` are the encoder's, of a segment by itself and of the passage that it tells most plainly.
    """

    windows: Mapping[int, float]
    passages: Mapping[int, float]
    linear: Mapping[int, float]

    @property
    def top(self) -> int | None:
        """The segment of which the encoder is surest."""
        return max(self.windows, key=lambda at: (self.windows[at], -at)) if self.windows else None


_NOTHING = Evidenced({}, {}, {})


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
    tables: dict[str, dict[str, dict[int, float]]] = {"window": {}, "passage": {}, "linear": {}}
    for finding in findings:
        if finding.source in tables and finding.status in DISCLOSING:
            own = tables[finding.source].setdefault(finding.family, {})
            own[finding.segment] = max(own.get(finding.segment, LOW), log_odds(finding.precision))
    names = dict.fromkeys(name for table in tables.values() for name in table)
    return {name: Evidenced(*(table.get(name, {}) for table in tables.values())) for name in names}


def features(
    family: str,
    *,
    patterns: Mapping[str, float],
    learned: Mapping[str, Evidenced],
    windows: int,
    words: int,
    taxonomy: Taxonomy,
) -> tuple[float, ...]:
    """A family's features in the order of FEATURES; `patterns` are the probabilities by patterns alone.

    `windows` and `words` are those of the whole record.
    """
    own = learned.get(family, _NOTHING)
    ranked = sorted(own.windows.values(), reverse=True)
    first, second = (ranked[0] if ranked else LOW), (ranked[1] if len(ranked) > 1 else LOW)
    pattern, passage = log_odds(patterns.get(family, 0.0)), max(own.passages.values(), default=LOW)
    graver = [name for name, other in taxonomy.families.items() if family in other.lesser]
    there = [learned[name].windows.get(own.top, LOW) for name in graver if name in learned and own.top is not None]
    beside = [
        max(learned[name].windows.values(), default=LOW)
        for name in taxonomy.families[family].neighbours
        if name in learned
    ]
    return (
        pattern,
        first,
        second,
        passage,
        max(own.linear.values(), default=LOW),
        min(pattern, first),
        min(first, passage),
        max(there, default=LOW),
        max(beside, default=LOW),
        math.log1p(min(windows, MOST_WINDOWS)),
        *((HIGH, pattern, first, passage) if words <= TERSE else (0.0, 0.0, 0.0, 0.0)),
        math.log1p(min(words, MOST_WORDS)),
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
