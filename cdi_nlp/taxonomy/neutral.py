"""The words that tell who people are, and what a model reads instead: `neutral.toml`, `names.txt` and `words.txt`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import cast

from cdi_nlp.errors import TaxonomyError
from cdi_nlp.taxonomy.data import data_folder, read_toml


@dataclass(frozen=True, slots=True)
class NeutralWords:
    """What words stand for people's names, sexes and origins; every word is in lower case.

    `names` are no English words, `either` are both, `words` are English words; `kept` have a capital and are no names;
    `sexes` are the readings that leave out a sex alone, `neuter` those that name none; `breeds` are of dogs.
    """

    reads_as: Mapping[str, str]
    sexes: Mapping[str, str]
    neuter: frozenset[str]
    origins: frozenset[str]
    colours: frozenset[str]
    people: frozenset[str]
    titles: frozenset[str]
    ranks: frozenset[str]
    relations: frozenset[str]
    called: str
    names: frozenset[str]
    either: frozenset[str]
    words: frozenset[str]
    kept: frozenset[str]
    breeds: frozenset[str]

    def alike(self) -> tuple[frozenset[str], ...]:
        """The sets of words that differ in sex alone; "her" stands in two, for "him" and for "his"."""
        groups: dict[str, set[str]] = {}
        for word, reading in self.sexes.items():
            if len(word) > 1 and reading != "him":
                groups.setdefault(reading, {reading} - self.neuter).add(word)
        return (*map(frozenset, groups.values()), frozenset({"him", "her"}), frozenset({"his", "her"}))


@cache
def neutral_words(folder: Traversable | None = None) -> NeutralWords:
    """The words as the package carries them; a word that reads as one that itself reads as another is an error."""
    own = folder or data_folder()
    table = read_toml(own / "neutral.toml")
    sexes = cast("dict[str, str]", table["reads_as"])
    reads_as = {**sexes, **cast("dict[str, str]", table["same_kind"])}
    chained = sorted(word for word in reads_as.values() if word in reads_as)
    if chained:
        raise TaxonomyError(
            f"neutral.toml: {chained[0]!r} is read as and reads as another; name the last word of the two"
        )
    origins = cast("dict[str, list[str]]", table["origins"])
    names = cast("dict[str, list[str]]", table["names"])
    either = frozenset(names["either"])
    return NeutralWords(
        reads_as=reads_as,
        sexes=sexes,
        neuter=frozenset(cast("list[str]", table["neuter"])),
        origins=frozenset(origins["words"]),
        colours=frozenset(origins["colours"]),
        people=frozenset(origins["people"]),
        titles=frozenset(names["titles"]),
        ranks=frozenset(names["ranks"]),
        relations=frozenset(names["relations"]),
        called=str(names["called"]),
        names=_lines(own / "names.txt"),
        either=either,
        words=_lines(own / "words.txt"),
        kept=frozenset(names["kept"]),
        breeds=frozenset(names["breeds"]),
    )


def _lines(file: Traversable) -> frozenset[str]:
    return frozenset(line for line in file.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#"))
