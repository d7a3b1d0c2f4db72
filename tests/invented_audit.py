"""An invented force of a year, audited: records, a plan and filled sheets, all from one seed."""

import csv
import json
from datetime import datetime, timedelta

import numpy as np

from cdi_nlp.audit.folder import write_plan
from cdi_nlp.audit.frame import Source, read_frame
from cdi_nlp.audit.plan import Design, make_plan

OFFENCES = ("common_assault", "assault_with_injury", "harassment", "theft", "criminal_damage", "rape", "sexual_assault")
CHANCES = (0.26, 0.16, 0.13, 0.2, 0.13, 0.05, 0.07)
KINDS = (("incident", "DOMESTIC"), ("incident", "CONCERN"), ("secondary_incident", "DVSI"), ("vulnerable_adult", "VPN"))
CLOSINGS = ("CRIMED", "DOM NON CRIME", "NO OFFENCES", "CIVIL MATTER")


def force(folder, *, records=3000, rate=0.85, seed=1, dated=True):
    """Write records.jsonl, crimes.csv and results.jsonl, and return the truth: the crimes of each record."""
    random = np.random.default_rng(seed)
    truth, lines, results, crimes = {}, [], [], []
    for number in range(records):
        name = f"INV-{number:05d}"
        kind, opening = KINDS[random.integers(len(KINDS))]
        at = datetime(2026, 1, 1) + timedelta(minutes=int(random.integers(365 * 24 * 60)))
        found = (
            list(random.choice(OFFENCES, random.choice([1, 2], p=[0.85, 0.15]), p=CHANCES))
            if random.random() < 0.3
            else []
        )
        month_rate = rate - (0.25 if at.month == 9 else 0)
        truth[name] = [(str(one), bool(random.random() < month_rate), at) for one in found]
        missed = [one for one, recorded, _ in truth[name] if not recorded]
        crimes += [f"{name},{one},{at + timedelta(hours=5):%Y-%m-%d %H:%M}" for one, done, _ in truth[name] if done]
        closing = CLOSINGS[0] if found and not missed else CLOSINGS[random.integers(1, 4)]
        row = {"id": name, "record_type": kind, "opening_code": opening, "closing_code": closing, "text": "Invented."}
        lines.append(json.dumps({**row, **({"reported_at": at.isoformat()} if dated else {})}))
        sees = missed if random.random() < 0.8 else []
        named = [{"family": one} for one in [*(one for one, done, _ in truth[name] if done), *sees]]
        results.append(
            json.dumps(
                {
                    "id": name,
                    "disclosures": named,
                    "should_record": named,
                    "unrecorded": [{}] * len(sees),
                    "wrong_class": [],
                }
            )
        )
    (folder / "records.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "results.jsonl").write_text("\n".join(results) + "\n", encoding="utf-8")
    (folder / "crimes.csv").write_text("record_id,offence,recorded_at\n" + "\n".join(crimes) + "\n", encoding="utf-8")
    return truth


def planned(folder, *, design):
    """Plan an audit of the force in a folder, and write it to folder/audit."""
    source = Source(str(folder / "records.jsonl"), crimes=folder / "crimes.csv", results=folder / "results.jsonl")
    plan = make_plan(read_frame(source), design)
    write_plan(plan, folder / "audit")
    return plan


def fill(path, truth, *, seed=2, slips=0.0):
    """Fill a sheet in from the truth, with so many slips of the reader."""
    random = np.random.default_rng(seed)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, blank = reader.fieldnames, list(reader)
    rows = []
    for row in blank:
        found = truth[row["record_id"]]
        if random.random() < slips:
            found = found[1:] if found else [("theft", False, datetime(2026, 1, 1))]
        rows += [{**row, **_answers(one, random)} for one in found] or [{**row, "crime": "none", "auditor": "A"}]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _answers(one, random):
    family, recorded, at = one
    late = timedelta(hours=float(random.exponential(14)))
    told = {"reason": str(random.choice(["victim declines", "civil matter", "not believed", "none given"]))}
    told |= {
        name: str(random.choice(["yes", "no"], p=[0.7, 0.3]))
        for name in ("safeguarding", "investigated", "victim_told")
    }
    victim = {"victim_sex": str(random.choice(["female", "male"])), "victim_age": str(random.integers(8, 90))}
    victim["victim_ethnicity"] = str(random.choice(["white", "asian", "black", "unknown"]))
    return {
        "crime": family,
        "recorded": "yes" if recorded else "no",
        "class_right": "yes" if recorded else "",
        "recorded_at": f"{at + late:%Y-%m-%d %H:%M}" if recorded else "",
        "domestic": str(random.choice(["yes", "no"])),
        "n100_due": "yes" if family == "rape" and not recorded else "no",
        "n100_made": str(random.choice(["yes", "no"])) if family == "rape" and not recorded else "no",
        **({} if recorded else told),
        **victim,
        "auditor": "A",
    }


def whole_audit(folder, **options):
    """A planned and filled audit of an invented force; return the truth and the audit's folder."""
    truth = force(folder, **options)
    planned(folder, design=Design(seed=5, half_width=0.03, rate=0.85, boost=True, second=0.3))
    fill(folder / "audit" / "sheet.csv", truth)
    fill(folder / "audit" / "second.csv", truth, seed=3, slips=0.06)
    return truth, folder / "audit"
