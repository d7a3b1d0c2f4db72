"""The options by which a step is given a force's own labels."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from training.config import Config, read_config
from training.labelled import Own, asked_families

CONFIGS = Path(__file__).parent / "configs"

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The run's configuration; base.toml, or force.toml with --labelled.")
]
Name = Annotated[str | None, typer.Option("--name", help="The run's name, where not the configuration's.")]
Labelled = Annotated[
    list[Path] | None, typer.Option("--labelled", help="JSONL of your own records with families, or verdicts.")
]
Tested = Annotated[
    list[Path] | None, typer.Option("--tested", help="The same kind of file, measured on and never learned from.")
]
Alone = Annotated[bool, typer.Option("--alone", help="Learn from --labelled without the written corpus.")]
Records = Annotated[str | None, typer.Option("--records", help="The source that verdicts name by record_id.")]
FamiliesFrom = Annotated[str, typer.Option("--families-from", help="Dotted path of the list of families in a line.")]
LabelledFor = Annotated[
    str | None, typer.Option("--labelled-for", help='Families that every record was read for, or "all".')
]


def run_of(config: Path | None, name: str | None, own: Own) -> Config:
    """The configuration of a run, under the name that was asked for."""
    chosen = read_config(config or CONFIGS / ("force.toml" if own.files else "base.toml"))
    return replace(chosen, name=name) if name else chosen


def own_of(  # noqa: PLR0913  one for each option
    *,
    labelled: list[Path] | None,
    tested: list[Path] | None,
    alone: bool,
    records: str | None,
    families_from: str,
    labelled_for: str | None,
) -> Own:
    """The force's own labels as the options name them."""
    if alone and not labelled:
        raise typer.BadParameter("there is nothing to learn from; name a file with --labelled", param_hint="--alone")
    names = [name.strip() for name in (labelled_for or "").split(",") if name.strip()]
    asked = asked_families("all" if names == ["all"] else names, where="--labelled-for")
    return Own(tuple(labelled or ()), tuple(tested or ()), records, families_from, asked, alone)
