"""Phrases over text with spaCy: one tokenizer that reads shorthand as plain words, and an index that tries few phrases.

A segment's text is changed character for character (case, quotes, line breaks), never in length, so that what is found
in it points into the record. A phrase is tried only where one of its anchor words stands: a record of 200 words meets a
few dozen of the thousands of phrases.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import spacy
from spacy.attrs import LIKE_NUM, NORM
from spacy.language import Language
from spacy.strings import hash_string
from spacy.tokens import Doc

from cdi_nlp.taxonomy.phrases import Lexicon, Phrase, Slot

_SAME_LENGTH = str.maketrans(
    {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    | dict.fromkeys("\n\r\t\f\v\x00\xa0*~|<>{}\\^_", " ")
    | dict.fromkeys("\u2018\u2019`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u2013\u2014", "-")
)
_JOINED = re.compile(r"(?<=[a-z0-9])-(?=[a-z0-9])|(?<=[a-z])/(?=[a-z])|/")
_SPACES = re.compile(r" {2,}")
_WORDS = re.compile(r"[a-z0-9]+")

MOST_WORDS = 100_000
"""Distinct words after which the vocabulary is started anew."""

Hit = tuple[int, int]
"""First and last-but-one token of a match."""


def flatten(text: str) -> str:
    """The text in lower case with plain quotes and spaces, each character in its own place."""
    return _JOINED.sub(" ", text.translate(_SAME_LENGTH))


def words_of(flat: str) -> frozenset[str]:
    """The distinct words of a flattened text, cut as coarsely as the anchors are, with what contractions stand for."""
    words = set(_WORDS.findall(flat))
    if "t" in words or any(word.endswith("nt") for word in words):
        words |= {"not", "will", "can", "do"}
    if "ll" in words:
        words.add("will")
    return frozenset(words)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A segment's tokens: spaCy's, the hash of each one's plain word (NORM), and which of them are numbers."""

    doc: Doc
    words: frozenset[str]
    norms: tuple[int, ...]
    numbers: frozenset[int]
    squeezed: tuple[int, ...] = ()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters of the segment that tokens `first` to `last` (not included) cover."""
        begin = self.doc[first].idx
        final = self.doc[last - 1]
        end = final.idx + len(final.text) - 1
        if self.squeezed:
            return self.squeezed[begin], self.squeezed[end] + 1
        return begin, end + 1


@dataclass(slots=True)
class Tokenizer:
    """A blank English spaCy pipeline whose NORM is the lexicon's plain word."""

    lexicon: Lexicon
    nlp: Language = field(init=False)

    def __post_init__(self) -> None:
        """Build the pipeline."""
        self.refresh()

    def refresh(self) -> None:
        """Start with an empty vocabulary once the old one has grown large.

        spaCy keeps every word that it meets. Its memory zones would forget them, but inside a zone the tokenizer does
        not cache, which makes it three times slower; a new pipeline every hundred thousand words costs nothing.
        """
        if hasattr(self, "nlp") and len(self.nlp.vocab) < MOST_WORDS:
            return
        plain = self.lexicon.plain
        self.nlp = spacy.blank("en")
        self.nlp.vocab.lex_attr_getters[NORM] = lambda text: plain.get(text, text)
        for shorthand, word in plain.items():
            self.nlp.vocab[shorthand].norm_ = word

    def read(self, flat: str, words: frozenset[str] | None = None) -> Tokens:
        """Tokens of a flattened text; runs of spaces count as one."""
        words = words_of(flat) if words is None else words
        if "  " not in flat and not flat.startswith(" "):
            return _tokens(self.nlp.make_doc(flat), words)
        kept = [place for place, letter in enumerate(flat) if letter != " " or flat[place - 1 : place] not in (" ", "")]
        return _tokens(self.nlp.make_doc("".join(flat[place] for place in kept)), words, tuple(kept))


def _tokens(doc: Doc, words: frozenset[str], squeezed: tuple[int, ...] = ()) -> Tokens:
    rows = doc.to_array([NORM, LIKE_NUM]).tolist()
    return Tokens(doc, words, tuple(row[0] for row in rows), frozenset(row[0] for row in rows if row[1]), squeezed)


@dataclass(frozen=True, slots=True)
class _Place:
    """A slot of a phrase with its words as spaCy hashes."""

    words: frozenset[int]
    plain: bool
    negated: bool
    number: bool
    low: int
    high: int


def hashed(words: Iterable[str]) -> frozenset[int]:
    """The words as spaCy's hashes, the same in every vocabulary."""
    return frozenset(hash_string(word) for word in words)


def _place(slot: Slot) -> _Place:
    plain = bool(slot.low and slot.words and not slot.negated)
    return _Place(hashed(slot.words), plain, slot.negated, slot.number, slot.low, slot.high)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A phrase as tried at a token that holds its anchor: what must stand to the left, nearest first, and to the right."""

    name: str
    left: tuple[_Place, ...]
    right: tuple[_Place, ...]
    before: frozenset[int] | None
    after: frozenset[int] | None
    elsewhere: frozenset[int] | None

    def may_stand(self, at: int, norms: Sequence[int], present: AbstractSet[int]) -> bool:
        """Whether the neighbours of the anchor, and one further word, are there: cheap, and turns most phrases away."""
        return (
            (self.after is None or norms[at + 1] in self.after)
            and (self.before is None or norms[at - 1] in self.before)
            and (self.elsewhere is None or not self.elsewhere.isdisjoint(present))
        )

    def stand(self, at: int, norms: Sequence[int], numbers: frozenset[int]) -> Hit | None:
        """The longest match whose anchor is the token `at` of the padded tokens."""
        ends = _reach(at + 1, self.right, norms, numbers, 1)
        starts = _reach(at - 1, self.left, norms, numbers, -1) if ends else ends
        return (min(starts), max(ends) - 1) if starts else None


def _compile(name: str, phrase: Phrase) -> _Compiled:
    certain = (number for number, slot in enumerate(phrase.slots) if slot.low and not slot.negated)
    at = next(number for number in certain if phrase.slots[number].words == phrase.anchor)
    sides = [_place(slot) for slot in phrase.slots]
    left, right = tuple(sides[:at][::-1]), tuple(sides[at + 1 :])
    rest = [place.words for place in (*left[1:], *right[1:]) if place.plain]
    return _Compiled(
        name,
        left,
        right,
        before=left[0].words if left and left[0].plain else None,
        after=right[0].words if right and right[0].plain else None,
        elsewhere=min(rest, key=len) if rest else None,
    )


def _reach(at: int, places: tuple[_Place, ...], tokens: Sequence[int], numbers: frozenset[int], step: int) -> set[int]:
    """Where a side of a phrase can end, walking from a token in steps of 1 or -1; empty where it does not stand.

    The tokens are padded with a zero at each end, which no place accepts.
    """
    ends = {at}
    for place in places:
        if place.plain:
            words = place.words
            ends = {end + step for end in ends if tokens[end] in words}
        else:
            ends = _reach_loose(ends, place, tokens, numbers, step)
        if not ends:
            break
    return ends


def _reach_loose(
    ends: set[int], place: _Place, tokens: Sequence[int], numbers: frozenset[int], step: int
) -> set[int]:
    """One step of `_reach` over a place that may be missing, repeated, negated, or a number."""
    after = set(ends) if place.low == 0 else set()
    for end in ends:
        at = end
        for _ in range(place.high):
            token = tokens[at]
            if not token or not _stands(place, token, numbers):
                break
            at += step
            after.add(at)
    return after


def _stands(place: _Place, token: int, numbers: frozenset[int]) -> bool:
    if place.number:
        return token in numbers
    if not place.words:
        return True
    return (token in place.words) != place.negated


@dataclass(slots=True)
class PhraseIndex:
    """Named groups of phrases, tried only from the tokens that hold an anchor of theirs.

    spaCy's Matcher starts every phrase at every token: on 200 words and two thousand phrases that took 20 milliseconds,
    and this takes less than one. A test holds the two to the same matches.
    """

    tokenizer: Tokenizer
    _by_norm: dict[int, tuple[_Compiled, ...]] = field(default_factory=dict)
    _by_name: dict[str, dict[int, tuple[_Compiled, ...]]] = field(default_factory=dict)
    _by_word: dict[str, frozenset[str]] = field(default_factory=dict)
    _anchors: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, name: str, phrases: Iterable[Phrase]) -> None:
        """Add phrases to a group."""
        own = self._by_name.setdefault(name, {})
        for phrase in phrases:
            compiled = _compile(name, phrase)
            for norm in hashed(phrase.anchor):
                self._by_norm[norm] = (*self._by_norm.get(norm, ()), compiled)
                own[norm] = (*own.get(norm, ()), compiled)
            surfaces = self.tokenizer.lexicon.surfaces(phrase.anchor)
            self._anchors[name] = self._anchors.get(name, frozenset()) | surfaces
            for word in surfaces:
                self._by_word[word] = self._by_word.get(word, frozenset()) | {name}

    def candidates(self, words: frozenset[str]) -> set[str]:
        """The groups that have an anchor among the words."""
        return {name for word in words & self._by_word.keys() for name in self._by_word[word]}

    def possible(self, name: str, words: frozenset[str]) -> bool:
        """Whether a group can match at all in a text of these words."""
        return not words.isdisjoint(self._anchors[name])

    def hits(self, tokens: Tokens, wanted: Collection[str] | None = None) -> dict[str, list[Hit]]:
        """Where each group matches, in the order of the tokens: the longest match at each place, without overlaps."""
        norms = (0, *tokens.norms, 0)
        present = set(norms)
        found: dict[str, list[Hit]] = {}
        for norm in present & self._by_norm.keys():
            places = [at for at, token in enumerate(norms) if token == norm]
            for phrase in self._by_norm[norm]:
                if wanted is not None and phrase.name not in wanted:
                    continue
                for at in places:
                    if phrase.may_stand(at, norms, present):
                        hit = phrase.stand(at, norms, tokens.numbers)
                        if hit:
                            found.setdefault(phrase.name, []).append(hit)
        return {name: longest(hits) for name, hits in found.items()}

    def holds(self, name: str, tokens: Tokens) -> bool:
        """Whether a group matches anywhere."""
        norms = (0, *tokens.norms, 0)
        present = set(norms)
        table = self._by_name[name]
        return any(
            phrase.may_stand(at, norms, present) and phrase.stand(at, norms, tokens.numbers)
            for at, norm in enumerate(norms)
            if norm in table
            for phrase in table[norm]
        )


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the longest, and of equally long ones the first; in order."""
    distinct = set(hits)
    if len(distinct) == 1:
        return list(distinct)
    kept: list[Hit] = []
    for start, end in sorted(distinct, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if all(end <= first or last <= start for first, last in kept):
            kept.append((start, end))
    return sorted(kept)
