"""Measure what the project promises: speed and memory, quality on gold files, or the audit on known truth.

scripts/benchmark                                 speed, memory and start-up, beside a bare spaCy tokenizer
scripts/benchmark --quality --gold DIR            scores of DIR/score.py on its gold files, into docs/quality.md
scripts/benchmark --audit                         how often audits of forces with a known rate hold the truth
"""

import argparse
from datetime import date
from pathlib import Path

import known_truth
import quality
import speed

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", action="store_true", help="score the detector and write docs/quality.md")
    parser.add_argument("--audit", action="store_true", help="coverage of the audit's intervals on synthetic forces")
    parser.add_argument("--audits", type=int, default=2_000, help="audits of each force for --audit")
    parser.add_argument("--gold", type=Path, help="folder of gold files with score.py")
    parser.add_argument("--records", type=int, default=10_000, help="records for the speed measurement")
    parser.add_argument("--workers", type=int, default=2, help="processes for the speed measurement")
    args = parser.parse_args()
    if args.audit:
        known_truth.measure(records=1_000_000, audits=args.audits)
        return
    if not args.quality:
        speed.measure(ROOT, records=args.records, workers=args.workers)
        return
    if args.gold is None or not (args.gold / "score.py").is_file():
        parser.error(f"--quality needs --gold, a folder with score.py; got {args.gold}")
    page = ROOT / "docs" / "quality.md"
    page.write_text(quality.report(ROOT, args.gold, today=date.today()), encoding="utf-8")
    print(page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
