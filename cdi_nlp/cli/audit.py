"""`cdi audit`: plan a blind audit, and say what it found: rates, compliance, quality, a report."""

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cdi_nlp.audit.findings import Beside

app = typer.Typer(help="Audit recording: plan, rate, compliance, quality, report.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="The folder that `cdi audit plan` made.")]
Filled = Annotated[Path | None, typer.Option(help="The filled sheet, CSV or XLSX; by default the one in the folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Recorded = Annotated[
    list[str] | None,
    typer.Option(help="Crimes recorded in twelve months, without fraud, as all=61200; may be given for each group."),
]
Earlier = Annotated[Path | None, typer.Option(help="figures.json of an earlier audit's report, to compare with.")]
Results = Annotated[Path | None, typer.Option(help="results.jsonl of a scan of the same source.")]


@app.command()
def plan(  # noqa: PLR0913, PLR0917  the options of a command are its arguments
    source: Annotated[str, typer.Argument(help="Every record, flagged or not: what `cdi scan` takes.")],
    out: Annotated[Path, typer.Option(help="Folder for plan.json, sample.jsonl and the sheets.")],
    crimes: Annotated[Path | None, typer.Option(help="Recorded crimes, CSV or XLSX, linked by record_id.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML of our names for a foreign source's columns.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL to run, where the source is a database URL.")] = None,
    results: Results = None,
    half_width: Annotated[float, typer.Option(help="Points either side that the rate's interval may have.")] = 3.0,
    rate: Annotated[float, typer.Option(help="The rate to expect, in percent; the last audit's is best.")] = 85.0,
    reads: Annotated[int | None, typer.Option(help="Draw so many records, whatever the half width.")] = None,
    at_least: Annotated[int, typer.Option(min=2, help="Records to draw of every stratum at least.")] = 10,
    boost: Annotated[bool, typer.Option("--boost", help="Draw more where the scanner sees a crime.")] = False,  # noqa: FBT002
    second: Annotated[float, typer.Option(help="Percent of the sample to be read by a second person too.")] = 10.0,
    seed: Annotated[int | None, typer.Option(help="Draw the same sample again; by default a new one.")] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Draw a stratified random sample of all records and write the blind sheets that auditors fill in."""
    from cdi_nlp.audit.folder import write_plan  # noqa: PLC0415  heavy: only when it runs
    from cdi_nlp.audit.frame import Source, read_frame  # noqa: PLC0415
    from cdi_nlp.audit.plan import Design, make_plan, versions  # noqa: PLC0415

    design = Design(
        seed=secrets.randbits(32) if seed is None else seed,
        half_width=half_width / 100,
        rate=rate / 100,
        boost=boost,
        at_least=at_least,
        reads=reads,
        second=second / 100,
    )
    frame = read_frame(Source(source, crimes=crimes, mapping=mapping, query=query, results=results))
    made = make_plan(frame, design, made_by=versions())
    write_plan(made, out)
    if as_json:
        sys.stdout.write(json.dumps(made.head(), indent=2) + "\n")
    else:
        sys.stdout.write(made.as_words() + f"\nFill in: {out / 'sheet.csv'}\n")


@app.command()
def rate(
    folder: Folder,
    sheet: Filled = None,
    recorded: Recorded = None,
    earlier: Earlier = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say how much of the crime that should be recorded is, by group, with intervals, and how much is not in a year."""
    from cdi_nlp.audit.findings import rates, warnings  # noqa: PLC0415
    from cdi_nlp.audit.folder import read_audit  # noqa: PLC0415
    from cdi_nlp.audit.tables import as_json as written  # noqa: PLC0415
    from cdi_nlp.audit.words import rates_in_words  # noqa: PLC0415

    audit = read_audit(folder, sheet=sheet)
    found = rates(audit, _beside(recorded, earlier))
    sys.stdout.write(written(found) if as_json else rates_in_words(found))
    _warn(warnings(audit))


@app.command()
def compliance(
    folder: Folder,
    sheet: Filled = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say how far recording complies: time, N100, cancellations, care, equality data, reasons, codes."""
    from cdi_nlp.audit.findings import complies, warnings  # noqa: PLC0415
    from cdi_nlp.audit.folder import read_audit  # noqa: PLC0415
    from cdi_nlp.audit.tables import as_json as written  # noqa: PLC0415
    from cdi_nlp.audit.words import compliance_in_words  # noqa: PLC0415

    audit = read_audit(folder, sheet=sheet)
    found = complies(audit)
    sys.stdout.write(written(found) if as_json else compliance_in_words(found))
    _warn(warnings(audit))


@app.command()
def quality(
    folder: Folder,
    results: Results = None,
    sheet: Filled = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say how good the scanner is, from the same blind sample, and how far two readers agree."""
    from cdi_nlp.audit.findings import qualities, warnings  # noqa: PLC0415
    from cdi_nlp.audit.folder import read_audit  # noqa: PLC0415
    from cdi_nlp.audit.tables import as_json as written  # noqa: PLC0415
    from cdi_nlp.audit.words import quality_in_words  # noqa: PLC0415

    audit = read_audit(folder, sheet=sheet)
    found = qualities(audit, results)
    sys.stdout.write(written(found) if as_json else quality_in_words(found))
    _warn(warnings(audit))


@app.command()
def report(  # noqa: PLR0913, PLR0917  the options of a command are its arguments
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.pdf and the figures.")],
    sheet: Filled = None,
    results: Results = None,
    recorded: Recorded = None,
    earlier: Earlier = None,
    force: Annotated[str, typer.Option(help="The name of the force, for the title.")] = "this force",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write the report as a page and a PDF, and every figure as JSON, CSV and a workbook."""
    from cdi_nlp.audit.findings import find  # noqa: PLC0415
    from cdi_nlp.audit.folder import read_audit, write_report  # noqa: PLC0415
    from cdi_nlp.audit.page import as_html  # noqa: PLC0415
    from cdi_nlp.audit.paper import as_pdf  # noqa: PLC0415
    from cdi_nlp.audit.report import make_report  # noqa: PLC0415
    from cdi_nlp.audit.tables import as_csv, as_workbook  # noqa: PLC0415
    from cdi_nlp.audit.tables import as_json as written  # noqa: PLC0415

    found = find(read_audit(folder, sheet=sheet), _beside(recorded, earlier), results=results)
    made = make_report(found, force=force)
    outputs: dict[str, str | bytes] = {
        "report.html": as_html(made),
        "report.pdf": as_pdf(made),
        "figures.json": written(found),
        "figures.csv": as_csv(found),
        "figures.xlsx": as_workbook(found),
    }
    write_report(outputs, out)
    sys.stdout.write(written(found) if as_json else f"{found.rates.sentence}\n\nRead: {out / 'report.html'}\n")
    _warn(found.warnings)


def _beside(recorded: list[str] | None, earlier: Path | None) -> "Beside":
    from cdi_nlp.audit.findings import Beside, read_earlier, read_recorded  # noqa: PLC0415

    return Beside(read_recorded(recorded or []), read_earlier(earlier) if earlier else ())


def _warn(warnings: tuple[str, ...]) -> None:
    for one in warnings:
        sys.stderr.write(f"cdi: {one}\n")
