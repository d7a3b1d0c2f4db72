"""Figures: a row for everything that an audit says, with its interval, what it rests on, and where it fails.

Every output (page, PDF, JSON, CSV, workbook, terminal) is made of these rows, so they cannot disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cdi_nlp.audit.estimate import Cell, Drawn, Estimate, estimate, scaled
from cdi_nlp.audit.folder import Audit
from cdi_nlp.audit.rates import Interval
from cdi_nlp.audit.sheet import AuditedRecord

TOO_FEW = 10
"""Below so many crimes a share is not given as a rate: only the counts and the interval are."""
Count = Callable[[AuditedRecord], float]
"""How much a record adds: crimes that count, or those of them that hold."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Shares are between 0 and 1; `low` to `high` is the interval to go by (design-based).

    `held` of `crimes` were counted as read; `rate` weighs them and so need not be their quotient. `said` is what there
    is to say: why there is no rate, or what it does not show.
    """

    table: str
    group: str
    crimes: int = 0
    held: int = 0
    records: int = 0
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    standard_low: float | None = None
    standard_high: float | None = None
    wilson_low: float | None = None
    wilson_high: float | None = None
    total: float | None = None
    design_effect: float | None = None
    said: str = ""

    @property
    def interval(self) -> Interval | None:
        """The interval to go by."""
        return Interval(self.low, self.high) if self.low is not None and self.high is not None else None

    @property
    def firm(self) -> bool:
        """Whether there are enough crimes for the rate to be shown as one."""
        return self.rate is not None and self.crimes >= TOO_FEW


def counted(audit: Audit, *, should: Count, did: Count, stratum: str | None = None) -> tuple[Drawn, ...]:
    """Return what was read of each cell as counts; of one stratum's cells where it is named."""
    return tuple(
        Drawn(cell, np.array([should(one) for one in read], float), np.array([did(one) for one in read], float))
        for part, (cell, read) in zip(audit.parts, audit.by_cell(), strict=True)
        if stratum in {None, part.stratum}
    )


def figure(  # noqa: PLR0913  what a figure is of
    audit: Audit, table: str, group: str, *, should: Count, did: Count, of: str = "crimes"
) -> Figure:
    """Return the share of `did` among `should` as a figure; the plan expected nothing of it."""
    drawn = [Drawn(Cell(one.cell.size), one.should, one.did) for one in counted(audit, should=should, did=did)]
    return from_estimate(estimate(drawn), table, group, records=_read(drawn), of=of)


def recording_figure(  # noqa: PLR0913  what a rate is of
    audit: Audit, table: str, group: str, *, should: Count, did: Count, stratum: str | None = None
) -> Figure:
    """Return a recording rate as a figure, with the plan's expectation of where crimes go missing in its variance."""
    drawn = counted(audit, should=should, did=did, stratum=stratum)
    whole = counted(audit, should=lambda one: len(one.crimes), did=did, stratum=stratum)
    every, here = (sum(float(one.should.sum()) for one in part) for part in (whole, drawn))
    found = estimate(scaled(drawn, here / every if every else 0.0))
    return from_estimate(found, table, group, records=_read(drawn))


def _read(drawn: Sequence[Drawn]) -> int:
    return sum(len(one.should) for one in drawn)


def from_estimate(found: Estimate | None, table: str, group: str, *, records: int, of: str = "crimes") -> Figure:
    """Return an estimate as a figure, with what has to be said of it."""
    if found is None:
        return Figure(table, group, records=records, said=f"no {of} in the {records:,} records read: no rate")
    return Figure(
        table=table,
        group=group,
        crimes=found.crimes,
        held=found.met,
        records=records,
        rate=found.rate,
        low=found.design.low,
        high=found.design.high,
        standard_low=found.standard.low,
        standard_high=found.standard.high,
        wilson_low=found.wilson.low,
        wilson_high=found.wilson.high,
        total=found.total,
        design_effect=found.design_effect,
        said=_said(found),
    )


def _said(found: Estimate) -> str:
    if found.whole:
        return f"{found.met:,} of {found.crimes:,}: every record was read, so there is no sampling error"
    if found.crimes < TOO_FEW:
        return f"{found.met} of {found.crimes}: too few for a rate"
    if found.met == found.crimes:
        return f"all of {found.crimes:,}: the true rate may be as low as {found.design.low:.1%}"
    if found.met == 0:
        return f"none of {found.crimes:,}: the true rate may be as high as {found.design.high:.1%}"
    return ""


def percent(share: float | None, *, places: int = 1) -> str:
    """Return a share in words for a table: 83.6%, or a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{places}f}%"


def shown(one: Figure) -> str:
    """Return a figure in words: the rate with its interval and count, or why there is none."""
    if one.rate is None or one.low is None or one.high is None:
        return one.said
    between = f"{percent(one.low)} to {percent(one.high)}"
    if not one.firm:
        return one.said if one.low == one.high else f"{one.said} (95% interval {between})"
    return f"{percent(one.rate)} ({between}), {one.held:,} of {one.crimes:,}"
