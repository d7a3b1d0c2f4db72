"""What a training run is: its name, where it writes, and how its encoder is fitted; one TOML, one frozen object."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from cdi_nlp.detect.models import Model, read_registry, shipped_models
from training.corpus import ROOT

RUNS = ROOT / "runs"
SHIPPED = "shipped"
"""The model that ships: it never read a force's records, so none of them is measured on what it learned."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the encoder is fitted; the same names as in a configuration's [encoder].

    After `epochs`, `again` more begin from the best of them at `again_rate`. `quiet` is how many quiet windows an epoch
    reads for each that holds a mention, `composed` how many passages of entries among quiet lines, `augment` the chance
    of each change to an entry, `rate` the highest learning rate of the base. `start_from` is a registered model to
    begin from, or "shipped" for the one that ships; empty for the published base. `corpus` is the share of the written
    corpus that an epoch reads beside a force's own records.
    """

    epochs: int = 6
    again: int = 0
    again_rate: float = 6e-5
    batch: int = 32
    rate: float = 1.2e-4
    quiet: float = 1.4
    composed: int = 2000
    augment: float = 0.15
    seed: int = 20261128
    start_from: str = ""
    corpus: float = 1.0

    def start_model(self) -> Model | None:
        """The registered model that the encoder begins from; None where it begins from the base."""
        if self.start_from != SHIPPED:
            return read_registry().model(self.start_from) if self.start_from else None
        registry = read_registry(shipped_models())
        return registry.model(str(registry.promoted))


@dataclass(frozen=True, slots=True)
class Config:
    """One training run."""

    name: str
    encoder: Fit = field(default_factory=Fit)

    @property
    def folder(self) -> Path:
        """Where the run writes."""
        return RUNS / self.name


def read_config(file: Path) -> Config:
    """A configuration; an unknown name is a ValueError with the names there are."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    known = {item.name for item in fields(Fit)}
    own = dict(table.get("encoder", {}))
    unknown = (set(own) - known) | (set(table) - {"name", "encoder"})
    if unknown:
        raise ValueError(f"{file}: no setting {min(unknown)!r}; choose from {', '.join(sorted(known))}")
    return Config(str(table["name"]), Fit(**own))
