"""The committed lists are what the builder makes of the published ones (with --reference DIR)."""

import csv
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from cdi_nlp.taxonomy import load_taxonomy

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "build_taxonomy.py"
TAXONOMY = ROOT / "cdi_nlp" / "taxonomy"


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("build_taxonomy", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_committed_lists_are_what_the_builder_writes(reference, tmp_path):
    command = [sys.executable, str(SCRIPT), "--reference", str(reference), "--out", str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    for name in ("offences.csv", "cjs.csv"):
        committed = (TAXONOMY / name).read_bytes().replace(b"\r\n", b"\n")
        assert (tmp_path / name).read_bytes() == committed, f"{name} is stale; run the builder"
        assert name in said


def test_every_listed_class_and_code_has_its_family(reference, builder):
    rows = builder.read(reference / "class_family.csv")
    taxonomy = load_taxonomy()
    by_key = {(o.ho_code, o.offence_class): o for found in taxonomy.offences.values() for o in found}
    for row in rows:
        known = [by_key.get((code, row["class"])) for code in builder.codes_of(row["ho_codes"])]
        found = [offence for offence in known if offence is not None]
        assert found, f"class {row['class']} has none of {row['ho_codes']}"
        assert {offence.family for offence in found} == {row["family"] or None}, row["class"]


def test_every_notifiable_code_and_usable_cjs_code_is_there(reference, builder):
    taxonomy = load_taxonomy()
    listed = {row["ho_code"] for row in builder.read(reference / "notifiable_offences_2026_27.csv")}
    assert listed <= set(taxonomy.offences)
    for row in builder.read(reference / "cjs_to_homeoffice.csv"):
        kept = taxonomy.cjs.get(row["cjs_code"])
        if row["ho_classification"] == "999/99" or row["cjs_code"] in builder.LOCAL_WRONG:
            assert kept is None
        else:
            assert kept.ho_code == row["ho_classification"]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("092/30-32", ["092/30", "092/31", "092/32"]),
        ("058/00 (>£5000);149/00 (<£5000)", ["058/00", "149/00"]),
        ("019/08;019/12", ["019/08", "019/12"]),
    ],
)
def test_cells_of_codes(builder, cell, codes):
    assert builder.codes_of(cell) == codes


@pytest.mark.parametrize(
    ("category", "offence_class"),
    [
        ("105A Assault without Injury", "105A"),
        ("4/10 Corporate Manslaughter", "4/10"),
        ("NFIB 90 Other Fraud", "NFIB90"),
        ("NFIB50 Computer Misuse Crime", "NFIB50"),
        ("Various sub classes", "NFIB"),
        ("802 Dangerous Driving", "802"),
    ],
)
def test_class_of_a_category(builder, category, offence_class):
    assert builder.class_of(category) == offence_class


@pytest.mark.parametrize(
    ("written", "years"),
    [("Life", "99"), ("fine", "0"), ("6m", "0.5"), ("51 weeks", "0.9808"), ("14", "14"), ("?", "")],
)
def test_sentences_are_years(builder, written, years):
    assert builder.years(written) == years


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022-06-07 00:00:00", "2022-06-07"),
        ("13 April 2015", "2015-04-13"),
        ("23 Februay 2011", "2011-02-23"),
        ("28/02/22?", "2022-02-28"),
        ("2019.0", "2019-04-01"),
        ("TBC", ""),
    ],
)
def test_dates_of_the_list(builder, written, day):
    assert builder.iso(written) == day


def test_an_override_of_a_class_spares_the_listed_codes(builder):
    offences = {
        ("008/01", "8N"): {"ho_code": "008/01", "class": "8N", "family": "serious_assault"},
        ("008/04", "8N"): {"ho_code": "008/04", "class": "8N", "family": "serious_assault"},
    }
    row = {"ho_code": "*", "class": "8N", "family": "assault_with_injury", "sex": "female"}
    builder.apply(row, offences, listed={("008/01", "8N")})
    assert [o["family"] for o in offences.values()] == ["serious_assault", "assault_with_injury"]
    assert {o["sex"] for o in offences.values()} == {"female"}


def test_overrides_are_used_and_explained():
    with (TAXONOMY / "overrides.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    keys = [(row["ho_code"], row["class"]) for row in rows]
    assert len(set(keys)) == len(keys)
    taxonomy = load_taxonomy()
    for row in rows:
        assert row["class"] in taxonomy.classes
        if row["ho_code"] != "*" and row["family"]:
            found = [o for o in taxonomy.offences[row["ho_code"]] if o.offence_class == row["class"]]
            assert [o.family for o in found] == [row["family"]], row
