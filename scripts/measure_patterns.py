"""Measure each pattern's precision on written text that its writers did not see, and how common words are.

Writes precision.csv and frequency.csv into cdi_nlp/taxonomy/.

    .venv/bin/python scripts/measure_patterns.py

A hit is a record or entry in which the pattern fires with a status that discloses, and stands after a graver family
told in the same breath has absorbed it; it is right where the writer marked that family. What was open to the pattern
writers, what was written against patterns, what the weigher is fitted to and what is kept for testing
(data/corpus/split.toml) is left out. Counts, not
shares, are written: the loader draws small counts to a prior.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cdi_nlp.detect import read  # noqa: E402  training stands beside the package, not in it
from cdi_nlp.pipeline import build_scanner  # noqa: E402
from cdi_nlp.settings import PATTERNS_ONLY  # noqa: E402
from training.corpus import calibration, held_out, not_measured, open_batches, part_of, read_entries, read_records  # noqa: E402
from training.windows import Told, of_entry, of_record  # noqa: E402

TAXONOMY = ROOT / "cdi_nlp/taxonomy"
LEAST = 5
"""Segments in which a word must stand to be listed as common."""


def unseen() -> Iterator[Told]:
    """The training texts that no pattern writer saw and to which no weigher is fitted."""
    split, held = held_out(), calibration()
    seen = open_batches() | not_measured() | held["entries"] | held["records"]
    for entry in read_entries():
        if part_of(entry.batch, kind="entries", split=split) == "train" and entry.batch not in seen:
            yield of_entry(entry)
    for row in read_records():
        odd_half = row["batch"].startswith("batch-") and int(str(row["id"])[-1]) % 2 == 1
        if part_of(row["batch"], kind="records", split=split) == "train" and row["batch"] not in seen and not odd_half:
            yield of_record(row)


def write(path: Path, header: list[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a small table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Read the corpus, count, write."""
    scanner = build_scanner(PATTERNS_ONLY)
    detector = scanner.detector
    common: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    right: Counter[str] = Counter()
    rows = list(unseen())
    readings = [read(told.record, detector.tokenizer) for told in rows]
    for reading, told, found in zip(readings, rows, detector.detect(readings), strict=True):
        for page in reading.pages:
            common.update(page.words)
        for family, findings in scanner.fusion.standing(found).items():
            fired = {finding.source for finding in findings}
            hits.update(fired)
            right.update(fired if family in told.families else ())
    counted = [(pattern.id, hits[pattern.id], right[pattern.id]) for pattern in detector.patterns]
    write(TAXONOMY / "precision.csv", ["pattern", "hits", "right"], counted)
    frequent = sorted((pair for pair in common.items() if pair[1] >= LEAST), key=lambda pair: (-pair[1], pair[0]))
    write(TAXONOMY / "frequency.csv", ["word", "segments"], frequent)
    seen = sum(1 for pattern in detector.patterns if hits[pattern.id])
    print(f"{len(rows)} texts; {len(detector.patterns)} patterns, {seen} of them seen")
    print(f"{sum(hits.values())} hits, {sum(right.values())} right; {len(frequent)} words seen {LEAST} times or more")


if __name__ == "__main__":
    main()
