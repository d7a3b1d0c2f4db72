"""Known truth: a synthetic force whose recording rate is known, audited by the product's own plan many times."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cdi_nlp.audit.estimate import Cell, Drawn, Estimate, estimate
from cdi_nlp.audit.sampling import Target, draw_numbers, expectations, id_keys, sizes, smallest

RATES = (0.66, 0.76, 0.84, 0.92, 0.96, 0.99)
BANDS = 3
"""What the scanner says of a record: nothing, some sign or a recorded crime, a crime that was not recorded."""
FOUND, SOME = 0.80, 0.92
"""Of records with a missed crime, the scanner points at 80%, sees a weak sign in 12% and nothing in 8%."""
PLANNED = 0.70
"""What the plan takes the scanner to find: less than it does, for no force knows."""
STRATA = (0.55, 0.33, 0.12)
"""Shares of the records: incidents, secondary incidents, vulnerable people."""
CRIMES_A_RECORD = (0.82, 0.14, 0.04)


@dataclass(frozen=True, slots=True)
class Force:
    """Records as arrays: crimes that should be recorded, those that are, and the cell of each record."""

    should: NDArray[np.float64]
    did: NDArray[np.float64]
    cell: NDArray[np.int64]
    cells: tuple[Cell, ...]
    shares: tuple[float, ...]

    @property
    def rate(self) -> float:
        """The truth."""
        return float(self.did.sum() / self.should.sum())


def synthetic(  # noqa: PLR0913  what a force is
    records: int, *, rate: float, prevalence: float, boost: bool, seed: int, found: tuple[float, float] = (FOUND, SOME)
) -> Force:
    """A force in which so many records hold a crime, and crimes of one record are often recorded or missed together."""
    random = np.random.default_rng(seed)
    stratum = random.choice(len(STRATA), records, p=STRATA)
    holds = random.random(records) < prevalence * np.array([0.7, 1.2, 1.8])[stratum]
    should = np.where(holds, random.choice([1, 2, 3], records, p=CRIMES_A_RECORD), 0)
    chance = 1 - np.clip((1 - rate) * np.array([0.8, 1.1, 1.2])[stratum], 0, 0.95)
    did = random.binomial(should, np.where(holds, random.beta(3 * chance, 3 * (1 - chance)), 0))
    luck, missed = random.random(records), should > did
    band = np.where(missed, np.where(luck < found[0], 2, luck < found[1]), np.where(luck < 0.02, 2, luck < 0.10))
    band = np.where((did > 0) & (band == 0), 1, band)
    cell = stratum * BANDS + band if boost else stratum
    count = len(STRATA) * (BANDS if boost else 1)
    here = np.bincount(cell, minlength=count)
    recorded = np.bincount(cell, weights=did, minlength=count) / np.maximum(here, 1)
    shares = np.zeros(count)
    for level in range(BANDS if boost else 1):
        part = here[level::BANDS] if boost else here
        share = (1 - PLANNED, PLANNED)[level == 2] / (1, 2)[level < 2] if boost else 1.0
        shares[level :: BANDS if boost else 1] = share * part / part.sum()
    cells = tuple(Cell(int(size), float(mean)) for size, mean in zip(here, recorded, strict=True))
    given = tuple(map(float, shares))
    return Force(should.astype(float), did.astype(float), cell, expectations(cells, rate=rate, shares=given), given)


def audit(
    force: Force, numbers: NDArray[np.uint64], reads: tuple[int, ...], places: list[NDArray[np.intp]]
) -> Estimate:
    """One audit of a force: drawn by the product's numbers, read without fault, estimated by the product."""
    drawn = []
    for cell, count, place in zip(force.cells, reads, places, strict=True):
        chosen = place[smallest(numbers[place], count)]
        drawn.append(Drawn(cell, force.should[chosen], force.did[chosen]))
    found = estimate(drawn)
    if found is None:
        raise RuntimeError("an audit that found no crime")
    return found


@dataclass(slots=True)
class Tally:
    """How often each interval held the truth, how wide it was, and how far the rate was off."""

    audits: int = 0
    standard: int = 0
    wilson: int = 0
    design: int = 0
    width: float = 0.0
    error: float = 0.0
    square: float = 0.0

    def add(self, found: Estimate, truth: float) -> None:
        """Count one audit."""
        self.audits += 1
        self.standard += found.standard.holds(truth)
        self.wilson += found.wilson.holds(truth)
        self.design += found.design.holds(truth)
        self.width += found.design.half_width
        self.error += found.rate - truth
        self.square += (found.rate - truth) ** 2


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the table: a force, its plan, and what came of the audits."""

    force: Force
    reads: tuple[int, ...]
    places: list[NDArray[np.intp]]
    boost: bool
    prevalence: float
    found: float
    tally: Tally


def trial(  # noqa: PLR0913  what is tried
    records: int,
    *,
    rate: float,
    prevalence: float,
    boost: bool,
    crimes: int,
    found: tuple[float, float] = (FOUND, SOME),
) -> Trial:
    """A force with its plan, sized for the width that so many crimes of a plain sample would give."""
    force = synthetic(records, rate=rate, prevalence=prevalence, boost=boost, seed=2026, found=found)
    half = 1.959964 * (rate * (1 - rate) / crimes) ** 0.5
    plan = sizes(force.cells, Target(half, rate, at_least=10), boost=boost)
    places = [np.flatnonzero(force.cell == number) for number in range(len(force.cells))]
    return Trial(force, plan.reads, places, boost, prevalence, found[0], Tally())


def run(trials: list[Trial], records: int, *, audits: int) -> None:
    """Audit every force under the same seeds."""
    keys = id_keys(f"R-{number:07d}" for number in range(records))
    for seed in range(1, audits + 1):
        numbers = draw_numbers(keys, seed)
        for one in trials:
            one.tally.add(audit(one.force, numbers, one.reads, one.places), one.force.rate)


def table(trials: list[Trial]) -> str:
    """The trials as a table in Markdown."""
    lines = [
        "| truth | prevalence | scanner finds | boost | reads | half width | Wilson | design | inspectorate | bias |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in trials:
        tally, count = one.tally, one.tally.audits
        lines.append(
            f"| {one.force.rate:.4f} | {one.prevalence:.0%} | {one.found:.0%} "
            f"| {'yes' if one.boost else 'no'} | {sum(one.reads):,} "
            f"| {100 * tally.width / count:.2f} | {tally.wilson / count:.1%} | {tally.design / count:.1%} "
            f"| {tally.standard / count:.1%} | {100 * tally.error / count:+.3f} |"
        )
    return "\n".join(lines)


def measure(*, records: int, audits: int) -> None:
    """Print coverage at each rate with and without boost, and the reads that a boost saves at 2% prevalence."""
    began = time.perf_counter()
    wanted = [(rate, 0.12, 1500) for rate in RATES[:-1]] + [(RATES[-1], 0.12, crimes) for crimes in (3000, 6000)]
    trials = [
        trial(records, rate=rate, prevalence=prevalence, boost=boost, crimes=crimes)
        for rate, prevalence, crimes in [*wanted, (0.84, 0.02, 1500)]
        for boost in (False, True)
    ]
    worse = (0.6, 0.8)
    trials += [
        trial(records, rate=rate, prevalence=0.12, boost=True, crimes=1500, found=worse) for rate in (0.84, 0.96)
    ]
    run(trials, records, audits=audits)
    print(f"{audits:,} audits of {records:,} synthetic records: how many 95% intervals held the true rate\n")
    print(table(trials))
    plain, boosted = (one for one in trials if one.prevalence < 0.1)
    wide = (plain.tally.square / audits) ** 0.5, (boosted.tally.square / audits) ** 0.5
    same = sum(boosted.reads) * (wide[1] / wide[0]) ** 2
    reads, share = (sum(plain.reads), sum(boosted.reads)), same / sum(plain.reads)
    print(f"\nAt 2% prevalence: {reads[0]:,} reads without boost, {reads[1]:,} with it. The rate then spreads by")
    print(f"{100 * wide[0]:.2f} and {100 * wide[1]:.2f} points, so {same:,.0f} boosted reads ({share:.0%}) do as much.")
    print(f"{time.perf_counter() - began:.0f} seconds")
