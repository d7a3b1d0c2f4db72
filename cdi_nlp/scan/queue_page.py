"""`queue.html`: the ranked queue as one page that needs nothing else and runs nothing.

Every word of a record is escaped by the template; the page holds no script and forbids any by its own policy, so that a
narrative with HTML in it is shown, never run.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import jinja2

from cdi_nlp.records import Record, Result

SHOWN = 4_000
"""Most characters of one record shown on the page; longer ones are cut around their evidence."""
AROUND = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a record's text: plain, evidence (of the family named), or left out."""

    text: str
    family: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One record in the queue, ready to show."""

    record: Record
    result: Result
    pieces: tuple[Piece, ...]
    recorded: tuple[str, ...]


@dataclass(slots=True)
class Queue:
    """The worst records seen so far, no more than `size` of them, whatever the length of the source."""

    size: int
    recorded: Callable[[Record], tuple[str, ...]]
    _heap: list[tuple[float, int, Record, Result]] = field(default_factory=list)
    _order: int = 0

    def add(self, record: Record, result: Result) -> None:
        """Keep a record if it has something unrecorded or wrongly classed, and is among the worst."""
        if not (result.unrecorded or result.wrong_class):
            return
        self._order += 1
        entry = (result.priority, -self._order, record, result)
        if len(self._heap) < self.size:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def ranked(self, *, quotes: bool = True) -> list[Item]:
        """The items, worst first; without quotes, no text of the record."""
        entries = sorted(self._heap, key=lambda entry: (-entry[0], -entry[1]))
        return [
            Item(record, result, pieces_of(record, result) if quotes else (), self.recorded(record))
            for _, _, record, result in entries
        ]


def pieces_of(record: Record, result: Result) -> tuple[Piece, ...]:
    """The record's text cut at its flagged evidence; the far parts of a long record are left out and said to be."""
    spans = sorted(
        (span.start, span.end, disclosure.family)
        for disclosure in result.disclosures
        if disclosure.flagged
        for span in disclosure.evidence
    )
    pieces: list[Piece] = []
    place = 0
    for start, end, family in spans:
        if start < place:
            continue
        pieces += _plain(record.text[place:start], first=not pieces, total=len(record.text))
        pieces.append(Piece(_visible(record.text[start:end]), family=family))
        place = end
    rest = record.text[place:]
    if len(record.text) > SHOWN and len(rest) > AROUND:
        return (*pieces, Piece(_visible(rest[:AROUND])), Piece(f"{len(rest) - AROUND:,} characters", cut=True))
    return (*pieces, Piece(_visible(rest)))


def _plain(text: str, *, first: bool, total: int) -> list[Piece]:
    if total <= SHOWN or len(text) <= 2 * AROUND:
        return [Piece(_visible(text))]
    hidden = len(text) - (AROUND if first else 2 * AROUND)
    opening = [] if first else [Piece(_visible(text[:AROUND]))]
    return [*opening, Piece(f"{hidden:,} characters", cut=True), Piece(_visible(text[-AROUND:]))]


def _visible(text: str) -> str:
    """The text with what a page cannot hold (NUL, lone surrogates) as the replacement character."""
    return "".join("\ufffd" if letter == "\x00" or "\ud800" <= letter <= "\udfff" else letter for letter in text)


def render(items: Sequence[Item], summary: dict[str, object]) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string((files("cdi_nlp.scan") / "queue.html.jinja").read_text(encoding="utf-8"))
    return template.render(items=items, summary=summary, readable=readable)


def readable(name: str) -> str:
    """A family's name as words."""
    return name.replace("_", " ")
