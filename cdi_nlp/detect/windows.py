"""Windows and passages: what a learned detector reads of a record.

A segment alone is often too little ("He did it again"). A window is the segment with the one before it, or the question
it answers, and the one after it. A passage is a run of segments, fourteen lines or so: a course of conduct, or an order
in one line and its breach in another, is told by no window. Lines that a system wrote are left out of both.
"""

from dataclasses import dataclass

from cdi_nlp.detect import Reading
from cdi_nlp.records import Record, Segment

LEAST_LETTERS = 8
"""A segment with fewer letters tells nothing by itself ("NO.", "14:02")."""
MOST_LETTERS = 400
"""Characters of a neighbour that a window holds."""
PASSAGE_LETTERS = 900
"""Characters of a passage: some 230 tokens, in capitals and shorthand up to 384."""
OVERLAP = 240
"""Characters of a passage's end with which the next one begins."""


@dataclass(frozen=True, slots=True)
class Window:
    """A segment's words with its neighbours' words; `segment` is its number in the reading."""

    segment: int
    before: str
    target: str
    after: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of segments read as one: their numbers, their words, and the question that each answers, if any."""

    segments: tuple[int, ...]
    parts: tuple[str, ...]
    questions: tuple[str, ...]


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


def passages_of(record: Record, segments: tuple[Segment, ...]) -> tuple[Passage, ...]:
    """The passages of a record cut into segments: each begins with the end of the one before it."""
    text = record.text
    kept = [number for number, segment in enumerate(segments) if _told(text, segment)]
    sizes = [segments[number].end - segments[number].start for number in kept]
    found, first = [], 0
    while first < len(kept):
        stop, held = first + 1, sizes[first]
        while stop < len(kept) and held + sizes[stop] <= PASSAGE_LETTERS:
            held += sizes[stop]
            stop += 1
        found.append(_passage(text, segments, kept[first:stop]))
        if stop == len(kept):
            break
        begun, first, held = first, stop, 0
        room = min(OVERLAP, PASSAGE_LETTERS - sizes[stop])  # a long segment next leaves less room for the overlap
        while first - 1 > begun and held + sizes[first - 1] <= room:
            first -= 1
            held += sizes[first]
    return tuple(found)


def _passage(text: str, segments: tuple[Segment, ...], numbers: list[int]) -> Passage:
    chosen = [segments[number] for number in numbers]
    asked = tuple(text[one.question[0] : one.question[1]] if one.question else "" for one in chosen)
    return Passage(tuple(numbers), tuple(_words(text, one) for one in chosen), asked)


def _told(text: str, segment: Segment) -> bool:
    if segment.kind in ("system", "question"):
        return False
    return bool(segment.question) or sum(map(str.isalpha, text[segment.start : segment.end])) >= LEAST_LETTERS


def _words(text: str, segment: Segment) -> str:
    return text[segment.start : segment.end]
