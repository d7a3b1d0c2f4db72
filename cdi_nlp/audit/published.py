"""The inspectorate's published figures of four forces, as data with its sources: what other forces' audits said."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure. Rates and half widths are in percent, as printed; what a report does not give is None.

    `denominator` of a recording rate is how many crimes were audited; `unrecorded_a_year` is printed as "over".
    """

    force: str
    measure: str
    group: str
    source: str
    numerator: int | None
    denominator: int | None
    rate: float | None
    half_width: float | None
    unrecorded_a_year: int | None
    months: int | None

    @property
    def share(self) -> float | None:
        """The rate as a share: as printed, or of the two counts where they are all that is printed."""
        if self.rate is not None:
            return self.rate / 100
        return self.numerator / self.denominator if self.numerator is not None and self.denominator else None


def published_figures() -> tuple[Published, ...]:
    """Return every published figure, in the order of the file."""
    with figures_file().open(encoding="utf-8", newline="") as file:
        return tuple(_figure(row) for row in csv.DictReader(file))


def figures_file() -> Path:
    """The file of figures: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    checkout = (package.parent / "pyproject.toml").is_file()
    folder = package.parent / "data" / "reference" if checkout else package / "published"
    return folder / "inspection_figures.csv"


def _figure(row: dict[str, str]) -> Published:
    def whole(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Published(
        force=row["force"],
        measure=row["measure"],
        group=row["group"],
        source=row["source"],
        numerator=whole("numerator"),
        denominator=whole("denominator"),
        rate=number("rate"),
        half_width=number("half_width"),
        unrecorded_a_year=whole("unrecorded_a_year"),
        months=whole("months"),
    )
