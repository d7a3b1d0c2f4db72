"""System lines: what the machine wrote, from `system_lines.toml`. They are never searched for offences."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SHORT, LONGEST = 80, 400
"""Only a line marked `long` may be longer than the first, and no line longer than the second."""
_NAMES = {
    "{unit}": r"(?:[a-z]{1,4}[-/]?\d{1,4}[a-z]?|\d[a-z]{1,2}\d{1,3})",
    "{who}": r"(?:(?:pc|ps|dc|ds|pcso|sgt|insp|op|user)?\s?\d{2,6}|[a-z]{1,6}[-/]?\d{1,5}[a-z]?|sys(?:tem)?)",
    " ": r"\s+",
    r"\s+?": r"\s*",
}


@dataclass(frozen=True, slots=True)
class SystemLine:
    """One kind of machine line: its pattern, of the whole line in lower case, and its examples."""

    id: str
    pattern: str
    finds: tuple[str, ...]
    misses: tuple[str, ...]
    long: bool = False


@cache
def system_lines() -> tuple[SystemLine, ...]:
    """Return the known kinds of machine line, as the data file beside this module lists them."""
    return tuple(
        SystemLine(
            row["id"],
            _expanded(row["pattern"]),
            tuple(row["finds"]),
            tuple(row["misses"]),
            long=row.get("long", False),
        )
        for row in _data()["line"]
    )


@cache
def _data() -> dict[str, Any]:
    path = Path(__file__).with_name("system_lines.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _expanded(pattern: str) -> str:
    for name, words in _NAMES.items():
        pattern = pattern.replace(name, words)
    return pattern


@cache
def _pattern(*, long: bool) -> re.Pattern[str]:
    lines = "|".join(f"(?:{line.pattern})" for line in system_lines() if line.long or not long)
    return re.compile(rf"[\s*>#-]*(?:{lines})[\s.*!]*\Z")


@cache
def _never() -> tuple[frozenset[str], re.Pattern[str]]:
    never = _data()["never"]
    starts = frozenset([*never, *_data()["narrative_starts"]])
    return starts, re.compile(r"\b(?:" + "|".join(map(re.escape, never)) + r")\b")


def is_system(words: str) -> bool:
    """Say whether the machine wrote these words: strict, because a line called system is not read."""
    size = len(words)
    if size > LONGEST:
        return False
    lowered = words.lower()
    starts, never = _never()
    if lowered.partition(" ")[0] in starts:
        return False
    return _pattern(long=size > SHORT).match(lowered) is not None and never.search(lowered) is None


def is_boilerplate(words: str) -> bool:
    """Say whether a sentence is the legal text of an email, which can stand inside a paragraph."""
    return words.partition(" ")[0].lower() in _boilerplate_starts() and is_system(words)


@cache
def _boilerplate_starts() -> frozenset[str]:
    return frozenset(_data()["boilerplate_starts"])
