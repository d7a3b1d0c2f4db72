"""Where models lie, which one is promoted, and whether a folder is still the one that was registered.

`models/registry.toml` names the promoted model and the digest of every file of every model. Nothing is unpickled:
weights are safetensors, the rest is JSON. In a wheel the promoted model lies inside the package; the environment
variable CDI_MODELS names another folder, which a force keeps for its own.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cdi_nlp.errors import ModelError, NotFoundError

REGISTRY = "registry.toml"
FOLDER = "CDI_MODELS"
"""The environment variable that names a force's own folder of models."""
NONE = "none"
"""What `promoted` says where no model is."""


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model: its folder, and each file's SHA-256."""

    name: str
    folder: Path
    files: Mapping[str, str]

    def faults(self) -> list[str]:
        """What is wrong with the folder, a line a file; nothing where every digest holds."""
        found = []
        for name, digest in self.files.items():
            file = self.folder / name
            if not file.is_file():
                found.append(f"{file} is missing; fetch it again")
            elif digest_of(file) != digest:
                found.append(f"{file} is not the registered file; fetch it again or register it anew")
        return found


@dataclass(frozen=True, slots=True)
class Registry:
    """Every registered model, and the one that a scan uses."""

    models: Mapping[str, Model]
    promoted: str | None

    def model(self, name: str) -> Model:
        """The model of that name, or NotFoundError with the choices."""
        if name not in self.models:
            raise NotFoundError(
                f"no model {name!r}; choose from {', '.join(self.models) or 'none: nothing is registered'}"
            )
        return self.models[name]


def digest_of(file: Path) -> str:
    """A file's SHA-256 in hex, as the registry holds it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def shipped_models() -> Path:
    """The folder of the models that ship: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    beside = package.parent / "models"
    return beside if (package.parent / "pyproject.toml").is_file() else package / "models"


def models_folder() -> Path:
    """The folder of models: what CDI_MODELS names, where a force keeps its own; else that of the shipped ones."""
    own = os.environ.get(FOLDER)
    return Path(own) if own else shipped_models()


def read_registry(folder: Path | None = None) -> Registry:
    """The registry of a models folder; an empty one where there is none."""
    folder = folder or models_folder()
    file = folder / REGISTRY
    if not file.is_file():
        return Registry({}, None)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        models = {name: Model(name, folder / name, dict(row["files"])) for name, row in table.get("models", {}).items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: {error}; register the models anew") from error
    promoted = str(table.get("promoted", NONE))
    if promoted not in (NONE, *models):
        raise ModelError(f"{file}: promoted is {promoted!r}, which is not registered; choose from {', '.join(models)}")
    return Registry(models, None if promoted == NONE else promoted)


def write_registry(registry: Registry, folder: Path) -> None:
    """Write a registry, models in the order of their names."""
    lines = [
        "# Registered models: the promoted one is what a scan uses. Written by training and by `cdi models promote`.",
        "",
    ]
    lines.append(f'promoted = "{registry.promoted or NONE}"')
    for name, model in sorted(registry.models.items()):
        lines += ["", f'[models."{name}".files]']
        lines += [f'"{file}" = "{digest}"' for file, digest in sorted(model.files.items())]
    (folder / REGISTRY).write_text("\n".join(lines) + "\n", encoding="utf-8")


def checked(model: Model) -> Path:
    """The folder of a model whose files are all as registered, or a ModelError with the first that is not."""
    faults = model.faults()
    if faults:
        raise ModelError(faults[0])
    return model.folder


def promoted_folder() -> Path | None:
    """The folder of the promoted model, checked; None where no model is promoted.

    A folder of one's own without a registry is a ModelError: a slip in its name must not quietly cost a scan its model.
    """
    if os.environ.get(FOLDER) and not (models_folder() / REGISTRY).is_file():
        raise ModelError(
            f"{FOLDER} names {models_folder()}, which holds no {REGISTRY}; correct it, or register a model there"
        )
    registry = read_registry()
    return checked(registry.models[registry.promoted]) if registry.promoted else None
