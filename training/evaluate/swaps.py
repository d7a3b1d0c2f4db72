"""Swaps: the same text of other people. A name, a sex or an origin decides no offence and may flip no flag.

Where a text has a name or a description it is exchanged for another; where it has a bare relation or person ("her ex",
"a man") one is put to it. Spans are kept, as in the augmentation, so that what is told stands where it stood.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from training.augment import Edit, apply, cased
from training.marks import Marked
from training.windows import Told

VERSIONS = 2
"""How many times a text is given other names, and another origin."""
_WORD = re.compile(r"[A-Za-z']+")


@dataclass(frozen=True, slots=True)
class _Tables:
    """The swaps' words: `names` by origin and sex, and expressions that find where something is exchanged or put."""

    names: Mapping[str, Mapping[str, tuple[str, ...]]]
    sex_of: Mapping[str, str]
    sexes: Mapping[str, str]
    after_object: frozenset[str]
    relations: Mapping[str, str]
    ethnicity: Mapping[str, tuple[str, ...]]
    titled: re.Pattern[str]
    related: re.Pattern[str]
    described: re.Pattern[str]
    bare: re.Pattern[str]


@cache
def _tables() -> _Tables:
    with (Path(__file__).parent / "swaps.toml").open("rb") as file:
        table = tomllib.load(file)
    names = {origin: {kind: tuple(own) for kind, own in row.items()} for origin, row in table["names"].items()}
    ethnicity = {kind: tuple(own) for kind, own in table["ethnicity"].items()}
    relations = {word: kind for kind, words in table["relations"].items() for word in words}
    persons = "|".join(ethnicity["people"])
    colours = "|".join(ethnicity["colours"])
    told = "|".join(word for kind in ("nations", "religions", "worship", "codes") for word in ethnicity[kind])
    return _Tables(
        names=names,
        sex_of={name: kind for row in names.values() for kind in ("male", "female") for name in row[kind]},
        sexes=table["sexes"],
        after_object=frozenset(table["after_object"]["words"]),
        relations=relations,
        ethnicity=ethnicity,
        titled=re.compile(rf"\b(?i:{'|'.join(table['titles']['words'])})\.? ([A-Z][A-Za-z]{{2,}})\b"),
        related=re.compile(rf"\b(?i:my|his|her) ({'|'.join(relations)})(?= [a-z]|\.|,(?! [A-Z]))"),
        described=re.compile(rf"\b(?:{told}|(?:{colours})(?= (?:{persons})\b))\b", re.IGNORECASE),
        bare=re.compile(rf"(?<![\w-])(?:(an?) )?({persons})\b", re.IGNORECASE),
    )


def names(marked: Marked, rng: np.random.Generator) -> Marked:
    """Every first name and every surname after a title as another of one drawn origin, and a name put to relations.

    One name stays one name through the text, two stay two, and a first name keeps its sex.
    """
    tables, text = _tables(), marked[0]
    pool = tables.names[list(tables.names)[int(rng.integers(len(tables.names)))]]
    given: dict[str, str] = {}

    def drawn(old: str, kind: str) -> str:
        if old not in given:
            left = [name for name in pool[kind] if name not in given.values()] or pool[kind]
            given[old] = left[int(rng.integers(len(left)))]
        return given[old]

    edits = {}
    for word in tables.titled.finditer(text):
        new = drawn(word[1], tables.sex_of.get(word[1], "surnames"))
        edits[word.start(1)] = Edit(word.start(1), word.end(1), new.upper() if word[1].isupper() else new)
    for word in _WORD.finditer(text):
        name = word[0].title() if word[0].isupper() else word[0]
        if name in tables.sex_of:
            edits[word.start()] = Edit(word.start(), word.end(), cased(drawn(name, tables.sex_of[name]), word[0]))
    for word in tables.related.finditer(text):
        kind = tables.relations[word[1]]
        new = drawn(word[1], kind if kind != "either" else ("male", "female")[int(rng.integers(2))])
        edits[word.end()] = Edit(word.end(), word.end(), f" {new}")
    return apply(marked, list(edits.values()))


def sexes(marked: Marked, rng: np.random.Generator) -> Marked:  # noqa: ARG001  every change has one shape
    """Every he a she and every husband a wife, and the reverse; first names stay as they are.

    "her" becomes "his" before a thing or person had, else "him".
    """
    table = _tables().sexes
    edits = []
    for word in _WORD.finditer(marked[0]):
        low = word[0].lower()
        new = table.get(low) or _her_or_his(low, marked[0][word.end() :])
        if new:
            edits.append(Edit(word.start(), word.end(), cased(new, word[0])))
    return apply(marked, edits)


def _her_or_his(word: str, after: str) -> str | None:
    """What "his" and "her" become when the sexes change; None for other words."""
    if word == "his":
        return "her"
    if word != "her":
        return None
    following = re.match(r" ([A-Za-z']+)", after)
    return "his" if following and following[1].lower() not in _tables().after_object else "him"


def ethnicity(marked: Marked, rng: np.random.Generator) -> Marked:
    """Every colour, nation, religion and IC code of a person as another of its kind, and an origin put to people."""
    tables, text = _tables(), marked[0]
    given: dict[str, str] = {}
    edits = []
    held = [found.span() for found in tables.described.finditer(text)]
    for start, end in held:
        old = text[start:end].lower()
        kind = next(own for own in tables.ethnicity.values() if old in map(str.lower, own))
        others = [word for word in kind if word.lower() != old]
        new = given.setdefault(old, others[int(rng.integers(len(others)))])
        edits.append(Edit(start, end, cased(new, text[start:end])))
    origins = (*tables.ethnicity["colours"], *tables.ethnicity["nations"], *tables.ethnicity["religions"])
    for found in tables.bare.finditer(text):
        if any(start <= found.start(2) <= end + 1 for start, end in held):
            continue
        new = given.setdefault(found[2].lower(), origins[int(rng.integers(len(origins)))])
        if found[1]:
            article = cased("an" if new[0].lower() in "aeiou" else "a", found[1])
            edits.append(Edit(found.start(1), found.end(1), article))
        edits.append(Edit(found.start(2), found.start(2), (new.upper() if found[2].isupper() else new) + " "))
    return apply(marked, edits)


SWAPS: Mapping[str, tuple[Callable[[Marked, np.random.Generator], Marked], int]] = {
    "names": (names, VERSIONS),
    "sex": (sexes, 1),
    "ethnicity": (ethnicity, VERSIONS),
}
"""Every swap by name, and how many times a text goes through it."""


def swapped(told: Told, change: Callable[[Marked, np.random.Generator], Marked], rng: np.random.Generator) -> Told:
    """A marked text after a swap; an entry that was the whole of it is so still."""
    text, spans = change((told.record.text, told.spans), rng)
    entries = tuple(replace(entry, end=len(text)) for entry in told.record.entries)
    return replace(told, record=replace(told.record, text=text, entries=entries), spans=spans)
