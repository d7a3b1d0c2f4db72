"""The report: what an audit found, in sections of words, charts and tables, before it becomes a page or a paper."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cdi_nlp.audit.charts import Chart, bar_chart, interval_chart, trend_chart
from cdi_nlp.audit.compliance import Tally
from cdi_nlp.audit.figures import Figure, percent
from cdi_nlp.audit.findings import Findings
from cdi_nlp.audit.quality import TwoReaders
from cdi_nlp.audit.recording import Comparison, Unrecorded, rounded

NO_SCAN = "No results of a scan were given (--results), so nothing is said of the scanner."
NO_SECOND = "No record has been read twice yet, so nothing is said of how far readers agree."


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, its columns and its rows of words."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def without_blanks(self) -> "Grid":
        """The table without the columns in which no row has anything."""
        kept = [at for at in range(len(self.columns)) if any(row[at] for row in self.rows)]
        rows = tuple(tuple(row[at] for at in kept) for row in self.rows)
        return Grid(self.caption, tuple(self.columns[at] for at in kept), rows)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report. Each paragraph is plain words."""

    title: str
    words: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report: its title, what period and sample it is of, and its sections."""

    title: str
    of: str
    sections: tuple[Section, ...]


def make_report(found: Findings, *, force: str) -> Report:
    """Return the report of an audit's findings."""
    sections = [
        Section("What was found", (found.rates.sentence, *_worst(found))),
        *([Section("Before you rely on it", found.warnings)] if found.warnings else []),
        _recording(found),
        _missing(found),
        _months(found),
        _time(found),
        _n100_and_cancellations(found),
        _care(found),
        _people(found),
        _compared(found),
        _quality(found),
        Section("Method", _plain_words("method")),
        Section("Limits", _plain_words("limits")),
        _made(found),
    ]
    return Report(f"Crime recording audit: {force}", _of(found), tuple(sections))


@cache
def _plain_words(name: str) -> tuple[str, ...]:
    """The paragraphs of that name in method.toml."""
    table = tomllib.loads((files("cdi_nlp.audit") / "method.toml").read_text(encoding="utf-8"))
    return tuple(table[name])


def _of(found: Findings) -> str:
    frame, sample = found.head["frame"], found.head["sample"]
    period = f"reported {frame['period'][0][:10]} to {frame['period'][1][:10]}" if frame["period"] else "without dates"
    return f"{frame['records']:,} records {period}; {sample['records']:,} drawn, seed {found.head['design']['seed']}"


def _worst(found: Findings) -> tuple[str, ...]:
    firm = [one for one in found.rates.groups[1:] if one.firm and one.rate is not None]
    if not firm:
        return ()
    worst = min(firm, key=lambda one: one.rate or 0.0)
    between = f"{percent(worst.low)} to {percent(worst.high)}"
    return (
        f"The lowest rate of a group is {worst.group}: {percent(worst.rate)} ({between}, {worst.crimes:,} crimes).",
    )


def _recording(found: Findings) -> Section:
    words = (
        "A rate is of crimes, not of records: recorded over should have been recorded. Sexual offences hold rape. A"
        " rape recorded as another offence counts as not recorded.",
    )
    chart = interval_chart("Recording rate by group, with 95% interval", found.rates.groups)
    years = Grid(
        "Crimes not recorded in a year",
        ("Group", "Estimate", "From", "To", "How"),
        tuple(_year(one) for one in found.rates.unrecorded),
    )
    return Section("How much is recorded", words, _charts(chart), (_rates("Recording rate", found.rates.groups), years))


def _rates(caption: str, figures: Sequence[Figure]) -> Grid:
    columns = ("Group", "Rate", "95% interval", "Wilson", "Inspectorate's", "Recorded", "Note")
    return Grid(caption, columns, tuple(_rate(one) for one in figures)).without_blanks()


def _rate(one: Figure) -> tuple[str, ...]:
    if one.rate is None:
        return (one.group, "–", "–", "–", "–", f"0 of {one.crimes}", one.said)
    spans = ((one.low, one.high), (one.wilson_low, one.wilson_high), (one.standard_low, one.standard_high))
    rate, between = (
        (percent(one.rate), [_span(*pair) for pair in spans]) if one.firm else ("–", [_span(*spans[0]), "–", "–"])
    )
    return (one.group, rate, *between, f"{one.held:,} of {one.crimes:,}", one.said)


def _span(low: float | None, high: float | None) -> str:
    return f"{percent(low)} to {percent(high)}"


def _year(one: Unrecorded) -> tuple[str, ...]:
    if one.estimate is None or one.low is None:
        return (one.group, "–", "–", "–", one.how)
    top = rounded(one.high) if one.high is not None else "no limit"
    return (one.group, rounded(one.estimate), rounded(one.low), top, one.how)


def _missing(found: Findings) -> Section:
    comply = found.compliance
    charts = (bar_chart("Offences that are missed", comply.missed, of="Missed crimes by offence"),)
    grids = (
        _shares("Recording rate by stratum", found.rates.strata),
        _tallies("Opening codes of missed crimes", comply.opening_codes),
        _tallies("Closing codes of missed crimes", comply.closing_codes),
    )
    words = (
        "Where missed crimes lie: by offence, by kind of record, and by the codes under which records were closed.",
    )
    return Section("Where crimes go missing", words, _charts(*charts), grids)


def _months(found: Findings) -> Section:
    months = found.rates.months
    grid = Grid(
        "Recording rate by month of report",
        ("Month", "Rate", "95% interval", "Recorded", "Limits", "Signal"),
        tuple(
            (
                *_short(one.figure),
                _span(one.lower, one.upper) if one.lower is not None else "–",
                one.signal or "none" if one.lower is not None else "–",
            )
            for one in months
        ),
    )
    words = (
        "Dashed limits lie three standard errors from the rate of all months. A month outside them (a diamond), or"
        " eight in a row on one side, is more than chance; other ups and downs are not news.",
    )
    return Section("Month by month", words, _charts(trend_chart("Recording rate by month", months)), (grid,))


def _short(one: Figure) -> tuple[str, ...]:
    rate = percent(one.rate) if one.firm else "–"
    return (
        one.group,
        rate,
        _span(one.low, one.high) if one.rate is not None else "–",
        f"{one.held:,} of {one.crimes:,}",
    )


def _shares(caption: str, figures: Sequence[Figure]) -> Grid:
    shown = figures if any(one.crimes for one in figures) else figures[:1]
    rows = tuple((*_short(one), one.said) for one in shown)
    return Grid(caption, ("Group", "Share", "95% interval", "Counted", "Note"), rows).without_blanks()


def _tallies(caption: str, tallies: Sequence[Tally]) -> Grid:
    rows = tuple((one.name, f"{one.crimes:,}", f"{one.weighted:,.0f}") for one in tallies)
    return Grid(caption, ("What", "In the sample", "Weighted to all records"), rows)


def _time(found: Findings) -> Section:
    comply = found.compliance
    hours = Grid(
        "Hours from report to record, in the sample",
        ("Group", "Crimes with both dates", "Half within", "Nine in ten within"),
        tuple((one.group, f"{one.crimes:,}", _hours(one.median), _hours(one.ninetieth)) for one in comply.hours),
    )
    chart = interval_chart("Recorded within 24 hours, with 95% interval", comply.timeliness)
    words = (
        "A crime is recorded as soon as there is enough to do so, and within 24 hours of the report (HOCR p. 10).",
    )
    return Section("Time to record", words, _charts(chart), (_shares("Within 24 hours", comply.timeliness), hours))


def _hours(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} hours"


def _n100_and_cancellations(found: Findings) -> Section:
    grids = (_shares("N100", found.compliance.n100), _shares("Cancellations", found.compliance.cancellations))
    words = (
        "A report of rape that is not recorded as rape at once needs an N100 (HOCR p. 61). A crime is cancelled only on"
        " additional verifiable information, or as its code requires, and the victim is told (HOCR p. 25).",
    )
    return Section("N100 and cancellations", words, (), grids)


def _care(found: Findings) -> Section:
    comply = found.compliance
    chart = bar_chart("Reasons for not recording", comply.reasons, of="Missed crimes by reason")
    grids = (_shares("Where a crime was missed", comply.care), _tallies("Reasons for not recording", comply.reasons))
    return Section("Victims whose crime was missed", (), _charts(chart), grids)


def _people(found: Findings) -> Section:
    grids = (
        _shares("Recording rate by protected characteristic of the victim", found.rates.characteristics),
        _shares("How often each characteristic is known", found.compliance.equality),
    )
    words = ("A difference counts only where the intervals lie apart; where little is known, a rate says little.",)
    return Section("Equality", words, (), grids)


def _compared(found: Findings) -> Section:
    rows = tuple(_comparison(one) for one in (*found.rates.earlier, *found.rates.forces))
    grid = Grid("Beside other audits", ("Group", "Other audit", "Here", "There", "Difference, points", "Verdict"), rows)
    words = (
        "The published rates are those of four forces inspected in 2017 and 2018. Rules, years and auditors differ, so"
        " a difference is a question to ask, not a ranking.",
    )
    return Section("Compared with other audits", words, (), (grid,))


def _comparison(one: Comparison) -> tuple[str, ...]:
    gap = f"{100 * one.gap:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
    return (one.group, one.other, percent(one.here), percent(one.there), gap, one.said)


def _quality(found: Findings) -> Section:
    words, grids = [], []
    if found.quality.scanner is None:
        words.append(NO_SCAN)
    else:
        words.append(
            "Of the records that hold a crime, how many the scanner names; of those it names, how many hold it."
        )
        grids.append(_scanner(found.quality.scanner))
    if found.quality.readers is None:
        words.append(NO_SECOND)
    else:
        words.append(f"Over the records read twice, {found.quality.readers.said}.")
        grids += _readers(found.quality.readers)
    return Section("How good the scanner and the readers are", tuple(words), (), tuple(grids))


def _scanner(figures: Iterable[Figure]) -> Grid:
    rows = tuple((one.table, *_short(one), one.said) for one in figures)
    return Grid("The scanner", ("What", "Family", "Share", "95% interval", "Counted", "Note"), rows).without_blanks()


def _readers(readers: TwoReaders) -> list[Grid]:
    rows = tuple(
        (
            one.question,
            f"{one.same:,} of {one.records:,}",
            "–" if one.kappa is None else f"{one.kappa:.2f}",
            "–" if one.low is None else f"{one.low:.2f} to {one.high:.2f}",
            one.said,
        )
        for one in readers.agreement
    )
    rates = ("first reader", *_short(readers.first)[1:]), ("second reader", *_short(readers.second)[1:])
    return [
        Grid("Two readers", ("Question", "Alike", "Kappa", "95% interval", "Note"), rows).without_blanks(),
        Grid("The rate as each reads it", ("Reader", "Rate", "95% interval", "Recorded"), rates),
    ]


def _made(found: Findings) -> Section:
    design, frame, sample = (found.head[name] for name in ("design", "frame", "sample"))
    pairs: list[tuple[str, Any]] = [
        ("seed", design["seed"]),
        ("expected rate", percent(design["rate"])),
        ("half width asked for", percent(design["half_width"])),
        ("boost", "yes" if design["boost"] else "no"),
        ("frame, SHA-256", frame["digest"]),
        ("sample, SHA-256", sample["digest"]),
        *found.head.get("made_by", {}).items(),
    ]
    grid = Grid("What made this report", ("What", "Value"), tuple((name, str(value)) for name, value in pairs))
    cells = Grid(
        "The plan",
        ("Stratum", "Band", "Records", "Drawn", "Weight"),
        tuple(
            (one["stratum"], one["band"], f"{one['size']:,}", f"{one['reads']:,}", f"{one['size'] / one['reads']:,.1f}")
            for one in found.head["cells"]
        ),
    )
    return Section("To do it again", (), (), (grid, cells))


def _charts(*charts: Chart | None) -> tuple[Chart, ...]:
    return tuple(one for one in charts if one is not None)
