"""Lines: the lines of a record, with those that a fixed width broke in mid-sentence put together again."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cdi_nlp.ingest.headers import Header, end_columns
from cdi_nlp.records import Entry

_LINE = re.compile(r"\S(?:[^\r\n]*\S)?")
_ENDED = re.compile(r"(?:[.!?:;…][\"'”’)\]]*|\*\*)$")
_FRESH = re.compile(
    r"[-–•*●▪>#=+~\[]|\(?\d{1,2}[.):]|\(?[a-zA-Z][.)][ \t]|Q\d|[A-Za-z][\w /&()'’-]{0,30}[:=](?!\S)"
    r"|[A-Za-z][\w ]{0,24}\t|\d{1,2}[:.]\d\d\b|\d{1,2} [A-Z]"
)
_DANGLING = frozenset(
    "a an and as at because but by for from had has have his if in into is its my of on or our over the"
    " their to was were when where which while who whose will with your".split()
)
"""Words that no sentence ends with: a line that does was broken, whatever the width."""
_HANGING = frozenset(
    "about after again all also any are around back be been before being both can could did do does down"
    " each get got he her him how i it just me more mr mrs no not now off one other out own said says she"
    " so some such than that them then there they this told towards under until up very we went what would"
    " you between".split()
)
_REPLIED = frozenset("NO YES No Yes N Y N/A NIL NONE Nil None".split())
_NARROWEST, _WIDEST = 40, 240


class Line(NamedTuple):
    """A line without the space around it: header to `body`, narrative to `end`, columns to `stop`."""

    entry: int
    start: int
    body: int
    end: int
    stop: int


def cut_lines(text: str, entries: Sequence[Entry], headers: Sequence[Header]) -> list[Line]:
    """Return the lines that are not blank, in order, each in its entry, header and columns told apart."""
    bodies = {header.start: header.body for header in headers}
    columned = "\t" in text or "   " in text
    lines: list[Line] = []
    place = 0
    for number, entry in enumerate(entries):
        for found in _LINE.finditer(text, place, entry.end):
            start, stop = found.span()
            body = min(bodies.get(start, start), stop)
            end = stop
            if columned and body > start and (columns := end_columns(text, body, stop)):
                end = columns[0]
            lines.append(Line(number, start, body, end, stop))
        place = entry.end
    return lines


def rejoin(text: str, lines: Sequence[Line], entries: Sequence[Entry]) -> list[list[Line]]:
    """Return the lines in groups: a group is one line, or the lines one sentence was broken into.

    A line was broken there when its sentence had not ended, the next word would not have fitted, and either
    the words hang or other lines of the record reach the same width. In doubt the lines stay apart.
    """
    groups: list[list[Line]] = []
    sizes: dict[int, int] = {}
    for number, line in enumerate(lines):
        if number and _may_go_on(text, lines[number - 1], line):
            before = lines[number - 1]
            sizes = sizes or _sizes(lines)
            if _same_voice(text, before, line, entries) and _goes_on(text, before, line, sizes):
                groups[-1].append(line)
                continue
        groups.append([line])
    return groups


def _may_go_on(text: str, before: Line, line: Line) -> bool:
    """Say whether the cheap tests pass: a long line with no end, nothing blank between, no bullet after."""
    return (
        before.end - before.start >= _NARROWEST
        and text.count("\n", before.stop, line.start) < 2
        and line.body < line.end
        and not _ENDED.search(text, max(before.body, before.end - 4), before.end)
        and not _FRESH.match(text, line.body, line.end)
    )


def _same_voice(text: str, before: Line, line: Line, entries: Sequence[Entry]) -> bool:
    first, second = entries[before.entry], entries[line.entry]
    if line.body > line.start:
        same = text[before.start : before.body] == text[line.start : line.body]
        return same and first.author == second.author
    return before.entry == line.entry or (first.at is not None and _voice(first) == _voice(second))


def _voice(entry: Entry) -> tuple[datetime | None, str | None, str | None]:
    return entry.at, entry.author, entry.category


def _sizes(lines: Sequence[Line]) -> dict[int, int]:
    """Return how many lines have each length, in steps of eight; those without their headers below zero."""
    counts: dict[int, int] = {}
    for line in lines:
        for step in {(line.end - line.start) >> 3, ~((line.end - line.body) >> 3)}:
            counts[step] = counts.get(step, 0) + 1
    return counts


def _goes_on(text: str, before: Line, line: Line, sizes: dict[int, int]) -> bool:
    headed = line.body > line.start
    size = before.end - (before.body if headed else before.start)
    if not _NARROWEST <= size <= _WIDEST:
        return False
    last = text[max(before.body, before.end - 24) : before.end].rpartition(" ")[2]
    if not last or last in _REPLIED:  # nothing but a header, such as a mail's "To:", does not run on
        return False
    if last.lower() in _DANGLING:
        return True
    first = text[line.body : line.body + 24].split(None, 1)[0]

    def count(step: int) -> int:
        return sizes.get(~step if headed else step, 0)

    step = size >> 3
    # The rows of one export share their time to the second, which is company enough.
    company = headed or count(step) + max(count(step - 1), count(step + 1)) > 2
    full = not any(count(wider) for wider in range((size + len(first) + 9) >> 3, (_WIDEST >> 3) + 1))
    hanging = last.lower() in _HANGING or last[-1] == "," or (first[0].islower() and last[-1].isalnum())
    return (hanging and (full or company)) or (full and company)
