"""Strata: which part of the frame a record belongs to, before anybody has read it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cdi_nlp.records import Record

GROUPS = ("all", "violence", "sexual", "rape", "other", "domestic abuse")
"""What a rate is given for: all crimes, the inspectorate's groups (sexual holds rape), and domestic abuse."""


@dataclass(frozen=True, slots=True)
class Strata:
    """How records are put into strata (strata.toml)."""

    split: frozenset[str]
    otherwise: str
    special: Mapping[str, re.Pattern[str]]
    by_type: Mapping[str, str]
    groups: Mapping[str, re.Pattern[str]]
    puts: tuple[Mapping[str, str], ...]

    def of(self, record: Record, recorded: Sequence[str]) -> str:
        """Return a record's stratum; `recorded` holds the groups of the crimes recorded for it."""
        codes = f"{record.opening_code}\n{record.closing_code}"
        for name, words in self.special.items():
            if words.search(codes):
                return name
        place = self.by_type[record.record_type]
        if record.record_type not in self.split:
            return place
        named = (name for name, words in self.groups.items() if name in recorded or words.search(codes))
        return f"{place}: {next(named, self.otherwise)}"


@cache
def load_strata() -> Strata:
    """Return the strata of strata.toml."""
    table = tomllib.loads((files("cdi_nlp.audit") / "strata.toml").read_text(encoding="utf-8"))
    return Strata(
        split=frozenset(table["split"]),
        otherwise=table["otherwise"],
        special={name: _words(words) for name, words in table["special"].items()},
        by_type=table["by_type"],
        groups={name: _words(words) for name, words in table["groups"].items()},
        puts=tuple(table["puts"]),
    )


def _words(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
