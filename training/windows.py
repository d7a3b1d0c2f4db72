"""Windows with their answers: what the learned detectors are fitted to, from entries and from whole records.

At least half of what a model reads must be the quiet lines of whole records, for false flags of a tenth of the records
need under one in a hundred of their lines. Of a family that the text tells elsewhere a line is left out of the loss.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cdi_nlp.detect.windows import Window, windows_of
from cdi_nlp.ingest.logs import segments, with_entries
from cdi_nlp.records import DISCLOSING, Entry, Record, Segment
from training.corpus import RECORD_TYPES, record_text
from training.corpus import Entry as Written
from training.marks import Marked, Span

SHARE = 0.45
"""Share of a quote that a segment must hold to tell it; under a half, for a quote may run over a full stop."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A window and its answer: the mentions that it holds, with places that count characters of its target.

    `unsure` are the families that the text tells elsewhere: a writer marks the words that tell a thing best, not every
    line that tells it again, so nothing is known of them here.
    """

    source: str
    window: Window
    mentions: tuple[Span, ...] = ()
    unsure: frozenset[str] = frozenset()

    @property
    def families(self) -> frozenset[str]:
        """The families that the window discloses."""
        return frozenset(mention.family for mention in self.mentions if mention.status in DISCLOSING)


@dataclass(frozen=True, slots=True)
class Told:
    """A record with the spans that its writer marked, ready to be cut into windows."""

    record: Record
    spans: tuple[Span, ...] = field(default=())
    families: frozenset[str] = frozenset()


def of_entry(entry: Written, marked: Marked | None = None) -> Told:
    """An entry as a record of its own; `marked` is another form of its text with the same spans."""
    text, spans = marked or (entry.text, entry.spans)
    kind = RECORD_TYPES.get(entry.register, "incident")
    return Told(Record(entry.id, text, (Entry(0, len(text)),), kind), spans, entry.families)


def of_record(row: dict[str, Any]) -> Told:
    """A whole record of the corpus; its quotes are its spans."""
    text = record_text(row)
    record = Record(str(row["id"]), text, (), row["record_type"], datetime.fromisoformat(str(row["reported_at"])))
    spans = []
    for told in row["gold"]["disclosed"]:
        start = text.find(told["quote"])
        status = told.get("status", "affirmed")
        reporter, when = told.get("reported_by", "victim"), told.get("when", "current")
        spans.append(Span(start, start + len(told["quote"]), told["family"], status, reporter, when))
    return Told(record, tuple(sorted(spans, key=lambda span: span.start)), frozenset(row["gold"]["families"]))


def labelled(told: Told) -> Iterator[Labelled]:
    """The windows of a marked text, with what is told in each."""
    record = with_entries(told.record)
    cut = segments(record)
    for window in windows_of(record, cut):
        own = _mentions(cut[window.segment], told.spans)
        yield Labelled(record.id, window, own, told.families - {mention.family for mention in own})


def _mentions(segment: Segment, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of which a segment holds its share, or that fill half of it, moved to count from its start."""
    found = []
    for span in spans:
        start, end = max(span.start, segment.start), min(span.end, segment.end)
        if start < end and (end - start) / min(span.end - span.start, segment.end - segment.start) >= SHARE:
            found.append(replace(span, start=start - segment.start, end=end - segment.start))
    return tuple(found)


def all_windows(told: Iterable[Told]) -> list[Labelled]:
    """The windows of many texts, in order."""
    return [window for one in told for window in labelled(one)]
