"""Findings: everything an audit says, worked out once, for every output to show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdi_nlp.audit import compliance, quality, recording
from cdi_nlp.audit.figures import Figure
from cdi_nlp.audit.folder import Audit
from cdi_nlp.errors import AuditError


@dataclass(frozen=True, slots=True)
class Rates:
    """The recording rates of an audit, what they mean over a year, and how they stand beside others."""

    groups: tuple[Figure, ...]
    strata: tuple[Figure, ...]
    months: tuple[recording.Month, ...]
    characteristics: tuple[Figure, ...]
    unrecorded: tuple[recording.Unrecorded, ...]
    earlier: tuple[recording.Comparison, ...]
    forces: tuple[recording.Comparison, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Compliance:
    """What an audit says of compliance with the recording rules."""

    timeliness: tuple[Figure, ...]
    hours: tuple[compliance.Hours, ...]
    n100: tuple[Figure, ...]
    cancellations: tuple[Figure, ...]
    care: tuple[Figure, ...]
    equality: tuple[Figure, ...]
    reasons: tuple[compliance.Tally, ...]
    opening_codes: tuple[compliance.Tally, ...]
    closing_codes: tuple[compliance.Tally, ...]
    missed: tuple[compliance.Tally, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the scanner is, and how far two readers agree; each None where there is nothing to say it from."""

    scanner: tuple[Figure, ...] | None
    readers: quality.TwoReaders | None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that an audit says, with what made it and what to beware of."""

    head: Mapping[str, Any]
    rates: Rates
    compliance: Compliance
    quality: Quality
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What an audit is set beside: recorded crimes of the year by group, and an earlier audit's figures."""

    recorded: Mapping[str, float]
    earlier: tuple[Figure, ...] = ()


def rates(audit: Audit, beside: Beside) -> Rates:
    """Return the recording rates."""
    groups = recording.by_group(audit)
    years = recording.unrecorded_a_year(audit, groups, recorded=beside.recorded)
    return Rates(
        groups=groups,
        strata=recording.by_stratum(audit),
        months=recording.by_month(audit),
        characteristics=recording.by_characteristic(audit),
        unrecorded=years,
        earlier=recording.compare(groups, beside.earlier, name="earlier audit"),
        forces=recording.compare_forces(groups),
        sentence=recording.sentence(groups, years),
    )


def complies(audit: Audit) -> Compliance:
    """Return the figures of compliance."""
    return Compliance(
        timeliness=compliance.timeliness(audit),
        hours=compliance.hours(audit),
        n100=compliance.n100(audit),
        cancellations=compliance.cancellations(audit),
        care=compliance.care(audit),
        equality=compliance.equality(audit),
        reasons=compliance.reasons(audit),
        opening_codes=compliance.opening_codes(audit),
        closing_codes=compliance.closing_codes(audit),
        missed=compliance.missed_families(audit),
    )


def qualities(audit: Audit, results: Path | None) -> Quality:
    """Return what the sample says of the scanner, where its results are given, and of the readers."""
    seen = quality.read_results(results, audit) if results else None
    return Quality(quality.scanner(audit, seen) if seen is not None else None, quality.two_readers(audit))


def find(audit: Audit, beside: Beside, *, results: Path | None) -> Findings:
    """Return everything that an audit says."""
    return Findings(audit.head, rates(audit, beside), complies(audit), qualities(audit, results), warnings(audit))


def warnings(audit: Audit) -> tuple[str, ...]:
    """Return what a reader has to beware of: records not read, strata without any, faults of the sheet."""
    said = []
    unread = len(audit.sample) - len(audit.found)
    if unread:
        said.append(
            f"{unread:,} of {len(audit.sample):,} sampled records are not read yet; the figures take each cell's unread"
            " records to be like those read, which holds only if what is left is left by chance"
        )
    for part, (_, read) in zip(audit.parts, audit.by_cell(), strict=True):
        name = part.stratum if part.band == "any" else f"{part.stratum} ({part.band})"
        if not read:
            said.append(f"no record of '{name}' was read: it ({part.size:,} in all) is in no figure")
        elif len(read) == 1 < part.size:
            said.append(f"one record of '{name}' was read: how the {part.size:,} differ is not known")
    return (*said, *audit.problems)


def read_earlier(path: Path) -> tuple[Figure, ...]:
    """Return the recording rates of an earlier audit from the figures.json of its report."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Figure(**row) for row in table["rates"]["groups"])
    except OSError as error:
        raise AuditError(f"{path}: cannot be read ({error.strerror}); name a report's figures.json") from None
    except (ValueError, KeyError, TypeError):
        raise AuditError(f"{path} does not hold an audit's figures; name a report's figures.json") from None


def read_recorded(given: Sequence[str]) -> dict[str, float]:
    """Return recorded crimes by group from texts such as "all=61200"."""
    found = {}
    for text in given:
        group, _, number = text.partition("=")
        try:
            found[group.strip()] = float(number.replace(",", ""))
        except ValueError:
            raise AuditError(
                f"recorded crimes are {text!r}; write the group and the number, such as all=61200"
            ) from None
        if not 0 < found[group.strip()] < float("inf"):
            raise AuditError(f"recorded crimes are {text!r}; write a number over 0")
    return found
