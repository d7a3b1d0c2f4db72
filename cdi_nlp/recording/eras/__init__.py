"""The recording rules of each time as packs of TOML, chosen by the date of the report.

A pack states what differs from the one it is `based_on`. The newest holds where a record gives no date.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from cdi_nlp.errors import TaxonomyError
from cdi_nlp.records import Relation

Conduct = Literal["principal", "in addition", "ordinary"]
NAMES = ("2016", "2018", "2023", "2024")
"""The packs, oldest first."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One place in the order of principal crimes: a family, or some codes of it, and the rule that puts it there."""

    family: str
    codes: frozenset[str]
    rule: str


@dataclass(frozen=True, slots=True)
class Law:
    """What the law of a time makes of a disclosure: another family, or no crime where `becomes` is empty."""

    family: str
    becomes: str
    why: str
    ho_code: str = ""
    codes: frozenset[str] = frozenset()
    relation: Relation | None = None
    since: date | None = None
    before: date | None = None

    def holds(self, day: date | None) -> bool:
        """Whether it is in force on a day; without a day only a row with no end is."""
        if day is None:
            return self.before is None
        return (self.since is None or day >= self.since) and (self.before is None or day < self.before)


@dataclass(frozen=True, slots=True, eq=False)
class RulePack:
    """The rules in force for the reports of some years."""

    name: str
    source: str
    first_day: date
    conduct: Conduct
    ex_partners_stalk: bool
    conduct_families: frozenset[str]
    always: frozenset[str]
    state: frozenset[str]
    weapon_used_in: frozenset[str]
    within_hours: int
    order: Mapping[str, tuple[tuple[int, Rung], ...]]
    laws: tuple[Law, ...]
    rules: Mapping[str, str]

    def cite(self, rule: str) -> str:
        """A rule with its document and page: "HOCR 2026/27 p 12, one crime for each victim"."""
        return f"{self.source} {self.rules[rule]}"

    def rung(self, family: str, ho_code: str) -> tuple[int, Rung]:
        """The place of an offence in the order, 0 the most serious; behind all where the order names it nowhere."""
        for place, rung in self.order.get(family, ()):
            if not rung.codes or ho_code in rung.codes:
                return place, rung
        return LAST, Rung(family, frozenset(), "sentence")


LAST = 1000


def pack_for(day: date | None) -> RulePack:
    """The pack in force on a day; the newest without one, the oldest for days before all packs."""
    packs = all_packs()
    if day is None:
        return packs[-1]
    return next((pack for pack in reversed(packs) if pack.first_day <= day), packs[0])


@cache
def all_packs() -> tuple[RulePack, ...]:
    """Every pack, oldest first."""
    return tuple(_pack(name) for name in NAMES)


def _pack(name: str) -> RulePack:
    table = _table(name)
    conduct = table["conduct"]
    if conduct not in get_args(Conduct):
        raise TaxonomyError(f"eras/{name}.toml: conduct is {conduct!r}; choose from {', '.join(get_args(Conduct))}")
    order: dict[str, list[tuple[int, Rung]]] = {}
    for place, row in enumerate(_ordered(table["order"], table.get("conduct_after"))):
        rung = Rung(row["family"], frozenset(row.get("codes", ())), row["rule"])
        order.setdefault(rung.family, []).append((place, rung))
    return RulePack(
        name=table["name"],
        source=table["source"],
        first_day=table["first_day"],
        conduct=conduct,
        ex_partners_stalk=table["ex_partners_stalk"],
        conduct_families=frozenset(table["conduct_families"]),
        always=frozenset(table["always"]),
        state=frozenset(table["state"]),
        weapon_used_in=frozenset(table["weapon_used_in"]),
        within_hours=table["within_hours"],
        order={family: tuple(rungs) for family, rungs in order.items()},
        laws=tuple(_law(row) for row in table["law"]),
        rules=table["rules"],
    )


def _ordered(rows: list[dict[str, Any]], conduct_after: str | None) -> list[dict[str, Any]]:
    """The rows of the order, harassment and stalking by their sentence put after a family where a pack says so."""
    if conduct_after is None:
        return rows
    moved = [row for row in rows if row["family"] in ("stalking", "harassment") and "codes" not in row]
    kept = [row for row in rows if row not in moved]
    at = max(place for place, row in enumerate(kept) if row["family"] == conduct_after) + 1
    return [*kept[:at], *moved, *kept[at:]]


def _table(name: str) -> dict[str, Any]:
    """A pack's table laid over the one that it is based on; its rules over that one's rules."""
    own = tomllib.loads((files("cdi_nlp.recording.eras") / f"{name}.toml").read_text(encoding="utf-8"))
    if "based_on" not in own:
        return own
    under = _table(own["based_on"])
    return {**under, **own, "rules": {**under["rules"], **own.get("rules", {})}}


def _law(row: Mapping[str, Any]) -> Law:
    return Law(
        family=row["family"],
        becomes=row["as"],
        why=row["why"],
        ho_code=row.get("ho_code", ""),
        codes=frozenset(row.get("codes", ())),
        relation=row.get("relation"),
        since=row.get("since"),
        before=row.get("before"),
    )
