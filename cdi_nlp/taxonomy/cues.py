"""Context cues as data (`cues.toml`): words that change what a mention means.

Keys of a cue:

status, when, reporter   what it makes of a mention (one of the three)
any         its phrases (phrases.py)
unless      phrases that cancel it when they overlap it ("not only")
direction   "before" the mention (it governs what follows), "after" it, or "around"
reach       how many tokens may stand between; in "previous" scope, before the cue in its segment
comma       true: a comma ends its scope
scope       "clause", or "segment" (scope words do not end it), "previous" (it opens a segment and speaks of the one
            before), or "record" (it speaks of every mention in the record)
families    the only families that it speaks of (record scope), all where none is named
finds       sentences with the mention in [brackets] that it must change; misses: sentences it must not
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, Literal, get_args

from cdi_nlp.errors import TaxonomyError
from cdi_nlp.records import Reporter, Status, When
from cdi_nlp.taxonomy.data import data_folder, read_toml
from cdi_nlp.taxonomy.patterns import phrases, strings
from cdi_nlp.taxonomy.phrases import Lexicon, Phrase

Direction = Literal["before", "after", "around"]
Scope = Literal["clause", "segment", "previous", "record"]
Source = Literal["victim", "suspect", "professional", "third_party", "officer", "witness"]
KEYS = frozenset("id status when reporter any unless direction reach comma scope families finds misses why".split())


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue, compiled."""

    id: str
    kind: Literal["status", "when", "reporter"]
    value: str
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...] = ()
    direction: Direction = "before"
    reach: int = 8
    comma: bool = False
    scope: Scope = "clause"
    families: frozenset[str] = frozenset()
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """Verbs of speaking and of seeing, words for each kind of speaker, and phrases that open a speaker's account."""

    verbs: frozenset[str] = frozenset()
    sees: frozenset[str] = frozenset()
    sources: Mapping[Source, frozenset[str]] = field(default_factory=dict)
    openers: Mapping[Source, tuple[Phrase, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cues:
    """Every cue in file order, the words that end a clause or turn a segment round, and who may be speaking."""

    cues: tuple[Cue, ...]
    terminators: tuple[Phrase, ...]
    contrasts: tuple[Phrase, ...] = ()
    speech: Speech = field(default_factory=Speech)


def load_cues(lexicon: Lexicon, folder: Traversable | None = None) -> Cues:
    """The cues of `cues.toml`; a wrong key or value is a TaxonomyError that names the cue."""
    table = read_toml((folder or data_folder()) / "cues.toml")
    rows = table.get("cue", [])
    if not isinstance(rows, list):
        raise TaxonomyError("cues.toml: write each cue under its own [[cue]]")
    ends = strings(table.get("terminators"), where="cues.toml: terminators", empty=True)[0]
    turns = strings(table.get("contrasts"), where="cues.toml: contrasts", empty=True)[0]
    return Cues(
        cues=tuple(_cue(row, lexicon) for row in rows),
        terminators=phrases(ends, lexicon, where="cues.toml: terminators"),
        contrasts=phrases(turns, lexicon, where="cues.toml: contrasts"),
        speech=_speech(table.get("speech", {}), lexicon),
    )


def _speech(table: object, lexicon: Lexicon) -> Speech:
    where = "cues.toml: [speech]"
    if not isinstance(table, Mapping):
        raise TaxonomyError(f"{where} is not a table; write verbs, and a list for each kind of speaker")
    sources: dict[Source, frozenset[str]] = {}
    openers: dict[Source, tuple[Phrase, ...]] = {}
    for source in get_args(Source):
        words = strings(table.get(source), where=f"{where} {source}")[0]
        sources[source] = frozenset(words)
        opened = strings(table.get(f"{source}_opens"), where=f"{where} {source}_opens", empty=True)[0]
        openers[source] = phrases(opened, lexicon, where=f"{where} {source}_opens")
    verbs = frozenset().union(
        *(lexicon.forms.get(verb, frozenset({verb})) for verb in strings(table.get("verbs"), where=where)[0])
    )
    sees = frozenset(strings(table.get("sees"), where=where)[0])
    return Speech(verbs, sees, sources, openers)


def _cue(row: Mapping[str, object], lexicon: Lexicon) -> Cue:
    where = f"cues.toml: {row.get('id', '?')}"
    unknown = set(row) - KEYS
    if unknown:
        raise TaxonomyError(f"{where}: unknown key {min(unknown)!r}; choose from {', '.join(sorted(KEYS))}")
    kind, value = _meaning(row, where=where)
    return Cue(
        id=str(row["id"]),
        kind=kind,
        value=value,
        phrases=phrases(strings(row.get("any"), where=where)[0], lexicon, where=where),
        unless=phrases(strings(row.get("unless"), where=where, empty=True)[0], lexicon, where=where),
        direction=_one_of(row.get("direction", "before"), Direction, where=where),
        reach=int(str(row.get("reach", 8))),
        comma=bool(row.get("comma", False)),
        scope=_one_of(row.get("scope", "clause"), Scope, where=where),
        families=frozenset(strings(row.get("families"), where=where, empty=True)[0]),
        finds=tuple(strings(row.get("finds"), where=where, empty=True)[0]),
        misses=tuple(strings(row.get("misses"), where=where, empty=True)[0]),
    )


def _meaning(row: Mapping[str, object], *, where: str) -> tuple[Literal["status", "when", "reporter"], str]:
    if "status" in row:
        return "status", _one_of(row["status"], Status, where=where)
    if "when" in row:
        return "when", _one_of(row["when"], When, where=where)
    if "reporter" in row:
        return "reporter", _one_of(row["reporter"], Reporter, where=where)
    raise TaxonomyError(f"{where}: says neither status, when nor reporter; add one")


def _one_of(value: object, kind: object, *, where: str) -> Any:  # noqa: ANN401  a member of a Literal, checked here
    choices = get_args(kind)
    if value not in choices:
        raise TaxonomyError(f"{where}: {value!r} is not one of {', '.join(choices)}")
    return value
