"""Neutral text: what the learned detectors read, without people's names, sexes and origins.

Who someone is decides no offence. A model that reads names learns from them whatever its corpus happened to say of
their bearers; one that never sees them cannot (docs/decisions/0010). Names become a few stand-ins in the order in which
a text brings them, words of one sex read as those of the other, origins are left out. Each character of the new text
knows its place in the old one, so what is found points into the record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cdi_nlp.taxonomy.neutral import NeutralWords, neutral_words

_SEX_AND_AGE = re.compile(r"[mf]\d{1,2}|\d{1,2}[mf]")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_ENDS_SENTENCE = frozenset(".!?:;\n\"'(-[/>*\u201c\u201d\u2013\u2014\u2022")
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
        """The characters of the old text that characters `start` to `end` of the new one stand for."""
        return (self.starts[start], self.ends[end - 1]) if start < end else (0, 0)


@dataclass(slots=True)
class Neutralizer:
    """Makes texts of one account neutral: who is named in one of them is called the same in the next."""

    words: NeutralWords = field(default_factory=neutral_words)
    called: dict[str, str] = field(default_factory=dict)

    def read(self, text: str) -> Neutral:
        """A text without who people are."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []

        def add(piece: str, start: int, end: int) -> None:
            parts.append(piece)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))

        def keep(start: int, end: int) -> None:
            parts.append(text[start:end])
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))

        place = 0
        for start, end, piece in self._changes(text):
            keep(place, start)
            gap = not piece and start and text[start - 1] == " " and text[end : end + 1] == " "
            add(piece, start, end)
            place = end + 1 if gap else end
        keep(place, len(text))
        return Neutral("".join(parts), tuple(starts), tuple(ends))

    def _changes(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where a text is to be read otherwise: first and last character, and what is read there."""
        found = list(_WORD.finditer(text))
        shouted = _shouted(text)
        at = 0
        while at < len(found):
            stop = self._names_until(text, found, at, shouted=shouted)
            if stop > at:
                yield self._person(text, found, at, stop)
                at = stop
                continue
            word = found[at]
            change = self._word(text, found, at)
            if change is not None:
                yield word.start(), word.start() + len(_stem(word[0])), change
            at += 1

    def _word(self, text: str, found: list[re.Match[str]], at: int) -> str | None:
        """What a word that is no name reads as; None where it stays."""
        words, low = self.words, _stem(found[at][0]).lower()
        if low in words.titles and at + 1 < len(found) and self._named(text, found, at + 1):
            return ""
        if _SEX_AND_AGE.fullmatch(low):
            return low.replace("f", "m")
        if low in words.reads_as:
            return words.reads_as[low]
        if low in words.origins or self._origins_joined(low):
            return ""
        if low in words.colours and at + 1 < len(found) and found[at + 1].start() - found[at].end() <= 1:
            follows = found[at + 1][0].lower()
            return "" if follows in words.people or follows in words.origins else None
        return None

    def _origins_joined(self, low: str) -> bool:
        """Whether a word is origins joined by hyphens: "british-asian", "anglo-indian"."""
        own = self.words.origins | self.words.colours
        return "-" in low and all(part in own for part in low.split("-"))

    def _named(self, text: str, found: list[re.Match[str]], at: int) -> bool:
        """Whether a word right after a title is a name: it begins with a capital, or is a known name."""
        word, gap = found[at][0], text[found[at - 1].end() : found[at].start()]
        return gap in (" ", ". ") and (word[0].isupper() or _stem(word).lower() in self.words.names)

    def _names_until(self, text: str, found: list[re.Match[str]], at: int, *, shouted: bool) -> int:
        """The number of the first word after the names that begin with word `at`; `at` itself where it is no name.

        A name goes on for as long as names follow, and over one word that is none but has a capital ("Rosie Black").
        """
        if not self._is_name(text, found, at, introduced=self._introduced(text, found, at), shouted=shouted):
            return at
        stop = at + 1
        while stop < len(found) and text[found[stop - 1].end() : found[stop].start()] == " ":
            if found[stop - 1][0] != _stem(found[stop - 1][0]):
                break
            if self._is_name(text, found, stop, introduced=True, shouted=shouted):
                stop += 1
                continue
            low = found[stop][0].lower()
            odd = stop == at + 1 and found[stop][0].istitle() and not shouted and not self._is_said(low)
            return stop + int(odd and low not in self.words.kept and low not in self.words.people)
        return stop

    def _is_name(
        self, text: str, found: list[re.Match[str]], at: int, *, introduced: bool, shouted: bool
    ) -> bool:
        """Whether a word is a name; `introduced` is one after a title, a rank or another name.

        A word that no list knows is one where a capital within a sentence says so: at its beginning it may be misspelt.
        """
        word, words = _stem(found[at][0]), self.words
        low = word.lower()
        if len(low) < LEAST_NAME or any(map(str.isdigit, low)) or self._is_said(low) or low in words.kept:
            return False
        if low in words.names:
            return True
        capital = word[0].isupper() and (shouted or not word.isupper())
        inside = capital and not shouted and not _begins_sentence(text, found[at].start())
        if low in words.either:
            return capital and (inside or introduced)
        if low in words.words:
            return False
        return capital and (introduced or (inside and len(low) > LEAST_NAME))

    def _is_said(self, low: str) -> bool:
        """Whether a word has a reading of its own, and so is no name."""
        words = self.words
        return low in words.reads_as or low in words.origins or low in words.ranks or low in words.titles

    def _introduced(self, text: str, found: list[re.Match[str]], at: int) -> bool:
        """Whether a title or a rank stands right before a word."""
        if not at or text[found[at - 1].end() : found[at].start()] not in (" ", ". "):
            return False
        before = found[at - 1][0].lower()
        return before in self.words.titles or before in self.words.ranks

    def _person(self, text: str, found: list[re.Match[str]], at: int, stop: int) -> tuple[int, int, str]:
        """A run of names as one stand-in, or as nothing where a relation right before says who is meant."""
        run = [_stem(word[0]).lower() for word in found[at:stop]]
        known = next((self.called[name] for name in run if name in self.called), None)
        if known is None:
            names = self.words.called
            known = names[min(len(set(self.called.values())), len(names) - 1)]
        for name in run:
            self.called.setdefault(name, known)
        start, end = found[at].start(), found[stop - 1].start() + len(_stem(found[stop - 1][0]))
        related = at and text[found[at - 1].end() : start] == " " and found[at - 1][0].lower() in self.words.relations
        possessed = end < found[stop - 1].end()
        return start, end, "" if related and not possessed else known


def neutral(text: str) -> Neutral:
    """One text without who people are."""
    return Neutralizer().read(text)


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
    before = text[:start].rstrip(" ")
    return not before or before[-1] in _ENDS_SENTENCE
