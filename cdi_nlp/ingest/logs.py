"""Logs: the entries of a free text, and the segments (sentences, lines, answers) that detection reads.

No character is lost: entries cover the text without a gap, segments and the questions they answer cover every
character of it that is not space, and every offset points into the text as given.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from cdi_nlp.ingest.answers import Reader
from cdi_nlp.ingest.blocks import find_headers
from cdi_nlp.ingest.forms import Setting, items
from cdi_nlp.ingest.headers import Header, end_columns, moment
from cdi_nlp.ingest.lines import cut_lines, rejoin
from cdi_nlp.ingest.system_lines import is_system
from cdi_nlp.records import Entry, Record, Segment


def parse_entries(text: str, *, reported_at: datetime | None = None) -> tuple[Entry, ...]:
    """Return the entries of a log, covering the text in order; one entry where no line has a header.

    `reported_at` gives the date to headers that hold only a time.
    """
    headers = [header for header in find_headers(text) if header.opens]
    if not headers:
        return (Entry(0, len(text)),)
    entries: list[Entry] = []
    first = _line_start(text, headers[0].start)
    before = text[:first].strip()
    if before and not is_system(before):
        entries.append(Entry(0, first))
    known, last = (reported_at.date(), reported_at) if reported_at else (None, None)
    for number, header in enumerate(headers):
        start = entries[-1].end if entries else 0
        end = _line_start(text, headers[number + 1].start) if number + 1 < len(headers) else len(text)
        at = moment(header, known=known, last=last)
        if at is not None:
            known, last = at.date(), at
        entries.append(Entry(start, end, at, _signed(text, header, end), header.category))
    return tuple(entries)


def _line_start(text: str, at: int) -> int:
    """Return where the line whose first word is at `at` begins, with its indent."""
    while at and text[at - 1] in " \t>":
        at -= 1
    return at


def _signed(text: str, header: Header, end: int) -> str | None:
    """Return the author: the column at the end of an export's line before a call sign in its words."""
    stop = text.find("\n", header.body, end)
    line = text[header.body : end if stop < 0 else stop][-80:].rstrip()
    columns = end_columns(line, 0, len(line)) if "\t" in line or "   " in line else None
    return columns[1] if columns else header.author


def with_entries(record: Record) -> Record:
    """Return the record with the entries of its log, found in the text where the source did not give them.

    A source leaves this to whoever reads the text, because it costs as much as all the rest of reading a row.
    """
    if record.entries:
        return record
    return replace(record, entries=parse_entries(record.text, reported_at=record.reported_at))


def segments(record: Record) -> tuple[Segment, ...]:
    """Return the segments in text order; with the questions they answer they cover all that is not space."""
    text, entries = record.text, record.entries
    groups = rejoin(text, cut_lines(text, entries, find_headers(text)), entries)
    asked = [items(text, group[0].body, group[-1].end) for group in groups]
    counts = Counter(group[0].entry for group, found in zip(groups, asked, strict=True) for _ in found)
    reader = Reader(text)
    for group, found in zip(groups, asked, strict=True):
        number = group[0].entry
        setting: Setting = "form" if counts[number] > 1 else "narrative"
        if (entries[number].category or "").upper().startswith("QUESTION"):
            setting = "questions"
        reader.read(group, entries[number], items=found, setting=setting)
    return tuple(reader.found)
