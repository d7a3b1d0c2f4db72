"""`cdi scan`: read a source, write the results and the queue."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer


def scan(  # noqa: PLR0913, PLR0917  the options of a command are its arguments
    source: Annotated[str, typer.Argument(help="CSV, XLSX, JSONL or Parquet file, folder of .eml, or database URL.")],
    out: Annotated[Path, typer.Option(help="Folder for results.jsonl, summary.json and queue.html.")],
    crimes: Annotated[Path | None, typer.Option(help="Recorded crimes, CSV or XLSX, linked by record_id.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML of our names for a foreign source's columns.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL to run, where the source is a database URL.")] = None,
    settings: Annotated[Path | None, typer.Option(help="TOML of settings: thresholds, processes, queue size.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(help="Count lateness against this time (none is counted by default).")
    ] = None,
    quotes: Annotated[bool, typer.Option(help="Write the words of the records into the results.")] = True,  # noqa: FBT002
    detectors: Annotated[
        str | None, typer.Option(help="all: patterns and the promoted model, where there is one; or patterns.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Scan records and rank those that disclose an offence nobody recorded.

    Writes DIR/results.jsonl (one line a record, in input order), DIR/summary.json and DIR/queue.html (open it in a
    browser). A row that cannot be read gets a line with its error, and the scan goes on.
    """
    from cdi_nlp.scan.job import Request, scan_source  # noqa: PLC0415  heavy: only when a scan runs
    from cdi_nlp.settings import chosen_detectors, load_settings  # noqa: PLC0415

    chosen = load_settings(settings)
    if workers is not None:
        chosen = replace(chosen, scan=replace(chosen.scan, workers=workers))
    if detectors is not None:
        chosen = replace(chosen, scan=replace(chosen.scan, detectors=chosen_detectors(detectors)))
    request = Request(
        source, out, crimes=crimes, mapping=mapping, query=query, settings=chosen, as_of=as_of, quotes=quotes
    )
    with progress_bar() as progress:
        summary = scan_source(request, progress=progress)
    if as_json:
        sys.stdout.write(json.dumps(summary, indent=2) + "\n")
    else:
        sys.stdout.write(report(summary, out))


@contextmanager
def progress_bar() -> Iterator[Callable[[int], None] | None]:
    """A counter of records on a terminal; nothing where stderr is a file or a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} records"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scan", total=None)
        yield lambda count: bar.update(task, completed=count)


def report(summary: dict[str, Any], out: Path) -> str:
    """The summary in a few lines for a person."""
    counts = summary["counts"]
    lines = [
        f"{of(counts['records'], 'record')} read, {counts['disclosing']:,} disclosing an offence",
        f"{of(counts['unrecorded_crimes'], 'crime')} not recorded and {counts['wrong_class_crimes']:,} in the wrong"
        f" class, in {of(counts['with_unrecorded_or_wrong_class'], 'record')}",
    ]
    if counts["with_error"]:
        lines.append(f"{of(counts['with_error'], 'row')} with a fault: see `error` in results.jsonl")
    if summary["crime_file_problems"]:
        left_out = of(len(summary["crime_file_problems"]), "row")
        lines.append(f"{left_out} of the crimes file left out: see summary.json")
    top = list(counts["unrecorded_by_family"].items())[:8]
    if top:
        lines += ["", "Not recorded, by family:"]
        lines += [f"  {family.replace('_', ' '):28}{count:>6,}" for family, count in top]
    lines += ["", f"Read the queue, worst first: {out / 'queue.html'}"]
    return "\n".join(lines) + "\n"


def of(count: int, thing: str) -> str:
    """A count with its noun: 1 record, 2 records."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
