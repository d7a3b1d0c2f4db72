"""The taxonomy: families of offences, Home Office offences and classes, and CJS codes, as frozen records.

The data lie beside this file and travel in the wheel. `offences.csv` and `cjs.csv` are written by
`scripts/build_taxonomy.py`; `families.toml` and `titles.csv` are written by hand.
"""

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from cdi_nlp.errors import NotFoundError, TaxonomyError
from cdi_nlp.records import Sex

HmicGroup = Literal["violence", "sexual", "rape", "other"]
Kind = Literal["crime", "incident"]

OTHER = "other_notifiable"
"""The family of the offences that are never detected, only read when recorded."""
FAMILIES = (
    "common_assault", "assault_with_injury", "serious_assault", "strangulation", "threats_to_kill",
    "harassment", "stalking", "malicious_communications", "controlling_coercive", "rape",
    "sexual_assault", "child_sexual_offence", "intimate_image_offence", "exposure_voyeurism",
    "child_cruelty_neglect", "vulnerable_adult_neglect", "kidnap_false_imprisonment",
    "modern_slavery", "robbery", "burglary", "theft", "criminal_damage", "public_order", "weapons",
    "blackmail", "breach_of_order", "witness_intimidation", "drugs", OTHER,
)  # fmt: skip
"""The names of the families, in the order of families.toml and of every report."""
DETECTED = tuple(family for family in FAMILIES if family != OTHER)
"""The families that detectors look for: all but the catch-all."""
_KNOWN = frozenset(FAMILIES)


@dataclass(frozen=True, slots=True)
class Family:
    """One family of offences: what proves it, what it is confused with, and how to tell them apart."""

    name: str
    title: str
    hmic_group: HmicGroup
    harm: int
    default_code: str
    definition: str
    elements: tuple[str, ...]
    neighbours: tuple[str, ...] = ()
    tell_apart: Mapping[str, str] = field(default_factory=dict)
    lesser: tuple[str, ...] = ()
    conduct: bool = False
    state: bool = False
    flag_at: float = 0.5


class Offence(NamedTuple):
    """One Home Office code in one class. `family` is None for a reported incident, which is no crime.

    `max_sentence` is in years, Life being 99; `leads` marks the code that stands for its class. A named tuple
    and not a dataclass, because there are 1,600 of them to make before anything else can start.
    """

    ho_code: str
    offence_class: str
    title: str
    family: str | None
    hmic_group: HmicGroup | None
    victim_or_state: str
    mode: str
    max_sentence: float | None
    current: bool
    commenced: date | None
    ceased: date | None
    sex: Sex | None
    age_from: int | None
    age_to: int | None
    kind: Kind
    leads: bool


class CjsCode(NamedTuple):
    """The Home Office code of a CJS offence code, and its wording."""

    ho_code: str
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """Everything the taxonomy says. Two loads are two objects: compare `version`, not the taxonomies.

    `offences` is by Home Office code and `classes` by class, each offence in the order of the file.
    """

    families: Mapping[str, Family] = field(repr=False)
    offences: Mapping[str, tuple[Offence, ...]] = field(repr=False)
    classes: Mapping[str, tuple[Offence, ...]] = field(repr=False)
    version: str
    folder: Path

    @property
    def cjs(self) -> Mapping[str, CjsCode]:
        """The CJS offence codes; read when first asked for, because few runs need them."""
        return _cjs(self.folder)

    def family(self, name: str) -> Family:
        """Return the family of that name, or NotFoundError with the choices."""
        try:
            return self.families[name]
        except KeyError:
            choices = ", ".join(self.families)
            raise NotFoundError(f"no family {name!r}; choose from {choices}") from None

    def family_of(self, ho_code: str) -> str | None:
        """Return the family of a Home Office code; None for an incident or a code that is not notifiable."""
        found = self.offences.get(ho_code, ())
        return found[0].family if found else None

    def leading(self, offence_class: str) -> Offence | None:
        """Return the offence that stands for a class, such as 008/06 for 8N; None for an unknown class."""
        return next((o for o in self.classes.get(offence_class, ()) if o.leads), None)


def load_taxonomy(folder: Path | None = None) -> Taxonomy:
    """Return the taxonomy, read once a process; `folder` is another copy of the data, for tests."""
    return _load(folder) if folder else _packaged()


@cache
def _packaged() -> Taxonomy:
    """The package's own taxonomy, remembered here because finding its folder costs more than suggesting a code."""
    # Inside a wheel the folder is not always a Path, but it can be hashed and read as one.
    return _load(cast("Path", files("cdi_nlp.taxonomy")))


@lru_cache(maxsize=8)
def _load(folder: Path) -> Taxonomy:
    offences = _offences(folder)
    by_code: dict[str, list[Offence]] = {}
    by_class: dict[str, list[Offence]] = {}
    for offence in offences:
        by_code.setdefault(offence.ho_code, []).append(offence)
        by_class.setdefault(offence.offence_class, []).append(offence)
    families = _families(folder)
    _check_default_codes(families, by_code)
    return Taxonomy(
        families=families,
        offences={code: tuple(rows) for code, rows in by_code.items()},
        classes={name: tuple(rows) for name, rows in by_class.items()},
        version=_version(folder),
        folder=folder,
    )


def read_rows(folder: Traversable, name: str) -> list[list[str]]:
    """Return the rows of one of the taxonomy's CSV files, the header first."""
    file = folder / name
    if not file.is_file():
        raise TaxonomyError(f"{name} is missing; run: python scripts/build_taxonomy.py --reference DIR")
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


def _offences(folder: Traversable) -> Iterator[Offence]:
    seen = set()
    for line, row in enumerate(read_rows(folder, "offences.csv")[1:], start=2):
        try:
            offence = _offence(row)
        except ValueError as error:
            raise TaxonomyError(f"offences.csv line {line}: {error}; rebuild the file") from None
        key = offence.ho_code, offence.offence_class
        if key in seen:
            raise TaxonomyError(f"offences.csv line {line}: {' '.join(key)} is there twice; rebuild the file")
        seen.add(key)
        yield offence


def _offence(row: Sequence[str]) -> Offence:
    code, name, title, family, group, party, mode, years, current, start, end, *rest = row
    sex, low, high, kind, leads = rest
    if family not in _KNOWN and not (kind == "incident" and not family):
        raise ValueError(f"{code} has family {family!r}")
    return Offence(
        code,
        name,
        title,
        family or None,
        cast("HmicGroup | None", group or None),
        party,
        mode,
        float(years) if years else None,
        current == "Y",
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else None,
        cast("Sex | None", sex or None),
        int(low) if low else None,
        int(high) if high else None,
        cast("Kind", kind),
        leads == "Y",
    )


def _families(folder: Traversable) -> dict[str, Family]:
    try:
        tables = tomllib.loads((folder / "families.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(f"families.toml: {error}; correct it") from None
    if tuple(tables) != FAMILIES:
        odd = sorted(set(tables) ^ set(FAMILIES)) or "their order"
        raise TaxonomyError(f"families.toml differs from the list of families by {odd}; make them agree")
    families = {name: _family(name, table) for name, table in tables.items()}
    for family in families.values():
        _check_links(family, families)
    return families


def _family(name: str, table: Mapping[str, object]) -> Family:
    lists = {"elements", "neighbours", "lesser"}
    cells = {key: tuple(cast("list[str]", value)) if key in lists else value for key, value in table.items()}
    try:
        family = Family(name=name, **cells)  # type: ignore[arg-type]
    except TypeError as error:
        raise TaxonomyError(f"families.toml [{name}]: {str(error).split('() ')[-1]}; correct it") from None
    if family.hmic_group not in get_args(HmicGroup):
        choices = ", ".join(get_args(HmicGroup))
        raise TaxonomyError(f"families.toml [{name}]: hmic_group {family.hmic_group!r}; use {choices}")
    if not 0 < family.flag_at <= 1:
        raise TaxonomyError(f"families.toml [{name}]: flag_at is {family.flag_at}; use a probability over 0")
    if not 1 <= family.harm <= 10:
        raise TaxonomyError(f"families.toml [{name}]: harm is {family.harm}; use 1 to 10")
    return family


def _check_links(family: Family, families: Mapping[str, Family]) -> None:
    unknown = [name for name in (*family.neighbours, *family.lesser) if name not in families]
    if unknown:
        raise TaxonomyError(f"families.toml [{family.name}]: no family {unknown[0]!r}; correct the name")
    one_way = [name for name in family.neighbours if family.name not in families[name].neighbours]
    if one_way:
        raise TaxonomyError(f"families.toml [{one_way[0]}]: {family.name!r} names it; add it as a neighbour")
    odd = sorted(set(family.tell_apart) ^ set(family.neighbours))
    if odd:
        raise TaxonomyError(f"families.toml [{family.name}]: tell_apart and neighbours differ by {odd[0]!r}")


def _check_default_codes(families: Mapping[str, Family], by_code: Mapping[str, list[Offence]]) -> None:
    for family in families.values():
        if not any(o.family == family.name and o.current for o in by_code.get(family.default_code, ())):
            raise TaxonomyError(
                f"families.toml [{family.name}]: {family.default_code!r} is no current code of the family; "
                "choose its default_code from offences.csv"
            )


@cache
def _cjs(folder: Path) -> Mapping[str, CjsCode]:
    return {code: CjsCode(ho_code, title) for code, ho_code, title in read_rows(folder, "cjs.csv")[1:]}


def _version(folder: Traversable) -> str:
    """Return 12 hex digits of the SHA-256 of every data file, line ends made one so that systems agree."""
    digest = hashlib.sha256()
    for name, file in sorted(_data_files(folder)):
        digest.update(name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12]


def _data_files(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for file in folder.iterdir():
        if file.name.endswith((".csv", ".toml", ".txt")):
            yield file.name, file
    patterns = folder / "patterns"
    if patterns.is_dir():
        for file in patterns.iterdir():
            if file.name.endswith(".toml"):
                yield f"patterns/{file.name}", file
