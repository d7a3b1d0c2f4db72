"""The plan of an audit: how the frame is cut into cells, how many records of each are read, and which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any, get_args

import numpy as np

from cdi_nlp.audit.estimate import Cell
from cdi_nlp.audit.frame import Band, Frame, Listed
from cdi_nlp.audit.sampling import (
    Target,
    draw_numbers,
    expectations,
    expected_half_width,
    id_keys,
    shared,
    sizes,
    smallest,
)
from cdi_nlp.errors import AuditError
from cdi_nlp.taxonomy import load_taxonomy

FOUND = 0.7
"""Of all crimes that are missed, the share in records that the scanner is expected to point at; the weights undo it."""
ANY = "any"


@dataclass(frozen=True, slots=True)
class Design:
    """How to draw: `half_width` and `rate` as shares; `reads` sets the size by hand.

    `second` is the share of the sample that a second person reads too.
    """

    seed: int
    half_width: float = 0.03
    rate: float = 0.85
    boost: bool = False
    at_least: int = 10
    reads: int | None = None
    second: float = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One cell of the plan: a stratum, or a band of one, with its size, its reads and what was expected of it."""

    stratum: str
    band: str
    size: int
    reads: int
    recorded: float
    missed: float

    @property
    def cell(self) -> Cell:
        """What the estimate needs of it."""
        return Cell(self.size, self.recorded, self.missed)


@dataclass(frozen=True, slots=True)
class Plan:
    """An audit as planned.

    `drawn` are the records to read, each with the place of its cell in `parts`; those in `twice` are read twice.
    """

    design: Design
    parts: tuple[Part, ...]
    drawn: tuple[tuple[Listed, int], ...]
    twice: frozenset[str]
    expected_half_width: float | None
    frame_digest: str
    sample_digest: str
    scanned: bool
    period: tuple[datetime, datetime] | None
    undated: int
    made_by: Mapping[str, str] = field(default_factory=dict)

    def as_words(self) -> str:
        """The plan in a few lines for a person."""
        records, half = sum(part.size for part in self.parts), self.expected_half_width
        expected = "not known" if half is None else f"{100 * half:.1f} points"
        lines = [
            f"{len(self.drawn):,} of {records:,} records drawn, {len(self.twice):,} of them to be read twice",
            f"expected half width {expected}, at a rate of {self.design.rate:.0%}",
            f"seed {self.design.seed}, frame {self.frame_digest[:16]}, sample {self.sample_digest[:16]}",
        ]
        if self.undated:
            lines.append(f"{self.undated:,} records have no date of report: they are in every rate, and in no month")
        lines += ["", f"{'stratum':36}{'band':12}{'records':>9}{'drawn':>7}{'weight':>8}"]
        for part in self.parts:
            weight = part.size / part.reads
            lines.append(f"{part.stratum:36}{part.band:12}{part.size:>9,}{part.reads:>7,}{weight:>8.1f}")
        return "\n".join(lines) + "\n"

    def head(self) -> dict[str, Any]:
        """The plan without its records, for plan.json: enough to draw the same sample and to weigh it."""
        return {
            "design": asdict(self.design),
            "frame": {
                "records": sum(part.size for part in self.parts),
                "digest": self.frame_digest,
                "scanned": self.scanned,
                "period": [moment.isoformat() for moment in self.period] if self.period else None,
                "without_date": self.undated,
            },
            "sample": {
                "records": len(self.drawn),
                "read_twice": len(self.twice),
                "digest": self.sample_digest,
                "expected_half_width": self.expected_half_width,
            },
            "cells": [asdict(part) for part in self.parts],
            "made_by": dict(self.made_by),
        }


def make_plan(frame: Frame, design: Design, *, made_by: Mapping[str, str] | None = None) -> Plan:
    """Return the plan of an audit of a frame; AuditError where the design cannot be met."""
    _check(frame, design)
    places: dict[tuple[str, str], list[int]] = {}
    for number, one in enumerate(frame.listed):
        places.setdefault((one.stratum, one.band if design.boost else ANY), []).append(number)
    names = sorted(places)
    cells = _cells(frame, [places[name] for name in names], design)
    reads, half = _reads(cells, design)
    chosen = _draw(frame, [places[name] for name in names], reads, seed=design.seed)
    dates = [one.reported_at for one in frame.listed if one.reported_at is not None]
    drawn = tuple((frame.listed[number], cell) for number, cell in chosen)
    return Plan(
        design=design,
        parts=tuple(
            Part(*name, size=cell.size, reads=count, recorded=cell.recorded, missed=cell.missed)
            for name, cell, count in zip(names, cells, reads, strict=True)
        ),
        drawn=drawn,
        twice=_twice(drawn, design),
        expected_half_width=half,
        frame_digest=frame.digest,
        sample_digest=sample_digest([(one.id, cell) for one, cell in drawn]),
        scanned=frame.scanned,
        period=(min(dates), max(dates)) if dates else None,
        undated=len(frame.listed) - len(dates),
        made_by=made_by or {},
    )


def sample_digest(drawn: Sequence[tuple[str, int]]) -> str:
    """Return the SHA-256 of a sample: its records' ids and cells, in the order of the draw."""
    return sha256("".join(f"{name}\t{cell}\n" for name, cell in drawn).encode("utf-8")).hexdigest()


def _check(frame: Frame, design: Design) -> None:
    if not 0 < design.rate < 1:
        raise AuditError(f"the expected rate is {design.rate}; give a share between 0 and 1, such as the last audit's")
    if not 0 < design.half_width < 1:
        raise AuditError(
            f"the half width is {design.half_width}; give it in points, such as 3 for 3 points either side"
        )
    if not 0 <= design.second <= 1:
        raise AuditError(f"the share read twice is {design.second}; give it between 0 and 1")
    if design.boost and not frame.scanned:
        raise AuditError("a boost needs a scan: give its results.jsonl with --results, or draw without --boost")
    if design.reads is None and not any(one.recorded for one in frame.listed):
        raise AuditError(
            "no recorded crime was found for any record, so the size cannot be worked out;"
            " give the recorded crimes with --crimes, or the size with --reads"
        )


def _cells(frame: Frame, places: Sequence[Sequence[int]], design: Design) -> tuple[Cell, ...]:
    """The cells with what is expected of them: FOUND of the misses where the scanner points, the rest anywhere."""
    bands = Counter(one.band for one in frame.listed)
    share = {band: 1 / len(frame.listed) for band in get_args(Band)}
    if frame.scanned and bands["gap"]:
        rest = len(frame.listed) - bands["gap"]
        share = {band: (1 - FOUND) / rest if rest else 0.0 for band in bands} | {"gap": FOUND / bands["gap"]}
        if bands["some sign"] and bands["nothing"]:
            share |= {band: (1 - FOUND) / 2 / bands[band] for band in ("some sign", "nothing")}
    cells = [Cell(len(here), sum(frame.listed[at].recorded for at in here) / len(here)) for here in places]
    crimes = sum(one.recorded for one in frame.listed) or bands["gap"] + bands["some sign"] or len(frame.listed) / 10
    shares = [sum(share[frame.listed[at].band] for at in here) for here in places]
    return expectations(cells, rate=design.rate, shares=shares, crimes=crimes)


def _reads(cells: Sequence[Cell], design: Design) -> tuple[tuple[int, ...], float | None]:
    target = Target(design.half_width, design.rate, at_least=design.at_least)
    if design.reads is None:
        found = sizes(cells, target, boost=design.boost)
        return found.reads, found.half_width
    if design.reads < 1:
        raise AuditError(f"--reads is {design.reads}; give a number of records")
    reads = shared(cells, design.reads, target=target, boost=design.boost)
    known = any(cell.recorded for cell in cells)
    return reads, expected_half_width(cells, reads, target) if known else None


def _draw(
    frame: Frame, places: Sequence[Sequence[int]], reads: Sequence[int], *, seed: int
) -> tuple[tuple[int, int], ...]:
    """The places of the drawn records with their cells, cell by cell, by drawn number."""
    numbers = draw_numbers(id_keys(one.id for one in frame.listed), seed)
    drawn = []
    for cell, (here, count) in enumerate(zip(places, reads, strict=True)):
        at = np.asarray(here)
        drawn += [(int(number), cell) for number in at[smallest(numbers[at], count)]]
    return tuple(drawn)


def _twice(drawn: Sequence[tuple[Listed, int]], design: Design) -> frozenset[str]:
    """The records that a second person reads too, drawn under the next seed whatever their cell."""
    names = [one.id for one, _ in drawn]
    numbers = draw_numbers(id_keys(names), design.seed + 1)
    return frozenset(names[at] for at in smallest(numbers, round(design.second * len(names))))


def versions() -> dict[str, str]:
    """Return the versions that make a plan what it is."""
    return {"cdi_nlp": version("cdi_nlp"), "taxonomy": load_taxonomy().version}
