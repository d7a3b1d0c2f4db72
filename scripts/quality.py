"""Quality on gold files, by the scorer that stands beside them: the numbers of docs/quality.md."""

import json
import math
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import perfect

from cdi_nlp.detect.models import read_registry
from cdi_nlp.taxonomy import OTHER, Taxonomy, load_taxonomy

READ_AS = {
    "us_logs": "Another country's classes and one label an entry: read the groups; precision is a lower bound.",
    "uk_dev": "Small: a few points either way are noise.",
}
FIGURES = {
    "micro_f1": "F1 over families",
    "micro_precision": "precision",
    "micro_recall": "recall",
    "macro_f1": "F1, mean of families",
    "group_f1": "F1 over eight groups",
    "core_recall": "recall of the four core families",
    "false_flag_rate": "records that disclose nothing but are flagged",
    "evidence_located": "evidence located",
    "unrecorded_f1": "F1 of unrecorded crimes",
    "n100_precision": "N100 precision",
    "n100_recall": "N100 recall",
    "read_for_95": "share of the queue to read for 95%",
    "average_precision": "average precision of the queue",
    "brier_skill": "Brier skill",
    "ece": "calibration error",
}


def report(root: Path, gold: Path, *, today: date) -> str:
    """The page, with every figure as the scorer printed it, and after them the errors read (docs/quality-causes.md)."""
    made_by = f"taxonomy {load_taxonomy().version} and model {read_registry().promoted}"
    lines = [
        "# Quality",
        "",
        f"Measured on {today.isoformat()} with {made_by}.",
        "Written by `scripts/benchmark --quality --gold DIR`; the gold labels are taken out before the scan. The gold",
        "files are for measuring only: nothing that ships was made from them. Intervals are 95% bootstrap intervals",
        "over records.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        sets = [*gold_sets(gold), *own_sets(root, Path(folder))]
        for name, path, note in sets:
            lines += ["", f"## {name}", "", note, "", *_section(path, gold / "score.py", Path(folder))]
    examples = gold / "rules_examples.jsonl"
    if examples.is_file():
        lines += ["", "## rules_examples", "", *rules_section(examples)]
    lines += ["", "## The rules alone", "", *perfect.section(root, gold)]
    lines += ["", "## By failure mode", "", *failure_modes(root)]
    causes = (root / "docs" / "quality-causes.md").read_text(encoding="utf-8")
    return "\n".join(lines) + "\n\n" + causes


def gold_sets(gold: Path) -> Iterator[tuple[str, Path, str]]:
    """The gold files that the scorer can read."""
    for path in sorted(gold.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if rows and all("gold" in row for row in rows):
            note = READ_AS.get(path.stem, "")
            yield path.stem, path, f"{len(rows):,} records, not written by this project. {note}".rstrip()


def own_sets(root: Path, folder: Path) -> Iterator[tuple[str, Path, str]]:
    """The project's own written records: the sample, and the corpus that pattern precision is measured on."""
    answers = root / "data/sample/answers.jsonl"
    rows = {row["id"]: row for row in _rows(root / "data/sample/incidents.jsonl")}
    crimes = _recorded(root / "data/sample/crimes.csv")
    path = folder / "sample.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for answer in _rows(answers):
            row = rows[answer["id"]]
            file.write(json.dumps({**row, "recorded_crimes": crimes.get(row["id"], []), **answer}) + "\n")
    yield "sample", path, "The month of `data/sample`. Half of it was open to the writers of the patterns."
    for name, tested, note in (
        ("corpus, train part", False, "Written records; pattern precision is measured on them: these figures flatter."),
        ("corpus, test part", True, "Written records that no pattern writer and no measurement of precision read."),
    ):
        path = folder / f"{name.replace(', ', ' ')}.jsonl"
        path.write_text("".join(batch_text(root, tested=tested)), encoding="utf-8")
        yield name, path, note


def batch_text(root: Path, *, tested: bool) -> Iterator[str]:
    """The record batches of one part of the split, each as its file holds it."""
    split = tomllib.loads((root / "data/corpus/split.toml").read_text(encoding="utf-8"))["test"]["records"]
    for batch in sorted((root / "data/corpus/records").glob("*.jsonl")):
        if (batch.stem in split) == tested:
            yield batch.read_text(encoding="utf-8")


def _recorded(path: Path) -> dict[str, list[str]]:
    import csv  # noqa: PLC0415

    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["record_id"], []).append(row["offence"])
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def scores(path: Path, scorer: Path, folder: Path, *, detectors: str) -> dict[str, Any]:
    """Scan a gold file without its gold with these detectors, and score the results."""
    bare, out = folder / "bare.jsonl", folder / "out"
    with bare.open("w", encoding="utf-8") as file:
        for row in _rows(path):
            file.write(
                json.dumps({key: value for key, value in row.items() if key not in ("gold", "agency_label")}) + "\n"
            )
    scan = [sys.executable, "-m", "cdi_nlp", "scan", str(bare), "--out", str(out), "--detectors", detectors]
    subprocess.run(scan, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, str(scorer), str(path), str(out / "results.jsonl"), "--json"]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _section(path: Path, scorer: Path, folder: Path) -> list[str]:
    whole = scores(path, scorer, folder, detectors="all")
    plain = scores(path, scorer, folder, detectors="patterns")
    lines = ["| figure | with the model | 95% interval | patterns alone | 95% interval |", "|---|---|---|---|---|"]
    for key, title in FIGURES.items():
        if key in whole and not math.isnan(whole[key]):
            cells = [f"{found[key]:.3f} | {_interval(found, key)}" for found in (whole, plain)]
            lines.append(f"| {title} | {' | '.join(cells)} |")
    lines += ["", "| family | precision | recall | F1 | patterns' F1 | gold |", "|---|---|---|---|---|---|"]
    for family in sorted({*whole["families"], *plain["families"]}):
        nothing = (math.nan, math.nan, math.nan, 0)
        precision, recall, f1, count = whole["families"].get(family, nothing)
        alone = plain["families"].get(family, nothing)
        cells = " | ".join("" if math.isnan(value) else f"{value:.2f}" for value in (precision, recall, f1, alone[2]))
        lines.append(f"| {family} | {cells} | {max(count, alone[3])} |")
    return lines


def _interval(found: dict[str, Any], key: str) -> str:
    interval = found.get(f"{key}_ci")
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""


def failure_modes(root: Path) -> list[str]:
    """Recall of the families told in the train part of the written records, by the inspections' failure modes."""
    from cdi_nlp.pipeline import build_scanner, scan  # noqa: PLC0415
    from cdi_nlp.records import Record  # noqa: PLC0415
    from cdi_nlp.settings import PATTERNS_ONLY  # noqa: PLC0415

    scanner = build_scanner(PATTERNS_ONLY)
    rows = [json.loads(line) for batch in batch_text(root, tested=False) for line in batch.splitlines() if line]
    tagged = [row for row in rows if any(tag.startswith("F") for tag in row["gold"].get("tags", ()))]
    told: dict[str, list[int]] = {}
    for row in tagged:
        text = row["text"] if "text" in row else "\n".join(entry["text"] for entry in row["entries"])
        (result,) = scan([Record(row["id"], text, (), row["record_type"])], scanner)
        flagged = {disclosure.family for disclosure in result.disclosures if disclosure.flagged}
        wanted = set(row["gold"]["families"])
        for tag in row["gold"]["tags"]:
            if tag.startswith("F"):
                counts = told.setdefault(tag, [0, 0, 0, 0])
                counts[0] += 1
                counts[1] += len(wanted)
                counts[2] += len(wanted & flagged)
                counts[3] += len(flagged - wanted)
    lines = [
        f"The {len(tagged)} records of the corpus's train part that show a failure mode of the inspections (F01 on,",
        "named in data/README.md), patterns alone: families told, found, and flagged though not told.",
        "",
        "| mode | records | told | found | recall | not told |",
        "|---|---|---|---|---|---|",
    ]
    for tag, (count, wanted, found, false) in sorted(told.items()):
        share = f"{found / wanted:.2f}" if wanted else ""
        lines.append(f"| {tag} | {count} | {wanted} | {found} | {share} | {false} |")
    return lines


def _meant(row: dict[str, Any], taxonomy: Taxonomy) -> set[str]:
    """The families of the codes that a statement names; where it names none, any family of its classes."""
    codes = {taxonomy.family_of(code) for code in row.get("ho_codes", ())}
    named = {name.split("-")[0] for name in row["offences"]}
    classes = {offence.family for name in named for offence in taxonomy.classes.get(name, ())}
    return {family for family in codes - {None, OTHER} or classes if family}


def rules_section(path: Path) -> list[str]:
    """The rules' own examples: how often the stated class's family is found, and what is flagged in vain."""
    from cdi_nlp.pipeline import build_scanner, scan  # noqa: PLC0415
    from cdi_nlp.records import Entry, Record  # noqa: PLC0415
    from cdi_nlp.settings import Settings  # noqa: PLC0415

    scanner = build_scanner(Settings())
    tally = {kind: [0, 0] for kind in ("worked examples of a crime", "statements of a crime", "no crime")}
    for row in _rows(path):
        text = row["text"]
        (result,) = scan([Record(id="example", text=text, entries=(Entry(0, len(text)),))], scanner)
        flagged = {disclosure.family for disclosure in result.disclosures if disclosure.flagged}
        wanted = _meant(row, scanner.taxonomy) - {OTHER}
        if row["decision"] == "crime" and wanted:
            kind = "worked examples of a crime" if row["kind"] == "worked_example" else "statements of a crime"
            tally[kind][0] += bool(wanted & flagged)
            tally[kind][1] += 1
        elif row["decision"] == "no crime":
            tally["no crime"][0] += bool(flagged)
            tally["no crime"][1] += 1
    lines = ["Statements and worked examples of the published rules, most of them a phrase out of context.", ""]
    lines += ["| kind | flagged | of |", "|---|---|---|"]
    return lines + [f"| {kind} | {hits} | {total} |" for kind, (hits, total) in tally.items()]
