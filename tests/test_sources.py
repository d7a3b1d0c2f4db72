"""Every kind of source reads the same records, keeps every character, and fails in one clear line."""

import csv
import io
import json
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdi_nlp.errors import CdiError, MappingError, NotFoundError, SourceError
from cdi_nlp.ingest.logs import with_entries
from cdi_nlp.ingest.mapping import Mapping, load_mapping
from cdi_nlp.ingest.sources import open_source, peek
from cdi_nlp.records import Entry, Record, Unreadable

DATA = Path(__file__).parent / "data"
MAPPINGS = Path(__file__).parents[1] / "cdi_nlp" / "ingest" / "mappings"
TEXT = "Caller says “he hit me” – £20 taken.\nIt’s José’s café"


def read(path: Path, mapping: Mapping | None = None) -> list[Record | Unreadable]:
    return list(open_source(str(path), mapping=mapping))


def records(path: Path, mapping: Mapping | None = None) -> list[Record]:
    found = read(path, mapping)
    assert all(isinstance(row, Record) for row in found), found
    return [with_entries(row) for row in found if isinstance(row, Record)]


def write_csv(path: Path, rows: list[list[object]], *, encoding: str = "utf-8", **style: str) -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, **style).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def write_lines(path: Path, rows: list[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def fault(path: Path, mapping: Mapping | None = None) -> str:
    with pytest.raises(CdiError) as raised:
        read(path, mapping)
    message = str(raised.value)
    assert "\n" not in message
    return message


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path, encoding):
    path = write_csv(tmp_path / "a.csv", [["id", "text"], ["é1", TEXT]], encoding=encoding)
    assert [(r.id, r.text) for r in records(path)] == [("é1", TEXT)]


def test_a_legacy_byte_far_into_a_file(tmp_path):
    rows = [["id", "text"], *[[n, "he hit her " * 40] for n in range(6000)], ["last", TEXT]]
    path = write_csv(tmp_path / "a.csv", rows, encoding="cp1252")
    assert path.stat().st_size > 2_000_000
    *_, last = records(path)
    assert last.text == TEXT


def test_a_file_of_both_encodings(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,caf\xe9 \x93hit\x94\n" + "2,café “hit”\n".encode())
    assert {r.text for r in records(path)} == {"café “hit”"}


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    rows = [["id", "text", "opening_code"], ["1", "a, b; c | d", "DOM"]]
    (found,) = records(write_csv(tmp_path / "a.csv", rows, delimiter=delimiter))
    assert (found.text, found.opening_code) == ("a, b; c | d", "DOM")


def test_excel_names_its_delimiter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nid;text\n1;he hit her, hard\n;he left\n", encoding="utf-8", newline="")
    first, second = records(path)
    assert first.text == "he hit her, hard"
    assert second.problems[0].startswith("a.csv line 4: no id")


def test_blank_lines_before_the_header(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\n\nid;text\n1;he hit her, hard\n", encoding="utf-8")
    assert records(path)[0].text == "he hit her, hard"


def test_a_cell_of_five_megabytes(tmp_path):
    text = "he hit her " * 500_000
    assert records(write_csv(tmp_path / "a.csv", [["id", "text"], [1, text]]))[0].text == text


def test_an_open_quotation_mark_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr("cdi_nlp.ingest.tables.LONGEST_CELL", 5000)
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,fine\n2,"secret ' + "words\n" * 2000, encoding="utf-8")
    message = fault(path)
    assert message.startswith("a.csv line 3: a cell is longer than")
    assert "secret" not in message


def test_rows_that_do_not_fit_the_header(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text,,text\n1,he hit her,x,y,z\n\n,,,\n2\n", encoding="utf-8")
    first, second = read(path)
    assert isinstance(first, Record)
    assert first.extra == {"column 3": "x", "text (4)": "y", "column 5": "z"}
    assert second == Unreadable("2", "a.csv line 5: it has no text; every record needs text or entries")


def test_other_spellings_of_our_columns(tmp_path):
    rows = [["ID ", "Text", "Reported At", "Record-Type"], ["7", "he hit her", "03/10/2026 21:10", "N100"]]
    (found,) = records(write_csv(tmp_path / "a.csv", rows))
    assert (found.id, found.record_type, found.reported_at) == ("7", "n100", datetime(2026, 10, 3, 21, 10))


def test_lists_in_cells(tmp_path):
    rows = [
        ["id", "text", "recorded_crimes", "links", "entries"],
        ["1", "he hit her", "8N; Common assault (S39), no injury", "A1, A2", ""],
        ["2", "", '["8N", "105/01"]', "", '[{"text": "he hit her", "author": "7713"}]'],
    ]
    first, second = records(write_csv(tmp_path / "a.csv", rows))
    assert first.recorded_crimes == ("8N", "Common assault (S39), no injury")
    assert first.links == ("A1", "A2")
    assert second.recorded_crimes == ("8N", "105/01")
    assert second.entries == (Entry(0, 10, None, "7713", None),)


# Dates


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-10-03T21:10:05", datetime(2026, 10, 3, 21, 10, 5)),
        ("2026-10-03 21:10", datetime(2026, 10, 3, 21, 10)),
        ("2026-10-03", datetime(2026, 10, 3)),
        ("2026-10-03T21:10:05Z", datetime(2026, 10, 3, 21, 10, 5)),
        ("2026-10-03T21:10:05+01:00", datetime(2026, 10, 3, 21, 10, 5)),
        ("03/10/2026", datetime(2026, 10, 3)),
        ("3/10/26 9:05", datetime(2026, 10, 3, 9, 5)),
        ("03/10/2026 21:10:05", datetime(2026, 10, 3, 21, 10, 5)),
        ("03-Oct-2026 21:10", datetime(2026, 10, 3, 21, 10)),
        ("3 October 2026 at 9:10 pm", datetime(2026, 10, 3, 21, 10)),
        ("03.10.2026 2110", datetime(2026, 10, 3, 21, 10)),
        ("", None),
        (" ", None),
    ],
)
def test_dates(tmp_path, written, meant):
    (found,) = records(write_lines(tmp_path / "a.jsonl", [{"id": 1, "text": "x", "reported_at": written}]))
    assert (found.reported_at, found.problems) == (meant, ())


@pytest.mark.parametrize("written", ["31/02/2026", "2026-02-31", "10/13/2026", "2026-10-03T25:00"])
def test_a_bad_date_is_a_problem_of_the_record(tmp_path, written):
    path = write_csv(tmp_path / "incidents.csv", [["id", "text", "reported_at"], ["1", "x", written]])
    (found,) = records(path)
    assert found.reported_at is None
    assert found.problems == (
        f"incidents.csv line 2: reported_at is '{written}', not a date; correct it and scan again",
    )


@pytest.mark.parametrize("written", ["he hit her on 3 May", 20261003, 3.5, ["x"], {"a": 1}, True])
def test_what_is_no_date_at_all_is_not_quoted(tmp_path, written):
    (found,) = records(write_lines(tmp_path / "a.jsonl", [{"id": 1, "text": "x", "reported_at": written}]))
    assert found.reported_at is None
    assert "not a date" in found.problems[0]
    assert "hit" not in found.problems[0]


# JSON lines


def test_json_lines(tmp_path):
    rows = [
        {
            "id": 17,
            "record_type": "secondary_incident",
            "reported_at": "2026-10-03T21:10",
            "opening_code": "DOM",
            "closing_code": None,
            "text": TEXT,
            "recorded_crimes": ["8N", {"offence": "Common assault"}, 105, None],
            "links": ["A1"],
            "gold": {"families": ["x"]},
        },
        {"id": "2", "text": "2104 NP17 he hit her\n2105 he left", "record_type": "no such type"},
    ]
    first, second = records(write_lines(tmp_path / "a.jsonl", rows))
    assert first == Record(
        id="17",
        text=TEXT,
        entries=(Entry(0, len(TEXT)),),
        record_type="secondary_incident",
        reported_at=datetime(2026, 10, 3, 21, 10),
        opening_code="DOM",
        recorded_crimes=("8N", "Common assault", "105"),
        links=("A1",),
        extra={"gold": {"families": ["x"]}},
    )
    assert second.record_type == "other"
    assert not second.problems
    assert len(second.entries) == 2


def test_entries_are_joined_with_their_places(tmp_path):
    entries = [
        {"at": "2026-10-03T23:50", "author": 7713, "category": "REMARKS", "text": "he hit her"},
        {"at": "00:10", "text": "he left\nby car"},
        {"at": "when he rang", "text": None},
        "a plain one",
    ]
    (found,) = records(write_lines(tmp_path / "a.jsonl", [{"id": "1", "entries": entries}]))
    assert found.text == "he hit her\nhe left\nby car\n\na plain one"
    assert [found.text[e.start : e.end] for e in found.entries] == [
        "he hit her", "he left\nby car", "", "a plain one",
    ]  # fmt: skip
    assert found.entries[0] == Entry(0, 10, datetime(2026, 10, 3, 23, 50), "7713", "REMARKS")
    assert found.entries[1].at == datetime(2026, 10, 4, 0, 10)
    assert found.problems == ("a.jsonl line 1: the time of entry 3 is text, not a time; correct it",)


@pytest.mark.parametrize(
    ("line", "id", "problem"),
    [
        ("he hit her", "row-2", "it is not JSON"),
        ("[1, 2]", "row-2", "it is not an object"),
        ("[" * 100_000, "row-2", "it is not JSON"),
        ('{"id": "9"}', "9", "it has no text"),
        ('{"id": "9", "text": "  \\n"}', "9", "it has no text"),
        ('{"id": "9", "text": 7}', "9", "its text is not text"),
        ('{"id": "9", "entries": "secret"}', "9", "its entries are not a list"),
        ('{"id": "9", "entries": [7]}', "9", "entry 1 is not an object"),
        ('{"id": "9", "entries": [{"text": 7}]}', "9", "the text of entry 1 is not text"),
        ('{"text": ""}', "row-2", "it has no text"),
    ],
)
def test_a_line_that_cannot_be_read_costs_no_other(tmp_path, line, id, problem):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": "1", "text": "x"}}\n{line}\n\n{{"id": "3", "text": "x"}}', encoding="utf-8")
    first, second, third = read(path)
    assert (first.id, third.id) == ("1", "3")
    assert isinstance(second, Unreadable)
    assert second.id == id
    assert second.problem.startswith(f"a.jsonl line 2: {problem}")
    assert "secret" not in second.problem


def test_a_record_without_an_id_is_named_by_its_row(tmp_path):
    rows = [{"text": "x"}, {"id": " ", "text": "x"}, {"id": "s" * 500, "text": "x"}, {"id": {}, "text": "x"}]
    found = records(write_lines(tmp_path / "a.jsonl", rows))
    assert [r.id for r in found] == ["row-1", "row-2", "row-3", "row-4"]
    assert all(len(r.problems) == 1 for r in found)


def test_half_a_surrogate_pair_can_still_be_written(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "he \\ud800 hit"}', encoding="utf-8")
    assert records(path)[0].text == "he \ufffd hit"


def test_one_json_array_is_no_json_lines(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[\n{"id": "1", "text": "x"}\n]', encoding="utf-8")
    assert "one JSON array" in fault(path)


# XLSX and Parquet


def write_xlsx(path: Path, rows: list[list[object]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.create_sheet("Empty", 0)
    for row in rows:
        book.worksheets[1].append(row)
    book.save(path)
    return path


def test_xlsx(tmp_path):
    rows = [
        ["id", "text", "reported_at", "extra"],
        [17.0, "he hit her_x000D_\nhard", datetime(2026, 10, 3, 21, 10), None],
        [None, None, None, None],
        ["x", 5, "31/02/2026", 1],
    ]
    first, second = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert isinstance(first, Record)
    assert (first.id, first.text, first.reported_at) == (
        "17",
        "he hit her\r\nhard",
        datetime(2026, 10, 3, 21, 10),
    )
    assert second == Unreadable("x", "a.xlsx row 4: its text is not text; give it as one string")


def test_parquet(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int64()),
            "text": [TEXT, None],
            "reported_at": pa.array([1_790_000_000_000_000_123, None], pa.timestamp("ns")),
            "entries": [None, [{"text": "he hit her", "author": "7713"}]],
            "recorded_crimes": [["8N"], []],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    first, second = records(tmp_path / "a.parquet")
    assert (first.id, first.text, first.recorded_crimes) == ("1", TEXT, ("8N",))
    assert first.reported_at is not None
    assert first.reported_at.year == 2026
    assert second.entries[0].author == "7713"


def test_parquet_times_with_a_zone_keep_the_local_clock(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    times = pa.array([datetime(2026, 7, 3, 20, 10)], pa.timestamp("us", tz="Europe/London"))
    parquet.write_table(pa.table({"id": ["1"], "text": ["x"], "reported_at": times}), tmp_path / "a.parquet")
    assert records(tmp_path / "a.parquet")[0].reported_at == datetime(2026, 7, 3, 21, 10)


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_truncated_files_are_one_clear_line(tmp_path, kind, part):
    import pyarrow as pa
    from pyarrow import parquet

    whole = tmp_path / f"whole.{kind}"
    if kind == "xlsx":
        write_xlsx(whole, [["id", "text"], ["1", "secret"]])
    else:
        parquet.write_table(pa.table({"id": ["1"], "text": ["secret"]}), whole)
    data = whole.read_bytes()
    broken = tmp_path / f"broken.{kind}"
    broken.write_bytes(data[: int(len(data) * part)])
    assert f"broken.{kind} is not a whole" in fault(broken)


# Databases


def make_database(path: Path) -> str:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("create table incidents (log text, words text, at text)")
    rows = [(f"L{n}", "he hit her", "2026-10-03 21:10") for n in range(1200)]
    connection.executemany("insert into incidents values (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return f"sqlite:///{path.as_posix()}"


def test_database(tmp_path):
    address = make_database(tmp_path / "force.db")
    query = "select log as id, words as text, at as reported_at from incidents order by rowid"
    found = list(open_source(address, query=query))
    assert len(found) == 1200
    assert found[1199].id == "L1199"
    assert peek(address, query=query, id="L7").text == "he hit her"
    assert list(open_source(address, query=query.replace("order by", "where 0 order by"))) == []


def test_a_query_changes_nothing(tmp_path):
    address = make_database(tmp_path / "force.db")
    with pytest.raises(SourceError):
        list(open_source(address, query="delete from incidents"))
    found = list(open_source(address, query="select log as id, words as text from incidents"))
    assert len(found) == 1200


@pytest.mark.parametrize(
    ("address", "query", "message"),
    [
        ("sqlite:///{}", None, "pass --query"),
        ("sqlite:///{}", "selekt 1", "the query failed"),
        ("sqlite:///{}", "select * from loggs", "the query failed (no such table: loggs)"),
        ("sqlite:///{}", "select log, words from incidents", "no column for id"),
        ("sqlite:///{}.missing", "select 1", "no such file"),
        ("nosuch://host/db", "select 1", "no such kind of database"),
        ("://", "select 1", "cannot be read"),
    ],
)
def test_database_faults(tmp_path, address, query, message):
    make_database(tmp_path / "force.db")
    with pytest.raises(SourceError) as raised:
        list(open_source(address.format((tmp_path / "force.db").as_posix()), query=query))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_password_is_never_shown(tmp_path):
    with pytest.raises(SourceError) as raised:
        list(open_source(f"sqlite://me:hunter2@/{tmp_path}/none.db", query="select 1"))
    assert "hunter2" not in str(raised.value)


# Emails


def mail(subject: str = "Concern", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Jo Lee <jo@school.example>"
    message["To"] = "mash@council.example"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def test_a_folder_of_emails(tmp_path):
    first = mail("Concern – bruise", Date="Sat, 03 Oct 2026 21:10:00 +0100", Message_ID="<m1@school.example>")
    first.set_content("He has a bruise.\nIt’s on his arm.\n")
    first.add_attachment(b"x", maintype="application", subtype="pdf", filename="map.pdf")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.EML").write_bytes(first.as_bytes())
    second = mail()
    second.set_content(
        "<html><head><style>p {}</style></head><p>He <b>hit</b> her&nbsp;twice</p><div>today</div>",
        subtype="html",
    )
    (tmp_path / "a.eml").write_bytes(b"Date: the other day\n" + second.as_bytes())
    (tmp_path / "note.txt").write_text("not one", encoding="utf-8")
    html, plain = records(tmp_path)
    assert plain.id == "m1@school.example"
    assert plain.text == "Concern – bruise\n\nHe has a bruise.\nIt’s on his arm.\n"
    assert plain.record_type == "referral_email"
    assert plain.reported_at == datetime(2026, 10, 3, 21, 10)
    assert plain.extra["from"] == "Jo Lee <jo@school.example>"
    assert plain.entries[0].author == "Jo Lee <jo@school.example>"
    assert html.id == "a.eml"
    assert html.text == "Concern\n\nHe hit her\u00a0twice\n\ntoday"
    assert html.problems == ("a.eml: its Date is text, not a date; correct it and scan again",)
    assert read(tmp_path / "a.eml") == [html]


def test_an_email_without_words_is_unreadable(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"From: x@y.example\n\n")
    (found,) = read(tmp_path)
    assert isinstance(found, Unreadable)
    assert found.problem.startswith("a.eml: it has no text")


# Whole-file faults


def test_faults_of_the_whole_source(tmp_path):
    assert "no such file" in fault(tmp_path / "none.csv")
    assert "holds no .eml" in fault(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"")
    assert "it is empty" in fault(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("id,text\n", encoding="utf-8")
    assert "holds no records" in fault(tmp_path / "b.csv")
    (tmp_path / "c.jsonl").write_text("\n\n", encoding="utf-8")
    assert "holds no records" in fault(tmp_path / "c.jsonl")
    (tmp_path / "d.doc").write_text("x", encoding="utf-8")
    assert "no known kind" in fault(tmp_path / "d.doc")
    (tmp_path / "e.csv").write_text("\n \n", encoding="utf-8")
    assert "holds no records" in fault(tmp_path / "e.csv")
    assert "cannot be read" in fault(Path("a\0b.csv"))


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Log No,Words\n1,x\n", encoding="utf-8")
    assert fault(path) == (
        "a.csv has no column for id (looked for 'id'); it has 'Log No', 'Words';"
        " name the right one in a mapping file and pass it with --mapping"
    )
    secret = "SHE SAYS HE TOOK HOLD OF HER BY THE HAIR AND SHOOK HER"
    path.write_text(f"1,{secret}\n2,{secret}\n", encoding="utf-8")
    assert "SHE SAYS" not in fault(path)


def test_peek(tmp_path):
    path = write_lines(tmp_path / "a.jsonl", [{"id": "1", "text": "x"}, {"id": "2"}])
    assert peek(str(path), id="1").text == "x"
    with pytest.raises(NotFoundError, match=r"a\.jsonl has no record '9'"):
        peek(str(path), id="9")
    with pytest.raises(SourceError, match="it has no text"):
        peek(str(path), id="2")


# Layouts


def test_command_and_control_export():
    mapping = load_mapping(MAPPINGS / "command_and_control.toml")
    first, second, third = records(DATA / "command_and_control.csv", mapping)
    assert (first.id, first.record_type, first.opening_code) == (
        "0412-031026",
        "incident",
        "DOMESTIC - VERBAL",
    )
    assert first.closing_code == "DOM NON CRIME D12 D47"
    assert first.reported_at == datetime(2026, 10, 3, 21, 2)
    assert first.links == ("0398-031026",)
    assert [(e.author, e.category) for e in first.entries] == [
        (None, None),
        ("7713", "REMARKS"),
        ("7713", "REMARKS"),
        ("SYS", "SYSTEM"),
        ("NP17", "UNIT REMARK"),
        ("7713", "DISPOSE"),
    ]
    assert first.text.startswith("DOMESTIC DISTURBANCE HEARD THROUGH WALL\nCALLER SAYS")
    assert first.extra["Grade"] == "1"
    assert second.reported_at == datetime(2026, 10, 3, 21, 40)
    assert second.recorded_crimes == ("Common assault (S39)",)
    assert [e.at for e in second.entries] == [datetime(2026, 10, 3, 23, 58), datetime(2026, 10, 4, 0, 6)]
    assert third.record_type == "other"


def test_records_system_dump():
    mapping = load_mapping(MAPPINGS / "records_system.toml")
    first, second = records(DATA / "records_system.txt", mapping)
    assert (first.id, first.record_type) == ("41/2026/000123", "secondary_incident")
    assert first.extra["Party"] == [
        {"Involvement Code": "VIC", "Sex": "F"},
        {"Involvement Code": "SUS", "Sex": "M"},
    ]
    assert [e.category for e in first.entries] == [None, "REMARKS", "SYSTEM", "QUESTION SET", "ANSWER"]
    assert "BAC = 35 ON THE ROADSIDE METER\n\n    SHE HAS A SORE ELBOW" in first.text
    assert second.links == ("41/2026/000123", "41/2026/000101")
    assert second.reported_at == datetime(2026, 10, 3, 22, 15)


def entry_mapping(tmp_path: Path, entries: str) -> Mapping:
    path = tmp_path / "m.toml"
    path.write_text(f'[columns]\nid = "log"\n[entries]\ntext = "words"\n{entries}', encoding="utf-8")
    return load_mapping(path)


ACTIONS = [
    ["log", "words", "when", "seq"],
    ["A", "two", "21:05", "2"],
    ["A", "one", "21:04", "1"],
    ["B", "x", "", ""],
]


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ("", "two\none"),
        ('sequence = "seq"', "one\ntwo"),
        ('sequence = "Seq"\norder = "file"', "two\none"),
        ('time = "when"', "two\none"),
    ],
)
def test_order_of_entries(tmp_path, entries, text):
    path = write_csv(tmp_path / "a.csv", ACTIONS)
    assert [r.text for r in records(path, entry_mapping(tmp_path, entries))] == [text, "x"]


def test_entries_in_order_of_time(tmp_path):
    rows = [
        ["log", "words", "when"],
        ["A", "two", "03/10/2026 21:05"],
        ["A", "three", ""],
        ["A", "one", "03/10/2026 21:04"],
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    (found,) = records(path, entry_mapping(tmp_path, 'at = "when"'))
    assert found.text == "one\ntwo\nthree"


def test_scattered_rows(tmp_path):
    path = write_csv(tmp_path / "a.csv", [["log", "words"], ["A", "one"], ["B", "x"], ["A", "two"]])
    assert [r.id for r in records(path, entry_mapping(tmp_path, ""))] == ["A", "B", "A"]
    found = records(path, entry_mapping(tmp_path, "adjacent = false"))
    assert [(r.id, r.text) for r in found] == [("A", "one\ntwo"), ("B", "x")]


def test_a_column_that_an_entries_mapping_names_must_be_there(tmp_path):
    path = write_csv(tmp_path / "a.csv", ACTIONS)
    assert "has no column 'author'" in fault(path, entry_mapping(tmp_path, 'author = "author"'))
    lines = write_lines(tmp_path / "a.jsonl", [{"log": "1", "words": "x"}])
    assert "leave it out" in fault(lines, entry_mapping(tmp_path, ""))


def test_columns_are_joined(tmp_path):
    (tmp_path / "m.toml").write_text(
        '[columns]\nid = ["area", "log"]\ntext = ["first", "second"]\nreported_at = ["day", "clock"]\n'
        '[record_types]\n"Dom SI" = "secondary_incident"\n[dates]\nformats = ["%d %m %Y %H%M"]',
        encoding="utf-8",
    )
    rows = [["area", "log", "first", "second", "day", "clock", "record_type"]]
    rows += [
        ["N", "7", "he hit her", "he left", "03 10 2026", "2110", "dom si"],
        ["N", "8", "", "x", "", "", ""],
    ]
    first, second = records(write_csv(tmp_path / "a.csv", rows), load_mapping(tmp_path / "m.toml"))
    assert (first.id, first.text, first.record_type) == ("N-7", "he hit her\nhe left", "secondary_incident")
    assert first.reported_at == datetime(2026, 10, 3, 21, 10)
    assert second.text == "x"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[colums]", "no section 'colums'; did you mean 'columns'?"),
        ('[columns]\nreported = "x"', "[columns] no column 'reported'; did you mean 'reported_at'?"),
        ("[columns]\nid = 7", "columns.id is not a name"),
        ('columns = "x"', "'columns' is not a section"),
        ('[record_types]\nX = "incidents"', "choose from incident,"),
        ('[dates]\nformat = "%d"', "did you mean 'formats'?"),
        ("[entries]", "[entries] has no 'text'"),
        ('[entries]\ntext = "x"\norder = "size"', "choose from sequence, time, file"),
        ('[blocks]\nevnt = "x"', "did you mean 'event'?"),
        ("[columns", "cannot be read as TOML"),
    ],
)
def test_mapping_faults(tmp_path, table, message):
    path = tmp_path / "m.toml"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(MappingError) as raised:
        load_mapping(path)
    assert message in str(raised.value)
    assert str(raised.value).startswith(("m.toml: ", f"{path}: "))


def test_a_mapping_that_is_not_there(tmp_path):
    with pytest.raises(MappingError, match="no such mapping file"):
        load_mapping(tmp_path / "none.toml")


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.name)
def test_the_mappings_of_the_package_load(path):
    assert load_mapping(path).columns["id"]


# What must always hold

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip()))
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@QUIET
@given(WORDS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_csv_keeps_every_character(tmp_path, text, delimiter, encoding):
    rows = [["id", "text", "x"], ["1", text, "y"]]
    path = write_csv(tmp_path / "a.csv", rows, encoding=encoding, delimiter=delimiter)
    assert records(path)[0].text == text


@QUIET
@given(st.lists(WORDS, min_size=1, max_size=3), st.booleans())
def test_json_lines_keep_every_character(tmp_path, texts, ascii_only):
    path = tmp_path / "a.jsonl"
    lines = [{"id": "1", "text": texts[0]}, {"id": "2", "entries": [{"text": text} for text in texts]}]
    body = "\n".join(json.dumps(line, ensure_ascii=ascii_only) for line in lines)
    path.write_bytes(body.encode("utf-8"))
    first, second = records(path)
    assert first.text == texts[0]
    assert second.text == "\n".join(texts)
    assert [second.text[e.start : e.end] for e in second.entries] == texts


KINDS = ["a.csv", "a.tsv", "a.jsonl", "a.xlsx", "a.parquet", "a.eml", "blocks.txt"]
HEADS = [
    b"",
    b"id,text\n",
    b'{"id": "1", "text": "x"}\n',
    b"PAR1",
    b"PK\x03\x04",
    b"Subject: x\n\n",
    b"Event\nId = 1\n",
]


@QUIET
@given(
    st.sampled_from(KINDS),
    st.sampled_from(HEADS),
    st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-16", "surrogatepass"))),
)
def test_no_bytes_raise_anything_but_one_clear_line(tmp_path, name, head, tail):
    path = tmp_path / name
    path.write_bytes(head + tail)
    mapping = load_mapping(MAPPINGS / "records_system.toml") if name == "blocks.txt" else None
    try:
        for row in open_source(str(path), mapping=mapping):
            (row.text if isinstance(row, Record) else row.problem).encode("utf-8")
    except CdiError as error:
        assert "\n" not in str(error)


OURS = st.sampled_from("id text entries reported_at recorded_crimes links opening_code".split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["at", "text", "x"]), inner),
    max_leaves=10,
)


@QUIET
@given(st.dictionaries(OURS, VALUES))
def test_no_object_raises(tmp_path, values):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(values), encoding="utf-8")
    (row,) = read(path)
    assert isinstance(row.id, str)
    if isinstance(row, Record):
        assert all(isinstance(crime, str) for crime in (*row.recorded_crimes, *row.links))
