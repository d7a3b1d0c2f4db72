"""Marks: the writers' inline labels, `he [[grabbed her by the hair|common_assault affirmed victim current]]`.

A mark holds the words and, after a bar, one label or several with ";" between: family, status, reporter, when.
"""

import re
from dataclasses import dataclass
from typing import cast, get_args

from cdi_nlp.records import DISCLOSING, Reporter, Status, When
from cdi_nlp.taxonomy import DETECTED

_MARK = re.compile(r"\[\[(?P<words>.+?)\|(?P<labels>[^\[\]|]+?)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a plain text, and what they tell: a family, its status, who says so, when."""

    start: int
    end: int
    family: str
    status: Status
    reported_by: Reporter
    when: When

    @property
    def discloses(self) -> bool:
        """Whether the span's status counts towards a disclosure."""
        return self.status in DISCLOSING


Marked = tuple[str, tuple[Span, ...]]
"""A plain text and its spans."""


def read_marks(marked: str, *, where: str) -> tuple[str, tuple[Span, ...]]:
    """The plain text of a marked one, and its spans in order; a wrong mark is a ValueError that names the place."""
    plain: list[str] = []
    spans: list[Span] = []
    length = place = 0
    for mark in _MARK.finditer(marked):
        before, words = marked[place : mark.start()], mark["words"]
        plain += [before, words]
        length += len(before)
        spans += [_span(label, length, length + len(words), where=where) for label in mark["labels"].split(";")]
        length += len(words)
        place = mark.end()
    plain.append(marked[place:])
    text = "".join(plain)
    if "[[" in text or "]]" in text:
        raise ValueError(
            f"{where}: a mark is not closed or lacks its label; write [[words|family status reporter when]]"
        )
    return text, tuple(spans)


def _span(label: str, start: int, end: int, *, where: str) -> Span:
    parts = label.split()
    if len(parts) != 4:
        raise ValueError(f"{where}: label {label.strip()!r} has {len(parts)} words; write family status reporter when")
    family, status, reporter, when = parts
    for value, allowed in (
        (family, DETECTED),
        (status, get_args(Status)),
        (reporter, get_args(Reporter)),
        (when, get_args(When)),
    ):
        if value not in allowed:
            raise ValueError(f"{where}: {value!r} is not one of {', '.join(sorted(allowed))}")
    return Span(start, end, family, cast("Status", status), cast("Reporter", reporter), cast("When", when))
