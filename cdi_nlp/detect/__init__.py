"""Detectors behind one Protocol: batch in, one result per input, same order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cdi_nlp.records import Finding, Record, Segment


@dataclass(frozen=True, slots=True)
class Reading:
    """A record and the segments it was cut into: what a detector reads."""

    record: Record
    segments: tuple[Segment, ...]


class Detector(Protocol):
    """Finds mentions of offences. Fitting belongs to training, not here."""

    name: str
    version: str

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading, in the order of the readings."""
        ...
