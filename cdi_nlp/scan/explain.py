"""The reading of one record laid open: every mention with its status and cue, and what came of it."""

import json
from dataclasses import dataclass
from pathlib import Path

from cdi_nlp.detect import read
from cdi_nlp.detect.fusion import LEARNED, SHOWN
from cdi_nlp.ingest.crimes import load_crimes
from cdi_nlp.pipeline import build_scanner, chain_of, judge, recorded_for
from cdi_nlp.recording.cancellation import read_cancellations, wrongly_cancelled
from cdi_nlp.recording.decide import Decision, decide
from cdi_nlp.recording.reconcile import Match, match
from cdi_nlp.records import Crime, Disclosure, Finding, Record, Result
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
    decision: Decision
    matches: tuple[Match, ...]
    bad_reason_rule: str | None = None

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
    result = judge(reading, findings, scanner)
    decision = decide(reading, result.disclosures)
    recorded = recorded_for(record, scanner)
    matches = match(
        decision.crimes,
        recorded,
        taxonomy=scanner.taxonomy,
        chain=chain_of(record, scanner),
        wrongly_cancelled=wrongly_cancelled(read_cancellations(reading, result.disclosures, recorded=recorded)),
    )
    rule = next((one.rule for one in scanner.reasons.reasons if one.name == result.bad_reason), None)
    return Explanation(record, findings, result, decision, tuple(matches), rule)


def worth_showing(finding: Finding) -> bool:
    """Whether a person should see a finding: all that patterns say, and of a model what it is fairly sure of."""
    return finding.detector not in LEARNED or finding.precision >= SHOWN


def paper(found: Explanation) -> str:
    """The explanation as text for a person."""
    text = found.record.text
    lines = [
        f"{found.record.id}: opened {found.record.opening_code or '-'}, closed {found.record.closing_code or '-'}",
        "",
    ]
    for finding in sorted(filter(worth_showing, found.findings), key=lambda one: (one.start, one.family)):
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
    return "\n".join([*lines, "", *reasoning(found)]) + "\n"


def reasoning(found: Explanation) -> list[str]:
    """The reasoning as a registrar would write it: what is told, what should be recorded and why, what is missing."""
    result, decision = found.result, found.decision
    lines = [f"Rules of {decision.pack.source} (pack {decision.pack.name}).", "", "What the record discloses"]
    lines += [line for disclosure in result.disclosures for line in _disclosed(disclosure)] or ["  nothing"]
    lines += ["", "What should be recorded"]
    lines += [line for crime in decision.crimes for line in _crime(crime)] or ["  no crime"]
    lines += [f"  not counted besides: {words}" for words in decision.collapsed if " into " in words]
    for defeat in decision.defeats:
        lines += [f"  instead of a crime: {defeat.instead} for {defeat.act.family}", f"    {defeat.rule}"]
        lines += [f"    the record says: {defeat.words!r}"] if defeat.words else []
    lines += ["", "What was recorded"]
    lines += [_stands(one) for one in found.matches] or ["  nothing was due"]
    if result.n100:
        lines.append("  an N100 is the right record")
    lines += [f"  check: {check.name}: {check.why} ({check.rule})" for check in result.checks]
    lines += _left(found)
    return lines


def _disclosed(disclosure: Disclosure) -> list[str]:
    mark = "flagged" if disclosure.flagged else "not flagged"
    head = f"  discloses {disclosure.family} {disclosure.ho_code}: {disclosure.probability:.2f}, {mark}"
    told = f"    {disclosure.status}, {disclosure.when}, told by {disclosure.reported_by.replace('_', ' ')}"
    return [head, told, f"    {disclosure.why}"]


def _crime(crime: Crime) -> list[str]:
    return [
        f"  should be recorded: {crime.family} {crime.ho_code}, victim {crime.victim}, suspect {crime.suspect}",
        f"    {crime.rule}",
        f"    {crime.why}",
    ]


def _stands(one: Match) -> str:
    name = f"{one.crime.family} {one.crime.ho_code}"
    held = f" ({one.recorded.offence})" if one.recorded else ""
    return {
        "itself": f"  recorded: {name}{held}",
        "wrong class": f"  WRONG CLASS: {name}, recorded as {one.recorded.family if one.recorded else None}{held}",
        "chain": f"  recorded under a linked record: {name}{held}",
        "cancelled": f"  recorded and cancelled since: {name}{held}",
        "N100": f"  NOT RECORDED: {name}, an N100 stands in its place{held}",
        "missing": f"  NOT RECORDED: {name}",
    }[one.how]


def _left(found: Explanation) -> list[str]:
    """The stated reason and why the rules do not accept it, the flags, the place in the queue and the 24 hours."""
    result, lines = found.result, [""]
    if result.bad_reason:
        lines.append(f"reason given, which the rules do not accept: {result.bad_reason}")
        lines += [f"    {found.bad_reason_rule}"] if found.bad_reason_rule else []
    if result.flags:
        lines.append(f"crime flags suggested: {', '.join(result.flags)}")
    told = [reason for reason in result.reasons if reason not in found.decision.collapsed]
    return [*lines, f"priority {result.priority}: {'; '.join(told) or 'nothing is missing'}"]
