"""Plots of an evaluation as small PNG files: reliability, cost, families and slices."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#505a5f")
"""Blue, red, green and grey that differ in lightness too."""
COLOURS_KEPT = 24
"""Colours of a file, shades between line and paper included."""
Sets = Mapping[str, Mapping[str, Any]]


def reliability(axes: "Axes", sets: Sets) -> None:
    """What was said against what was true, by tenths; a larger point is more families."""
    axes.plot([0, 1], [0, 1], color=COLOURS[3], linewidth=0.8, linestyle="--", label="perfect")
    for colour, (name, own) in zip(COLOURS, sets.items(), strict=False):
        rows = own["calibration"]["reliability"]
        said, told = [row["said"] for row in rows], [row["told"] for row in rows]
        axes.plot(said, told, color=colour, label=f"{name}, Brier skill {own['calibration']['brier_skill']:.2f}")
        axes.scatter(said, told, s=[8 + row["n"] ** 0.5 for row in rows], color=colour)
    axes.set(xlabel="probability said", ylabel="share that is told", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=8)


def precision_and_recall(axes: "Axes", sets: Sets) -> None:
    """Precision against recall over thresholds; the point is the operating thresholds."""
    for colour, (name, own) in zip(COLOURS, sets.items(), strict=False):
        rows = [row for row in own["cost"] if row["found"]]
        axes.plot([r["recall"] for r in rows], [r["precision"] for r in rows], marker=".", color=colour, label=name)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(fontsize=8)


def reads(axes: "Axes", sets: Sets) -> None:
    """Reads for each disclosure found, over thresholds."""
    for colour, (name, own) in zip(COLOURS, sets.items(), strict=False):
        rows = [row for row in own["cost"] if row["found"]]
        axes.plot([r["threshold"] for r in rows], [r["reads_per_found"] for r in rows], color=colour, label=name)
    axes.set(xlabel="threshold", ylabel="texts read for one disclosure found", xlim=(0, 1), ylim=(0, None))


def queue(axes: "Axes", sets: Sets) -> None:
    """Share of the told disclosures reached against the share of the texts read, likeliest first."""
    axes.plot([0, 1], [0, 1], color=COLOURS[3], linewidth=0.8, linestyle="--", label="read in any order")
    for colour, (name, own) in zip(COLOURS, sets.items(), strict=False):
        axes.plot([0, *(x for x, _ in own["queue"])], [0, *(y for _, y in own["queue"])], color=colour, label=name)
    axes.set(xlabel="share of the queue read", ylabel="share of disclosures reached", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(fontsize=8)


def families(axes: "Axes", sets: Sets) -> None:
    """Each family's F1 with its interval, a bar for each set."""
    names = sorted({name for own in sets.values() for name in own["families"]}, reverse=True)
    height = 0.8 / len(sets)
    for number, (colour, (name, own)) in enumerate(zip(COLOURS, sets.items(), strict=False)):
        held = [at for at, family in enumerate(names) if family in own["families"]]
        rows = [own["families"][names[at]] for at in held]
        places = [at + (number - (len(sets) - 1) / 2) * height for at in held]
        _bars(axes, places, rows, measure="f1", height=height, colour=colour).set_label(name)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=7)
    axes.set(xlabel="F1 with 95% interval", xlim=(0, 1), ylim=(-0.7, len(names) - 0.3))
    axes.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)


def slices(axes: "Axes", sets: Sets) -> None:
    """Micro-F1 of every slice with its interval, the sets one below the other."""
    rows, labels, colours = [], [], []
    for colour, (name, own) in zip(COLOURS, sets.items(), strict=False):
        for facet, values in own["slices"].items():
            for value, row in values.items():
                rows.append(row)
                labels.append(f"{name.removeprefix('test ')}: {facet} {value.replace('_', ' ')} ({row['n']})")
                colours.append(colour)
    for at, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        _bars(axes, [len(rows) - 1 - at], [row], measure="micro_f1", height=0.7, colour=colour)
    axes.set_yticks(range(len(rows)), labels[::-1], fontsize=6)
    axes.set(xlabel="micro-F1 with 95% interval", xlim=(0, 1), ylim=(-0.7, len(rows) - 0.3))


def _bars(
    axes: "Axes", places: list[float], rows: list[Mapping[str, Any]], *, measure: str, height: float, colour: str
) -> "BarContainer":
    values = [row[measure] or 0.0 for row in rows]
    ends = [row[f"{measure}_interval"] for row in rows]
    short = [max(0.0, value - low) for value, (low, _) in zip(values, ends, strict=True)]
    long = [max(0.0, high - value) for value, (_, high) in zip(values, ends, strict=True)]
    error = {"ecolor": COLOURS[3], "elinewidth": 0.7}
    return axes.barh(places, values, height=height, color=colour, xerr=[short, long], error_kw=error)


PLOTS: Mapping[str, tuple[tuple[Callable[["Axes", Sets], None], ...], tuple[float, float]]] = {
    "reliability.png": ((reliability,), (4.6, 4.2)),
    "cost.png": ((precision_and_recall, reads, queue), (10.5, 3.6)),
    "families.png": ((families,), (6.2, 7.6)),
    "slices.png": ((slices,), (6.8, 10.5)),
}
"""Each file's panels and its size in inches."""


def draw(metrics: Mapping[str, Any], out: Path) -> list[Path]:
    """Draw every plot of an evaluation into a folder."""
    from matplotlib.figure import Figure  # noqa: PLC0415  heavy, and only training has it
    from PIL import Image  # noqa: PLC0415  comes with it

    files = []
    for name, (panels, size) in PLOTS.items():
        figure = Figure(figsize=size, dpi=90)
        for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            panel(axes, metrics["sets"])
            axes.grid(alpha=0.25)
            axes.set_axisbelow(True)
        figure.tight_layout()
        drawn = BytesIO()
        figure.savefig(drawn, format="png")
        # a few colours are enough for bars and lines, and a third of the size: the plots lie in the repository
        Image.open(drawn).convert("RGB").quantize(COLOURS_KEPT).save(out / name, optimize=True)
        files.append(out / name)
    return files
