"""Short wordings that a rule turns on, as data: when an act was done, how many did it, what defeats recording.

Each is a list of regular expressions in `wordings.toml` with sentences that it must find and must miss. They are looked
for in the words around an act or, where a rule is about the record, in all of it.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wording:
    """A thing that words can say, the expressions for it, and the rule that asks."""

    name: str
    said: re.Pattern[str]
    unless: re.Pattern[str] | None
    rule: str
    finds: tuple[str, ...]
    misses: tuple[str, ...]
    families: frozenset[str] = frozenset()

    def found(self, text: str) -> re.Match[str] | None:
        """Where a text says it; None where it does not, or where `unless` is said as well."""
        match = self.said.search(text)
        return None if match is None or (self.unless and self.unless.search(text)) else match


@cache
def wordings() -> dict[str, Wording]:
    """Every wording of a rule, by name."""
    return load_wordings("wordings.toml")


def load_wordings(name: str) -> dict[str, Wording]:
    """The wordings of one of the folder's files, by name."""
    table = tomllib.loads((files("cdi_nlp.recording") / name).read_text(encoding="utf-8"))
    return {row["name"]: _wording(row) for row in table["wording"]}


def _wording(row: dict[str, str | list[str]]) -> Wording:
    return Wording(
        name=str(row["name"]),
        said=_any(row["any"]),
        unless=_any(row["unless"]) if "unless" in row else None,
        rule=str(row.get("rule", "")),
        finds=tuple(row["finds"]),
        misses=tuple(row["misses"]),
        families=frozenset(row.get("families", ())),
    )


def _any(expressions: str | list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(expressions) + ")", re.IGNORECASE)
