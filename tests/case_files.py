"""The registrar's cases: `tests/cases/*.toml` read into records, disclosures and what should come of them.

`tests/cases/README.md` says how a case is written. A case that is wrongly written is a CaseError that names it.
"""

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast, get_args

from cdi_nlp.ingest.crimes import read_offence
from cdi_nlp.records import (
    DISCLOSING,
    Disclosure,
    Entry,
    Evidence,
    Person,
    Record,
    RecordedCrime,
    RecordType,
    Relation,
    Reporter,
    Sex,
    Status,
    When,
)
from cdi_nlp.taxonomy import DETECTED, FAMILIES, Taxonomy
from cdi_nlp.taxonomy.codes import suggest_code

FOLDER = Path(__file__).parent / "cases"
REPORTED = datetime(2026, 6, 10, 12)
"""When a case is reported that does not say when: under the rules of 2026/27."""
RESULTS = ("crime", "no crime", "crime-related incident", "transfer", "n100")
CHECKS = frozenset(
    """
    T1-rape-not-recorded T2-should-be-rape T3-confirmed-since T4-not-a-rape T5-should-be-n100 T6-no-receiving-force
    T7-rape-late T8-rape-as-other C1-no-other-force C2-no-new-information C3-no-live-crime C4-instead-of-C2
    C5-class-not-allowed authority victim-told timeliness
    """.split()
)
KEYS = frozenset(
    """
    name rests_on text entry reported_at record_type opening_code closing_code links who people recorded crime
    should_record unrecorded wrong_class n100 result collapsed checks
    """.split()
)
CRIME_KEYS = frozenset({"offence", "crime_no", "record_id", "recorded_at", "status", "cancelled_code", "victim"})
SURE, UNSURE = 0.9, 0.3
_MARK = re.compile(r"\[\[(?P<words>.+?)\|(?P<labels>[^\[\]|]+?)\]\]", re.DOTALL)
_CODE = re.compile(r"\d{3}/\d{2}")
_PAGE = re.compile(r"^(HOCR 20\d\d/\d\d|OUT 2026|NSIR 2011|HOCR April 2021|INSP)\b")

Families = tuple[str, ...]
"""A list of families as a case writes it; "theft|burglary" leaves the choice of two."""


class CaseError(ValueError):
    """A case is wrongly written."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: a record, what it discloses, what was recorded for it, and what should come of it."""

    name: str
    topic: str
    rests_on: str
    record: Record
    told: tuple[Disclosure, ...]
    crimes: tuple[RecordedCrime, ...]
    should_record: Families
    unrecorded: Families
    wrong_class: Families
    n100: bool
    result: str | None
    collapsed: tuple[str, ...]
    checks: tuple[str, ...] | None


def load_cases(taxonomy: Taxonomy, folder: Path = FOLDER) -> list[Case]:
    """Every case of the folder, in the order of the files."""
    cases = [
        _case(row, topic=file.stem, taxonomy=taxonomy)
        for file in sorted(folder.glob("*.toml"))
        for row in tomllib.loads(file.read_text(encoding="utf-8")).get("case", [])
    ]
    for name, count in Counter(case.name for case in cases).items():
        if count > 1:
            raise CaseError(f"{name!r} names {count} cases; give each a name of its own")
    return cases


def not_yet(folder: Path = FOLDER) -> dict[str, str]:
    """The names of the cases that the program does not meet yet, each with the reason (`not_yet.toml`)."""
    table = tomllib.loads((folder / "not_yet.toml").read_text(encoding="utf-8"))
    return {str(name): str(why) for name, why in table["not_yet"].items()}


def same(expected: Sequence[str], found: Iterable[str]) -> bool:
    """Whether two lists of families are equal as multisets; "theft|burglary" stands for either."""
    wanted = Counter(found)
    return any(Counter(choice) == wanted for choice in itertools.product(*(name.split("|") for name in expected)))


def _case(row: Mapping[str, object], *, topic: str, taxonomy: Taxonomy) -> Case:
    name = str(row.get("name", f"a case of {topic}.toml without a name"))
    if unknown := sorted(row.keys() - KEYS):
        raise CaseError(f"{name}: {unknown[0]!r} is no key of a case; choose from {', '.join(sorted(KEYS))}")
    rests_on = str(row.get("rests_on", ""))
    if not _PAGE.match(rests_on):
        raise CaseError(f"{name}: rests_on is {rests_on!r}; name the rules and the page, such as 'HOCR 2026/27 p 12'")
    text, marks, entries = _text(row, name=name)
    reported_at = _time(row.get("reported_at"))
    record = Record(
        id=name,
        text=text,
        entries=entries,
        record_type=_one_of(str(row.get("record_type", "incident")), get_args(RecordType), name),  # type: ignore[arg-type]
        reported_at=reported_at,
        opening_code=str(row.get("opening_code", "")),
        closing_code=str(row.get("closing_code", "")),
        links=tuple(_strings(row, "links")),
    )
    crimes = tuple(_crimes(row, name=name, taxonomy=taxonomy))
    expected = {key: _families(row, key, name=name) for key in ("should_record", "unrecorded", "wrong_class")}
    if "unrecorded" not in row:
        expected["unrecorded"] = _left(expected["should_record"], crimes, expected["wrong_class"])
    checks = tuple(_strings(row, "checks")) if "checks" in row else None
    for check in checks or ():
        _one_of(check, CHECKS, name)
    if checks is None and "should_record" not in row:
        raise CaseError(f"{name}: no should_record; write an empty list where nothing should be recorded")
    result = str(row["result"]) if "result" in row else None
    for choice in result.split("|") if result else ():
        _one_of(choice, RESULTS, name)
    return Case(
        name=name,
        topic=topic,
        rests_on=rests_on,
        record=replace(record, recorded_crimes=tuple(_strings(row, "recorded"))),
        told=_told(marks, row, text=text, reported_at=reported_at, name=name),
        crimes=crimes,
        n100=bool(row.get("n100", False)),
        result=result,
        collapsed=tuple(_strings(row, "collapsed")),
        checks=checks,
        **expected,
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    labels: str


def _text(row: Mapping[str, object], *, name: str) -> tuple[str, list[_Mark], tuple[Entry, ...]]:
    """The plain text, its marks, and its entries where the case gives entries with times."""
    rows = cast("list[dict[str, object]]", row.get("entry", []))
    if ("text" in row) == bool(rows):
        raise CaseError(f"{name}: write either text or [[case.entry]] with at and text")
    parts, marks, entries, at = [], [], [], 0
    for part in rows or [{"text": row["text"]}]:
        plain, found = _plain(str(part["text"]).strip(), at=at, name=name)
        parts.append(plain)
        marks += found
        if rows:
            said = [str(part[key]) if key in part else None for key in ("author", "category")]
            entries.append(Entry(at, at + len(plain), _time(part.get("at")), *said))
        at += len(plain) + 1
    return "\n".join(parts), marks, tuple(entries)


def _plain(marked: str, *, at: int, name: str) -> tuple[str, list[_Mark]]:
    pieces, marks, place, length = [], [], 0, at
    for mark in _MARK.finditer(marked):
        before, words = marked[place : mark.start()], mark["words"]
        pieces += [before, words]
        length += len(before)
        marks.append(_Mark(length, length + len(words), mark["labels"]))
        length += len(words)
        place = mark.end()
    plain = "".join([*pieces, marked[place:]])
    if "[[" in plain or "]]" in plain:
        raise CaseError(f"{name}: a mark is not closed or lacks its label; write [[words|family]]")
    return plain, marks


@dataclass(frozen=True, slots=True)
class _Said:
    """What one label says; marks that say the same are evidence of one disclosure."""

    family: str
    code: str | None
    status: Status
    reporter: Reporter
    when: When
    sure: bool
    victims: tuple[Person, ...]
    suspects: tuple[Person, ...]


def _told(
    marks: Sequence[_Mark], row: Mapping[str, object], *, text: str, reported_at: datetime, name: str
) -> tuple[Disclosure, ...]:
    """A disclosure for each family and pair of suspect and victim, of the marks whose status discloses."""
    described = cast("dict[str, object]", row.get("people", {}))
    people = {key: _person(key, str(said), name) for key, said in described.items()}
    places: dict[_Said, list[_Mark]] = {}
    for mark in marks:
        for label in mark.labels.split(";"):
            places.setdefault(_label(label, str(row.get("who", "")), people, name), []).append(mark)
    victims = {person.named for said in places for person in said.victims}
    suspects = {person.named for said in places for person in said.suspects}
    return tuple(
        Disclosure(
            family=said.family,
            ho_code=said.code or _code_of(said.family, said.victims, reported_at),
            probability=SURE if said.sure else UNSURE,
            flagged=said.sure,
            status=said.status,
            when=said.when,
            reported_by=said.reporter,
            evidence=tuple(Evidence(m.start, m.end, text[m.start : m.end], "patterns") for m in found),
            why="a case",
            victims=tuple(replace(person, told_apart=len(victims) > 1) for person in said.victims),
            suspects=tuple(replace(person, told_apart=len(suspects) > 1) for person in said.suspects),
        )
        for said, found in places.items()
        if said.status in DISCLOSING
    )


def _label(label: str, who: str, people: Mapping[str, Person], name: str) -> _Said:
    """What one label says: "family [code] [status] [reporter] [when] [unsure] [: suspects > victims]"."""
    words, _, own = label.partition(":")
    family, *rest = words.split()
    _one_of(family, DETECTED, name)
    kinds = {"status": get_args(Status), "reporter": get_args(Reporter), "when": get_args(When)}
    found: dict[str, str] = {}
    for word in rest:
        kind = "code" if _CODE.fullmatch(word) else next((k for k, allowed in kinds.items() if word in allowed), "")
        if not kind and word != "unsure":
            raise CaseError(f"{name}: {word!r} in the mark {label.strip()!r} is no status, reporter, time or code")
        found[kind or "unsure"] = word
    suspects, _, victims = (own.strip() or who).partition(">")
    return _Said(
        family=family,
        code=found.get("code"),
        status=cast("Status", found.get("status", "affirmed")),
        reporter=cast("Reporter", found.get("reporter", "victim")),
        when=cast("When", found.get("when", "current")),
        sure="unsure" not in found,
        victims=_named(victims, people),
        suspects=_named(suspects, people),
    )


def _named(side: str, people: Mapping[str, Person]) -> tuple[Person, ...]:
    """The people on one side of a mark's "suspects > victims", with "&" between several."""
    names = (part.strip() for part in side.split("&"))
    return tuple(people.get(named, Person(named=named)) for named in names if named)


def _person(named: str, said: str, name: str) -> Person:
    """A person as a case describes one: "female 34 ex"."""
    person = Person(named=named)
    for word in said.split():
        if word in get_args(Sex):
            person = replace(person, sex=cast("Sex", word))
        elif word.isdigit():
            person = replace(person, age=int(word), child=int(word) < 18)
        elif word == "child":
            person = replace(person, child=True)
        else:
            _one_of(word, get_args(Relation), name)
            person = replace(person, relation=cast("Relation", word))
    return person


def _code_of(family: str, victims: Sequence[Person], reported_at: datetime) -> str:
    by_victim = family in {"rape", "sexual_assault", "child_sexual_offence"} and len(victims) == 1
    return suggest_code(
        family,
        sex=victims[0].sex if by_victim else None,
        age=victims[0].age if by_victim else None,
        on_constable=any(victim.relation == "constable" for victim in victims),
        reported_on=reported_at.date(),
    )


def _crimes(row: Mapping[str, object], *, name: str, taxonomy: Taxonomy) -> Iterable[RecordedCrime]:
    """The recorded crimes: those written plainly under `recorded`, and those with fields under [[case.crime]]."""
    for offence in _strings(row, "recorded"):
        yield read_offence(offence, taxonomy)
    for fields in cast("list[dict[str, object]]", row.get("crime", [])):
        if unknown := sorted(fields.keys() - CRIME_KEYS):
            raise CaseError(f"{name}: {unknown[0]!r} is no field of a crime; choose from {sorted(CRIME_KEYS)}")
        yield replace(
            read_offence(str(fields["offence"]), taxonomy),
            recorded_at=_time(fields["recorded_at"]) if "recorded_at" in fields else None,
            **{key: str(fields[key]) for key in CRIME_KEYS - {"offence", "recorded_at"} if key in fields}
            | {"record_id": str(fields.get("record_id", name))},
        )


def _left(should: Sequence[str], crimes: Sequence[RecordedCrime], wrong: Sequence[str]) -> Families:
    """What should be recorded less what was and what is in the wrong class: `unrecorded` where a case leaves it out."""
    taken = Counter(crime.family for crime in crimes) + Counter(wrong)
    left = []
    for family in should:
        if taken[family] > 0:
            taken[family] -= 1
        else:
            left.append(family)
    return tuple(left)


def _families(row: Mapping[str, object], key: str, *, name: str) -> Families:
    for listed in _strings(row, key):
        for family in listed.split("|"):
            _one_of(family, FAMILIES, name)
    return tuple(_strings(row, key))


def _strings(row: Mapping[str, object], key: str) -> list[str]:
    return [str(value) for value in cast("list[object]", row.get(key, []))]


def _time(value: object) -> datetime:
    if value is None:
        return REPORTED
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _one_of(value: str, allowed: Iterable[str], name: str) -> str:
    if value not in allowed:
        raise CaseError(f"{name}: {value!r} is not one of {', '.join(sorted(allowed))}")
    return value
