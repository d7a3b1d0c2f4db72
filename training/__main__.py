"""`python -m training`: each step says what it reads and writes.

corpus    the counts and the diversity of the written corpus
curve     what a plain linear model learns from a quarter to all of it
fit       linear model, encoder and weigher, into runs/<name>/
evaluate  the run on the test part: metrics, plots and card
register  the run into models/, with its digests
all       fit, evaluate, register
"""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from training.config import read_config
from training.corpus import CORPUS, read_entries, read_records, record_text
from training.curve import curve as learn
from training.curve import plot
from training.overlap import shared_runs
from training.report import corpus_report
from training.steps import evaluate, fit, register

BASE = Path(__file__).parent / "configs" / "base.toml"
ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration of the run.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """Train, measure and register models on the written corpus."""


@app.command()
def corpus(
    against: Annotated[
        Path | None, typer.Option(help="A folder with whose texts the corpus must share nothing.")
    ] = None,
) -> None:
    """Print what the corpus holds: counts, diversity, the split and the digests of its files."""
    for line in corpus_report():
        sys.stdout.write(line + "\n")
    if against is not None:
        texts = {entry.id: entry.text for entry in read_entries()}
        texts |= {str(row["id"]): record_text(row) for row in read_records()}
        shared = list(shared_runs(texts, against))
        sys.stdout.write(f"runs of eight words shared with {against}: {len(shared)}\n")
        for name, file, words in shared:
            sys.stdout.write(f"  {name} and {file}: {words}\n")


@app.command()
def curve(
    out: Annotated[Path, typer.Option(help="The PNG file to draw.")] = CORPUS / "curve.png",
    gold: Annotated[
        Path | None, typer.Option(help="A gold file whose lines are scored as well, never trained on.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order in which entries are read.")] = 20260401,
) -> None:
    """Draw what a plain linear model learns from a quarter to all of the entries."""
    points = learn(rng=np.random.default_rng(seed), gold=gold)
    for point in points:
        scores = ", ".join(f"{name} {score:.3f}" for name, score in point.scores.items())
        sys.stdout.write(f"{point.entries:>6} entries: micro-F1 {scores}\n")
    plot(points, out)
    sys.stdout.write(f"drawn: {out}\n")


@app.command("fit")
def fit_command(config: ConfigFile = BASE) -> None:
    """Fit linear model, encoder and weigher; what is fresh is skipped."""
    fit(read_config(config), say=say)


@app.command("evaluate")
def evaluate_command(
    config: ConfigFile = BASE,
    folder: Annotated[Path | None, typer.Option(help="A model folder to measure in the run's place.")] = None,
) -> None:
    """Measure a run on the test part, and write its metrics, plots and card."""
    evaluate(read_config(config), say=say, folder=folder)


@app.command("register")
def register_command(config: ConfigFile = BASE) -> None:
    """Copy an evaluated run into models/ and note its digests."""
    register(read_config(config), say=say)


@app.command("all")
def all_command(config: ConfigFile = BASE) -> None:
    """Fit, evaluate and register, one after the other."""
    chosen = read_config(config)
    fit(chosen, say=say)
    evaluate(chosen, say=say)
    register(chosen, say=say)


def say(line: str) -> None:
    """Print a line at once: a step can take half an hour."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app()
