"""Signs: what the words of a record say that bears on a recording rule, read from `<name>.toml` beside its examples.

A sign is a named group of phrases (phrases.py) with a sentence of why it matters. It decides nothing alone: the rules
in `n100.py`, `cancellation.py` and `chain.py` put signs together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from cdi_nlp.detect import Reading
from cdi_nlp.detect.matching import Page, PhraseIndex, Tokenizer, flatten, hits
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.ingest.logs import segments
from cdi_nlp.records import Segment
from cdi_nlp.taxonomy.data import data_folder, read_toml
from cdi_nlp.taxonomy.patterns import phrases, read_frequency, strings
from cdi_nlp.taxonomy.phrases import Lexicon, Phrase, build_lexicon

KEYS = frozenset("name any unless why finds misses".split())


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, compiled: its phrases, those that cancel one they overlap, why it matters, and its examples."""

    name: str
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    why: str
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a sign stands: characters `start` to `end` of the record's text, in entry number `entry`."""

    start: int
    end: int
    entry: int


class Signs(dict[str, tuple[Place, ...]]):
    """The signs of one record, each with its places in order; one that is not there has none."""

    def __missing__(self, name: str) -> tuple[Place, ...]:
        """No places."""
        return ()

    def any(self, *names: str) -> bool:
        """Whether one of the signs stands."""
        return any(self[name] for name in names)

    def last(self, *names: str) -> Place | None:
        """The last place of any of the signs."""
        return max((place for name in names for place in self[name]), default=None)

    def first(self, *names: str) -> Place | None:
        """The first place of any of the signs."""
        return min((place for name in names for place in self[name]), default=None)


@dataclass(frozen=True, slots=True)
class SignReader:
    """Reads the signs of one file in records. Build it once a process with `sign_reader`."""

    signs: Mapping[str, Sign]
    index: PhraseIndex
    tokenizer: Tokenizer

    def read(self, reading: Reading) -> Signs:
        """The signs of a record, with their places."""
        pages = reading.pages or self.tokenizer.pages(reading.record, segments(reading.record))
        found: dict[str, list[Place]] = {}
        for page in pages:
            for name, places in self._on_page(page).items():
                found.setdefault(name, []).extend(places)
        return Signs({name: tuple(sorted(places)) for name, places in found.items()})

    def in_text(self, text: str) -> Signs:
        """The signs of a text of its own, such as a closing code."""
        page = Page(Segment(0, len(text), 0), flatten(text), self.tokenizer)
        return Signs({name: tuple(places) for name, places in self._on_page(page).items()})

    def why(self, name: str) -> str:
        """Why a sign matters."""
        return self.signs[name].why

    def _on_page(self, page: Page) -> dict[str, list[Place]]:
        possible = self.index.possible(page.words)
        if not possible:
            return {}
        tokens = page.tokens()
        standing = hits(possible, tokens)
        at, entry = page.segment.start, page.segment.entry
        found: dict[str, list[Place]] = {}
        for name in self.signs:
            barred = standing.get(f"unless {name}", ())
            for first, last in standing.get(name, ()):
                if not any(first < end and start < last for start, end in barred):
                    start, end = tokens.span(first, last)
                    found.setdefault(name, []).append(Place(at + start, at + end, entry))
        return found


@cache
def sign_reader(name: str) -> SignReader:
    """The reader of `<name>.toml`, whose own word lists may be used in it."""
    table = read_toml(files("cdi_nlp.recording") / f"{name}.toml")
    folder = data_folder()
    shared = ("lexicon.toml", read_toml(folder / "lexicon.toml"))
    lexicon = build_lexicon([shared, (f"{name}.toml", table)], frequency=read_frequency(folder))
    rows = cast("list[Mapping[str, object]]", table.get("sign", []))
    signs = [_sign(row, lexicon, file=f"{name}.toml") for row in rows]
    index = PhraseIndex()
    for sign in signs:
        index.add(sign.name, sign.phrases)
        if sign.unless:
            index.add(f"unless {sign.name}", sign.unless)
    return SignReader({sign.name: sign for sign in signs}, index, Tokenizer(lexicon))


def _sign(row: Mapping[str, object], lexicon: Lexicon, *, file: str) -> Sign:
    where = f"{file}: {row.get('name', '?')}"
    unknown = set(row) - KEYS
    if unknown:
        raise TaxonomyError(f"{where}: unknown key {min(unknown)!r}; choose from {', '.join(sorted(KEYS))}")

    def listed(key: str) -> Sequence[str]:
        return strings(row.get(key), where=f"{where}: {key}", empty=key != "any")[0]

    return Sign(
        name=str(row["name"]),
        phrases=phrases(listed("any"), lexicon, where=where),
        unless=phrases(listed("unless"), lexicon, where=where),
        why=str(row.get("why", "")),
        finds=tuple(listed("finds")),
        misses=tuple(listed("misses")),
    )
