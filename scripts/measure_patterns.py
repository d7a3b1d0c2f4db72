"""Measure each pattern's precision on the written corpus and write cdi_nlp/taxonomy/precision.csv.

    .venv/bin/python scripts/measure_patterns.py

A hit is a record in which the pattern fires with a status that discloses; it is right where the record's writer marked
that family. Counts, not shares, are written: the loader draws small counts to a prior.
"""

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

from cdi_nlp.detect import Reading
from cdi_nlp.ingest.logs import parse_entries, segments
from cdi_nlp.pipeline import build_scanner
from cdi_nlp.records import DISCLOSING, Record
from cdi_nlp.settings import Settings

ROOT = Path(__file__).parents[1]


def corpus() -> list[dict[str, object]]:
    """The rows of every corpus batch."""
    batches = sorted((ROOT / "data/corpus/records").glob("*.jsonl"))
    return [json.loads(line) for batch in batches for line in batch.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Read the corpus, count, write."""
    detector = build_scanner(Settings()).detector
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
        (found,) = detector.detect([Reading(record, segments(record))])
        gold = set(row["gold"]["families"])  # type: ignore[index]
        fired = {(finding.source, finding.family) for finding in found if finding.status in DISCLOSING}
        hits.update(source for source, _ in fired)
        right.update(source for source, family in fired if family in gold)
    path = ROOT / "cdi_nlp/taxonomy/precision.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pattern", "hits", "right"])
        writer.writerows((pattern.id, hits[pattern.id], right[pattern.id]) for pattern in detector.patterns)
    seen = sum(1 for pattern in detector.patterns if hits[pattern.id])
    print(f"{len(rows)} records; {len(detector.patterns)} patterns, {seen} of them seen")
    print(f"{sum(hits.values())} hits, {sum(right.values())} right; wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
