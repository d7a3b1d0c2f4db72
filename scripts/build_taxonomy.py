#!/usr/bin/env python3
"""Write offences.csv and cjs.csv of the taxonomy from the published lists and overrides.csv.

    python scripts/build_taxonomy.py --reference DIR [--out DIR]

DIR holds the Home Office's notifiable offence list and list of reported incidents, the map of CJS
offence codes to Home Office codes, and class_family.csv, which says what family each class is.
The same input gives the same bytes. Standard library only, so that it runs on any machine.
"""

import argparse
import csv
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

TAXONOMY = Path(__file__).resolve().parent.parent / "cdi_nlp" / "taxonomy"
COLUMNS = (
    "ho_code class title family hmic_group victim_or_state mode max_sentence current commenced "
    "ceased sex age_from age_to kind leads"
).split()
CJS_COLUMNS = ["cjs_code", "ho_code", "title"]
OTHER = "other_notifiable"

# A court area makes these codes for itself; their titles show that the Home Office code beside
# them is wrong ("indecency with a child" as murder, a hygiene notice as drugs).
LOCAL_WRONG = frozenset(
    "01GL07024 01GL07046 01IC600001 01LOND016 10YY000174 52AS00008 52AS00011 52AS00012 52AS00013 52AS00016".split()
)
UNKNOWN_CODE = "999/99"

Row = dict[str, str]
Key = tuple[str, str]


class Listing(NamedTuple):
    """What class_family.csv says: the family of a (class, code), of a class, and its first code."""

    by_code: dict[Key, Row]
    by_class: dict[str, Row]
    first: dict[str, str]


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file, every cell stripped and its runs of spaces made one."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [
            {name: " ".join((cell or "").split()) for name, cell in row.items() if name}
            for row in csv.DictReader(handle)
        ]


def codes_of(cell: str) -> list[str]:
    """Return the codes a cell lists: "092/30-49" is twenty of them, "058/00 (>£5000)" is one."""
    codes = []
    for part in cell.split(";"):
        match = re.match(r"\s*(\d{3})/(\d{2})(?:-(\d{2}))?", part)
        if match is None:
            raise SystemExit(f"class_family.csv: {part!r} is not a Home Office code")
        head, low, high = match.group(1), int(match.group(2)), match.group(3)
        codes += [f"{head}/{n:02d}" for n in range(low, int(high or low) + 1)]
    return codes


def listing(rows: Iterable[Row]) -> Listing:
    """Return the families by code and by class; a class's family is that of its first row."""
    found = Listing({}, {}, {})
    for row in rows:
        offence_class = row["class"]
        codes = codes_of(row["ho_codes"])
        found.by_class.setdefault(offence_class, row)
        found.first.setdefault(offence_class, codes[0])
        for code in codes:
            found.by_code[code, offence_class] = row
    return found


def class_of(category: str) -> str:
    """Return the class at the head of an offence category: "105A Assault without Injury" is 105A."""
    match = re.match(r"(NFIB) ?(\d+[A-Z]?)\b|(\d+[A-Z]?(?:/\d+)?)\s", category)
    if match is None:
        return "NFIB"  # the fraud rows that name no class
    return match.group(3) or match.group(1) + match.group(2)


def years(sentence: str) -> str:
    """Return a maximum sentence as a number of years: Life is 99, a fine is 0, unknown is blank."""
    text = sentence.lower()
    if text == "life":
        return "99"
    if text == "fine":
        return "0"
    match = re.fullmatch(r"(\d+) ?(m|weeks)?", text)
    if match is None:
        return ""
    share = {"m": 12, "weeks": 52, None: 1}[match.group(2)]
    return f"{int(match.group(1)) / share:.4g}"


def iso(text: str) -> str:
    """Return a date as YYYY-MM-DD, blank where the list gives none that can be read ("TBC")."""
    text = text.partition(" 00:")[0].rstrip("?").replace("Februay", "February")
    for form in ("%Y-%m-%d", "%d %B %Y", "%d/%m/%y"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    # The incident list gives bare years; counting years begin on 1 April.
    match = re.fullmatch(r"(\d{4})(?:\.0)?", text)
    return f"{match.group(1)}-04-01" if match else ""


def title_of(rows: list[Row]) -> str:
    """Return the wording of the first row that is in force, or of the first."""
    row = next((row for row in rows if row["current"] == "Y"), rows[0])
    return row["offence"].split("*")[0].strip(" .-")


def hmic_group(row: Row) -> str:
    """Return the inspectors' group of an offence that class_family.csv does not list."""
    if row["class"].lower().startswith("violence"):
        return "violence"
    if row["class"].lower().startswith("sexual"):
        return "rape" if row["sub_class"].lower() == "rape" else "sexual"
    return "other"


def merged(key: Key, rows: list[Row], families: Listing) -> Row:
    """One offence out of the list's rows for the same code and class."""
    code, offence_class = key
    listed = families.by_code.get(key) or families.by_class.get(offence_class)
    lasting = any(row["current"] == "Y" for row in rows)
    starts = [iso(row["commenced"]) for row in rows]
    parties = {row["victim_or_state"].upper() for row in rows}
    return {
        "ho_code": code,
        "class": offence_class,
        "title": title_of(rows),
        "family": listed["family"] if listed else OTHER,
        "hmic_group": listed["hmic_group"] if listed else hmic_group(rows[0]),
        "victim_or_state": parties.pop() if len(parties) == 1 else "S/V",
        "mode": rows[0]["mode"],
        "max_sentence": max((years(row["max_sentence"]) for row in rows), key=lambda y: float(y or -1)),
        "current": "Y" if lasting else "N",
        "commenced": min(starts) if all(starts) else "",
        "ceased": "" if lasting else max(iso(row["ceased"]) for row in rows),
        "kind": "crime",
        "leads": "Y" if families.first.get(offence_class) == code else "",
    }


def crimes(rows: Iterable[Row], families: Listing) -> dict[Key, Row]:
    """Return the notifiable offences, one a code and class."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault((row["ho_code"], class_of(row["offence_category"] + " ")), []).append(row)
    return {key: merged(key, group, families) for key, group in groups.items()}


def incidents(rows: Iterable[Row]) -> dict[Key, Row]:
    """Return the reported incidents that are not crimes: N100, N200 and N300."""
    found = {}
    for row in rows:
        if not re.fullmatch(r"N\d00", row["Class"]):
            continue  # the sheet ends in rows of fraud that belong to the other list
        ceased = iso(row["Year deleted"])
        found[row["Home Office code"], row["Class"]] = {
            "ho_code": row["Home Office code"],
            "class": row["Class"],
            "title": f"{row['Incident category']}: {row['Incident']}".replace("Unexpexted", "Unexpected"),
            "current": "N" if ceased else "Y",
            "commenced": iso(row["Year Added"]),
            "ceased": ceased,
            "kind": "incident",
            "leads": "Y" if row["Home Office code"].endswith("/01") else "",
        }
    return found


def apply(override: Row, offences: dict[Key, Row], *, listed: Collection[Key]) -> None:
    """Lay one override over the list: code "*" is its whole class, a new code and class is added.

    A family given to a whole class goes to the codes that class_family.csv does not list.
    """
    cells = {name: override[name] for name in COLUMNS if override.get(name)}
    if cells.pop("leads", "") == "Y":
        for (_, offence_class), row in offences.items():
            if offence_class == override["class"]:
                row["leads"] = ""
        cells["leads"] = "Y"
    if override["ho_code"] == "*":
        del cells["ho_code"]
        family = cells.pop("family", "")
        for key, row in offences.items():
            if key[1] == override["class"]:
                row.update(cells)
                if family and key not in listed:
                    row["family"] = family
        return
    row = offences.setdefault((override["ho_code"], override["class"]), {"kind": "crime", "current": "N"})
    row.update(cells)


def by_class(key: Key) -> tuple[str, int, str]:
    """Return the order of the file: code, then class by its number."""
    number = re.match(r"\D*(\d+)", key[1])
    return key[0], int(number.group(1)) if number else 0, key[1]


def lead(offences: Mapping[Key, Row]) -> None:
    """See that every class has one leading code: its first in force where nothing else says."""
    chosen = {offence_class for (_, offence_class), row in offences.items() if row.get("leads")}
    ordered = sorted(offences, key=lambda key: (offences[key].get("current") != "Y", by_class(key)))
    for key in ordered:
        if key[1] not in chosen:
            chosen.add(key[1])
            offences[key]["leads"] = "Y"


def offence_rows(reference: Path, overrides: Path) -> list[Row]:
    """All offences and incidents, in the order of the file."""
    families = listing(read(reference / "class_family.csv"))
    offences = crimes(read(reference / "notifiable_offences_2026_27.csv"), families)
    offences |= incidents(read(reference / "notifiable_reported_incidents_2026_27.csv"))
    for override in sorted(read(overrides), key=lambda row: row["ho_code"] != "*"):
        apply(override, offences, listed=families.by_code.keys())
    lead(offences)
    return [offences[key] for key in sorted(offences, key=by_class)]


def cjs_rows(reference: Path) -> list[Row]:
    """Return the CJS codes with a Home Office code that means something, in order."""
    rows = [
        {
            "cjs_code": row["cjs_code"],
            "ho_code": row["ho_classification"],
            "title": row["offence_title"],
        }
        for row in read(reference / "cjs_to_homeoffice.csv")
        if row["ho_classification"] != UNKNOWN_CODE and row["cjs_code"] not in LOCAL_WRONG
    ]
    return sorted(rows, key=lambda row: row["cjs_code"])


def write(path: Path, columns: list[str], rows: list[Row]) -> None:
    """Write a CSV file with the same bytes on every system, and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{path}: {len(rows)} rows\n")


def main() -> None:
    """Parse, build, write."""
    parser = argparse.ArgumentParser(description="Write offences.csv and cjs.csv of the taxonomy.")
    parser.add_argument("--reference", type=Path, required=True, help="folder of the published lists")
    parser.add_argument("--out", type=Path, default=TAXONOMY, help="where to write (default: the package)")
    parser.add_argument("--overrides", type=Path, default=TAXONOMY / "overrides.csv")
    options = parser.parse_args()
    write(options.out / "offences.csv", COLUMNS, offence_rows(options.reference, options.overrides))
    write(options.out / "cjs.csv", CJS_COLUMNS, cjs_rows(options.reference))


if __name__ == "__main__":
    main()
