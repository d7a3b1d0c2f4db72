"""Phrases over text with spaCy: one tokenizer that reads shorthand as plain words, and an index that tries few phrases.

A segment's text is changed character for character (case, quotes, line breaks), never in length, so that what is found
in it points into the record. A phrase is tried only where one of its anchor words stands: a record of 200 words meets a
few dozen of the thousands of phrases.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache

import spacy
from spacy.attrs import LIKE_NUM, NORM
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc

from cdi_nlp.records import Record, Segment
from cdi_nlp.taxonomy.neutral import neutral_words
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
_WORDS = re.compile(r"\w+|[£$&]")

MOST_WORDS = 100_000
"""Distinct words after which the vocabulary is started anew."""

REMEMBERED = 200
"""Longest segment, in characters, that is remembered for holding nothing."""
MOST_SILENT = 40_000
"""How many segments are remembered before the memory is emptied: about ten megabytes."""

Hit = tuple[int, int]
"""First and last-but-one token of a match."""


class Loose(tuple[int, int]):
    """A match that stands only when words of `SEEN_THROUGH` are read over: none of them is a word of the phrase."""

    __slots__ = ()


def flatten(text: str) -> str:
    """The text in lower case with plain quotes and spaces, each character in its own place."""
    return _JOINED.sub(" ", text.translate(_SAME_LENGTH))


_WITH_NOT = "do did does is was has had have are were could would should must need wo ca ai".split()
_RUN_TOGETHER = """
m am/re are/ve have/ll will/s 's/d 'd/t not do/im i am/ive i have/id i 'd/ill i will/hes he 's/shes she 's/its it 's
theyre they are/youre you are/theyve they have/weve we have/youve you have/cannot can not/gonna going to/gotta got to
whos who 's/thats that 's/theyll they will/youll you will/hell he will/shell she will/won will/lets let
"""
CONTRACTED = {
    **{short: tuple(plain) for short, *plain in map(str.split, re.split(r"[/\n]", _RUN_TOGETHER.strip()))},
    **{f"{verb}nt": (verb, "not", "do", "can", "will") for verb in _WITH_NOT},
    **{f"{verb}n": (verb, "can", "will") for verb in _WITH_NOT},
}
"""What the tokenizer makes of a contraction, by the piece or the unpointed word that a coarse cut sees."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A segment's tokens: spaCy's, the hash of each one's plain word (NORM), and which of them are numbers."""

    doc: Doc
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

    def pages(self, record: Record, segments: Iterable[Segment]) -> tuple["Page", ...]:
        """The segments of a record, ready to match."""
        text = record.text
        return tuple(Page(segment, flatten(text[segment.start : segment.end]), self) for segment in segments)

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

    def words(self, flat: str) -> frozenset[str]:
        """The plain words of a flattened text: at least those of its tokens, found without tokenizing it."""
        words = set(_WORDS.findall(flat))
        for short in words & CONTRACTED.keys():
            words.update(CONTRACTED[short])
        shorthand = words & self.lexicon.plain.keys()
        if shorthand:
            words.difference_update(shorthand)
            words.update([self.lexicon.plain[word] for word in shorthand])
        return frozenset(words)

    def read(self, flat: str) -> Tokens:
        """Tokens of a flattened text; runs of spaces count as one."""
        if "  " not in flat and not flat.startswith(" "):
            return _tokens(self.nlp.tokenizer(flat))
        kept = [place for place, letter in enumerate(flat) if letter != " " or flat[place - 1 : place] not in (" ", "")]
        return _tokens(self.nlp.tokenizer("".join(flat[place] for place in kept)), tuple(kept))


@dataclass(slots=True)
class Page:
    """A segment as the matcher sees it: flattened, with its plain words, and its tokens once they are needed."""

    segment: Segment
    flat: str
    tokenizer: Tokenizer
    _words: frozenset[str] | None = None
    _tokens: Tokens | None = None

    @property
    def words(self) -> frozenset[str]:
        """The plain words of the segment."""
        if self._words is None:
            self._words = self.tokenizer.words(self.flat)
        return self._words

    def tokens(self) -> Tokens:
        """The tokens of the segment."""
        if self._tokens is None:
            self._tokens = self.tokenizer.read(self.flat)
        return self._tokens


SEEN_THROUGH = tuple(
    "not nt never ever also just then actually really allegedly apparently reportedly again even still always "
    "deliberately suddenly physically simply initially previously later quickly immediately".split()
)
"""Words that a pattern reads over: "was not assaulted" is a mention of "was assaulted", and a cue negates it."""


@cache
def origins() -> frozenset[str]:
    """Words for where people come from, over which a pattern reads as well: they are no part of what was done."""
    words = neutral_words()
    return words.origins | words.colours


def seen_through() -> frozenset[str]:
    """Every word that a pattern reads over."""
    return origins() | set(SEEN_THROUGH)


def _tokens(doc: Doc, squeezed: tuple[int, ...] = ()) -> Tokens:
    rows = doc.to_array([NORM, LIKE_NUM]).tolist()
    return Tokens(doc, tuple(row[0] for row in rows), frozenset(row[0] for row in rows if row[1]), squeezed)


@dataclass(frozen=True, slots=True)
class _Place:
    """A slot of a phrase with its words as spaCy hashes."""

    words: frozenset[int]
    plain: bool
    negated: bool
    number: bool
    low: int
    high: int


@cache
def hashed(words: Collection[str]) -> frozenset[int]:
    """The words as spaCy numbers them, the same in every vocabulary.

    A word that is also the name of one of its attributes ("mark", "number") has a number of its own, not its hash.
    """
    return frozenset(get_string_id(word) for word in words)


@cache
def _place(slot: Slot) -> _Place:
    plain = bool(slot.low and slot.words and not slot.negated)
    return _Place(hashed(slot.words), plain, slot.negated, slot.number, slot.low, slot.high)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A phrase as tried at a token that holds its anchor: what must stand to its left, nearest first, and right."""

    name: str
    anchor: frozenset[int]
    left: tuple[_Place, ...]
    right: tuple[_Place, ...]

    def stands(self, at: int, norms: Sequence[int], numbers: frozenset[int]) -> Hit | None:
        """The longest match whose anchor is the token `at` of the padded tokens."""
        ends = _reach(at + 1, self.right, norms, numbers, 1)
        starts = _reach(at - 1, self.left, norms, numbers, -1) if ends else ends
        return (min(starts), max(ends) - 1) if starts else None


def _compile(name: str, phrase: Phrase) -> Compiled:
    certain = (number for number, slot in enumerate(phrase.slots) if slot.low and not slot.negated)
    at = next(number for number in certain if phrase.slots[number].words == phrase.anchor)
    sides = [_place(slot) for slot in phrase.slots]
    return Compiled(name, sides[at].words, tuple(sides[:at][::-1]), tuple(sides[at + 1 :]))


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


def _reach_loose(ends: set[int], place: _Place, tokens: Sequence[int], numbers: frozenset[int], step: int) -> set[int]:
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


_Group = list[tuple[tuple[frozenset[str], ...], Compiled]]
_Table = dict[str, dict[frozenset[str], _Group]]
"""By anchor word, then by the rarest other words, each phrase behind the words of its remaining certain places.

Lists of words are shared by many phrases, so one look at the rarest others turns a whole group of phrases away.
"""
_NONE_NEEDED: frozenset[str] = frozenset()


@dataclass(slots=True)
class PhraseIndex:
    """Named groups of phrases, tried only where their words stand.

    spaCy's Matcher starts every phrase at every token: on 200 words and two thousand phrases that took 20 milliseconds,
    and this takes two or three for eighteen thousand. A test holds the two to the same matches.
    """

    _by_word: _Table = field(default_factory=dict)
    _by_name: dict[str, _Table] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    through: frozenset[int] = frozenset()

    def add(self, name: str, phrases: Iterable[Phrase], *, besides: tuple[frozenset[str], ...] = ()) -> None:
        """Add phrases to a group; `besides` are sets of which a text must hold a word as well."""
        own = self._by_name.setdefault(name, {})
        for phrase in phrases:
            compiled, others = _compile(name, phrase), (*phrase.others, *besides)
            first, rest = (others[0], others[1:]) if others else (_NONE_NEEDED, ())
            for word in phrase.anchor:
                for table in (self._by_word, own):
                    table.setdefault(word, {}).setdefault(first, []).append((rest, compiled))

    def possible(self, words: AbstractSet[str]) -> list[Compiled]:
        """The phrases all of whose certain words are among the plain words of a text, each once."""
        return _possible(self._by_word, words)

    def matches(self, page: Page) -> dict[str, list[Hit]]:
        """Where each group matches a segment; a segment that was seen to hold nothing is not read again.

        Logs repeat themselves: the questions of a form, a dispatcher's phrases, headers, signatures.
        """
        if page.flat in self._silent:
            return {}
        possible = self.possible(page.words)
        found = hits(possible, page.tokens(), through=self.through) if possible else {}
        if not found and len(page.flat) <= REMEMBERED:
            if len(self._silent) >= MOST_SILENT:
                self._silent.clear()
            self._silent.add(page.flat)
        return found

    def holds(self, name: str, page: Page) -> bool:
        """Whether a group matches a segment, which is tokenized only if it may."""
        possible = _possible(self._by_name[name], page.words)
        return bool(possible) and bool(hits(possible, page.tokens(), through=self.through))


def _possible(table: _Table, words: AbstractSet[str]) -> list[Compiled]:
    found: dict[int, Compiled] = {}
    for word in words & table.keys():
        for first, group in table[word].items():
            if first and first.isdisjoint(words):
                continue
            for rest, phrase in group:
                for other in rest:
                    if other.isdisjoint(words):
                        break
                else:
                    found[id(phrase)] = phrase
    return list(found.values())


def hits(phrases: Sequence[Compiled], tokens: Tokens, *, through: frozenset[int] = frozenset()) -> dict[str, list[Hit]]:
    """Where each group matches, in the order of the tokens: the longest match at each place, without overlaps.

    Where words of `through` stand in a text, the phrases are tried a second time as if those were not there.
    """
    found: dict[str, list[Hit]] = {}
    for name, hit in _standing(phrases, tokens.norms, tokens.numbers):
        found.setdefault(name, []).append(hit)
    if not through.isdisjoint(tokens.norms):
        kept = [at for at, norm in enumerate(tokens.norms) if norm not in through]
        for name, (first, last) in _standing(phrases, [tokens.norms[at] for at in kept], tokens.numbers):
            found.setdefault(name, []).append(Loose((kept[first], kept[last - 1] + 1)))
    return {name: longest(places) for name, places in found.items()}


def _standing(phrases: Iterable[Compiled], words: Sequence[int], numbers: frozenset[int]) -> Iterator[tuple[str, Hit]]:
    """Each match of each phrase, overlapping ones too."""
    norms = (0, *words, 0)
    present = set(norms)
    for phrase in phrases:
        for anchor in phrase.anchor & present:
            at = norms.index(anchor)
            while True:
                hit = phrase.stands(at, norms, numbers)
                if hit:
                    yield phrase.name, hit
                try:
                    at = norms.index(anchor, at + 1)
                except ValueError:
                    break


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the longest, and of equally long ones the first; in order."""
    distinct = set(hits)
    if len(distinct) == 1:
        return list(distinct)
    kept: list[Hit] = []
    for hit in sorted(distinct, key=lambda hit: (hit[0] - hit[1], hit[0])):
        start, end = hit
        if all(end <= first or last <= start for first, last in kept):
            kept.append(hit)
    return sorted(kept)
