"""Detection patterns as data: `patterns/<group>.toml`, each pattern with the sentences it must find and must miss.

A pattern's id begins with its family (`common_assault.struck`). Keys of a pattern:

any         phrases (see phrases.py) of which one must match
with        phrases of which one must match as well; a list of lists: one of each
within      how many segments either side `with` may stand in (0: the same), or "record"
without     phrases that stop the pattern when they match in the same segment
not_before, not_after   words that may not follow, or precede, the match
on          "text", or "question": matches the question of an answer that says yes
at_least    in how many segments of a record it must match (a course of conduct)
vague       true for words that name an offence without telling it ("assaulted"): they add nothing to a told act
as_written  true where "he" and "her" tell two people apart; else a word for one sex stands for the other too
ignores     cue kinds that do not change its status, e.g. ["feared"] where the words themselves are the offence
code        the Home Office code, where the words decide it
finds, misses   examples: [the expected words] in brackets; a miss may match with a status that does not disclose
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal

from cdi_nlp.errors import TaxonomyError
from cdi_nlp.taxonomy.data import data_folder, read_toml
from cdi_nlp.taxonomy.neutral import neutral_words
from cdi_nlp.taxonomy.phrases import Lexicon, Phrase, build_lexicon, compile_phrases

Within = int | Literal["record"]
KEYS = frozenset(
    "id any with within without not_before not_after on at_least vague as_written ignores code why finds misses".split()
)
PRIOR_PRECISION = 0.65
"""Precision before anything is measured; also the centre that a family's small counts are drawn to."""
PRIOR_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """One detection pattern, compiled. `precision` is measured on the written corpus (precision.csv)."""

    id: str
    family: str
    phrases: tuple[Phrase, ...]
    needs: tuple[tuple[Phrase, ...], ...] = ()
    within: Within = 0
    without: tuple[Phrase, ...] = ()
    not_before: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    on: Literal["text", "question"] = "text"
    at_least: int = 1
    vague: bool = False
    ignores: frozenset[str] = frozenset()
    code: str | None = None
    why: str = ""
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    precision: float = PRIOR_PRECISION


def load_patterns(folder: Traversable | None = None) -> tuple[Lexicon, tuple[Pattern, ...]]:
    """The lexicon and every pattern, in the order of file name and place in the file."""
    folder = folder or data_folder()
    tables = [(file.name, read_toml(file)) for file in pattern_files(folder)]
    shared = ("lexicon.toml", read_toml(folder / "lexicon.toml"))
    lexicon = build_lexicon([shared, *tables], frequency=read_frequency(folder))
    either = lexicon.of_either_sex(neutral_words().alike())
    measured = read_precision(folder)
    patterns: dict[str, Pattern] = {}
    for file, table in tables:
        for row in _rows(file, table):
            pattern = _pattern(file, row, lexicon=lexicon, either=either, measured=measured)
            if pattern.id in patterns:
                raise TaxonomyError(f"{file}: pattern id {pattern.id!r} is used twice; rename one")
            patterns[pattern.id] = pattern
    return lexicon, tuple(patterns.values())


def pattern_files(folder: Traversable) -> list[Traversable]:
    """The pattern files, by name."""
    found = (file for file in (folder / "patterns").iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)


def read_precision(folder: Traversable) -> dict[str, float]:
    """Each pattern's precision (precision.csv), drawn to its family's where little was seen."""
    file = folder / "precision.csv"
    if not file.is_file():
        return {}
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    counts = {row["pattern"]: (int(row["right"]), int(row["hits"])) for row in rows}
    families: dict[str, list[tuple[int, int]]] = {}
    for name, count in counts.items():
        families.setdefault(name.split(".")[0], []).append(count)
    pooled = {
        family: shrunk(sum(right for right, _ in own), sum(hits for _, hits in own), prior=PRIOR_PRECISION)
        for family, own in families.items()
    }
    return {name: shrunk(*count, prior=pooled[name.split(".")[0]]) for name, count in counts.items()}


def read_frequency(folder: Traversable) -> dict[str, int]:
    """How many segments of the corpus hold each of its commoner words (frequency.csv): what phrases start from."""
    file = folder / "frequency.csv"
    if not file.is_file():
        return {}
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["word"]: int(row["segments"]) for row in rows}


def shrunk(right: int, hits: int, *, prior: float) -> float:
    """The posterior mean of a precision under a Beta prior of that mean and of weight PRIOR_WEIGHT."""
    return (right + PRIOR_WEIGHT * prior) / (hits + PRIOR_WEIGHT)


def _rows(file: str, table: Mapping[str, object]) -> list[Mapping[str, object]]:
    rows = table.get("pattern", [])
    if not isinstance(rows, list):
        raise TaxonomyError(f"{file}: write each pattern under its own [[pattern]]")
    return rows


def _pattern(
    file: str, row: Mapping[str, object], *, lexicon: Lexicon, either: Lexicon, measured: Mapping[str, float]
) -> Pattern:
    """A pattern; what it finds it finds of either sex, what stops it is read as written."""
    name = str(row.get("id", "?"))
    where = f"{file}: {name}"
    unknown = set(row) - KEYS
    if unknown:
        raise TaxonomyError(f"{where}: unknown key {min(unknown)!r}; choose from {', '.join(sorted(KEYS))}")
    if "." not in name or not row.get("any"):
        raise TaxonomyError(f"{where}: needs an id of family.name and a list `any`")
    needs = strings(row.get("with"), where=where, nested=True)
    within = row.get("within", 0)
    if within != "record" and not isinstance(within, int):
        raise TaxonomyError(f"{where}: within is {within!r}; write a number of segments or 'record'")
    on = row.get("on", "text")
    if on not in ("text", "question"):
        raise TaxonomyError(f"{where}: on is {on!r}; choose 'text' or 'question'")
    finder = lexicon if row.get("as_written") else either
    return Pattern(
        id=name,
        family=name.split(".", maxsplit=1)[0],
        phrases=phrases(strings(row["any"], where=where)[0], finder, where=where),
        needs=tuple(phrases(group, finder, where=where) for group in needs),
        within="record" if within == "record" else int(str(within)),
        without=phrases(strings(row.get("without"), where=where, empty=True)[0], lexicon, where=where),
        not_before=word_set(row.get("not_before", ""), lexicon, where=where),
        not_after=word_set(row.get("not_after", ""), lexicon, where=where),
        on="question" if on == "question" else "text",
        at_least=int(str(row.get("at_least", 1))),
        vague=bool(row.get("vague", False)),
        ignores=frozenset(strings(row.get("ignores"), where=where, empty=True)[0]),
        code=str(row["code"]) if "code" in row else None,
        why=str(row.get("why", "")),
        finds=tuple(strings(row.get("finds"), where=where, empty=True)[0]),
        misses=tuple(strings(row.get("misses"), where=where, empty=True)[0]),
        precision=measured.get(name, PRIOR_PRECISION),
    )


def strings(value: object, *, where: str, nested: bool = False, empty: bool = False) -> list[list[str]]:
    """A TOML list of texts as a list of groups: one group, or several where the list is nested."""
    if value is None:
        return [[]] if empty else []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [list(value)]
    if nested and isinstance(value, list) and all(isinstance(item, list) for item in value):
        return [group for item in value for group in strings(item, where=where)]
    raise TaxonomyError(f"{where}: holds {value!r} where a list of texts should be")


def phrases(lines: Sequence[str], lexicon: Lexicon, *, where: str) -> tuple[Phrase, ...]:
    """Every phrase that the lines stand for."""
    return tuple(phrase for line in lines for phrase in compile_phrases(line, lexicon, where=where))


def word_set(line: object, lexicon: Lexicon, *, where: str) -> frozenset[str]:
    """The words of one slot (`a|b|@list`), or none."""
    if not line:
        return frozenset()
    (phrase,) = compile_phrases(str(line), lexicon, where=where)
    return phrase.slots[0].words
