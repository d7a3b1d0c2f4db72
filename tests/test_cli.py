"""The command line: what is printed where, and the exit status: 0 done, 1 the input was wrong, 2 the command was."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cdi_nlp.cli import app

NARRATIVE = "Caller states her ex zebedee punched her in the face and she has a black eye."
HEAVY = {"spacy", "torch", "pandas", "pyarrow", "sqlalchemy", "numpy", "openpyxl", "jinja2"}


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def process(*arguments, cwd=None, options=()):
    command = [sys.executable, *options, "-m", "cdi_nlp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "tiny.jsonl"
    records = [{"id": "R-1", "reported_at": "2026-10-01T10:00", "text": NARRATIVE}, {"id": "R-2", "text": "Lost cat."}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [[], ["scan"], ["explain"], ["taxonomy"]])
def test_help_says_what_a_command_takes(command):
    found = run(*command, "--help")
    assert found.exit_code == 0
    assert found.stdout.startswith("Usage: ")
    assert "--help" in found.stdout


def test_scan_prints_a_report(source, tmp_path):
    found = run("scan", source, "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert "2 records read, 1 disclosing an offence" in found.stdout
    assert "assault with injury" in found.stdout
    assert f"Read the queue, worst first: {tmp_path / 'out' / 'queue.html'}" in found.stdout
    assert "zebedee" not in found.output
    assert len((tmp_path / "out" / "results.jsonl").read_text(encoding="ascii").splitlines()) == 2


def test_scan_prints_its_summary_as_json(source, tmp_path):
    found = run("scan", source, "--out", tmp_path / "out", "--json")
    assert found.exit_code == 0
    printed = json.loads(found.stdout)
    assert printed["counts"]["records"] == 2
    assert printed == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))


def test_scan_without_quotes_writes_no_words_of_a_record(source, tmp_path):
    assert run("scan", source, "--out", tmp_path, "--no-quotes").exit_code == 0
    for name in ("results.jsonl", "summary.json", "queue.html"):
        assert "punched" not in (tmp_path / name).read_text(encoding="utf-8"), name


def test_scan_ends_well_in_a_process_of_its_own_with_rows_that_have_faults(tmp_path):
    (tmp_path / "a.csv").write_text(f"id,reported_at,text\nX,31/02/2026,{NARRATIVE}\nX,,\n", encoding="utf-8")
    found = process("scan", "a.csv", "--out", "out", "--workers", 1, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert "2 rows with a fault" in found.stdout
    rows = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text(encoding="ascii").splitlines()]
    assert [row["id"] for row in rows] == ["X", "X#2"]
    assert "'31/02/2026'" in rows[0]["error"]
    assert rows[0]["disclosures"]
    assert "no text" in rows[1]["error"]


FILES = {
    "no_columns.csv": "ref,story\n1,he punched zebedee\n",
    "bad.csv": "id,text\n1,he punched zebedee\n",
    "empty.csv": "",
    "unknown.toml": "[queeu]\nsize = 1\n",
    "range.toml": "[flag]\ndefault = 7\n",
    "mapping.toml": "[columms]\nid = 'ref'\n",
    "broken.toml": "[columns\n",
    "missing_column.toml": "[columns]\ntext = 'narrative'\n",
    "crimes.csv": "a,b\n1,2\n",
    "data.txt": "he punched zebedee",
}
WRONG = {
    "missing file": (["scan", "nope.csv", "--out", "out"], "nope.csv"),
    "empty file": (["scan", "empty.csv", "--out", "out"], "empty.csv"),
    "unknown kind": (["scan", "data.txt", "--out", "out"], "data.txt"),
    "missing columns": (["scan", "no_columns.csv", "--out", "out"], "no column for id"),
    "unknown setting": (["scan", "bad.csv", "--out", "out", "--settings", "unknown.toml"], "did you mean 'queue'"),
    "setting out of range": (["scan", "bad.csv", "--out", "out", "--settings", "range.toml"], "flag.default"),
    "missing settings": (["scan", "bad.csv", "--out", "out", "--settings", "nope.toml"], "nope.toml"),
    "unknown mapping section": (["scan", "bad.csv", "--out", "out", "--mapping", "mapping.toml"], "mean 'columns'"),
    "mapping that is not TOML": (["scan", "bad.csv", "--out", "out", "--mapping", "broken.toml"], "broken.toml"),
    "mapped column not there": (["scan", "bad.csv", "--out", "out", "--mapping", "missing_column.toml"], "'narrative'"),
    "missing mapping": (["scan", "bad.csv", "--out", "out", "--mapping", "nope.toml"], "nope.toml"),
    "crimes without columns": (["scan", "bad.csv", "--out", "out", "--crimes", "crimes.csv"], "record_id"),
    "missing crimes": (["scan", "bad.csv", "--out", "out", "--crimes", "nope.csv"], "nope.csv"),
    "out is a file": (["scan", "bad.csv", "--out", "crimes.csv"], "--out"),
    "database without query": (["scan", "sqlite:///x.db", "--out", "out"], "--query"),
    "unknown family": (["taxonomy", "nonsense"], "'nonsense'"),
    "unknown record": (["explain", "bad.csv", "2"], "'2'"),
    "explain missing file": (["explain", "nope.csv", "2"], "nope.csv"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_one_clear_line_and_status_1(case, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    arguments, named = WRONG[case]
    found = process(*arguments, cwd=tmp_path)
    assert found.returncode == 1, found.stderr
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert line.startswith("cdi: ")
    assert named in line
    assert "zebedee" not in line
    assert not (tmp_path / "out" / "results.jsonl").exists()


def test_an_export_without_a_header_row_is_refused_without_its_words(tmp_path):
    (tmp_path / "bare.csv").write_text("1,he punched zebedee\n2,she hit him\n", encoding="utf-8")
    found = process("scan", "bare.csv", "--out", "out", cwd=tmp_path)
    assert found.returncode == 1
    assert "zebedee" not in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [["scan", "x.csv", "--out", "o", "--wrong"], ["scan", "x.csv"], ["scan"], ["nonsense"], ["explain", "x.csv"],
     ["scan", "x.csv", "--out", "o", "--workers", "0"], ["scan", "x.csv", "--out", "o", "--as-of", "soon"]],
)  # fmt: skip
def test_a_wrong_command_is_status_2(arguments):
    assert run(*arguments).exit_code == 2


def test_a_wrong_option_is_status_2_in_a_process_of_its_own(tmp_path):
    found = process("scan", "x.csv", "--out", "o", "--wrong", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert "--wrong" in found.stderr


def test_explain_shows_the_words_in_their_place(source):
    found = run("explain", source, "R-1")
    assert found.exit_code == 0
    assert re.search(r"\[[^\]]*punched her[^\]]*\]", found.stdout)
    assert "NOT RECORDED: assault_with_injury 008/06" in found.stdout


def test_explain_prints_json_with_true_places(source):
    found = run("explain", source, "R-1", "--json")
    assert found.exit_code == 0
    table = json.loads(found.stdout)
    assert table["result"]["id"] == "R-1"
    assert table["findings"]
    for mention in table["findings"]:
        assert mention["quote"] == NARRATIVE[mention["start"] : mention["end"]]


def test_explain_knows_the_recorded_crimes(source, tmp_path):
    crimes = tmp_path / "crimes.csv"
    crimes.write_text("crime_no,record_id,offence\nC1,R-1,008/06\n", encoding="utf-8")
    found = run("explain", source, "R-1", "--crimes", crimes)
    assert "NOT RECORDED" not in found.stdout
    assert "should be recorded: assault_with_injury" in found.stdout


def test_explain_says_so_where_nothing_was_found(source):
    assert "No mention of an offence was found." in run("explain", source, "R-2").stdout


def test_taxonomy_lists_the_families():
    found = run("taxonomy")
    assert found.exit_code == 0
    assert re.search(r"^rape +rape +10  ", found.stdout, re.MULTILINE)
    families = json.loads(run("taxonomy", "--json").stdout)["families"]
    assert len([family for family in families if family["name"] != "other_notifiable"]) == 28


def test_taxonomy_shows_a_family():
    found = run("taxonomy", "rape")
    assert found.exit_code == 0
    assert found.stdout.startswith("rape: Rape\n")
    for part in ("Elements:", "Told apart from:", "Offences:", "Patterns (", "019/"):
        assert part in found.stdout
    assert json.loads(run("taxonomy", "rape", "--json").stdout)["name"] == "rape"


def test_taxonomy_test_runs_the_examples():
    found = run("taxonomy", "test")
    assert re.search(r"^\d+ patterns, 0 examples that do not hold$", found.stdout, re.MULTILINE), found.stdout
    assert found.exit_code == 0


def test_help_imports_nothing_heavy():
    found = process("--help", options=("-X", "importtime"))
    assert found.returncode == 0
    names = {line.rsplit("|", 1)[-1].strip() for line in found.stderr.splitlines() if "|" in line}
    assert "cdi_nlp.cli" in names
    assert not {name.split(".")[0] for name in names} & HEAVY
