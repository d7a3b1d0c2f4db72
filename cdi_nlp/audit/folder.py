"""The audit's folder: the plan, the sample and the sheets, written once and read back whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cdi_nlp.audit.estimate import Cell
from cdi_nlp.audit.frame import Listed
from cdi_nlp.audit.plan import Part, Plan, sample_digest
from cdi_nlp.audit.sheet import AuditedRecord, blank_sheet, read_sheet
from cdi_nlp.errors import AuditError
from cdi_nlp.scan.output import make_folder, whole_file, write_whole
from cdi_nlp.taxonomy import load_taxonomy

PLAN, SAMPLE, SHEET, SECOND = "plan.json", "sample.jsonl", "sheet.csv", "second.csv"


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit as far as it has been read: the plan's head, its cells, the sample, and what was found.

    `second` is what second readers found in the records that are read twice. `problems` are faults of the sheets.
    """

    head: Mapping[str, Any]
    parts: tuple[Part, ...]
    sample: Mapping[str, tuple[Listed, int]]
    found: Mapping[str, AuditedRecord]
    second: Mapping[str, AuditedRecord]
    problems: tuple[str, ...] = ()

    def by_cell(self, found: Mapping[str, AuditedRecord] | None = None) -> list[tuple[Cell, list[AuditedRecord]]]:
        """Return each cell with the records of it that were read; those of `found` where it is given."""
        read = self.found if found is None else found
        cells: list[tuple[Cell, list[AuditedRecord]]] = [(part.cell, []) for part in self.parts]
        for name, (_, cell) in self.sample.items():
            if name in read:
                cells[cell][1].append(read[name])
        return cells

    @property
    def months(self) -> float | None:
        """How many months the records of the frame span; None where they are not dated."""
        period = self.head["frame"]["period"]
        if not period:
            return None
        first, last = (datetime.fromisoformat(moment) for moment in period)
        return max(1.0, ((last - first).total_seconds() / 86_400 + 1) / (365.25 / 12))


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan, the sample with its cells, and the blind sheets; AuditError where an audit is there already."""
    if (folder / PLAN).exists():
        raise AuditError(f"{folder} already holds an audit; choose another --out, so that no filled sheet is lost")
    make_folder(folder)
    with whole_file(folder / SAMPLE) as file:
        for one, cell in plan.drawn:
            reported = one.reported_at.isoformat() if one.reported_at else None
            row = {
                "id": one.id,
                "cell": cell,
                "record_type": one.record_type,
                "reported_at": reported,
                "opening_code": one.opening_code,
                "closing_code": one.closing_code,
                "band": one.band,
                "recorded": one.recorded,
            }
            file.write(json.dumps(row) + "\n")
    with whole_file(folder / SHEET) as file:
        file.write(blank_sheet(one for one, _ in plan.drawn))
    with whole_file(folder / SECOND) as file:
        file.write(blank_sheet(one for one, _ in plan.drawn if one.id in plan.twice))
    with whole_file(folder / PLAN) as file:
        file.write(json.dumps(plan.head(), indent=2) + "\n")


def write_report(outputs: Mapping[str, str | bytes], folder: Path) -> None:
    """Write the report's files, each whole or not at all."""
    make_folder(folder)
    for name, content in outputs.items():
        write_whole(folder / name, content.encode("utf-8") if isinstance(content, str) else content)


def read_audit(folder: Path, *, sheet: Path | None = None) -> Audit:
    """Return the audit of a folder; `sheet` is a filled sheet elsewhere. AuditError where the sample was altered."""
    head = _plan(folder)
    parts = tuple(Part(**part) for part in head["cells"])
    sample = _sample(folder, parts)
    if sample_digest([(name, cell) for name, (_, cell) in sample.items()]) != head["sample"]["digest"]:
        raise AuditError(f"{folder / SAMPLE} is not the sample of its plan; draw it again with the plan's seed")
    taxonomy = load_taxonomy()
    drawn = {name: one for name, (one, _) in sample.items()}
    first = read_sheet(sheet or _sheet(folder, "sheet"), drawn, taxonomy=taxonomy)
    if not first.read:
        raise AuditError("no record of the sheet has an answer yet; fill in the column crime (or none) and try again")
    second = read_sheet(_sheet(folder, "second"), drawn, taxonomy=taxonomy)
    return Audit(head, parts, sample, first.read, second.read, (*first.problems, *second.problems))


def _sheet(folder: Path, name: str) -> Path:
    """The sheet as filled in: a workbook of that name goes before the CSV."""
    book = folder / f"{name}.xlsx"
    return book if book.is_file() else folder / f"{name}.csv"


def _plan(folder: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except OSError as error:
        raise AuditError(f"{folder / PLAN}: cannot be read ({error.strerror}); make a plan first") from None
    except ValueError:
        raise AuditError(f"{folder / PLAN} is not a plan; make it again with its seed") from None
    if not {"design", "frame", "sample", "cells"} <= set(head):
        raise AuditError(f"{folder / PLAN} is not a plan; make it again with its seed")
    return head


def _sample(folder: Path, parts: Sequence[Part]) -> dict[str, tuple[Listed, int]]:
    sample: dict[str, tuple[Listed, int]] = {}
    try:
        lines = (folder / SAMPLE).read_text(encoding="utf-8").splitlines()
        for row in map(json.loads, lines):
            reported = datetime.fromisoformat(row["reported_at"]) if row["reported_at"] else None
            listed = Listed(
                id=row["id"],
                stratum=parts[row["cell"]].stratum,
                band=row["band"],
                recorded=row["recorded"],
                record_type=row["record_type"],
                reported_at=reported,
                opening_code=row["opening_code"],
                closing_code=row["closing_code"],
            )
            sample[listed.id] = (listed, row["cell"])
    except OSError as error:
        raise AuditError(f"{folder / SAMPLE}: cannot be read ({error.strerror}); make a plan first") from None
    except (ValueError, KeyError, IndexError, TypeError):
        raise AuditError(f"{folder / SAMPLE} is not a sample; make the plan again with its seed") from None
    return sample
