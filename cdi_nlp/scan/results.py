"""`results.jsonl`: one line a record, in input order, the same bytes for the same input."""

import json

from cdi_nlp.records import Crime, Disclosure, Evidence, Result


def line_of(result: Result, *, quotes: bool = True) -> str:
    """A result as one JSON line with its newline, keys in the order of the contract, ASCII only."""
    row = {
        "id": result.id,
        "disclosures": [_disclosure(disclosure, quotes=quotes) for disclosure in result.disclosures],
        "should_record": [_crime(crime) for crime in result.should_record],
        "unrecorded": [_crime(crime) for crime in result.unrecorded],
        "wrong_class": [{**_crime(crime), "recorded_as": crime.recorded_as} for crime in result.wrong_class],
        "n100": result.n100,
        "domestic": result.domestic,
        "child_victim": result.child_victim,
        "bad_reason": result.bad_reason,
        "priority": result.priority,
        "reasons": list(result.reasons),
        "error": result.error,
        "checks": [{"name": check.name, "rule": check.rule, "why": check.why} for check in result.checks],
    }
    return json.dumps(row, separators=(",", ":")) + "\n"


def _disclosure(disclosure: Disclosure, *, quotes: bool) -> dict[str, object]:
    return {
        "family": disclosure.family,
        "ho_code": disclosure.ho_code,
        "probability": disclosure.probability,
        "flagged": disclosure.flagged,
        "status": disclosure.status,
        "when": disclosure.when,
        "reported_by": disclosure.reported_by,
        "evidence": [_evidence(span, quotes=quotes) for span in disclosure.evidence],
        "why": disclosure.why,
    }


def _evidence(span: Evidence, *, quotes: bool) -> dict[str, object]:
    quote = {"quote": span.quote} if quotes else {}
    return {"start": span.start, "end": span.end, **quote, "detector": span.detector}


def _crime(crime: Crime) -> dict[str, object]:
    return {
        "family": crime.family,
        "ho_code": crime.ho_code,
        "victim": crime.victim,
        "suspect": crime.suspect,
        "rule": crime.rule,
        "why": crime.why,
    }
