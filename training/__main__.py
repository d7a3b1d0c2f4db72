"""`python -m training`: each step says what it reads and writes.

corpus    the counts and the diversity of the written corpus
curve     what a plain linear model learns from a quarter to all of it
fit       linear model, encoder and weigher, into runs/<name>/
evaluate  the run on the test part: metrics, plots and card
register  the run into models/, with its digests
all       fit, evaluate, register
split     a labelled file in two, to learn from and to measure on

fit, evaluate and all learn from your own labels with --labelled FILE: on top of the corpus, or --alone.
"""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cdi_nlp.errors import CdiError
from training.corpus import CORPUS, read_entries, read_records, record_text
from training.curve import curve as learn
from training.curve import plot
from training.labelled import NONE, split_lines
from training.options import (
    Alone,
    ConfigFile,
    FamiliesFrom,
    Labelled,
    LabelledFor,
    Name,
    Records,
    Tested,
    own_of,
    run_of,
)
from training.overlap import shared_runs
from training.report import corpus_report
from training.steps import evaluate, fit, register

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
def fit_command(  # noqa: PLR0913, PLR0917  the options of a command are its arguments
    config: ConfigFile = None,
    name: Name = None,
    labelled: Labelled = None,
    alone: Alone = False,  # noqa: FBT002
    records: Records = None,
    families_from: FamiliesFrom = "families",
    labelled_for: LabelledFor = None,
) -> None:
    """Fit linear model, encoder and weigher; what is fresh is skipped."""
    own = own_of(
        labelled=labelled,
        tested=None,
        alone=alone,
        records=records,
        families_from=families_from,
        labelled_for=labelled_for,
    )
    fit(run_of(config, name, own), say=say, own=own)


@app.command("evaluate")
def evaluate_command(  # noqa: PLR0913, PLR0917
    config: ConfigFile = None,
    name: Name = None,
    labelled: Labelled = None,
    tested: Tested = None,
    alone: Alone = False,  # noqa: FBT002
    records: Records = None,
    families_from: FamiliesFrom = "families",
    labelled_for: LabelledFor = None,
    folder: Annotated[Path | None, typer.Option(help="A model folder to measure in the run's place.")] = None,
) -> None:
    """Measure a run on the test part and on the tested files, and write its metrics, plots and card."""
    own = own_of(
        labelled=labelled,
        tested=tested,
        alone=alone,
        records=records,
        families_from=families_from,
        labelled_for=labelled_for,
    )
    evaluate(run_of(config, name, own), say=say, own=own, folder=folder)


@app.command("register")
def register_command(config: ConfigFile = None, name: Name = None) -> None:
    """Copy an evaluated run into the folder of models and note its digests."""
    register(run_of(config, name, NONE), say=say)


@app.command("all")
def all_command(  # noqa: PLR0913, PLR0917
    config: ConfigFile = None,
    name: Name = None,
    labelled: Labelled = None,
    tested: Tested = None,
    alone: Alone = False,  # noqa: FBT002
    records: Records = None,
    families_from: FamiliesFrom = "families",
    labelled_for: LabelledFor = None,
) -> None:
    """Fit, evaluate and register, one after the other."""
    own = own_of(
        labelled=labelled,
        tested=tested,
        alone=alone,
        records=records,
        families_from=families_from,
        labelled_for=labelled_for,
    )
    chosen = run_of(config, name, own)
    fit(chosen, say=say, own=own)
    evaluate(chosen, say=say, own=own)
    register(chosen, say=say)


@app.command()
def split(
    file: Annotated[Path, typer.Argument(help="A labelled file, JSONL.")],
    out: Annotated[Path, typer.Option(help="The folder for train.jsonl and test.jsonl.")],
    share: Annotated[float, typer.Option(min=0.05, max=0.95, help="Share of the records to learn from.")] = 0.7,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 1,
    families_from: FamiliesFrom = "families",
) -> None:
    """Split a labelled file by record, equal texts together, into train.jsonl and test.jsonl."""
    out.mkdir(parents=True, exist_ok=True)
    parts = split_lines(file, share=share, seed=seed, families_from=families_from)
    for part, lines in zip(("train", "test"), parts, strict=True):
        target = out / f"{part}.jsonl"
        target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        say(f"{target}: {len(lines)} lines")


def say(line: str) -> None:
    """Print a line at once: a step can take half an hour."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run() -> None:
    """Run the command line; what the user can put right becomes one line and exit status 1."""
    try:
        app()
    except CdiError as error:
        sys.stderr.write(f"training: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    run()
