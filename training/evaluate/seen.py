"""What a model makes of texts: the fused disclosures, and each part's own opinion of every family."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdi_nlp.detect import Reading, read
from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.weigh import Weigher
from cdi_nlp.records import Disclosure, Finding, Record
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import DETECTED, load_taxonomy
from training.evaluate.measures import Found

PLACE = {name: at for at, name in enumerate(DETECTED)}
Disclosures = tuple[Disclosure, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is said of each of some texts: disclosures fused and by patterns alone, and the learned parts' chances.

    Chances are texts by families, of the surest window; the encoder has read every window, not only those that the
    gate lets through.
    """

    fused: list[Disclosures]
    patterns: list[Disclosures]
    linear: np.ndarray
    encoder: np.ndarray
    open_gate: list[Disclosures]

    @property
    def chances(self) -> np.ndarray:
        """The fused probabilities, texts by families; nought where nothing is disclosed."""
        return chances_of(self.fused)


@dataclass(frozen=True, slots=True)
class Judge:
    """A model with its patterns: reads texts as a scan does, and as each of its parts would."""

    cascade: Cascade
    fused: Fusion
    plain: Fusion

    @classmethod
    def build(cls, cascade: Cascade, weigher: Weigher) -> "Judge":
        """The judge of a cascade and the weigher that was fitted for it."""
        by_id = {pattern.id: pattern for pattern in cascade.patterns.patterns}
        plain = Fusion(load_taxonomy(), by_id, FlagSettings())
        return cls(cascade, replace(plain, weigher=weigher), plain)

    def read(self, records: Iterable[Record]) -> list[Reading]:
        """The records cut and tokenised."""
        return [read(record, self.cascade.patterns.tokenizer) for record in records]

    def disclosures(self, records: Iterable[Record]) -> list[Disclosures]:
        """What a scan would disclose of each record."""
        readings = self.read(records)
        return self._combined(self.fused, readings, list(self.cascade.detect(readings)))

    def see(self, records: Iterable[Record]) -> Seen:
        """Everything that the model and its parts say of each record."""
        readings = self.read(records)
        gated = list(self.cascade.detect(readings))
        whole = list(replace(self.cascade, gate=-np.inf).detect(readings))
        return Seen(
            fused=self._combined(self.fused, readings, gated),
            patterns=self._combined(self.plain, readings, gated),
            linear=_surest(whole, "linear"),
            encoder=_surest(whole, "encoder"),
            open_gate=self._combined(self.fused, readings, whole),
        )

    @staticmethod
    def _combined(fusion: Fusion, readings: Sequence[Reading], found: Sequence[Sequence[Finding]]) -> list[Disclosures]:
        return [fusion.combine(reading, own) for reading, own in zip(readings, found, strict=True)]


def flagged(disclosures: Sequence[Disclosures]) -> Found:
    """The families flagged in each text."""
    return [frozenset(one.family for one in own if one.flagged) for own in disclosures]


def chances_of(disclosures: Sequence[Disclosures]) -> np.ndarray:
    """The probabilities of disclosures, texts by families."""
    return _filled(disclosures, lambda one: one.probability)


def above(scores: np.ndarray, threshold: float) -> Found:
    """The families whose score reaches a threshold, in each text."""
    return [frozenset(DETECTED[at] for at in np.flatnonzero(row >= threshold)) for row in scores]


def _surest(findings: Sequence[Sequence[Finding]], detector: str) -> np.ndarray:
    own = [[finding for finding in found if finding.detector == detector] for found in findings]
    return _filled(own, lambda finding: finding.precision)


def _filled(said: "Sequence[Sequence[Finding | Disclosure]]", value: "Callable[..., float]") -> np.ndarray:
    table = np.zeros((len(said), len(DETECTED)))
    for row, own in zip(table, said, strict=True):
        for one in own:
            row[PLACE[one.family]] = max(row[PLACE[one.family]], value(one))
    return table
