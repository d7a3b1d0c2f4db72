"""The card and the summary: an evaluation as a person reads it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def write_card(name: str, metrics: Mapping[str, Any], *, corpus: str, out: Path) -> None:
    """Write metrics.json and the model card filled from it."""
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    environment = Environment(  # noqa: S701  the card is markdown, not a page
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["share"] = _share
    environment.filters["span"] = _span
    text = environment.get_template("card.md.jinja").render(name=name, metrics=metrics, corpus=corpus)
    (out / "card.md").write_text(text + "\n", encoding="utf-8")


def _share(value: float | None, digits: int = 3) -> str:
    return "" if value is None or value != value else f"{value:.{digits}f}"  # noqa: PLR0124  not a number


def _span(ends: tuple[float, float], digits: int = 3) -> str:
    return f"{_share(ends[0], digits)} to {_share(ends[1], digits)}"


def summary(metrics: Mapping[str, Any]) -> Iterator[str]:
    """What an evaluation says in the terminal: the figures that a person would ask for first."""
    for name, own in metrics["sets"].items():
        yield f"{name}:"
        for part, row in own["ablation"].items():
            yield f"  {part:<24} micro-F1 {_share(row['micro_f1'])} ({_span(row['micro_f1_interval'])}){_less(row)}"
        calibration, status = own["calibration"], own["status"]
        yield f"  Brier skill {_share(calibration['brier_skill'])}, calibration error {_share(calibration['ece'])}"
        yield f"  status right {_share(status['value'])} ({_span(status['interval'])}) of {status['n']}"
        for swap, row in own["swaps"].items():
            said = f"{row['flips']} of {row['flags']} flags flip, {row['rate']:.2%}"
            yield f"  {swap} exchanged: {said} ({row['interval'][0]:.2%} to {row['interval'][1]:.2%})"
    for name, own in metrics.get("own", {}).items():
        for part, row in own.items():
            shown = f"micro-F1 {_share(row['micro_f1'])} ({_span(row['micro_f1_interval'])})"
            yield f"{name}: {part} {shown}, false flags {_share(row['false_flags'])}, n {row['n']}"
    if "twins" in metrics:
        judged = {name: row for name, row in metrics["twins"].items() if row["enough"]}
        yield "twins told apart: " + ", ".join(f"{n} {r['right']}/{r['pairs']}" for n, r in judged.items())
        few = [name for name, row in metrics["twins"].items() if not row["enough"]]
        yield f"  too few pairs to judge alone: {len(few)} discriminators"
    if "gate" in metrics:
        gate = metrics["gate"]
        yield f"the gate loses {gate['loss']:.2%} of recall ({gate['recall']:.3f} of {gate['recall_open']:.3f})"


def _less(row: Mapping[str, Any]) -> str:
    if "fused_less_this" not in row:
        return ""
    less = row["fused_less_this"]
    verdict = "" if less["excludes_zero"] else ", not certain"
    return f"; fused {less['difference']:+.3f} ({less['interval'][0]:+.3f} to {less['interval'][1]:+.3f}{verdict})"
