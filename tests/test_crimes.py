"""What forces write for an offence is placed, and their crime files are read by loosely named columns."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cdi_nlp.errors import MappingError, SourceError
from cdi_nlp.ingest.crimes import load_crimes, read_offence
from cdi_nlp.taxonomy import FAMILIES, load_taxonomy, read_rows
from cdi_nlp.taxonomy.titles import GENERAL, plain, title_index

TAXONOMY = load_taxonomy()

with (Path(__file__).parent / "data" / "written_offences.csv").open(encoding="utf-8", newline="") as handle:
    CASES = [(row[0], *(cell or None for cell in row[1:])) for row in list(csv.reader(handle))[1:]]


def test_there_are_many_cases():
    assert len(CASES) >= 150
    assert {family for _, family, _, _ in CASES} >= set(FAMILIES)


@pytest.mark.parametrize(("written", "family", "ho_code", "offence_class"), CASES, ids=[case[0] for case in CASES])
def test_written_offences(written, family, ho_code, offence_class):
    crime = read_offence(written, TAXONOMY)
    assert (crime.family, crime.ho_code, crime.offence_class) == (family, ho_code, offence_class)
    assert crime.offence == written


def test_the_written_titles_agree_with_the_lists():
    rows = read_rows(TAXONOMY.folder, "titles.csv")
    assert rows[0] == ["title", "ho_code", "class", "family"]
    assert len(rows) > 300
    meant = {}
    for title, ho_code, offence_class, family in rows[1:]:
        if ho_code:
            assert not family, title
            classes = {offence.offence_class for offence in TAXONOMY.offences[ho_code]}
            assert not offence_class or offence_class in classes, title
        elif offence_class:
            assert offence_class in TAXONOMY.classes, title
        assert not family or family in FAMILIES, title
        same = meant.setdefault(plain(title), (ho_code, offence_class, family))
        assert same == (ho_code, offence_class, family), f"{title!r} has two meanings"
    assert set(meant) >= GENERAL


def test_every_code_and_class_reads_as_itself():
    for code, offences in TAXONOMY.offences.items():
        crime = read_offence(code, TAXONOMY)
        assert crime.ho_code == code
        assert crime.family in {offence.family for offence in offences}
        short = f"{int(code[:3])}/{int(code[4:])}"
        assert read_offence(short, TAXONOMY).ho_code == code
    for name in TAXONOMY.classes:
        crime = read_offence(f"Class {name}", TAXONOMY)
        assert crime.offence_class == name or "/" in name, name
        assert crime.family == TAXONOMY.leading(name).family, name


SHARED = {"Triable-either-way offences": {None, "other_notifiable"}}
"""Wordings that say nothing of their offence."""


def test_wordings_of_the_families_offences_read_as_their_family():
    for code, offences in TAXONOMY.offences.items():
        families = {offence.family for offence in offences}
        for offence in offences:
            if offence.current and offence.family not in (None, "other_notifiable"):
                found = title_index(TAXONOMY).find(offence.title)
                assert found.family in families | SHARED.get(offence.title, set()), (code, offence.title)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_without_error(text):
    crime = read_offence(text, TAXONOMY)
    assert crime.family is None or crime.family in FAMILIES


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([case for case in CASES if case[1]]),
    st.sampled_from([str.upper, str.title, "  {} ".format]),
)
def test_case_and_spaces_do_not_matter(case, form):
    written = case[0]
    if written in FAMILIES:
        return
    assert read_offence(form(written), TAXONOMY).family == case[1]


# ------------------------------------------------------------------ files of crimes

HEADER = "crime_no,record_id,offence,recorded_at,status,cancelled_code,victim\n"


def write(path, text, *, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_crimes_are_found_by_record(tmp_path):
    text = HEADER + (
        "C1,I1,ABH,03/04/2025 21:15,Recorded,,V1\n"
        "C2,I1,105/01,2025-04-03T22:00:00,Cancelled,C2,V2\n"
        "C3,I2,N100/1,,Recorded,,\n"
    )
    index = load_crimes(write(tmp_path / "crimes.csv", text), TAXONOMY)
    first, second = index.by_record["I1"]
    assert (first.crime_no, first.family, first.ho_code, first.victim) == (
        "C1",
        "assault_with_injury",
        "008/06",
        "V1",
    )
    assert first.recorded_at == datetime(2025, 4, 3, 21, 15)
    assert (second.status, second.cancelled_code, second.record_id) == ("Cancelled", "C2", "I1")
    assert index.by_record["I2"][0].offence_class == "N100"
    assert index.problems == ()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Crime Number,Incident Ref,Offence Title,Date Recorded", "C1,I1,ABH,03/04/2025"),
        ("Occurrence No;Incident No;HO Code;Recorded Date", "C1;I1;8/6;03-Apr-2025"),
        ("CRIME REF\tLOG NUMBER\tHO CLASS\tOFFENCE\tRECORDED DATE", "C1\tI1\t8N\tABH\t03/04/25"),
        ("record_id,crime_no,ho_code,offence_class,offence,recorded_at", "I1,C1,008/06,8N,AOABH,2025-04-03"),
        (
            'Force report\n\n"Crime No","Storm Ref","Crime Type","Created"',
            '"C1","I1","Assault, ABH","03/04/2025"',
        ),
    ],
)
def test_headers_are_matched_loosely(tmp_path, header, row):
    index = load_crimes(write(tmp_path / "crimes.csv", f"{header}\n{row}\n"), TAXONOMY)
    (crime,) = index.by_record["I1"]
    assert (crime.crime_no, crime.family) == ("C1", "assault_with_injury")
    assert crime.recorded_at == datetime(2025, 4, 3)


def test_an_occurrence_number_alone_is_the_record(tmp_path):
    index = load_crimes(write(tmp_path / "c.csv", "Occurrence No,Offence\nO1,Affray\n"), TAXONOMY)
    (crime,) = index.by_record["O1"]
    assert crime.crime_no is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path, encoding):
    text = HEADER + "C1,I1,Criminal damage under £5000,,,,Zoë\n"
    index = load_crimes(write(tmp_path / "crimes.csv", text, encoding=encoding), TAXONOMY)
    (crime,) = index.by_record["I1"]
    assert (crime.family, crime.ho_code, crime.victim) == ("criminal_damage", "149/00", "Zoë")


def test_a_workbook(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["Crime No", "Incident Ref", "HO Code", "Offence", "Recorded", "Status", "Victim Sex", "Victim Age"])
    sheet.append([4182, 77.0, "19/8", "Rape", datetime(2025, 4, 3, 9, 30), "Cancelled - C3", "F", 34])
    sheet.append([None] * 8)
    book.save(tmp_path / "crimes.xlsx")
    (crime,) = load_crimes(tmp_path / "crimes.xlsx", TAXONOMY).by_record["77"]
    assert (crime.crime_no, crime.ho_code, crime.offence_class) == ("4182", "019/08", "19C")
    assert (crime.recorded_at, crime.cancelled_code, crime.victim) == (
        datetime(2025, 4, 3, 9, 30),
        "C3",
        "F - 34",
    )
    assert crime.offence == "19/8 - Rape"


def test_a_mapping_names_columns(tmp_path):
    path = write(tmp_path / "crimes.csv", "Our ref,What,Who\nI1,TWOC,V9\n")
    index = load_crimes(path, TAXONOMY, mapping={"record_id": "our REF", "offence": "What", "victim": "Who"})
    (crime,) = index.by_record["I1"]
    assert (crime.ho_code, crime.victim) == ("130/01", "V9")
    with pytest.raises(MappingError, match="no column 'offense' for crimes; choose from record_id"):
        load_crimes(path, TAXONOMY, mapping={"offense": "What"})


def test_bad_rows_are_skipped_and_counted_without_their_words(tmp_path):
    text = HEADER + ("C1,,ABH,,,,\nC2,I2,,,,,\n\nC3,I3,ABH,31/02/2026,,,\nC4,I4,ABH,he hit her again,,no,\n")
    index = load_crimes(write(tmp_path / "crimes.csv", text), TAXONOMY)
    assert set(index.by_record) == {"I3", "I4"}
    assert index.by_record["I4"][0].cancelled_code is None
    assert index.problems == (
        "crimes.csv line 2: no record_id; the row is skipped",
        "crimes.csv line 3: no offence; the row is skipped",
        "crimes.csv line 5: recorded_at is '31/02/2026', not a date; left out",
        "crimes.csv line 6: recorded_at is text, not a date; left out",
    )


def test_files_that_cannot_be_read_say_so_in_one_line(tmp_path):
    cases = [
        (
            tmp_path / "missing.csv",
            None,
            "missing.csv cannot be read .No such file or directory.; check the path",
        ),
        (tmp_path / "crimes.pdf", "x", "crimes come as .csv or .xlsx, not '.pdf'"),
        (
            tmp_path / "crimes.xlsx",
            "not a workbook",
            "crimes.xlsx is not a whole Excel workbook",
        ),
        (
            tmp_path / "plain.csv",
            "one,two\n1,2\n",
            "no column for record_id and offence in the first 10 rows",
        ),
        (tmp_path / "empty.csv", "", "no column for record_id and offence"),
    ]
    for path, text, message in cases:
        if text is not None:
            path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=message) as caught:
            load_crimes(path, TAXONOMY)
        assert "\n" not in str(caught.value)
