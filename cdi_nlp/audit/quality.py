"""How good the scanner is, and how much two readers agree: from the same blind sample.

The sample was drawn from all records, flagged or not, so it says what the scanner misses, which its own queue cannot.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

from cdi_nlp.audit.estimate import paired_gap
from cdi_nlp.audit.figures import Figure, counted, figure
from cdi_nlp.audit.folder import Audit
from cdi_nlp.audit.rates import Z95
from cdi_nlp.audit.recording import RATE, in_group, rate_of
from cdi_nlp.audit.sheet import AuditedRecord
from cdi_nlp.errors import AuditError

RECALL, PRECISION = "scanner finds", "scanner is right"
ANY = "any crime"
MISSED = "any missed crime"
READERS = ("first reader", "second reader")
Test = Callable[[AuditedRecord], bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the scanner said of a record: families that should be recorded, and whether one is not."""

    families: frozenset[str]
    gap: bool


def read_results(results: Path, audit: Audit) -> dict[str, Seen]:
    """Return what a scan said of the sample's records; AuditError where one of them is not among its results."""
    seen: dict[str, Seen] = {}
    try:
        with results.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                    if row["id"] in audit.sample:
                        families = frozenset(crime["family"] for crime in row["should_record"])
                        seen[row["id"]] = Seen(families, bool(row["unrecorded"] or row["wrong_class"]))
                except (ValueError, KeyError, TypeError):
                    raise AuditError(f"{results.name} line {number} is not a line of results; scan again") from None
    except OSError as error:
        raise AuditError(f"{results}: cannot be read ({error.strerror}); name the results.jsonl of a scan") from None
    absent = [name for name in audit.sample if name not in seen]
    if absent:
        raise AuditError(
            f"{len(absent):,} records of the sample (the first is '{absent[0]}') are not in {results.name};"
            " name the results of a scan of the same source"
        )
    return seen


def scanner(audit: Audit, seen: Mapping[str, Seen]) -> tuple[Figure, ...]:
    """Return, by family, what share of the records with it the scanner finds, and of those it names is right.

    The unit is the record and family. "any crime" asks whether it saw one at all, "any missed crime" whether it put a
    record that holds an unrecorded crime before the reviewers.
    """
    families = sorted(
        {crime.family for one in audit.found.values() for crime in one.crimes if crime.family}
        | {family for name in audit.found for family in seen[name].families}
    )
    rows = [*_pair(audit, ANY, _has_any, lambda one: bool(seen[one.id].families))]
    rows += _pair(audit, MISSED, _has_missed, lambda one: seen[one.id].gap)
    for family in families:
        rows += _pair(audit, family, _has(family), _named(family, seen))
    return tuple(rows)


def _has_any(one: AuditedRecord) -> bool:
    return bool(one.crimes)


def _has_missed(one: AuditedRecord) -> bool:
    return any(not crime.recorded for crime in one.crimes)


def _has(family: str) -> Test:
    return lambda one: any(crime.family == family for crime in one.crimes)


def _named(family: str, seen: Mapping[str, Seen]) -> Test:
    return lambda one: family in seen[one.id].families


def _pair(audit: Audit, name: str, truth: Test, said: Test) -> tuple[Figure, Figure]:
    group = name.replace("_", " ")

    def both(one: AuditedRecord) -> bool:
        return truth(one) and said(one)

    found = figure(audit, RECALL, group, should=truth, did=both, of="records with it")
    right = figure(audit, PRECISION, group, should=said, did=both, of="records it names")
    return found, right


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readers agree on one question: of `records`, `same` alike; Cohen's kappa with its 95% interval.

    Kappa is None where both gave one and the same answer throughout: then there was nothing to agree on.
    """

    question: str
    records: int
    same: int
    kappa: float | None
    low: float | None
    high: float | None
    said: str


@dataclass(frozen=True, slots=True)
class TwoReaders:
    """The agreement of two readers, and the recording rate as each of them gives it over the same records."""

    agreement: tuple[Agreement, ...]
    first: Figure
    second: Figure
    said: str


def two_readers(audit: Audit) -> TwoReaders | None:
    """Return how far two readers agree and what it does to the rate; None where no record was read twice."""
    pairs = [(audit.found[name], audit.second[name]) for name in audit.second if name in audit.found]
    if not pairs:
        return None
    agreement = (
        _agreement("a crime should have been recorded", [(_has_any(one), _has_any(two)) for one, two in pairs]),
        _agreement("a crime was missed", [(_has_missed(one), _has_missed(two)) for one, two in pairs]),
        _agreement("how many crimes", [(len(one.crimes), len(two.crimes)) for one, two in pairs]),
        _agreement("which families", [(_families(one), _families(two)) for one, two in pairs]),
    )
    names = {one.id for one, _ in pairs}
    readings = [replace(audit, found={name: found[name] for name in names}) for found in (audit.found, audit.second)]
    rates = [rate_of(one, RATE, name, test=in_group("all")) for one, name in zip(readings, READERS, strict=True)]
    return TwoReaders(agreement, rates[0], rates[1], _effect(readings[0], readings[1], firm=all(r.firm for r in rates)))


def _effect(first: Audit, second: Audit, *, firm: bool) -> str:
    counts = [
        counted(
            one, should=lambda record: len(record.crimes), did=lambda record: sum(c.recorded for c in record.crimes)
        )
        for one in (first, second)
    ]
    found = paired_gap(counts[0], counts[1])
    if found is None:
        return "one of the readers found no crime in the records read twice, so the rates cannot be compared"
    gap, low, high = (100 * part for part in found)
    few = "" if firm else "; too few crimes to rest on"
    moved = f"{abs(gap):.1f} points {'higher' if gap > 0 else 'lower'}" if abs(gap) >= 0.05 else "the same"
    return f"the second reader's rate is {moved} (difference from {low:+.1f} to {high:+.1f}{few})"


def _families(one: AuditedRecord) -> str:
    return ",".join(sorted(crime.family or "" for crime in one.crimes))


def _agreement(question: str, answers: Sequence[tuple[object, object]]) -> Agreement:
    """Cohen's kappa with the large-sample standard error of Fleiss, Cohen and Everitt's simple form (1969)."""
    count = len(answers)
    same = sum(one == two for one, two in answers)
    seen = same / count
    values = {value for pair in answers for value in pair}
    chance = sum(
        sum(one == value for one, _ in answers) * sum(two == value for _, two in answers) for value in values
    ) / (count * count)
    if chance == 1:
        return Agreement(question, count, same, None, None, None, "one answer throughout: kappa says nothing")
    kappa = (seen - chance) / (1 - chance)
    if count < 30 or same == count:
        said = f"{same} of {count} alike: too few, or too alike, for an interval"
        return Agreement(question, count, same, kappa, None, None, said)
    half = Z95 * sqrt(seen * (1 - seen) / count) / (1 - chance)
    return Agreement(question, count, same, kappa, max(-1.0, kappa - half), min(1.0, kappa + half), "")
