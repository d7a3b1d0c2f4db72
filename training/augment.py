"""Augmentation: the same entry as another hand would have typed it. Labels and spans are kept; randomness comes in.

Each change maps a text and its spans to a new text and moved spans, so that `text[start:end]` still tells the offence.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from training.marks import Marked

_WORD = re.compile(r"[A-Za-z']+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a text and what stands there instead."""

    start: int
    end: int
    words: str


def apply(marked: Marked, edits: Sequence[Edit]) -> Marked:
    """A marked text with the edits made and its spans moved; edits may not overlap.

    A span that an edit touches grows or shrinks with it; one that ends where an edit begins is left alone.
    """
    text, spans = marked
    parts: list[str] = []
    shifts: list[tuple[int, int, int]] = []
    place = moved = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += [text[place : edit.start], edit.words]
        moved += len(edit.words) - (edit.end - edit.start)
        shifts.append((edit.start, edit.end, moved))
        place = edit.end
    parts.append(text[place:])
    new = "".join(parts)

    def at(position: int, *, closes: bool) -> int:
        shift = 0
        for start, end, total in shifts:
            inserted_here = start == end == position
            if end < position or (end == position and not (inserted_here and closes)) or (start < position < end):
                shift = total
        return position + shift

    return new, tuple(
        replace(span, start=at(span.start, closes=False), end=at(span.end, closes=True)) for span in spans
    )


@cache
def _tables() -> Mapping[str, Any]:
    with (Path(__file__).parent / "augment.toml").open("rb") as file:
        return tomllib.load(file)


def capitals(marked: Marked, rng: np.random.Generator) -> Marked:
    """The whole text in capitals, or all in lower case."""
    text, spans = marked
    new = text.upper() if rng.random() < 0.6 else text.lower()
    return (new, spans) if len(new) == len(text) else marked


def typos(marked: Marked, rng: np.random.Generator) -> Marked:
    """A slip in about one long word in fifteen: two letters swapped, one dropped, one doubled or a wrong neighbour."""
    text, _ = marked
    edits = []
    for word in _WORD.finditer(text):
        if len(word[0]) < 5 or rng.random() > 1 / 15:
            continue
        at = int(rng.integers(1, len(word[0]) - 2))
        own = word[0]
        kind = int(rng.integers(4))
        slip = (
            own[:at] + own[at + 1] + own[at] + own[at + 2 :],
            own[:at] + own[at + 1 :],
            own[:at] + own[at] + own[at:],
            own[:at] + _LETTERS[int(rng.integers(26))] + own[at + 1 :],
        )[kind]
        edits.append(Edit(word.start(), word.end(), slip))
    return apply(marked, edits)


def shorthand(marked: Marked, rng: np.random.Generator) -> Marked:
    """Some words as police shorthand, or shorthand written out (augment.toml)."""
    pairs = _tables()["shorthand"]
    swaps = dict(pairs) if rng.random() < 0.5 else {short: plain for plain, short in pairs.items()}
    return _swap_words(marked, swaps, rng=rng, share=0.6)


def _swap_words(marked: Marked, swaps: Mapping[str, str], *, rng: np.random.Generator, share: float) -> Marked:
    edits = []
    for word in _WORD.finditer(marked[0]):
        new = swaps.get(word[0].lower())
        if new and rng.random() < share:
            edits.append(Edit(word.start(), word.end(), cased(new, word[0])))
    return apply(marked, edits)


def cased(new: str, old: str) -> str:
    """A word in the case of the one that it replaces."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[0].upper() + new[1:] if old[0].isupper() else new


def wrapped(marked: Marked, rng: np.random.Generator) -> Marked:
    """The text with its lines broken at a fixed width, as terminals do: spaces become line breaks."""
    text, spans = marked
    width = int(rng.integers(40, 80))
    letters, column = list(text), 0
    last_space = -1
    for at, letter in enumerate(text):
        column = 0 if letter == "\n" else column + 1
        last_space = at if letter == " " else last_space
        if column >= width and last_space > 0:
            letters[last_space] = "\n"
            column = at - last_space
            last_space = -1
    return "".join(letters), spans


def among_boilerplate(marked: Marked, rng: np.random.Generator) -> Marked:
    """The entry between lines that a log or form would have around it."""
    text, spans = marked
    lines = _tables()["boilerplate"]
    before = [lines[int(rng.integers(len(lines)))] for _ in range(int(rng.integers(0, 3)))]
    after = [lines[int(rng.integers(len(lines)))] for _ in range(int(rng.integers(0, 3)))]
    head = "".join(line + "\n" for line in before)
    moved = tuple(replace(span, start=span.start + len(head), end=span.end + len(head)) for span in spans)
    return head + text + "".join("\n" + line for line in after), moved


CHANGES: Mapping[str, Callable[[Marked, np.random.Generator], Marked]] = {
    "capitals": capitals,
    "typos": typos,
    "shorthand": shorthand,
    "wrapped": wrapped,
    "among_boilerplate": among_boilerplate,
}
"""Every change by name."""


def augmented(marked: Marked, *, rng: np.random.Generator, chance: float = 0.3) -> Marked:
    """A marked text after each change has been made with the given chance, in a fixed order."""
    for change in CHANGES.values():
        if rng.random() < chance:
            marked = change(marked, rng)
    return marked
