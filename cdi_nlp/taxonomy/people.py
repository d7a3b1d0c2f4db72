"""The words for people of `people.toml`: what each says of sex, number, age and how the person stands to the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import Literal, cast, get_args

from cdi_nlp.errors import TaxonomyError
from cdi_nlp.records import Relation, Sex
from cdi_nlp.taxonomy.data import data_folder, read_toml

Role = Literal["victim", "suspect"]
KEYS = frozenset("words sex several child relation role speaker".split())


@dataclass(frozen=True, slots=True)
class PersonWord:
    """What a word says of whom it names. `speaker` is the one who tells, such as "me"."""

    sex: Sex | None = None
    several: bool = False
    child: bool = False
    relation: Relation | None = None
    role: Role | None = None
    speaker: bool = False


@cache
def person_words(folder: Traversable | None = None) -> Mapping[str, PersonWord]:
    """Every word for a person; a wrong key, value or repeated word is a TaxonomyError that names it."""
    rows = read_toml((folder or data_folder()) / "people.toml").get("people", [])
    if not isinstance(rows, list):
        raise TaxonomyError("people.toml: write each table under its own [[people]]")
    found: dict[str, PersonWord] = {}
    for row in rows:
        for word in cast("list[str]", row.get("words", [])):
            if word in found:
                raise TaxonomyError(f"people.toml: {word!r} stands in two tables; keep one")
            found[word] = _word(row)
    return found


def _word(row: Mapping[str, object]) -> PersonWord:
    unknown = set(row) - KEYS
    if unknown:
        raise TaxonomyError(f"people.toml: unknown key {min(unknown)!r}; choose from {', '.join(sorted(KEYS))}")
    for key, kind in (("sex", Sex), ("relation", Relation), ("role", Role)):
        if key in row and row[key] not in get_args(kind):
            raise TaxonomyError(f"people.toml: {row[key]!r} is no {key}; choose from {', '.join(get_args(kind))}")
    return PersonWord(**{key: value for key, value in row.items() if key != "words"})  # type: ignore[arg-type]
