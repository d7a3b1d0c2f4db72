"""Windows: what a learned detector reads of a segment, which is its words and those of its neighbours.

A segment alone is often too little ("He did it again") and a record too much. A window is the segment with the one
before it, or the question it answers, and the one after it. Lines that a system wrote are left out.
"""

from dataclasses import dataclass

from cdi_nlp.detect import Reading
from cdi_nlp.records import Record, Segment

LEAST_LETTERS = 8
"""A segment with fewer letters tells nothing by itself ("NO.", "14:02")."""
MOST_LETTERS = 400
"""Characters of a neighbour that a window holds."""


@dataclass(frozen=True, slots=True)
class Window:
    """A segment's words with its neighbours' words; `segment` is its number in the reading."""

    segment: int
    before: str
    target: str
    after: str


def windows(reading: Reading) -> tuple[Window, ...]:
    """The windows of a reading, in the order of its segments."""
    return windows_of(reading.record, reading.segments)


def windows_of(record: Record, segments: tuple[Segment, ...]) -> tuple[Window, ...]:
    """The windows of a record cut into segments."""
    text = record.text
    kept = [number for number, segment in enumerate(segments) if _told(text, segment)]
    found = []
    for place, number in enumerate(kept):
        segment = segments[number]
        before = _words(text, segments[kept[place - 1]]) if place else ""
        if segment.question:
            before = text[segment.question[0] : segment.question[1]]
        after = _words(text, segments[kept[place + 1]]) if place + 1 < len(kept) else ""
        found.append(Window(number, before[-MOST_LETTERS:], _words(text, segment), after[:MOST_LETTERS]))
    return tuple(found)


def _told(text: str, segment: Segment) -> bool:
    if segment.kind in ("system", "question"):
        return False
    return bool(segment.question) or sum(map(str.isalpha, text[segment.start : segment.end])) >= LEAST_LETTERS


def _words(text: str, segment: Segment) -> str:
    return text[segment.start : segment.end]
