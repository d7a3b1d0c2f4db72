"""A whole scan: every line answered, true quotes, the same bytes whatever the workers, faults that cost one line."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from cdi_nlp.errors import CdiError, OutputError, SourceError
from cdi_nlp.ingest.sources import open_source
from cdi_nlp.pipeline import build_scanner
from cdi_nlp.records import Entry, Record, Unreadable
from cdi_nlp.scan import local, output
from cdi_nlp.scan.job import Request, scan_source
from cdi_nlp.scan.local import Job, distinct, scan_safely
from cdi_nlp.scan.results import line_of
from cdi_nlp.settings import ScanSettings, Settings

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
PATTERNS = Settings(scan=ScanSettings(detectors="patterns"))
DISCLOSING = "Caller states her ex punched her in the face last night and she has a black eye. Does not wish to pursue."


def rows(folder):
    return [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="ascii").splitlines()]


def write_jsonl(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def scan(source, out, **fields):
    return scan_source(Request(str(source), out, **fields))


@pytest.fixture(scope="module")
def sample_scan(tmp_path_factory):
    out = tmp_path_factory.mktemp("sample")
    summary = scan(SAMPLE / "incidents.jsonl", out, crimes=SAMPLE / "crimes.csv")
    return out, summary


def test_every_line_of_input_has_one_line_of_output(sample_scan):
    out, summary = sample_scan
    wanted = [json.loads(line)["id"] for line in (SAMPLE / "incidents.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows(out)] == wanted
    assert summary["counts"]["records"] == len(wanted)


def test_every_quote_is_the_text_and_every_row_keeps_the_contract(sample_scan):
    out, _ = sample_scan
    texts = {
        row["id"]: row["text"]
        for row in map(json.loads, (SAMPLE / "incidents.jsonl").read_text(encoding="utf-8").splitlines())
    }
    facts = ["n100", "domestic", "child_victim", "bad_reason", "priority", "reasons", "error", "flags", "checks"]
    for row in rows(out):
        assert list(row) == ["id", "disclosures", "should_record", "unrecorded", "wrong_class", *facts]
        assert len({one["family"] for one in row["disclosures"]}) == len(row["disclosures"])
        for one in row["disclosures"]:
            assert 0.05 <= one["probability"] <= 1
            assert one["evidence"]
            assert one["why"]
            for span in one["evidence"]:
                assert span["quote"] == texts[row["id"]][span["start"] : span["end"]] != ""
        assert set(json.dumps(one) for one in row["unrecorded"]) <= set(json.dumps(one) for one in row["should_record"])


def test_the_summary_says_what_made_it(sample_scan):
    out, summary = sample_scan
    assert json.loads((out / "summary.json").read_text(encoding="utf-8")) == summary
    assert set(summary["versions"]) == {"cdi_nlp", "taxonomy", "spacy", "python"}
    assert len(summary["digests"]["source"]) == 64


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its own rights")
def test_the_output_is_its_owners_alone(sample_scan):
    out, _ = sample_scan
    for name in ("results.jsonl", "summary.json", "queue.html"):
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in out.iterdir()) == ["queue.html", "results.jsonl", "summary.json"]


def test_workers_and_batches_do_not_change_a_byte(tmp_path, monkeypatch, sample_scan):
    monkeypatch.setattr(local, "SPAWN_FROM", 10)
    written = []
    for workers, batch in ((1, 64), (2, 7), (2, 50)):
        out = tmp_path / f"{workers}-{batch}"
        settings = Settings(scan=ScanSettings(workers=workers, batch=batch))
        scan(SAMPLE / "incidents.jsonl", out, crimes=SAMPLE / "crimes.csv", settings=settings)
        written.append((out / "results.jsonl").read_bytes())
    assert len(set(written)) == 1
    assert written[0] == (sample_scan[0] / "results.jsonl").read_bytes()


def test_without_quotes_no_word_of_a_record_is_written(tmp_path):
    source = write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": DISCLOSING + " Zanzibarquay."})
    scan(source, tmp_path / "out", quotes=False)
    found = rows(tmp_path / "out")[0]
    assert found["disclosures"]
    for name in ("results.jsonl", "queue.html", "summary.json"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "black eye" not in text
        assert "Zanzibarquay" not in text


def test_a_suspects_denial_and_a_victims_wish_do_not_hide_a_disclosure(tmp_path):
    source = write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": DISCLOSING, "closing_code": "DOM NON CRIME"})
    scan(source, tmp_path / "out")
    row = rows(tmp_path / "out")[0]
    assert [crime["family"] for crime in row["unrecorded"]] == ["assault_with_injury"]
    assert row["bad_reason"] == "victim_declines"
    assert row["domestic"]


def test_recorded_crimes_answer_whether_named_by_the_record_or_the_crimes_file(tmp_path):
    source = write_jsonl(
        tmp_path / "in.jsonl",
        {"id": "own", "text": DISCLOSING, "recorded_crimes": ["Assault occasioning actual bodily harm (Sec 47)"]},
        {"id": "filed", "text": DISCLOSING},
        {"id": "lesser", "text": DISCLOSING, "recorded_crimes": ["105/01"]},
    )
    crimes = tmp_path / "crimes.csv"
    crimes.write_text("crime_no,record_id,offence\n1,filed,8N\n", encoding="utf-8")
    scan(source, tmp_path / "out", crimes=crimes)
    own, filed, lesser = rows(tmp_path / "out")
    assert own["unrecorded"] == filed["unrecorded"] == lesser["unrecorded"] == []
    assert lesser["wrong_class"][0]["recorded_as"] == "common_assault"


def test_a_crime_of_an_earlier_record_answers_for_its_retelling(tmp_path):
    retold = "States that in 2024 her ex punched her in the face and she had a black eye. Log INC-0001 refers."
    first = {"id": "INC-0001", "text": DISCLOSING, "reported_at": "2026-05-01T10:00", "recorded_crimes": ["8N"]}
    second = {"id": "INC-0002", "text": retold, "reported_at": "2026-06-20T10:00"}
    alone = {"id": "INC-0003", "text": retold.replace("INC-0001", "another log"), "reported_at": "2026-06-20T10:00"}
    for number, order in enumerate([(first, second, alone), (alone, second, first)]):
        scan(write_jsonl(tmp_path / f"{number}.jsonl", *order), tmp_path / str(number), settings=PATTERNS)
        found = {row["id"]: row for row in rows(tmp_path / str(number))}
        assert found["INC-0002"]["unrecorded"] == []
        assert "assault_with_injury is recorded under INC-0001 of the same chain" in found["INC-0002"]["reasons"]
        assert [crime["family"] for crime in found["INC-0003"]["unrecorded"]] == ["assault_with_injury"]


def test_the_checks_of_a_record_are_in_its_line(tmp_path):
    text = "CANCELLATION REQUEST. Victim has withdrawn and there is no CCTV. Victim to be told. Approved PS 704."
    row = {"id": "a", "record_type": "custody_or_cancelled", "text": text, "closing_code": "Cancelled C4"}
    scan(write_jsonl(tmp_path / "in.jsonl", row), tmp_path / "out", settings=PATTERNS)
    (check,) = rows(tmp_path / "out")[0]["checks"]
    assert list(check) == ["name", "rule", "why"]
    assert check["name"] == "cancellation.C4.wrong"
    assert "retraction" in check["why"]


def test_bad_rows_get_an_error_and_nothing_else_is_lost(tmp_path):
    source = tmp_path / "in.jsonl"
    lines = [
        json.dumps({"id": "good", "text": DISCLOSING}),
        "{not json",
        json.dumps({"id": "no-text"}),
        json.dumps({"id": "bad-date", "text": DISCLOSING, "reported_at": "31/02/2026"}),
        json.dumps({"id": "nul", "text": "He punched her\x00 in the face."}),
        json.dumps({"id": "good", "text": "second of that name; " + DISCLOSING}),
        json.dumps({"text": DISCLOSING}),
        json.dumps({"id": "surrogate", "text": "He punched her. \ud800"}),
    ]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    summary = scan(source, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert len(found) == len(lines) == summary["counts"]["records"]
    assert len({row["id"] for row in found}) == len(found)
    by_id = {row["id"]: row for row in found}
    assert by_id["good"]["error"] is None
    assert "31/02/2026" in by_id["bad-date"]["error"]
    assert by_id["bad-date"]["disclosures"]
    assert by_id["nul"]["disclosures"]
    assert by_id["surrogate"]["disclosures"]
    assert by_id["good#2"]["disclosures"]
    assert "'good' is used 2 times" in by_id["good#2"]["error"]
    assert by_id["no-text"]["error"]
    assert found[1]["error"]
    for row in found:
        assert "punched" not in (row["error"] or "")
        assert "\n" not in (row["error"] or "")


def test_a_five_megabyte_narrative_is_read_to_its_end(tmp_path):
    text = "Nothing to report at this address. " * 150_000 + DISCLOSING
    source = write_jsonl(tmp_path / "in.jsonl", {"id": "long", "text": text})
    scan(source, tmp_path / "out")
    (row,) = rows(tmp_path / "out")
    assert row["unrecorded"][0]["family"] == "assault_with_injury"
    assert (tmp_path / "out" / "queue.html").stat().st_size < 100_000


@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl", "nothere.csv", "columns.csv", "cut.parquet", "cut.xlsx"])
def test_a_source_that_cannot_be_read_is_one_clear_line(tmp_path, name):
    contents = {
        "empty.csv": b"",
        "empty.jsonl": b"",
        "columns.csv": b"ref,notes\n1,x\n",
        "cut.parquet": b"PAR1xx",
        "cut.xlsx": b"PK\x03",
    }
    path = tmp_path / name
    if name in contents:
        path.write_bytes(contents[name])
    with pytest.raises(SourceError) as raised:
        scan(path, tmp_path / "out")
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out" / "results.jsonl").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_clear_line_and_leaves_the_old_results(tmp_path, monkeypatch):
    source = write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": DISCLOSING})
    scan(source, tmp_path / "out")
    before = (tmp_path / "out" / "results.jsonl").read_bytes()
    real = os.open
    monkeypatch.setattr(output.os, "open", lambda path, *rest: real("/dev/full", os.O_WRONLY))
    with pytest.raises(OutputError, match=r"results\.jsonl: cannot be written \(No space left on device\)"):
        scan(source, tmp_path / "out")
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == before


def test_a_fault_in_one_record_costs_that_record_only():
    scanner = build_scanner(Settings())
    records = [Record(id=str(n), text=DISCLOSING, entries=(Entry(0, len(DISCLOSING)),)) for n in range(3)]
    broken = Record(id="broken", text=None, entries=())  # a record that no source makes: every stage stumbles on it
    found = scan_safely([records[0], broken, records[1]], scanner)
    assert [result.id for result in found] == ["0", "broken", "1"]
    assert found[0].disclosures == found[2].disclosures != ()
    assert found[1].error.startswith("record broken: could not be read (")


def test_a_line_without_readable_text_passes_through():
    (result,) = scan_safely([Unreadable("x", "in.jsonl line 3: not JSON")], build_scanner(Settings()))
    assert json.loads(line_of(result))["error"] == "in.jsonl line 3: not JSON"


def test_repeated_ids_are_made_distinct_without_clashing():
    names = ["a", "a", "a#2", "a", "b"]
    found = [row.id for row in distinct(Unreadable(name, "p") for name in names)]
    assert len(set(found)) == len(names)
    assert found[0] == "a"
    assert found[-1] == "b"


def test_results_run_in_order_over_processes(monkeypatch):
    monkeypatch.setattr(local, "SPAWN_FROM", 5)
    records = [Record(id=str(n), text="Nothing.", entries=(Entry(0, 8),)) for n in range(40)]
    job = Job(Settings(scan=ScanSettings(workers=2, batch=3)))
    assert [result.id for _, result in local.run(records, job)] == [str(n) for n in range(40)]


def test_a_reader_that_fails_midway_ends_the_scan_and_writes_nothing(tmp_path):
    def records():
        yield from open_source(str(SAMPLE / "incidents.jsonl"))
        raise SourceError("incidents.jsonl: could not be read to its end; try again")

    with pytest.raises(CdiError, match="to its end"):
        output.write_results(local.run(records(), Job(Settings())), tmp_path, queue=output.Queue(10, lambda record: ()))
    assert list(tmp_path.iterdir()) == []
