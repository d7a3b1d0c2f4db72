"""Design-based estimates: a rate over crimes from a stratified, weighted sample of records.

The unit that is drawn is the record, the unit that is counted is the crime, so a rate is a ratio of two weighted sums:
crimes recorded (y) over crimes that should have been (x). Its variance is that of the residuals y - rate * x, cell by
cell (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, section 5.6).

Where misses are rare in a cell that carries large weights, that variance is mostly 0 and now and then huge, and an
interval made of it is too narrow. So each cell's variance is the mean of what was seen and what the plan expected, the
plan counting as half a miss; the rate itself is never moved. `scripts/benchmark --audit` measures what that
does for coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cdi_nlp.audit.rates import Z95, Interval, inspectorate, logistic, wilson

Counts = NDArray[np.float64]
PLAN_COUNTS_AS = 0.5
"""How many misses the plan's expectation weighs in the variance of a cell, beside those expected in what was read."""
FEWEST_FOR_NORMAL = 5
"""With fewer crimes than this recorded or missed, the interval is Wilson's on the effective number of crimes.

That number is then no more than a plain sample's: what so few show of the design cannot be trusted to narrow it.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of the frame from which records are drawn at one rate: `size` records.

    `recorded` and `missed` are the crimes a record that the plan expected; 0 for both where it expected nothing.
    """

    size: int
    recorded: float = 0.0
    missed: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was read of a cell, a value a record: crimes that count (`should`), and those of them that hold (`did`)."""

    cell: Cell
    should: Counts
    did: Counts


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its intervals, and how much it rests on: crimes and records that were read, and weighted crimes.

    `standard` is the inspectorate's interval, `wilson` Wilson's, `design` the one to go by. `weighted` says that the
    records did not all have the same chance, so that a count over a count is not the rate; `whole` that every record
    was read, so that nothing is left to chance.
    """

    rate: float
    standard: Interval
    wilson: Interval
    design: Interval
    crimes: int
    met: int
    records: int
    total: float
    variance: float
    weighted: bool
    whole: bool

    @property
    def design_effect(self) -> float | None:
        """The variance over that of a plain sample of as many crimes; None where the sample shows none."""
        plain = self.rate * (1 - self.rate) / self.crimes
        return self.variance / plain if plain and self.variance else None


def estimate(drawn: Sequence[Drawn]) -> Estimate | None:
    """Return the rate of `did` over `should`; None where no crime that counts was read."""
    read = [one for one in drawn if len(one.should)]
    weights = [one.cell.size / len(one.should) for one in read]
    crimes = int(round(sum(float(one.should.sum()) for one in read)))
    met = int(round(sum(float(one.did.sum()) for one in read)))
    if not crimes:
        return None
    total = sum(weight * float(one.should.sum()) for weight, one in zip(weights, read, strict=True))
    held = sum(weight * float(one.did.sum()) for weight, one in zip(weights, read, strict=True))
    rate = held / total
    holding = [weight for weight, one in zip(weights, read, strict=True) if one.should.any()]
    weighted = max(holding) > 1.02 * min(holding)
    variance = ratio_variance(read, rate, total=total)
    single = max(float(one.should.max()) for one in read) <= 1
    effective = _effective(read, weights, rate=rate, variance=variance)
    few = min(met, crimes - met) < FEWEST_FOR_NORMAL or variance == 0
    if few and total > crimes:
        effective = min(effective, crimes / (1 - crimes / total))
    by_wilson = wilson(rate, crimes if single and not weighted else effective)
    whole = all(len(one.should) == one.cell.size for one in drawn)
    design = Interval(rate, rate) if whole else wilson(rate, effective) if few else logistic(rate, variance)
    return Estimate(
        rate=rate,
        standard=inspectorate(rate, crimes, population=total if total > crimes else None),
        wilson=by_wilson,
        design=design,
        crimes=crimes,
        met=met,
        records=sum(len(one.should) for one in read),
        total=total,
        variance=variance,
        weighted=weighted,
        whole=whole,
    )


def ratio_variance(drawn: Sequence[Drawn], rate: float, *, total: float) -> float:
    """Return the variance of a ratio of weighted sums whose denominator is `total`."""
    expected = sum(one.cell.size * one.cell.missed for one in drawn)
    scale = total * (1 - rate) / expected if expected else 0.0
    residuals = np.concatenate([one.did - rate * one.should for one in drawn])
    usual = float(residuals.var(ddof=1)) if len(residuals) > 1 else 0.0
    return sum(_cell_variance(one, rate, scale=scale, usual=usual) for one in drawn) / (total * total)


def _cell_variance(one: Drawn, rate: float, *, scale: float, usual: float) -> float:
    """The variance that a cell adds to the weighted sum of residuals; none where every record of it was read.

    `usual` is the variance of all residuals, for a cell of which one record was read: it shows none of its own.
    """
    read, size = len(one.should), one.cell.size
    seen = float((one.did - rate * one.should).var(ddof=1)) if read > 1 else usual
    misses = one.cell.missed * scale
    expected = one.cell.recorded * (1 - rate) ** 2 + misses * rate**2
    weight = read * misses
    leaned = (weight * seen + PLAN_COUNTS_AS * expected) / (weight + PLAN_COUNTS_AS) if misses else seen
    return size * size * (1 - read / size) / read * leaned


def _effective(drawn: Sequence[Drawn], weights: Sequence[float], *, rate: float, variance: float) -> float:
    """How many crimes of a plain random sample would say as much.

    Where the sample shows no variance it is Kish's count, the sum of weights squared over the sum of their squares.
    """
    if variance > 0 and 0 < rate < 1:
        return rate * (1 - rate) / variance
    clusters = [weight * one.should for weight, one in zip(weights, drawn, strict=True)]
    return sum(float(part.sum()) for part in clusters) ** 2 / sum(float((part**2).sum()) for part in clusters)


def scaled(drawn: Sequence[Drawn], share: float) -> tuple[Drawn, ...]:
    """Return the same counts with a share of what the plan expected: it was of all crimes, and these are a group's."""
    cells = (Cell(one.cell.size, one.cell.recorded * share, one.cell.missed * share) for one in drawn)
    return tuple(Drawn(cell, one.should, one.did) for cell, one in zip(cells, drawn, strict=True))


def paired_gap(first: Sequence[Drawn], second: Sequence[Drawn]) -> tuple[float, float, float] | None:
    """Return second minus first of two rates over the same records, with the ends of its 95% interval.

    Both readers saw the same records, so the records' differences are what varies. None where one has no crime.
    """
    one, two = estimate(first), estimate(second)
    if one is None or two is None:
        return None
    gap, variance = two.rate - one.rate, 0.0
    for left, right in zip(first, second, strict=True):
        size, read = left.cell.size, len(left.should)
        if read > 1:
            moved = (right.did - two.rate * right.should) / two.total - (left.did - one.rate * left.should) / one.total
            variance += size * size * (1 - read / size) / read * float(moved.var(ddof=1))
    half = Z95 * sqrt(variance)
    return gap, gap - half, gap + half
