"""The recording rules alone, on gold: what they make of perfect detection, and how often that is exactly right.

The gold's own disclosures are fed in with their words, status, time and reporter; who is who comes from the gold where
it says so, else from the words. Nothing that the gold expects is read before the rules have decided.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cdi_nlp.detect import Reading, read
from cdi_nlp.detect.matching import Tokenizer
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.detect.people import cast_of
from cdi_nlp.ingest.crimes import read_offence
from cdi_nlp.recording.decide import Decision, decide
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Disclosure, Evidence, Finding, Gap, Person, Record
from cdi_nlp.taxonomy import load_taxonomy
from cdi_nlp.taxonomy.codes import suggest_code
from cdi_nlp.taxonomy.people import person_words

MEASURES = ("should_record", "unrecorded", "wrong_class")


@dataclass(slots=True)
class Score:
    """How many records are exactly right, by measure, and what went wrong in each that is not."""

    records: int = 0
    right: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    wrong: list[tuple[str, str, list[str], list[str]]] = field(default_factory=list)

    def lines(self, title: str) -> Iterator[str]:
        """A row of a table: the share of records exactly right, by measure and in all three."""
        shares = [f"{self.right[measure] / self.records:.3f}" for measure in MEASURES]
        yield f"| {title} | {self.records} | {' | '.join(shares)} | {self.whole / self.records:.3f} |"


def score(rows: Iterable[tuple[Record, dict[str, Any]]]) -> Score:
    """The rules' answers on records with their gold."""
    found = Score()
    for record, gold in rows:
        decision, gap = decided(record, gold)
        said = {
            "should_record": sorted(crime.family for crime in decision.crimes),
            "unrecorded": sorted(crime.family for crime in gap.unrecorded),
            "wrong_class": sorted(crime.family for crime in gap.wrong_class),
        }
        found.records += 1
        bad = [measure for measure in MEASURES if said[measure] != sorted(gold[measure])]
        found.whole += not bad
        found.right.update(set(MEASURES) - set(bad))
        found.wrong += [(record.id, measure, sorted(gold[measure]), said[measure]) for measure in bad]
    return found


def decided(record: Record, gold: dict[str, Any]) -> tuple[Decision, Gap]:
    """What the rules make of a record whose disclosures are the gold's."""
    reading, told = _given(record, gold)
    decision = decide(reading, told)
    taxonomy = load_taxonomy()
    held = [read_offence(offence, taxonomy) for offence in record.recorded_crimes]
    return decision, reconcile(decision.crimes, held, taxonomy=taxonomy)


def fed(paths: Iterable[Path]) -> Iterator[tuple[Reading, list[Disclosure]]]:
    """The records of gold files as the rules receive them, with the gold's disclosures."""
    for record, gold in rows_of(*paths):
        yield _given(record, gold)


def _given(record: Record, gold: dict[str, Any]) -> tuple[Reading, list[Disclosure]]:
    reading = read(record, _tokenizer())
    return reading, [_disclosure(reading, row) for row in gold["disclosed"]]


@cache
def _tokenizer() -> Tokenizer:
    return load_pattern_detector().tokenizer


def _disclosure(reading: Reading, row: dict[str, Any]) -> Disclosure:
    start = reading.record.text.index(row["quote"])
    end = start + len(row["quote"])
    segment = next((n for n, one in enumerate(reading.segments) if one.start <= start < one.end), 0)
    day = reading.record.reported_at
    cast = cast_of(reading, [Finding(row["family"], start, end, segment, "gold", "gold", 1.0)])
    return Disclosure(
        family=row["family"],
        ho_code=row.get("ho_code") or suggest_code(row["family"], reported_on=day.date() if day else None),
        probability=1.0,
        flagged=True,
        status=row.get("status") or "affirmed",
        when=row["when"],
        reported_by=row["reported_by"],
        evidence=(Evidence(start, end, row["quote"], "gold"),),
        why="gold",
        victims=_people(row["victim"])[:1] if row.get("victim") else cast.victims,
        suspects=_people(row["suspect"]) if row.get("suspect") else cast.suspects,
    )


def _people(said: str) -> tuple[Person, ...]:
    """The people that the gold names, each apart: "Rory Gale and Dexter Iwu" are two."""
    if said == "none":
        return (Person("none"),)
    several = [part.strip() for part in re.split(r" and |, and ", said)]
    apart = len(several) > 1 and all(part[:1].isupper() for part in several)
    return tuple(_person(part, told_apart=apart) for part in several)


_FORMER_PARTNER = re.compile(r"\bex\b(?! ?-?(?:flat|house|lodger|tenant|friend|coll))")


def _person(said: str, *, told_apart: bool) -> Person:
    age = re.search(r"\b(\d{1,2})\b", said) if not re.search(r"\b(?:no|PC)\b", said) else None
    known = person_words()
    words = [known[word] for word in re.findall(r"[a-z]+", said.lower()) if word in known]
    return Person(
        named=said,
        sex=next((word.sex for word in words if word.sex), None),
        age=int(age[1]) if age else None,
        child=any(word.child for word in words) or bool(age and int(age[1]) < 18),
        relation="ex"
        if _FORMER_PARTNER.search(said)
        else next((word.relation for word in words if word.relation), None),
        told_apart=told_apart,
    )


@cache
def _rows_of(path: Path) -> tuple[tuple[Record, dict[str, Any]], ...]:
    from cdi_nlp.ingest.sources import open_source  # noqa: PLC0415

    golds = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        golds[row["id"]] = row["gold"]
    return tuple((record, golds[record.id]) for record in open_source(str(path)) if isinstance(record, Record))


def rows_of(*paths: Path) -> Iterator[tuple[Record, dict[str, Any]]]:
    """The records of gold files with their gold."""
    for path in paths:
        yield from _rows_of(path)


def sets_of(root: Path, gold: Path) -> Iterator[tuple[str, list[Path]]]:
    """The gold files of whole records that say what should be recorded: those of a folder, then the corpus's own."""
    for path in sorted(gold.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            first = json.loads(next(file, "{}"))
        if "should_record" in first.get("gold", {}):
            yield path.stem, [path]
    split = tomllib.loads((root / "data/corpus/split.toml").read_text(encoding="utf-8"))["test"]["records"]
    batches = sorted((root / "data/corpus/records").glob("*.jsonl"))
    yield "corpus, test part", [path for path in batches if path.stem in split]
    yield "corpus, train part", [path for path in batches if path.stem not in split]


def section(root: Path, gold: Path) -> list[str]:
    """The page's section on the rules alone."""
    lines = [
        "What the recording rules make of the gold's own disclosures: the share of records in which the crimes that",
        "should be recorded, those unrecorded and those of the wrong class are exactly the gold's. The rules were",
        "built on the train part.",
        "",
        "| set | records | should_record | unrecorded | wrong_class | all three |",
        "|---|---|---|---|---|---|",
    ]
    for title, paths in sets_of(root, gold):
        lines += score(rows_of(*paths)).lines(title)
    return lines
