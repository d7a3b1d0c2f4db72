"""What an audit found, as lines for a terminal."""

from collections.abc import Iterable

from cdi_nlp.audit.compliance import Tally
from cdi_nlp.audit.figures import Figure, shown
from cdi_nlp.audit.findings import Compliance, Quality, Rates
from cdi_nlp.audit.recording import rounded
from cdi_nlp.audit.report import NO_SCAN, NO_SECOND


def rates_in_words(found: Rates) -> str:
    """Return the rates by group, the crimes not recorded in a year, months with a signal, and comparisons."""
    lines = [found.sentence, "", "Recording rate (95% interval), recorded of should have been", *_figures(found.groups)]
    beside = [one for one in found.groups if one.firm]
    if beside:
        lines += ["", "Wilson's and the inspectorate's interval beside it"]
    for one in beside:
        if one.wilson_low is not None and one.standard_low is not None:
            wilson = f"{100 * one.wilson_low:.1f} to {100 * (one.wilson_high or 0):.1f}"
            standard = f"{100 * one.standard_low:.1f} to {100 * (one.standard_high or 0):.1f}"
            lines.append(f"  {one.group:32}{wilson:20}{standard}")
    lines += ["", "Not recorded in a year"]
    for year in found.unrecorded:
        if year.estimate is None or year.low is None:
            lines.append(f"  {year.group:32}{year.how}")
        else:
            top = f"to {rounded(year.high)}" if year.high is not None else "and no upper limit"
            lines.append(f"  {year.group:32}{rounded(year.estimate)} (from {rounded(year.low)} {top})")
    lines += ["", "By stratum", *_figures(found.strata)]
    signals = [f"  {one.figure.group}: {one.signal}" for one in found.months if one.signal]
    if signals:
        lines += ["", "Months that are more than chance", *signals]
    for title, rows in (("Beside the earlier audit", found.earlier), ("Beside published audits", found.forces)):
        if rows:
            lines += ["", title]
            lines += [
                f"  {one.group + ', ' + one.other:42}{100 * one.gap:+.1f} points"
                f" ({100 * one.low:+.1f} to {100 * one.high:+.1f}): {one.said}"
                for one in rows
            ]
    return "\n".join(lines) + "\n"


def compliance_in_words(found: Compliance) -> str:
    """Return each table of compliance."""
    lines: list[str] = []
    for title, figures in (
        ("Recorded within 24 hours", found.timeliness),
        ("N100", found.n100),
        ("Cancellations", found.cancellations),
        ("Where a crime was missed", found.care),
        ("Characteristics known of victims", found.equality),
    ):
        lines += [title, *_figures(figures), ""]
    for name, tallies in (
        ("Offences that are missed", found.missed),
        ("Reasons for not recording", found.reasons),
        ("Opening codes of missed crimes", found.opening_codes),
        ("Closing codes of missed crimes", found.closing_codes),
    ):
        lines += [f"{name}: in the sample, weighted to all records", *_tallies(tallies), ""]
    return "\n".join(lines).rstrip() + "\n"


def quality_in_words(found: Quality) -> str:
    """Return what the sample says of the scanner and of the readers."""
    lines: list[str] = []
    if found.scanner is None:
        lines.append(NO_SCAN)
    else:
        for table in dict.fromkeys(one.table for one in found.scanner):
            lines += [table, *_figures(one for one in found.scanner if one.table == table), ""]
    if found.readers is None:
        lines.append(NO_SECOND)
    else:
        lines.append("Two readers")
        for one in found.readers.agreement:
            kappa = "no kappa" if one.kappa is None else f"kappa {one.kappa:.2f}"
            between = "" if one.low is None else f" ({one.low:.2f} to {one.high:.2f})"
            note = f"; {one.said}" if one.said else ""
            lines.append(f"  {one.question:36}{one.same:,} of {one.records:,} alike, {kappa}{between}{note}")
        lines.append(f"  {found.readers.said}")
    return "\n".join(lines).rstrip() + "\n"


def _figures(figures: Iterable[Figure]) -> list[str]:
    rows = list(figures)
    wide = max([31, *(len(one.group) for one in rows)]) + 1
    return [f"  {one.group:{wide}}{shown(one)}" for one in rows] or ["  nothing to show"]


def _tallies(tallies: Iterable[Tally]) -> list[str]:
    return [f"  {one.name[:44]:46}{one.crimes:>5,}{one.weighted:>10,.0f}" for one in tallies] or ["  nothing to show"]
