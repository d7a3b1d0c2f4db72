"""The written corpus: marked entries and whole records, their split, and the manifest that says what was read.

Batches are the unit of the split: a batch is one writer's voice, twins never leave their batch, so what is tested was
written by people whom training never read.
"""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cdi_nlp.records import RecordType
from training.marks import Span, read_marks

if TYPE_CHECKING:
    from datasets import DatasetDict

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "data" / "corpus"
Part = Literal["train", "test"]

REGISTERS = tuple(
    (
        "call_taker dispatcher officer_mobile officer_statement dash_form stalking_screen "
        "vulnerable_child vulnerable_adult school_email health_email social_work care_home "
        "supervisor_closing enquiry_log online_report second_language child_words dialect social_media "
        "terse_log guidance"
    ).split()
)
"""The registers of police text in which entries are written."""
DISCRIMINATORS = tuple(
    (
        "injury status one_or_course civil_or_criminal section5 threat_place threat_kill message_gross "
        "ex_partner following control neck grave_injury consent penetration age child_carer locked_in "
        "slavery force_theft trespass person_property damage threat_damage order witness weapon images "
        "exposure spiking care_neglect borrowed_taken drugs blackmail"
    ).split()
)
"""What the twins of a group differ in (the discriminators of the recording rules)."""

RECORD_TYPES: Mapping[str, RecordType] = {
    "vulnerable_child": "vulnerable_child",
    "vulnerable_adult": "vulnerable_adult",
    "school_email": "referral_email",
    "health_email": "referral_email",
    "social_work": "referral_email",
    "care_home": "referral_email",
    "enquiry_log": "crime_enquiry_log",
}
"""The type of record that a register's entry would stand in; an incident where none is named."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the corpus: its plain text, its spans, and who wrote of whom in which register.

    `victim` and `suspect` are f, m, fm (several) or u (not said), with an age where the text gives one.
    """

    id: str
    batch: str
    register: str
    victim: str
    suspect: str
    relationship: str
    twin: str | None
    splits_on: str | None
    text: str
    spans: tuple[Span, ...]

    @property
    def families(self) -> frozenset[str]:
        """The families that the entry discloses."""
        return frozenset(span.family for span in self.spans if span.discloses)


def read_entries(folder: Path = CORPUS / "entries") -> tuple[Entry, ...]:
    """Every entry, batch by batch in the order of the files."""
    return tuple(entry for file in sorted(folder.glob("*.jsonl")) for entry in _batch(file))


def _batch(file: Path) -> Iterator[Entry]:
    for number, row in _rows(file):
        where = f"{file.name} line {number}"
        text, spans = read_marks(row["text"], where=where)
        if row["register"] not in REGISTERS:
            raise ValueError(f"{where}: register {row['register']!r} is none of {', '.join(REGISTERS)}")
        yield Entry(
            id=row["id"],
            batch=file.stem,
            register=row["register"],
            victim=row["victim"],
            suspect=row["suspect"],
            relationship=row["relationship"],
            twin=row.get("twin"),
            splits_on=row.get("splits_on"),
            text=text,
            spans=spans,
        )


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield number, json.loads(line)


def read_records(folder: Path = CORPUS / "records") -> tuple[dict[str, Any], ...]:
    """Every whole record with its gold, each with the name of its batch."""
    return tuple({**row, "batch": file.stem} for file in sorted(folder.glob("*.jsonl")) for _, row in _rows(file))


def record_text(row: Mapping[str, Any]) -> str:
    """The text of a record row, its entries joined where it has entries."""
    return str(row["text"]) if "text" in row else "\n".join(str(entry["text"]) for entry in row["entries"])


def held_out(folder: Path = CORPUS) -> Mapping[str, frozenset[str]]:
    """The batches of entries and of records that no training step reads (split.toml)."""
    return {kind: frozenset(_split(folder)["test"][kind]) for kind in ("entries", "records")}


def calibration(folder: Path = CORPUS) -> Mapping[str, frozenset[str]]:
    """The training batches on which models are chosen and their probabilities fitted."""
    return {kind: frozenset(_split(folder)["calibration"][kind]) for kind in ("entries", "records")}


def open_batches(folder: Path = CORPUS) -> frozenset[str]:
    """The batches that were open to the writers of patterns, on which no pattern's precision is measured."""
    return frozenset(_split(folder)["open_to_patterns"]["batches"])


def not_measured(folder: Path = CORPUS) -> frozenset[str]:
    """The batches written against patterns, on which no pattern's precision is measured either."""
    return frozenset(_split(folder)["not_measured"]["batches"])


def _split(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "split.toml").read_text(encoding="utf-8"))


def part_of(batch: str, *, kind: str, split: Mapping[str, frozenset[str]]) -> Part:
    """Whether a batch is for training or for testing."""
    return "test" if batch in split[kind] else "train"


def datasets(entries: Sequence[Entry]) -> "DatasetDict":
    """The entries as Hugging Face datasets `train` and `test`, one row an entry, spans as lists of dicts."""
    from datasets import Dataset, DatasetDict  # noqa: PLC0415  heavy, and only this function needs it

    split = held_out()
    rows: dict[Part, list[dict[str, Any]]] = {"train": [], "test": []}
    for entry in entries:
        row = asdict(entry)
        row["spans"] = [asdict(span) for span in entry.spans]
        row["families"] = sorted(entry.families)
        rows[part_of(entry.batch, kind="entries", split=split)].append(row)
    return DatasetDict({part: Dataset.from_list(own) for part, own in rows.items()})


def manifest(folder: Path = CORPUS) -> dict[str, dict[str, object]]:
    """For each batch file its lines, its part of the split and the first 16 hex digits of its SHA-256."""
    split = held_out(folder)
    found: dict[str, dict[str, object]] = {}
    for kind in ("entries", "records"):
        for file in sorted((folder / kind).glob("*.jsonl")):
            data = file.read_bytes().replace(b"\r\n", b"\n")
            found[f"{kind}/{file.name}"] = {
                "lines": data.count(b"\n"),
                "part": part_of(file.stem, kind=kind, split=split),
                "sha256": hashlib.sha256(data).hexdigest()[:16],
            }
    return found


def affirmed(entries: Sequence[Entry]) -> Counter[str]:
    """How many affirmed labels each family has."""
    return Counter(span.family for entry in entries for span in entry.spans if span.status == "affirmed")


def twin_groups(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each twin group, by batch and group name."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.twin:
            groups.setdefault(f"{entry.batch}/{entry.twin}", []).append(entry)
    return groups
