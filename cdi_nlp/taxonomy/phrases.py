"""The phrase language of patterns and cues: a line of words that a registrar can read, compiled to token slots.

    he ..2 punch|slap|@strike her|victim?

A word stands for all its known forms (`punch` for punches, punched, punching); `=punch` for itself alone.
`a|b` either; `@name` any word of a list; `?` after a slot: it may be missing; `!` before it: any word but these;
`..3` up to three words of any kind; `#` a number; `<name>` as a whole phrase: every phrase of a named set.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cdi_nlp.errors import TaxonomyError

_GAP = re.compile(r"\.\.(\d+)")
_SET = re.compile(r"<([a-z_]+)>")
_WORD = re.compile(r"[a-z0-9'£$&]+")
_VOWELS = "aeiou"
MAX_GAP = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase: which words may stand there and how often. No words and no number: any word."""

    words: frozenset[str] = frozenset()
    low: int = 1
    high: int = 1
    negated: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase. A text must hold one word of `anchor`, and of each of `others` (rarest first), to be tried."""

    source: str
    slots: tuple[Slot, ...]
    anchor: frozenset[str]
    others: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Lexicon:
    """The words that phrases are made of: shorthand to plain word, word to its forms, named lists and phrase sets.

    `counterparts` are the words that stand for a word beside itself, such as that of the other sex.
    """

    plain: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    frequency: Mapping[str, int] = field(default_factory=dict)
    counterparts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict, compare=False, repr=False)
    _weights: dict[frozenset[str], int] = field(default_factory=dict, compare=False, repr=False)

    def weight(self, words: frozenset[str]) -> int:
        """How often one of the words is to be expected: what it costs to start a search from them."""
        if words not in self._weights:
            self._weights[words] = sum(self.frequency.get(word, 1) for word in words)
        return self._weights[words]

    def of_either_sex(self, alike: Iterable[frozenset[str]]) -> "Lexicon":
        """A lexicon whose words stand for those of the other sex too; `alike` are sets that differ in sex alone."""
        found: dict[str, frozenset[str]] = {}
        for own in alike:
            group = frozenset(self.plain.get(word, word) for word in own)
            found |= {word: found.get(word, frozenset()) | group for word in group}
        return replace(self, counterparts=found, _slots={})

    def slot(self, part: str, *, where: str) -> Slot:
        """One part of a phrase, compiled once however many phrases hold it."""
        if part not in self._slots:
            self._slots[part] = _slot(part, self, where=where)
        return self._slots[part]


def inflect(verb: str) -> frozenset[str]:
    """The forms of a regular English verb."""
    if verb.endswith("e"):
        return frozenset({verb, verb + "s", verb + "d", verb[:-1] + "ing"})
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return frozenset({verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"})
    third = verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s")
    stem = verb + verb[-1] if _doubles(verb) else verb
    return frozenset({verb, third, stem + "ed", stem + "ing"})


def _doubles(verb: str) -> bool:
    """A short consonant-vowel-consonant verb doubles its last letter: grab, grabbed."""
    if len(verb) < 3 or verb[-1] in "wxy" + _VOWELS or verb[-2] not in _VOWELS:
        return False
    return verb[-3] not in _VOWELS and sum(letter in _VOWELS for letter in verb) == 1


def plural(noun: str) -> frozenset[str]:
    """A regular noun and its plural."""
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return frozenset({noun, noun[:-1] + "ies"})
    return frozenset({noun, noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")})


def build_lexicon(
    tables: Sequence[tuple[str, Mapping[str, object]]],
    *,
    frequency: Mapping[str, int] | None = None,
) -> Lexicon:
    """One lexicon from the word tables of several files; the same name with two meanings is an error."""
    plain: dict[str, str] = {}
    forms: dict[str, frozenset[str]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    sets: dict[str, tuple[str, ...]] = {}
    for file, table in tables:
        _merge(file, "plain", plain, _strings(file, table.get("plain", {})))
        for noun in _words(file, table.get("nouns", [])):
            forms[noun] = forms.get(noun, frozenset()) | plural(noun)
        for verb, irregular in _verbs(file, table.get("verbs", {})):
            forms[verb] = forms.get(verb, frozenset()) | (irregular or inflect(verb))
        _merge(file, "lists", lists, _groups(file, table.get("lists", {})))
        _merge(file, "phrases", sets, _groups(file, table.get("phrases", {})))
    return Lexicon(plain=plain, forms=forms, lists=lists, sets=sets, frequency=frequency or {})


def _merge(file: str, table: str, into: dict[str, T], new: Mapping[str, T]) -> None:
    for name, value in new.items():
        if into.get(name, value) != value:
            raise TaxonomyError(f"{file}: [{table}] {name} is already defined otherwise; choose another name")
        into[name] = value


def _strings(file: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise TaxonomyError(f"{file}: [plain] holds something that is not text; write shorthand = 'plain word'")
    return {str(key): str(text) for key, text in value.items()}


def _words(file: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TaxonomyError(f"{file}: a word list holds something that is not text; write it as ['one', 'two']")
    return list(value)


def _verbs(file: str, value: object) -> list[tuple[str, frozenset[str]]]:
    """Verbs as a table of base form to its irregular forms, '' where it is regular."""
    if not isinstance(value, Mapping):
        raise TaxonomyError(f"{file}: [verbs] is not a table; write slap = '' or strike = 'struck striking strikes'")
    return [
        (str(verb), frozenset({str(verb), *str(text).split()}) if text else frozenset()) for verb, text in value.items()
    ]


def _groups(file: str, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise TaxonomyError(f"{file}: [lists] and [phrases] are tables of name = ['one', 'two']")
    return {str(name): tuple(_words(file, words)) for name, words in value.items()}


def compile_phrases(source: str, lexicon: Lexicon, *, where: str) -> tuple[Phrase, ...]:
    """The phrases that one line stands for: itself, or with `<name>` in it one for each phrase of the set."""
    match = _SET.search(source)
    if match:
        members = lexicon.sets.get(match[1])
        if members is None:
            raise TaxonomyError(f"{where}: no phrase set <{match[1]}>; define it under [phrases]")
        filled = (source[: match.start()] + member + source[match.end() :] for member in members)
        return tuple(itertools.chain.from_iterable(compile_phrases(line, lexicon, where=where) for line in filled))
    slots = tuple(lexicon.slot(part, where=where) for part in source.split())
    if slots and (slots[0].low == 0 or slots[-1].low == 0):
        raise TaxonomyError(f"{where}: {source!r} begins or ends with something that may be missing; leave it out")
    anchor, *others = _certain(slots, lexicon, where=f"{where}: {source!r}")
    return (Phrase(source, slots, anchor, tuple(others)),)


def _slot(part: str, lexicon: Lexicon, *, where: str) -> Slot:
    gap = _GAP.fullmatch(part)
    if gap:
        if not 1 <= int(gap[1]) <= MAX_GAP:
            raise TaxonomyError(f"{where}: gap {part} is not between ..1 and ..{MAX_GAP}; shorten it")
        return Slot(low=0, high=int(gap[1]))
    low = 0 if part.endswith("?") else 1
    part = part.removesuffix("?")
    negated = part.startswith("!")
    part = part.removeprefix("!")
    if part == "#":
        return Slot(low=low, number=True)
    words: set[str] = set()
    for choice in part.split("|"):
        words |= _choice(choice, lexicon, where=where)
    return Slot(frozenset(words), low=low, negated=negated)


def _choice(choice: str, lexicon: Lexicon, *, where: str) -> frozenset[str]:
    if choice.startswith("@"):
        members = lexicon.lists.get(choice[1:])
        if members is None:
            raise TaxonomyError(f"{where}: no word list {choice}; define it under [lists]")
        return frozenset(itertools.chain.from_iterable(_choice(word, lexicon, where=where) for word in members))
    exact = choice.removeprefix("=")
    if not _WORD.fullmatch(exact):
        raise TaxonomyError(f"{where}: {choice!r} is not one lower-case word; split it or use a phrase set")
    own = frozenset({exact}) if choice.startswith("=") else lexicon.forms.get(exact, frozenset({exact}))
    return own.union(*(lexicon.counterparts.get(word, ()) for word in own))


def _certain(slots: tuple[Slot, ...], lexicon: Lexicon, *, where: str) -> list[frozenset[str]]:
    """The words of the places that every match must fill, the rarest place first."""
    certain = [slot.words for slot in slots if slot.low and slot.words and not slot.negated]
    if not certain:
        raise TaxonomyError(f"{where}: has no word that must be there; add one")
    return sorted(certain, key=lexicon.weight)
