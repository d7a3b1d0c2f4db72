"""Detectors behind one Protocol: batch in, one result per input, same order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cdi_nlp.detect.matching import Page, Tokenizer
from cdi_nlp.ingest.logs import segments, with_entries
from cdi_nlp.records import Finding, Record, Segment


@dataclass(frozen=True, slots=True)
class Reading:
    """A record, the segments it was cut into, and the pages that phrases are matched on: what a detector reads."""

    record: Record
    segments: tuple[Segment, ...]
    pages: tuple[Page, ...]


def read(record: Record, tokenizer: Tokenizer) -> Reading:
    """A record cut into segments, ready for the detectors."""
    record = with_entries(record)
    cut = segments(record)
    return Reading(record, cut, tokenizer.pages(record, cut))


class Detector(Protocol):
    """Finds mentions of offences. Fitting belongs to training, not here."""

    name: str
    version: str

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading, in the order of the readings."""
        ...


class ReadingDetector(Detector, Protocol):
    """A detector that says how records are tokenised for it: what a scan is built on."""

    tokenizer: Tokenizer
