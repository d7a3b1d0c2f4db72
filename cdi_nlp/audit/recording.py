"""Recording rates: recorded over should have been recorded, by group, stratum, month and protected characteristic."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from cdi_nlp.audit.figures import Figure, percent, recording_figure
from cdi_nlp.audit.folder import Audit
from cdi_nlp.audit.published import published_figures
from cdi_nlp.audit.rates import annual, difference
from cdi_nlp.audit.sheet import CHARACTERISTICS, AuditedCrime, AuditedRecord
from cdi_nlp.audit.strata import GROUPS
from cdi_nlp.errors import AuditError

RATE, STRATUM, MONTH, WHO = "recording rate", "by stratum", "by month", "by characteristic"
FEWEST_MONTHS = 6
"""Fewer months than this have no control limits: they would be guesses."""
FEWEST_OF_A_MONTH = 5
SIGMAS = 3
RUN = 8
"""So many months in a row on one side of the centre are a signal too (Western Electric's fourth rule)."""
Test = Callable[[AuditedCrime], bool]
Where = Callable[[AuditedRecord], bool]


def in_group(name: str) -> Test:
    """Return the test of a crime for a group: sexual offences hold rape, as the inspectorate counts them."""
    if name == "all":
        return lambda crime: True
    if name == "domestic abuse":
        return lambda crime: crime.domestic is True
    if name == "sexual":
        return lambda crime: crime.group in {"sexual", "rape"}
    return lambda crime: crime.group == name


def rate_of(
    audit: Audit, table: str, group: str, *, test: Test, where: Where | None = None, stratum: str | None = None
) -> Figure:
    """Return the recording rate of the crimes that pass a test, in the records that pass another or of one stratum."""
    return recording_figure(
        audit,
        table,
        group,
        should=lambda one: sum(test(crime) for crime in one.crimes) if where is None or where(one) else 0,
        did=lambda one: sum(test(it) and it.recorded for it in one.crimes) if where is None or where(one) else 0,
        stratum=stratum,
    )


def by_group(audit: Audit) -> tuple[Figure, ...]:
    """Return the rate of each group."""
    return tuple(rate_of(audit, RATE, name, test=in_group(name)) for name in GROUPS)


def by_stratum(audit: Audit) -> tuple[Figure, ...]:
    """Return the rate of each stratum: where in the force crimes go missing."""
    names = sorted({part.stratum for part in audit.parts})
    return tuple(rate_of(audit, STRATUM, name, test=in_group("all"), stratum=name) for name in names)


def by_characteristic(audit: Audit) -> tuple[Figure, ...]:
    """Return the rate for each value of each characteristic that is known, and for those where it is not."""
    found = []
    for name in CHARACTERISTICS:
        values = Counter(_bracket(name, crime) for one in audit.found.values() for crime in one.crimes)
        for value in sorted(values, key=lambda item: (item == "", -values[item], item)):
            test = _has(name, value)
            group = f"{name.replace('_', ' ')}: {value or 'not known'}"
            found.append(rate_of(audit, WHO, group, test=test))
    return tuple(found)


def _has(name: str, value: str) -> Test:
    return lambda crime: _bracket(name, crime) == value


def _bracket(name: str, crime: AuditedCrime) -> str:
    """A characteristic's value; an age as one of four brackets."""
    value = crime.victim.get(name, "")
    if name != "age" or not value.isdigit():
        return value
    age = int(value)
    return "under 18" if age < 18 else "18 to 34" if age < 35 else "35 to 64" if age < 65 else "65 and over"


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the control chart. The limits are None where there are too few months, or crimes in this one."""

    figure: Figure
    centre: float | None
    lower: float | None
    upper: float | None
    signal: str = ""


def by_month(audit: Audit) -> tuple[Month, ...]:
    """Return the months by date of report with control limits three standard errors either side (Shewhart's p chart).

    The centre is the rate of all months together; a month's limits go by its own crimes and the design effect of all.
    """
    names = sorted({month for one in audit.found.values() if (month := _month(audit, one))})
    rows = [_month_rate(audit, name) for name in names]
    centre = rate_of(audit, MONTH, "all months", test=in_group("all"), where=lambda one: bool(_month(audit, one)))
    enough = [one for one in rows if one.crimes >= FEWEST_OF_A_MONTH]
    if len(enough) < FEWEST_MONTHS or centre.rate is None:
        return tuple(Month(one, None, None, None) for one in rows)
    return _with_runs([_limits(one, centre.rate, effect=centre.design_effect or 1.0) for one in rows], centre.rate)


def _month(audit: Audit, one: AuditedRecord) -> str:
    reported = audit.sample[one.id][0].reported_at
    return f"{reported:%Y-%m}" if reported else ""


def _month_rate(audit: Audit, month: str) -> Figure:
    return rate_of(audit, MONTH, month, test=in_group("all"), where=lambda one: _month(audit, one) == month)


def _limits(one: Figure, centre: float, *, effect: float) -> Month:
    if one.rate is None or one.crimes < FEWEST_OF_A_MONTH:
        return Month(one, centre, None, None)
    reach = SIGMAS * sqrt(effect * centre * (1 - centre) / one.crimes)
    lower, upper = max(0.0, centre - reach), min(1.0, centre + reach)
    signal = "below the limit" if one.rate < lower else "above the limit" if one.rate > upper else ""
    return Month(one, centre, lower, upper, signal)


def _with_runs(months: Sequence[Month], centre: float) -> tuple[Month, ...]:
    marked, side, length = [], 0, 0
    for one in months:
        rate = one.figure.rate
        here = 0 if rate is None or rate == centre else 1 if rate > centre else -1
        length = length + 1 if here == side and here else int(here != 0)
        side = here
        run = f"{length} months in a row {'above' if side > 0 else 'below'} the centre" if length >= RUN else ""
        marked.append(Month(one.figure, one.centre, one.lower, one.upper, one.signal or run))
    return tuple(marked)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """How many crimes of a group are not recorded in a year, by the inspectorate's formula or by the weights.

    `high` None: the interval reaches a rate of 0, so there is no upper end.
    """

    group: str
    estimate: float | None
    low: float | None
    high: float | None
    how: str


def unrecorded_a_year(
    audit: Audit, rates: Sequence[Figure], *, recorded: Mapping[str, float]
) -> tuple[Unrecorded, ...]:
    """Return the crimes of each group not recorded in a year.

    `recorded` holds police-recorded crimes of the twelve months to the end of the audit, without fraud, by group; a
    group that is not there is estimated from the weights, scaled from the frame's months to twelve.
    """
    unknown = [name for name in recorded if name not in GROUPS]
    if unknown:
        raise AuditError(f"no group {unknown[0]!r} to give recorded crimes for; choose from {', '.join(GROUPS)}")
    return tuple(_unrecorded(audit, one, recorded.get(one.group)) for one in rates)


def _unrecorded(audit: Audit, one: Figure, recorded: float | None) -> Unrecorded:
    if not one.firm or one.rate is None or one.interval is None or one.total is None:
        return Unrecorded(one.group, None, None, None, "too few crimes for an annual estimate")
    if one.rate == 0:
        return Unrecorded(one.group, None, None, None, "none was recorded, so the recorded crimes say nothing")
    how = "recorded crimes of the year times (1 - rate) / rate"
    if recorded is None:
        months = audit.months
        if months is None:
            return Unrecorded(
                one.group, None, None, None, "the records have no dates and no recorded crimes were given"
            )
        recorded = one.total * one.rate * 12 / months
        how = f"weighted crimes of the {months:.1f} months of the records, taken to twelve"
    found = annual(one.rate, one.interval, recorded=recorded)
    return Unrecorded(one.group, found.estimate, found.low, None if found.high == float("inf") else found.high, how)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A group's rate beside another audit's, with the difference in points of a share and its 95% interval."""

    group: str
    other: str
    here: float
    there: float
    gap: float
    low: float
    high: float
    said: str


def compare(rates: Sequence[Figure], others: Sequence[Figure], *, name: str) -> tuple[Comparison, ...]:
    """Return each group's rate beside the same group's in another audit, where both have enough crimes."""
    there = {one.group: one for one in others if one.firm}
    return tuple(_comparison(one, there[one.group], name) for one in rates if one.firm and one.group in there)


def _comparison(here: Figure, there: Figure, name: str) -> Comparison:
    if here.rate is None or there.rate is None or here.interval is None or there.interval is None:
        raise AuditError(f"{name} has no interval for {here.group}; compare with an audit that this program made")
    gap, low, high = difference((there.rate, there.interval), (here.rate, here.interval))
    said = "no clear difference" if low <= 0 <= high else "higher" if gap > 0 else "lower"
    return Comparison(here.group, name, here.rate, there.rate, gap, low, high, said)


def compare_forces(rates: Sequence[Figure]) -> tuple[Comparison, ...]:
    """Return each group's rate beside the published rates of the forces that were inspected."""
    found: list[Comparison] = []
    for one in published_figures():
        if one.measure != "recorded" or one.half_width is None or one.share is None:
            continue
        half = one.half_width / 100
        other = Figure(RATE, one.group, crimes=1000, rate=one.share, low=one.share - half, high=one.share + half)
        found += compare(rates, [other], name=one.force)
    return tuple(found)


def sentence(rates: Sequence[Figure], years: Sequence[Unrecorded]) -> str:
    """Return the audit's finding in a sentence or two, as a chief officer reads it."""
    whole, year = rates[0], years[0]
    if not whole.firm or whole.rate is None or whole.low is None or whole.high is None:
        return f"The audit cannot give a recording rate: {whole.said}."
    said = (
        f"{percent(whole.rate)} of the crimes that should have been recorded were recorded"
        f" (95% interval {percent(whole.low)} to {percent(whole.high)};"
        f" {whole.crimes:,} crimes in {whole.records:,} records)."
    )
    if year.estimate is not None and year.low is not None:
        top = f"to {rounded(year.high)}" if year.high is not None else "with no upper limit"
        said += f" About {rounded(year.estimate)} crimes a year are not recorded (from {rounded(year.low)} {top})."
    return said


def rounded(count: float) -> str:
    """Return an estimate to as many figures as it can bear: two, or whole where it is small."""
    if count < 100:
        return f"{count:.0f}"
    step = 10 ** (len(str(int(count))) - 2)
    return f"{round(count / step) * step:,}"
