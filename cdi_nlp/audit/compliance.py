"""Compliance: time to record, N100, cancellations, care of victims whose crime was missed, reasons, equality, codes.

Each figure is a share of crimes or records weighted as the rates are. What an auditor left open counts in neither part
of a share, and how much was left open is said.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from cdi_nlp.audit.figures import Count, Figure, figure
from cdi_nlp.audit.folder import Audit
from cdi_nlp.audit.recording import Test, in_group
from cdi_nlp.audit.sheet import CHARACTERISTICS, AuditedCrime, AuditedRecord
from cdi_nlp.audit.strata import GROUPS

TIMELY, N100, CANCELLED = "within 24 hours", "N100", "cancellations"
CARE, EQUALITY = "where a crime was missed", "equality data"
DAY = timedelta(hours=24)
"""HOCR 2026/27 p.10: a crime is recorded within 24 hours of the report."""
CODES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was found: as counted in what was read, and weighted to all records."""

    table: str
    name: str
    crimes: int
    weighted: float


@dataclass(frozen=True, slots=True)
class Hours:
    """How long recording took in a group: the median and the longest tenth's start, in hours; None without dates."""

    group: str
    crimes: int
    median: float | None
    ninetieth: float | None


def timeliness(audit: Audit) -> tuple[Figure, ...]:
    """Return the share of recorded crimes that were recorded within 24 hours of the report, by group."""
    return tuple(_timely(audit, name, in_group(name)) for name in GROUPS)


def _timely(audit: Audit, name: str, test: Test) -> Figure:
    found = figure(
        audit,
        TIMELY,
        name,
        should=_crimes(lambda one, crime: test(crime) and _taken(audit, one, crime) is not None),
        did=_crimes(lambda one, crime: test(crime) and (_taken(audit, one, crime) or DAY * 2) <= DAY),
        of="recorded crimes with both dates",
    )
    recorded = [(one, crime) for one in audit.found.values() for crime in one.crimes if crime.recorded and test(crime)]
    undated = sum(_taken(audit, one, crime) is None for one, crime in recorded)
    return _left_open(found, undated, "recorded crimes have no date, or one before the report")


def _taken(audit: Audit, one: AuditedRecord, crime: AuditedCrime) -> timedelta | None:
    """How long recording took; None where it was not recorded, a date is missing, or the dates run backwards."""
    reported = audit.sample[one.id][0].reported_at
    if not crime.recorded or crime.recorded_at is None or reported is None or crime.recorded_at < reported:
        return None
    return crime.recorded_at - reported


def hours(audit: Audit) -> tuple[Hours, ...]:
    """Return how long recording took, by group: unweighted, for it says what the sample held."""
    return tuple(_hours(audit, name) for name in GROUPS)


def _hours(audit: Audit, name: str) -> Hours:
    test = in_group(name)
    taken = sorted(
        passed.total_seconds() / 3600
        for one in audit.found.values()
        for crime in one.crimes
        if test(crime) and (passed := _taken(audit, one, crime)) is not None
    )
    if not taken:
        return Hours(name, 0, None, None)
    return Hours(name, len(taken), taken[(len(taken) - 1) // 2], taken[int(0.9 * (len(taken) - 1))])


def n100(audit: Audit) -> tuple[Figure, ...]:
    """Return how often an N100 was made where due, and how often one that was made was due (HOCR 2026/27 p.61)."""
    due = figure(
        audit,
        N100,
        "made where due",
        should=lambda one: one.n100_due is True,
        did=lambda one: one.n100_due is True and one.n100_made is True,
        of="records that need an N100",
    )
    made = figure(
        audit,
        N100,
        "due where made",
        should=lambda one: one.n100_made is True and one.n100_due is not None,
        did=lambda one: one.n100_made is True and one.n100_due is True,
        of="records with an N100",
    )
    return due, made


def cancellations(audit: Audit) -> tuple[Figure, ...]:
    """Return the share of cancellations that were right, by group and code, and of victims told (HOCR p.25)."""
    groups = [_rightly(audit, name, _cancelled_in(name)) for name in GROUPS[:5]]
    codes = sorted({one.cancelled_code for one in audit.found.values() if one.cancelled_code})
    by_code = [_rightly(audit, code, _cancelled_as(code)) for code in codes]
    told = figure(
        audit,
        CANCELLED,
        "victim told",
        should=lambda one: bool(one.cancelled_code) and one.victim_told is not None,
        did=lambda one: bool(one.cancelled_code) and one.victim_told is True,
        of="cancelled crimes",
    )
    return (*groups, *by_code, told)


def _rightly(audit: Audit, name: str, test: Callable[[AuditedRecord], bool]) -> Figure:
    return figure(
        audit,
        CANCELLED,
        f"rightly, {name}",
        should=lambda one: bool(one.cancelled_code) and one.cancelled_rightly is not None and test(one),
        did=lambda one: bool(one.cancelled_code) and one.cancelled_rightly is True and test(one),
        of="cancelled crimes",
    )


def _cancelled_in(name: str) -> Callable[[AuditedRecord], bool]:
    groups = {"all": None, "sexual": {"sexual", "rape"}}.get(name, {name})
    return lambda one: groups is None or one.cancelled_group in groups


def _cancelled_as(code: str) -> Callable[[AuditedRecord], bool]:
    return lambda one: one.cancelled_code == code


def care(audit: Audit) -> tuple[Figure, ...]:
    """Return how often, though the crime was missed, the victim was safeguarded or told and the crime investigated."""
    questions: tuple[tuple[str, Callable[[AuditedRecord, AuditedCrime], bool | None]], ...] = (
        ("safeguarding considered", lambda one, crime: crime.safeguarding),
        ("safeguarding considered, domestic abuse", lambda one, crime: crime.safeguarding if crime.domestic else None),
        ("investigated", lambda one, crime: crime.investigated),
        ("victim told it was not recorded", lambda one, crime: None if one.cancelled_code else one.victim_told),
    )
    return tuple(_cared(audit, name, answer) for name, answer in questions)


def _cared(audit: Audit, name: str, answer: Callable[[AuditedRecord, AuditedCrime], bool | None]) -> Figure:
    found = figure(
        audit,
        CARE,
        name,
        should=_crimes(lambda one, crime: not crime.recorded and answer(one, crime) is not None),
        did=_crimes(lambda one, crime: not crime.recorded and answer(one, crime) is True),
        of="missed crimes with an answer",
    )
    if "domestic" in name:
        return found
    missed = [(one, crime) for one in audit.found.values() for crime in one.crimes if not crime.recorded]
    unanswered = sum(answer(one, crime) is None for one, crime in missed)
    return _left_open(found, unanswered, "missed crimes have no answer")


def equality(audit: Audit) -> tuple[Figure, ...]:
    """Return the share of crimes for which each protected characteristic of the victim is known."""
    return tuple(_known(audit, name) for name in CHARACTERISTICS)


def _known(audit: Audit, name: str) -> Figure:
    return figure(
        audit,
        EQUALITY,
        name.replace("_", " "),
        should=lambda one: len(one.crimes),
        did=lambda one: sum(bool(crime.victim.get(name)) for crime in one.crimes),
    )


def reasons(audit: Audit) -> tuple[Tally, ...]:
    """Return why missed crimes were not recorded, most frequent first."""
    return _tallies(audit, "reasons", lambda one, crime: crime.reason.strip().lower() or "none stated")


def opening_codes(audit: Audit) -> tuple[Tally, ...]:
    """Return the opening codes under which most missed crimes lie."""
    return _tallies(audit, "opening codes", lambda one, _: audit.sample[one.id][0].opening_code or "not stated")


def closing_codes(audit: Audit) -> tuple[Tally, ...]:
    """Return the closing codes under which most missed crimes lie."""
    return _tallies(audit, "closing codes", lambda one, _: audit.sample[one.id][0].closing_code or "not stated")


def missed_families(audit: Audit) -> tuple[Tally, ...]:
    """Return which families of offence are missed most."""
    return _tallies(audit, "missed", lambda one, crime: (crime.family or "not placed").replace("_", " "))


def _tallies(audit: Audit, table: str, name: Callable[[AuditedRecord, AuditedCrime], str]) -> tuple[Tally, ...]:
    crimes: Counter[str] = Counter()
    weighted: defaultdict[str, float] = defaultdict(float)
    for cell, read in audit.by_cell():
        for one in read:
            for crime in one.crimes:
                if not crime.recorded:
                    crimes[name(one, crime)] += 1
                    weighted[name(one, crime)] += cell.size / len(read)
    ordered = sorted(crimes, key=lambda item: (-weighted[item], item))
    return tuple(Tally(table, item, crimes[item], weighted[item]) for item in ordered[:CODES_SHOWN])


def _crimes(test: Callable[[AuditedRecord, AuditedCrime], bool]) -> Count:
    return lambda one: sum(test(one, crime) for crime in one.crimes)


def _left_open(found: Figure, count: int, what: str) -> Figure:
    if not count:
        return found
    words: Sequence[str] = (found.said, f"{count:,} {what}")
    return replace(found, said="; ".join(filter(None, words)))
