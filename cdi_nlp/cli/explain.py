"""`cdi explain`: everything found in one record, with the words and cues that decided."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def explain(  # noqa: PLR0913, PLR0917  the options of a command are its arguments
    source: Annotated[str, typer.Argument(help="The source that was scanned.")],
    record_id: Annotated[str, typer.Argument(metavar="ID", help="The id of one record.")],
    crimes: Annotated[Path | None, typer.Option(help="Recorded crimes, CSV or XLSX.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML of our names for a foreign source's columns.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL to run, where the source is a database URL.")] = None,
    settings: Annotated[Path | None, typer.Option(help="TOML of settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Show what was found in one record: each mention, its status, the cue that gave it, and what was decided."""
    from cdi_nlp.ingest.mapping import load_mapping  # noqa: PLC0415  heavy: only when it runs
    from cdi_nlp.ingest.sources import peek  # noqa: PLC0415
    from cdi_nlp.scan.explain import explanation, paper  # noqa: PLC0415
    from cdi_nlp.settings import load_settings  # noqa: PLC0415

    record = peek(source, mapping=load_mapping(mapping) if mapping else None, query=query, id=record_id)
    found = explanation(record, settings=load_settings(settings), crimes=crimes)
    if as_json:
        sys.stdout.write(json.dumps(found.as_table(), indent=2) + "\n")
    else:
        sys.stdout.write(paper(found))
