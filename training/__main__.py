"""`python -m training`: each step says what it reads and writes.

corpus    the counts and the diversity of the written corpus
"""

import sys

import typer

from training.report import corpus_report

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """Train, measure and register models on the written corpus."""


@app.command()
def corpus() -> None:
    """Print what the corpus holds: counts, diversity, the split and the digests of its files."""
    for line in corpus_report():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    app()
