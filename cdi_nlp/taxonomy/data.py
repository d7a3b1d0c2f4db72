"""The files that the taxonomy's data lies in."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable

from cdi_nlp.errors import TaxonomyError


def data_folder() -> Traversable:
    """The folder of the taxonomy's data, in a checkout or in a wheel."""
    return files("cdi_nlp.taxonomy")


def read_toml(file: Traversable) -> dict[str, object]:
    """A TOML file of the taxonomy, or a TaxonomyError that names it and the line."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(f"{file.name}: {error}; correct it") from error
