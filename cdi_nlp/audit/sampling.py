"""The draw: which records are read, so that every record had a known chance and anybody can draw the same again.

A record's number comes from its id and the seed alone, so the draw does not depend on the order of the export, the
machine or the versions of its libraries; the records with the smallest numbers of each cell are read, so a larger
sample holds the smaller one. docs/audit.md repeats the function in ten lines of plain Python.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cdi_nlp.audit.estimate import Cell
from cdi_nlp.audit.rates import Z95

Numbers = NDArray[np.uint64]
FEWEST = 2
"""Records read of a cell at least: one tells nothing of how records differ."""
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def id_keys(ids: Iterable[str]) -> Numbers:
    """Return a 64-bit key for each id: the first eight bytes of its SHA-256, read as a big-endian number."""
    digests = b"".join(sha256(one.encode("utf-8")).digest()[:8] for one in ids)
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def draw_numbers(keys: Numbers, seed: int) -> Numbers:
    """Return each key's number under a seed, mixed twice by SplitMix64's finaliser with half of the seed's own key.

    Steele, Lea and Flood, OOPSLA 2014. Under every seed the keys come in another order, each as likely as any other.
    """
    secret = sha256(str(seed).encode("ascii")).digest()
    halves = (np.uint64(int.from_bytes(secret[:8], "big")), np.uint64(int.from_bytes(secret[8:16], "big")))
    return _mixed(_mixed(keys ^ halves[0]) ^ halves[1])


def _mixed(numbers: Numbers) -> Numbers:
    mixed: Numbers = numbers ^ (numbers >> _SHIFTS[0])
    mixed *= _FIRST
    mixed ^= mixed >> _SHIFTS[1]
    mixed *= _SECOND
    mixed ^= mixed >> _SHIFTS[2]
    return mixed


def smallest(numbers: Numbers, count: int) -> NDArray[np.intp]:
    """Return the places of the `count` smallest numbers, smallest first."""
    if count >= len(numbers):
        return np.argsort(numbers, kind="stable")
    chosen = np.argpartition(numbers, count)[:count]
    return chosen[np.argsort(numbers[chosen], kind="stable")]


@dataclass(frozen=True, slots=True)
class Target:
    """What a sample is sized for: half of the width of the 95% interval, at the rate that is expected.

    `at_least` records are read of every cell, or all it has.
    """

    half_width: float
    rate: float
    at_least: int = 10


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many records are read of each cell, and the half width that this should give."""

    reads: tuple[int, ...]
    half_width: float


def sizes(cells: Sequence[Cell], target: Target, *, boost: bool) -> Sizes:
    """Return the fewest reads that should reach the target's half width, shared out over the cells.

    Without boost a cell is read in proportion to its records, with boost in proportion to its records and to how much
    they are expected to differ (Neyman, J. R. Stat. Soc. 97, 1934). Expectation costs no bias: the weights undo it.
    """
    low, high = 0, sum(cell.size for cell in cells)
    while low < high:
        middle = (low + high) // 2
        if expected_half_width(cells, shared(cells, middle, target=target, boost=boost), target) <= target.half_width:
            high = middle
        else:
            low = middle + 1
    reads = shared(cells, low, target=target, boost=boost)
    return Sizes(reads, expected_half_width(cells, reads, target))


def shared(cells: Sequence[Cell], reads: int, *, target: Target, boost: bool) -> tuple[int, ...]:
    """Return so many reads shared out over the cells: none with fewer than it must have, nor more than it holds."""
    parts = [cell.size * (spread(cell, target.rate) if boost else 1.0) for cell in cells]
    wanted = [0.0] * len(cells)
    left, open_cells = float(reads), {at for at, part in enumerate(parts) if part}
    while open_cells:
        whole = sum(parts[at] for at in open_cells)
        full = {at for at in open_cells if left * parts[at] / whole >= cells[at].size}
        for at in full or open_cells:
            wanted[at] = cells[at].size if full else left * parts[at] / whole
        left -= sum(cells[at].size for at in full)
        open_cells = open_cells - full if full else set()
    least = max(FEWEST, target.at_least)
    return tuple(min(cell.size, max(least, round(number))) for cell, number in zip(cells, wanted, strict=True))


def spread(cell: Cell, rate: float) -> float:
    """Return the standard deviation of a record's residual that is expected in a cell, crimes coming one by one."""
    return sqrt(cell.recorded * (1 - rate) ** 2 + cell.missed * rate**2)


def expected_half_width(cells: Sequence[Cell], reads: Sequence[int], target: Target) -> float:
    """Return the half width that so many reads should give, were all as expected."""
    total = sum(cell.size * (cell.recorded + cell.missed) for cell in cells)
    if not total:
        return float("inf")
    variance = sum(
        cell.size**2 * (1 - number / cell.size) / number * spread(cell, target.rate) ** 2
        for cell, number in zip(cells, reads, strict=True)
        if number
    )
    return Z95 * sqrt(variance) / total


def expectations(
    cells: Sequence[Cell], *, rate: float, shares: Sequence[float], crimes: float | None = None
) -> tuple[Cell, ...]:
    """Return the cells with the misses a record that are expected, so that all of them come to the rate.

    `shares` says how the misses fall on the cells, adding up to 1 over those with records. `crimes` is how many were
    recorded in all; None takes it from the cells.
    """
    recorded = sum(cell.size * cell.recorded for cell in cells) if crimes is None else crimes
    missing = recorded * (1 - rate) / rate
    given = sum(share for cell, share in zip(cells, shares, strict=True) if cell.size)
    return tuple(
        replace(cell, missed=missing * share / given / cell.size) if cell.size and given else cell
        for cell, share in zip(cells, shares, strict=True)
    )
