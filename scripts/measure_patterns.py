"""Measure each pattern's precision on the written corpus, and how common its words are.

Writes precision.csv and frequency.csv into cdi_nlp/taxonomy/.

    .venv/bin/python scripts/measure_patterns.py

A hit is a record in which the pattern fires with a status that discloses, and stands after a graver family told in the
same breath has absorbed it; it is right where the record's writer marked that family. Counts, not shares, are written:
the loader draws small counts to a prior.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cdi_nlp.detect import read
from cdi_nlp.ingest.logs import parse_entries
from cdi_nlp.pipeline import build_scanner
from cdi_nlp.records import Record
from cdi_nlp.settings import Settings

ROOT = Path(__file__).parents[1]
TAXONOMY = ROOT / "cdi_nlp/taxonomy"
LEAST = 5
"""Segments in which a word must stand to be listed as common."""


def corpus() -> list[dict[str, object]]:
    """The rows of every corpus batch."""
    batches = sorted((ROOT / "data/corpus/records").glob("*.jsonl"))
    return [json.loads(line) for batch in batches for line in batch.read_text(encoding="utf-8").splitlines()]


def write(path: Path, header: list[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a small table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Read the corpus, count, write."""
    scanner = build_scanner(Settings())
    detector = scanner.detector
    common: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    right: Counter[str] = Counter()
    rows = corpus()
    for row in rows:
        text, reported = str(row["text"]), datetime.fromisoformat(str(row["reported_at"]))
        record = Record(
            id=str(row["id"]),
            text=text,
            entries=parse_entries(text, reported_at=reported),
            record_type=row["record_type"],  # type: ignore[arg-type]  the corpus is checked by its own test
        )
        reading = read(record, detector.tokenizer)
        for page in reading.pages:
            common.update(page.words)
        (found,) = detector.detect([reading])
        gold = set(row["gold"]["families"])  # type: ignore[index]
        for family, findings in scanner.fusion.standing(found).items():
            fired = {finding.source for finding in findings}
            hits.update(fired)
            right.update(fired if family in gold else ())
    counted = [(pattern.id, hits[pattern.id], right[pattern.id]) for pattern in detector.patterns]
    write(TAXONOMY / "precision.csv", ["pattern", "hits", "right"], counted)
    frequent = sorted((pair for pair in common.items() if pair[1] >= LEAST), key=lambda pair: (-pair[1], pair[0]))
    write(TAXONOMY / "frequency.csv", ["word", "segments"], frequent)
    seen = sum(1 for pattern in detector.patterns if hits[pattern.id])
    print(f"{len(rows)} records; {len(detector.patterns)} patterns, {seen} of them seen")
    print(f"{sum(hits.values())} hits, {sum(right.values())} right; {len(frequent)} words seen {LEAST} times or more")


if __name__ == "__main__":
    main()
