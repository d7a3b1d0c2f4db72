"""`cdi models`: which models are registered, what a card says, whether the files are whole, and which one scans use."""

import json
import sys
from dataclasses import replace
from typing import Annotated

import typer

app = typer.Typer(help="Registered models: list, show, verify and promote them.", no_args_is_help=True)


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,  # noqa: FBT002
) -> None:
    """List the registered models; the promoted one, which a scan uses, is marked."""
    from cdi_nlp.detect.models import read_registry  # noqa: PLC0415

    registry = read_registry()
    if as_json:
        rows = [{"name": name, "promoted": name == registry.promoted} for name in registry.models]
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    for name in registry.models:
        sys.stdout.write(f"{'*' if name == registry.promoted else ' '} {name}\n")
    if not registry.models:
        sys.stdout.write("no model is registered; scans use patterns alone\n")


@app.command()
def show(name: Annotated[str, typer.Argument(help="A registered model.")]) -> None:
    """Print a model's card."""
    from cdi_nlp.detect.models import read_registry  # noqa: PLC0415

    model = read_registry().model(name)
    sys.stdout.write((model.folder / "card.md").read_text(encoding="utf-8"))


@app.command()
def verify() -> None:
    """Check every registered model's files against their digests; exit status 1 where one does not hold."""
    from cdi_nlp.detect.models import read_registry  # noqa: PLC0415

    faults = [fault for model in read_registry().models.values() for fault in model.faults()]
    for fault in faults:
        sys.stdout.write(fault + "\n")
    sys.stdout.write("every file is as registered\n" if not faults else "")
    if faults:
        raise typer.Exit(1)


@app.command()
def promote(name: Annotated[str, typer.Argument(help="A registered model, or none.")]) -> None:
    """Make a model the one that scans use; a person does this, never training."""
    from cdi_nlp.detect.models import NONE, checked, models_folder, read_registry, write_registry  # noqa: PLC0415

    registry = read_registry()
    if name != NONE:
        checked(registry.model(name))
    write_registry(replace(registry, promoted=None if name == NONE else name), models_folder())
    sys.stdout.write(f"scans use {name if name != NONE else 'patterns alone'}\n")
