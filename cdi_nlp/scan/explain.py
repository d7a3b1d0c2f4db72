"""The reading of one record laid open: every mention with its status and cue, and what came of it."""

import json
from dataclasses import dataclass
from pathlib import Path

from cdi_nlp.detect import read
from cdi_nlp.ingest.crimes import load_crimes
from cdi_nlp.pipeline import build_scanner, judge
from cdi_nlp.records import Finding, Record, Result
from cdi_nlp.scan.results import line_of
from cdi_nlp.settings import Settings
from cdi_nlp.taxonomy import load_taxonomy

WIDTH = 60
"""Characters of text shown either side of a mention."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A record, the mentions found in it, and its result."""

    record: Record
    findings: tuple[Finding, ...]
    result: Result

    def as_table(self) -> dict[str, object]:
        """The explanation for `--json`."""
        return {
            "result": json.loads(line_of(self.result)),
            "findings": [
                {
                    "family": finding.family,
                    "pattern": finding.source,
                    "precision": round(finding.precision, 4),
                    "status": finding.status,
                    "cue": finding.cue,
                    "when": finding.when,
                    "reported_by": finding.reported_by,
                    "start": finding.start,
                    "end": finding.end,
                    "quote": self.record.text[finding.start : finding.end],
                }
                for finding in self.findings
            ],
        }


def explanation(record: Record, *, settings: Settings, crimes: Path | None = None) -> Explanation:
    """What the scanner makes of one record, mentions that do not disclose included."""
    index = load_crimes(crimes, load_taxonomy()) if crimes else None
    scanner = build_scanner(settings, crimes=index)
    reading = read(record, scanner.detector.tokenizer)
    (findings,) = scanner.detector.detect([reading])
    return Explanation(record, findings, judge(reading, findings, scanner))


def paper(found: Explanation) -> str:
    """The explanation as text for a person."""
    result, text = found.result, found.record.text
    lines = [f"{result.id}: opened {found.record.opening_code or '-'}, closed {found.record.closing_code or '-'}", ""]
    for finding in sorted(found.findings, key=lambda one: (one.start, one.family)):
        before = text[max(0, finding.start - WIDTH) : finding.start]
        after = text[finding.end : finding.end + WIDTH]
        quote = " ".join(f"{before}[{text[finding.start : finding.end]}]{after}".split())
        cue = f" because of {finding.cue}" if finding.cue else ""
        lines += [
            f"{finding.family} ({finding.source}, right {finding.precision:.0%}): "
            f"{finding.status}{cue}, {finding.when}",
            f"    … {quote} …",
        ]
    if not found.findings:
        lines.append("No mention of an offence was found.")
    lines.append("")
    for disclosure in result.disclosures:
        mark = "flagged" if disclosure.flagged else "not flagged"
        lines.append(f"discloses {disclosure.family} {disclosure.ho_code}: {disclosure.probability:.2f}, {mark}")
    lines += [f"should be recorded: {crime.family} {crime.ho_code} ({crime.rule})" for crime in result.should_record]
    lines += [f"NOT RECORDED: {crime.family} {crime.ho_code}" for crime in result.unrecorded]
    lines += [f"WRONG CLASS: {crime.family}, recorded as {crime.recorded_as}" for crime in result.wrong_class]
    if result.n100:
        lines.append("an N100 is the right record")
    if result.bad_reason:
        lines.append(f"reason given, which the rules do not accept: {result.bad_reason}")
    lines += [f"check {check.name}: {check.why} ({check.rule})" for check in result.checks]
    lines.append(f"priority {result.priority}: {'; '.join(result.reasons) or 'nothing is missing'}")
    return "\n".join(lines) + "\n"
