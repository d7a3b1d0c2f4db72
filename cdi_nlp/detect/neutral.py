"""Neutral text: what the learned detectors read, without people's names, sexes and origins.

Who someone is decides no offence. A model that reads names learns from them whatever its corpus happened to say of
their bearers; one that never sees them cannot (docs/decisions/0010). Every name is one stand-in, words of one sex read
as those of the other, origins are left out. Each character of the new text knows its place in the old one, so what is
found points into the record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cdi_nlp.taxonomy.neutral import NeutralWords, neutral_words

_SEX_AND_AGE = re.compile(r"[mf]\d{1,2}|\d{1,2}[mf]")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_ENDS_SENTENCE = frozenset(".!?:;\n\"'(-[/>*\u201c\u201d\u2013\u2014\u2022")
READING = "neutral 1, passages of 900"
"""How a model of this version reads a text: one that was fitted to another reading is refused. Changed with anything
here, in the words or in the passages that makes most texts read otherwise."""
SHOUTED = 0.6
"""Share of capitals among a text's letters from which capitals say nothing of a word."""
LEAST_NAME = 2
"""Letters of the shortest name."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """A text without who people are; `starts` and `ends` are the old place of each of its characters."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the old text that characters `start` to `end` of the new one stand for, at least one."""
        return self.starts[start], self.ends[max(start, end - 1)]


@lru_cache(maxsize=1024)
def neutral(text: str) -> Neutral:
    """A text without who people are; remembered, for each segment is read as its neighbours' neighbour too."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        parts.append(text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    place = 0
    for start, end, piece in _Changes(text, neutral_words()):
        whole = not piece and text[end - 1 : end] != " "
        before = whole and start > place and text[start - 1] == " "
        keep(place, start - before)
        parts.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
        place = end + (whole and not before and text[end : end + 1] == " ")
    keep(place, len(text))
    return Neutral("".join(parts), tuple(starts), tuple(ends))


class _Changes:
    """Where a text is to be read otherwise: first and last character, and what is read there."""

    def __init__(self, text: str, words: NeutralWords) -> None:
        """Find the words of a text."""
        self.text, self.words = text, words
        self.found = list(_WORD.finditer(text))
        self.shouted = _shouted(text)

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        """Each change in order."""
        at = 0
        while at < len(self.found):
            stop = self._names_until(at)
            if stop > at:
                yield self._person(at, stop)
                at = stop
                continue
            word = self.found[at]
            change = self._word(at)
            if self._is_title(at):
                yield word.start(), self.found[at + 1].start(), ""
            elif change is not None:
                yield word.start(), word.start() + len(_stem(word[0])), change
            at += 1

    def _gap(self, at: int) -> str:
        """What stands before a word, after the one before it; a line's end before the first."""
        return self.text[self.found[at - 1].end() : self.found[at].start()] if at else "\n"

    def _is_title(self, at: int) -> bool:
        """Whether a word is a title with the name that it belongs to after it."""
        if self.found[at][0].lower() not in self.words.titles or at + 1 == len(self.found):
            return False
        return self._gap(at + 1) in (" ", ". ") and self._is_name(at + 1, introduced=True)

    def _word(self, at: int) -> str | None:
        """What a word that is no name reads as; None where it stays."""
        words, low = self.words, _stem(self.found[at][0]).lower()
        follows = self.found[at + 1][0] if at + 1 < len(self.found) else ""
        if low in words.origins:
            return None if follows.lower() in words.breeds else ""
        if low in words.colours and follows and len(self._gap(at + 1)) <= 1:
            follows = _stem(follows).lower()
            return "" if follows in words.people or follows in words.origins else None
        if low == "f" and self.text[self.found[at].end() :][:1] == "*":
            return None
        if _SEX_AND_AGE.fullmatch(low):
            return low.replace("f", "m")
        return self._plain(low)

    def _plain(self, low: str) -> str | None:
        """What a word, or the parts of one with hyphens, read as; None where it stays."""
        words = self.words
        if low in words.reads_as or "-" not in low:
            return words.reads_as.get(low)
        parts = low.split("-")
        if all(part in words.origins or part in words.colours for part in parts):
            return ""
        read = "-".join(words.reads_as.get(part, part) for part in parts)
        return read if read != low else None

    def _names_until(self, at: int) -> int:
        """The number of the first word after the names that begin with word `at`; `at` itself where it is no name.

        A name goes on for as long as names follow, and over one word that is none but has a capital ("Rosie Black").
        """
        if not self._is_name(at, introduced=self._introduced(at)):
            return at
        stop = at + 1
        while stop < len(self.found) and self._gap(stop) == " ":
            before, word = self.found[stop - 1][0], self.found[stop][0]
            if before != _stem(before):
                break
            if not self._is_name(stop, introduced=True):
                low, words = word.lower(), self.words
                odd = stop == at + 1 and word.istitle() and not self.shouted and not self._is_said(low)
                return stop + int(odd and low not in words.kept and low not in words.people)
            stop += 1
        return stop

    def _is_name(self, at: int, *, introduced: bool) -> bool:
        """Whether a word is a name; `introduced` is one after a title, a rank or another name.

        A word that no list knows is one where a capital within a sentence says so: at its beginning it may be misspelt.
        """
        word, words = _stem(self.found[at][0]), self.words
        low = word.lower()
        if len(low) < LEAST_NAME or any(map(str.isdigit, low)) or self._is_said(low) or low in words.kept:
            return False
        if low in words.names:
            return True
        capital = word[0].isupper() and (self.shouted or not word.isupper())
        inside = capital and not self.shouted and not _begins_sentence(self.text, self.found[at].start())
        if low in words.either:
            return capital and (inside or introduced)
        if low in words.words:
            return capital and not self.shouted and self._introduced(at)
        return capital and (introduced or (inside and len(low) > LEAST_NAME))

    def _is_said(self, low: str) -> bool:
        """Whether a word has a reading of its own, and so is no name."""
        words = self.words
        if low in words.origins or low in words.ranks or low in words.titles or low in words.breeds:
            return True
        return low not in words.either and any(part in words.reads_as for part in low.split("-"))

    def _introduced(self, at: int) -> bool:
        """Whether a title or a rank stands right before a word."""
        if self._gap(at) not in (" ", ". "):
            return False
        before = self.found[at - 1][0].lower()
        return before in self.words.titles or before in self.words.ranks

    def _person(self, at: int, stop: int) -> tuple[int, int, str]:
        """A run of names as one stand-in, or as nothing where a relation right before says who is meant."""
        last = self.found[stop - 1]
        start, end = self.found[at].start(), last.start() + len(_stem(last[0]))
        if self._gap(at) == " " and self.found[at - 1][0].lower() in self.words.relations:
            return start, end, ""
        return start, end, self.words.called


def _stem(word: str) -> str:
    """A word without the ending that an apostrophe begins."""
    for mark in ("'", "\u2019"):
        head, _, tail = word.rpartition(mark)
        if head and tail.lower() in ("s", "ll", "d", "re", "ve"):
            return head
    return word


def _shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(map(str.isupper, letters)) > SHOUTED * len(letters) if letters else False


def _begins_sentence(text: str, start: int) -> bool:
    """Whether nothing or the end of a sentence stands before a place."""
    while start and text[start - 1] == " ":
        start -= 1
    return not start or text[start - 1] in _ENDS_SENTENCE
