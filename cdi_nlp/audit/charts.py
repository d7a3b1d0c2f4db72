"""Charts as shapes, drawn once and shown twice: as SVG in the page and as vectors in the PDF.

Each chart has a title and a sentence that says in words what it shows; the figures stand in a table beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from cdi_nlp.audit.compliance import Tally
from cdi_nlp.audit.figures import Figure, percent
from cdi_nlp.audit.recording import Month

INK, SOFT, GRID, MARK, ALERT = "#1b1f24", "#57606a", "#d0d7de", "#0b4f9e", "#b35900"
WIDTH, ROW, LEFT, RIGHT, TOP = 640.0, 26.0, 210.0, 150.0, 14.0
FOOT = 26.0
Anchor = Literal["start", "middle", "end"]
Upward = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, dashed or not."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = GRID
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str = MARK


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle, or a diamond for what is to be noticed without its colour."""

    x: float
    y: float
    colour: str = MARK
    diamond: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = INK
    size: float = 12.0


Shape = Line | Box | Dot | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, what it shows in words, and its shapes, from the top left corner."""

    title: str
    says: str
    height: float
    shapes: tuple[Shape, ...]


def interval_chart(title: str, figures: Sequence[Figure]) -> Chart | None:
    """Return rates as dots with their intervals, a line a group; None where no group has a rate."""
    rows = [one for one in figures if one.rate is not None and one.low is not None and one.high is not None]
    if not rows:
        return None
    start = max(0.0, min(0.9, int(10 * min(one.low or 0.0 for one in rows)) / 10))
    bottom = TOP + ROW * len(rows)
    shapes = _axis(start, bottom)
    for number, one in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        low, rate, high = (_across(share or 0.0, start) for share in (one.low, one.rate, one.high))
        colour = MARK if one.firm else SOFT
        label = f"{percent(one.rate)} of {one.crimes:,}" if one.firm else f"{one.held} of {one.crimes}"
        shapes += [
            Words(LEFT - 10, y + 4, _cut(one.group), "end"),
            Line(low, y, high, y, colour, 2.5),
            Line(low, y - 5, low, y + 5, colour, 1.5),
            Line(high, y - 5, high, y + 5, colour, 1.5),
            *([Dot(rate, y, colour)] if one.firm else []),
            Words(WIDTH - RIGHT + 14, y + 4, label, colour=colour),
        ]
    said = "; ".join(_in_words(one) for one in rows)
    return Chart(title, f"{said}.", bottom + FOOT, tuple(shapes))


def _axis(start: float, bottom: float) -> list[Shape]:
    shapes: list[Shape] = []
    step = 0.1 if start >= 0.4 else 0.2
    share = start
    while share <= 1.0001:
        x = _across(share, start)
        shapes += [Line(x, TOP, x, bottom), Words(x, bottom + 16, f"{share:.0%}", "middle", SOFT, 11)]
        share += step
    return shapes


def _across(share: float, start: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (share - start) / (1 - start)


def _in_words(one: Figure) -> str:
    if not one.firm:
        return f"{one.group}: {one.held} of {one.crimes}, too few for a rate"
    return f"{one.group}: {percent(one.rate)}, from {percent(one.low)} to {percent(one.high)}"


def bar_chart(title: str, tallies: Sequence[Tally], *, of: str) -> Chart | None:
    """Return tallies as bars, the weighted number beside each; None where there is none."""
    if not tallies:
        return None
    most = max(one.weighted for one in tallies)
    shapes: list[Shape] = [Line(LEFT, TOP, LEFT, TOP + ROW * len(tallies), SOFT)]
    for number, one in enumerate(tallies):
        y = TOP + ROW * number
        long = (WIDTH - LEFT - RIGHT) * one.weighted / most
        shapes += [
            Words(LEFT - 10, y + ROW / 2 + 4, _cut(one.name), "end"),
            Box(LEFT, y + 5, max(long, 1.0), ROW - 10),
            Words(LEFT + long + 8, y + ROW / 2 + 4, f"{one.weighted:,.0f} ({one.crimes:,} read)", colour=SOFT),
        ]
    said = "; ".join(f"{one.name}: {one.weighted:,.0f}" for one in tallies)
    return Chart(title, f"{of}, weighted to all records: {said}.", TOP + ROW * len(tallies) + 10, tuple(shapes))


def trend_chart(title: str, months: Sequence[Month]) -> Chart | None:
    """Return the months as a control chart; None where fewer than two months have a rate."""
    rated = [one for one in months if one.figure.rate is not None and one.figure.crimes]
    if len(rated) < 2:
        return None
    lows = [share for one in rated for share in (one.lower, one.figure.rate) if share is not None]
    start = max(0.0, int(10 * min(lows)) / 10 - 0.1)
    high, left, bottom = 190.0, 52.0, 204.0
    step = (WIDTH - left - 20) / len(rated)

    def up(share: float) -> float:
        return bottom - (high - TOP) * (share - start) / (1 - start)

    shapes: list[Shape] = []
    share = start
    while share <= 1.0001:
        shapes += [
            Line(left, up(share), WIDTH - 20, up(share)),
            Words(left - 8, up(share) + 4, f"{share:.0%}", "end", SOFT, 11),
        ]
        share += 0.1 if start >= 0.5 else 0.2
    for number, one in enumerate(rated):
        shapes += _month(one, rated[number - 1] if number else None, up=up, x=left + step * (number + 0.5), step=step)
        if len(rated) <= 14 or number % 3 == 0:
            shapes.append(Words(left + step * (number + 0.5), bottom + 18, one.figure.group, "middle", SOFT, 9.5))
    return Chart(title, _trend_words(rated), bottom + 30, tuple(shapes))


def _month(one: Month, before: Month | None, *, up: Upward, x: float, step: float) -> list[Shape]:
    shapes: list[Shape] = []
    for limit, colour in ((one.lower, ALERT), (one.upper, ALERT), (one.centre, SOFT)):
        if limit is not None:
            shapes.append(Line(x - step / 2, up(limit), x + step / 2, up(limit), colour, 1.2, dashed=colour == ALERT))
    rate = one.figure.rate or 0.0
    if before is not None:
        shapes.append(Line(x - step, up(before.figure.rate or 0.0), x, up(rate), MARK, 1.6))
    shapes.append(Dot(x, up(rate), ALERT if one.signal else MARK, diamond=bool(one.signal)))
    return shapes


def _trend_words(months: Sequence[Month]) -> str:
    said = "; ".join(f"{one.figure.group}: {percent(one.figure.rate)} of {one.figure.crimes}" for one in months)
    if all(one.lower is None for one in months):
        return f"Too few months for control limits. {said}."
    signals = [f"{one.figure.group} {one.signal}" for one in months if one.signal]
    return f"{'Signals: ' + ', '.join(signals) if signals else 'No month gives a signal'}. {said}."


def _cut(name: str) -> str:
    return name if len(name) <= 32 else name[:31] + "…"


def as_svg(chart: Chart, *, number: int) -> str:
    """Return a chart as SVG with its title and words for those who do not see it; `number` tells it from the others."""
    parts = "".join(_svg(shape) for shape in chart.shapes)
    return (
        f'<svg role="img" aria-labelledby="chart-{number}-title chart-{number}-says" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {WIDTH:g} {chart.height:g}"><title id="chart-{number}-title">{escape(chart.title)}</title>'
        f'<desc id="chart-{number}-says">{escape(chart.says)}</desc>{parts}</svg>'
    )


def _svg(shape: Shape) -> str:
    if isinstance(shape, Line):
        dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
        return (
            f'<line x1="{shape.x1:.1f}" y1="{shape.y1:.1f}" x2="{shape.x2:.1f}" y2="{shape.y2:.1f}"'
            f' stroke="{shape.colour}" stroke-width="{shape.width:g}"{dashes}/>'
        )
    if isinstance(shape, Box):
        size = f'width="{shape.width:.1f}" height="{shape.height:.1f}"'
        return f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" {size} fill="{shape.colour}"/>'
    if isinstance(shape, Dot) and shape.diamond:
        x, y = shape.x, shape.y
        points = f"{x:.1f},{y - 7:.1f} {x + 7:.1f},{y:.1f} {x:.1f},{y + 7:.1f} {x - 7:.1f},{y:.1f}"
        return f'<polygon points="{points}" fill="{shape.colour}"/>'
    if isinstance(shape, Dot):
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="4.5" fill="{shape.colour}"/>'
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}"'
    return f'<text {place} fill="{shape.colour}" font-size="{shape.size:g}">{escape(shape.text)}</text>'
