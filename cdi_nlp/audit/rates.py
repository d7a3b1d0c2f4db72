"""Rates of counted crimes with their intervals, and what a rate means over a year.

Two intervals for plain counts: the inspectorate's (normal, with finite population correction), so that an inspector
finds his own figure, and Wilson's (J. Am. Stat. Assoc. 22, 1927), which holds near 0 and 1 where the normal one is too
narrow. Samples with weights are for `estimate.py`.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
"""1.96: how many standard errors either side make a 95% interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% interval of a share, from `low` to `high`, both within 0 and 1."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance from end to end."""
        return (self.high - self.low) / 2

    def holds(self, share: float) -> bool:
        """Whether the share lies within, ends included."""
        return self.low <= share <= self.high


@dataclass(frozen=True, slots=True)
class Annual:
    """Crimes not recorded in a year: the estimate, and its ends from the ends of the rate's interval."""

    estimate: float
    low: float
    high: float


def inspectorate(rate: float, crimes: float, *, population: float | None = None) -> Interval:
    """Return the interval as the inspectorate computes it, for a rate over so many crimes.

    `population` is how many crimes were reported in the period of the audit; None leaves the correction out. It is the
    only one of the usual formulas that gives back the published figures (docs/audit.md), and it is too narrow near 1.
    """
    _check(rate, crimes)
    half = Z95 * sqrt(rate * (1 - rate) / crimes) * _correction(crimes, population)
    return Interval(max(0.0, rate - half), min(1.0, rate + half))


def half_width(rate: float, crimes: float, *, population: float | None = None) -> float:
    """Return half the width of the inspectorate's interval, not cut at 0 or 1."""
    _check(rate, crimes)
    return Z95 * sqrt(rate * (1 - rate) / crimes) * _correction(crimes, population)


def crimes_behind(rate: float, half: float, *, population: float | None = None) -> float:
    """Return how many audited crimes give an interval of that half width: what a report leaves out."""
    plain = rate * (1 - rate) * (Z95 / half) ** 2
    return plain if population is None else plain * population / (population - 1 + plain)


def wilson(rate: float, crimes: float, *, z: float = Z95) -> Interval:
    """Return Wilson's interval for a rate over so many crimes; the number may be an effective one, not whole."""
    _check(rate, crimes)
    middle = (rate + z * z / (2 * crimes)) / (1 + z * z / crimes)
    half = z / (1 + z * z / crimes) * sqrt(rate * (1 - rate) / crimes + z * z / (4 * crimes * crimes))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def logistic(rate: float, variance: float, *, z: float = Z95) -> Interval:
    """Return the interval that is normal in the log odds, so that it stays within 0 and 1; for 0 < rate < 1."""
    odds, spread = log(rate / (1 - rate)), z * sqrt(variance) / (rate * (1 - rate))
    return Interval(1 / (1 + exp(spread - odds)), 1 / (1 + exp(-spread - odds)))


def unrecorded(rate: float, recorded: float) -> float:
    """Return the crimes not recorded, where so many were recorded at that rate: R(1 - p)/p.

    The inspectorate applies it to the crimes recorded in the twelve months to the end of the audit, without fraud.
    """
    if not 0 < rate <= 1:
        raise ValueError(f"a rate of {rate} says nothing of the crimes not recorded")
    return recorded * (1 - rate) / rate


def annual(rate: float, interval: Interval, *, recorded: float) -> Annual:
    """Return the crimes not recorded in a year in which `recorded` crimes were, with the ends of the interval.

    A rate whose interval reaches 0 has no upper end: it is infinite, and is to be said in words.
    """
    high = unrecorded(interval.low, recorded) if interval.low > 0 else float("inf")
    return Annual(unrecorded(rate, recorded), unrecorded(interval.high, recorded), high)


def recorded_behind(rate: float, missing: float) -> float:
    """Return the recorded crimes of a year that make a published estimate of those missing: U p/(1 - p)."""
    return missing * rate / (1 - rate)


def reported_in_period(rate: float, missing_a_year: float, *, months: float) -> float:
    """Return the crimes reported in an audit period: the population of the finite population correction."""
    return missing_a_year / (1 - rate) * months / 12


def difference(first: tuple[float, Interval], second: tuple[float, Interval]) -> tuple[float, float, float]:
    """Return second minus first of two independent rates, with the ends of its 95% interval.

    Newcombe's square-and-add of the two intervals (Stat. Med. 17, 1998, method 10), which holds near 0 and 1.
    """
    (one, left), (two, right) = first, second
    low = two - one - sqrt((two - right.low) ** 2 + (left.high - one) ** 2)
    high = two - one + sqrt((right.high - two) ** 2 + (one - left.low) ** 2)
    return two - one, low, high


def _correction(crimes: float, population: float | None) -> float:
    if population is None:
        return 1.0
    if population <= 1 or crimes > population:
        raise ValueError(f"{crimes:g} crimes audited out of {population:g} reported; the first cannot be the larger")
    return sqrt((population - crimes) / (population - 1))


def _check(rate: float, crimes: float) -> None:
    if not 0 <= rate <= 1:
        raise ValueError(f"a rate of {rate} is not a share between 0 and 1")
    if crimes <= 0:
        raise ValueError("no crime was audited, so there is no rate")
