"""The cascade: patterns and the linear model read everything, the encoder only what either lets through.

The gate is set for recall. Of what passes, the encoder reads each window, and the passages in which a window passed.
What it does not read keeps the linear model's opinion, which is low there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cdi_nlp.detect import Reading
from cdi_nlp.detect.encoder import Encoder, Opinion, Overview, load_encoder
from cdi_nlp.detect.linear import LinearModel, load_linear
from cdi_nlp.detect.matching import Tokenizer
from cdi_nlp.detect.patterns import PatternDetector
from cdi_nlp.detect.weigh import log_odds
from cdi_nlp.detect.windows import Passage, Window, passages_of, windows
from cdi_nlp.records import DISCLOSING, Finding, Status

GATE = -3.5
"""Log-odds of the linear model's likeliest family from which the encoder reads a window."""
FEW = 2
"""Windows up to which a record is read whole: a terse line has few words for the linear model to go by."""
LEAST = 0.03
"""A learned opinion below this probability is no finding."""
_LEAST_LOGIT = log_odds(LEAST)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A reading's windows with the linear model's log-odds, and the windows and passages that passed the gate."""

    whole: tuple[Window, ...]
    logits: np.ndarray
    passed: tuple[Window, ...]
    passages: tuple[Passage, ...]


@dataclass(slots=True, repr=False)
class Cascade:
    """Patterns, linear model and encoder as one detector: its findings say which of the three saw them."""

    patterns: PatternDetector
    linear: LinearModel
    encoder: Encoder
    version: str
    gate: float = GATE
    name: str = "cascade"
    tokenizer: Tokenizer = field(init=False)

    def __post_init__(self) -> None:
        """Share the tokenizer of the patterns."""
        self.tokenizer = self.patterns.tokenizer

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading, in the order of the readings; all are read first, so that batches fill."""
        held = list(readings)
        named = list(self.patterns.detect(held))
        opened = [self._gate(reading, found) for reading, found in zip(held, named, strict=True)]
        opinions = iter(self.encoder.read([window for one in opened for window in one.passed]))
        overviews = iter(self.encoder.read_passages([passage for one in opened for passage in one.passages]))
        for reading, found, one in zip(held, named, opened, strict=True):
            learned = [
                f for window, row in zip(one.whole, one.logits, strict=True) for f in self._linear(reading, window, row)
            ]
            said = {window.segment: next(opinions) for window in one.passed}
            for window in one.passed:
                learned += self._encoded(reading, window, said[window.segment])
            for passage in one.passages:
                learned += self._overviewed(reading, passage, next(overviews), said)
            yield (*found, *learned)

    def _gate(self, reading: Reading, found: Sequence[Finding]) -> _Opened:
        """A reading's windows, what the linear model says of them, and those that the encoder is to read."""
        whole = windows(reading)
        logits = self.linear.logits(whole)
        named = {finding.segment for finding in found}
        passed = [
            window
            for window, row in zip(whole, logits, strict=True)
            if len(whole) <= FEW or window.segment in named or float(row.max()) >= self.gate
        ]
        open_at = {window.segment for window in passed}
        passages = passages_of(reading.record, reading.segments) if passed else ()
        return _Opened(whole, logits, tuple(passed), tuple(p for p in passages if open_at & set(p.segments)))

    def _linear(self, reading: Reading, window: Window, row: np.ndarray) -> Iterator[Finding]:
        segment = reading.segments[window.segment]
        for at in np.flatnonzero(row >= _LEAST_LOGIT):
            yield Finding(
                family=self.linear.labels[at],
                start=segment.start,
                end=segment.end,
                segment=window.segment,
                detector="linear",
                source="linear",
                precision=_probability(float(row[at])),
            )

    def _encoded(self, reading: Reading, window: Window, opinion: Opinion) -> Iterator[Finding]:
        segment = reading.segments[window.segment]
        for at, logit in enumerate(opinion.logits):
            if logit >= _LEAST_LOGIT:
                yield Finding(
                    family=self.encoder.labels[at],
                    start=segment.start + opinion.start,
                    end=segment.start + opinion.end,
                    segment=window.segment,
                    detector="encoder",
                    source="window",
                    precision=_probability(logit),
                    status=_disclosing(opinion.statuses[at]),
                    reported_by=opinion.reported_by,
                    when=opinion.when,
                )

    def _overviewed(
        self, reading: Reading, passage: Passage, overview: Overview, said: Mapping[int, Opinion]
    ) -> Iterator[Finding]:
        """The findings of a passage; who tells it, when, and its status are those of the window where it is told."""
        for at, (logit, place) in enumerate(zip(overview.logits, overview.places, strict=True)):
            if logit >= _LEAST_LOGIT and place is not None:
                part, start, end = place
                number = passage.segments[part]
                own = said.get(number)
                yield Finding(
                    family=self.encoder.labels[at],
                    start=reading.segments[number].start + start,
                    end=reading.segments[number].start + end,
                    segment=number,
                    detector="encoder",
                    source="passage",
                    precision=_probability(logit),
                    status=_disclosing(own.statuses[at]) if own else "affirmed",
                    reported_by=own.reported_by if own else "victim",
                    when=own.when if own else "current",
                )


def _disclosing(status: Status) -> Status:
    """A status that discloses: the family's probability says whether the words disclose, the status only how."""
    return status if status in DISCLOSING else "affirmed"


def _probability(logit: float) -> float:
    return round(1 / (1 + float(np.exp(-logit))), 4)


def load_cascade(patterns: PatternDetector, folder: Path) -> Cascade:
    """The cascade over a model folder whose files are as registered."""
    return Cascade(patterns, load_linear(folder), load_encoder(folder), version=folder.name)
