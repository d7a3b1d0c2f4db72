"""An audit from plan to report: blind, whole, right about an invented force, and clear about bad input."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import invented_audit
import pytest
import typer.main
from typer.testing import CliRunner

from cdi_nlp.audit.charts import as_svg, interval_chart
from cdi_nlp.audit.figures import Figure
from cdi_nlp.audit.findings import Beside, find, read_recorded
from cdi_nlp.audit.folder import read_audit
from cdi_nlp.audit.frame import Source, read_frame
from cdi_nlp.audit.page import as_html
from cdi_nlp.audit.plan import Design, make_plan
from cdi_nlp.audit.report import make_report
from cdi_nlp.audit.sheet import ANSWERS, FILLED
from cdi_nlp.audit.strata import load_strata
from cdi_nlp.audit.tables import as_csv, as_json, as_workbook, tables
from cdi_nlp.cli import app
from cdi_nlp.errors import AuditError
from cdi_nlp.records import Record

ROOT = Path(__file__).parents[1]
DESIGN = Design(seed=5, half_width=0.05, rate=0.85)
NOTHING = Beside({})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("force")
    truth, audit = invented_audit.whole_audit(folder)
    return truth, audit, folder


@pytest.fixture(scope="module")
def found(whole):
    _, folder, force = whole
    return find(read_audit(folder), NOTHING, results=force / "results.jsonl")


def run(*arguments):
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.mark.parametrize("example", load_strata().puts, ids=lambda one: one["stratum"])
def test_the_strata_keep_their_examples(example):
    record = Record("x", "t", (), example["type"], None, example.get("opening", ""), example.get("closing", ""))
    assert load_strata().of(record, ()) == example["stratum"]


def test_a_recorded_crime_puts_an_incident_in_its_group():
    record = Record("x", "t", (), "incident", None, "CONCERN", "")
    assert load_strata().of(record, ("rape",)) == "incident: rape"


def test_the_rate_is_near_the_truth_and_its_interval_holds_it(whole, found):
    truth, _, _ = whole
    every = [one for crimes in truth.values() for one in crimes]
    real = sum(recorded for _, recorded, _ in every) / len(every)
    everything = found.rates.groups[0]
    assert everything.low < real < everything.high
    assert abs(everything.rate - real) < 0.06


def test_the_month_in_which_recording_fell_is_the_one_signalled(found):
    assert [one.figure.group for one in found.rates.months if one.signal] == ["2026-09"]


def test_groups_add_up(found):
    count = {one.group: one.crimes for one in found.rates.groups}
    assert count["violence"] + count["sexual"] + count["other"] == count["all"]
    assert count["rape"] < count["sexual"]


def test_the_scanner_is_measured_on_records_it_did_not_flag_too(whole, found):
    truth, _, folder = whole
    results = [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    pointed = [bool(row["unrecorded"]) for row in results if not all(one[1] for one in truth[row["id"]])]
    real = sum(pointed) / len(pointed)
    recall = {one.group: one for one in found.quality.scanner if one.table == "scanner finds"}
    assert real < 1
    assert recall["any missed crime"].low < real < recall["any missed crime"].high


def test_two_readers_are_compared(found):
    readers = found.quality.readers
    assert 0.6 < readers.agreement[0].kappa < 1
    assert readers.agreement[0].records > 50
    assert "difference from" in readers.said


def test_the_sheet_tells_an_auditor_nothing_of_the_scanner(tmp_path):
    invented_audit.force(tmp_path, records=300)
    plan = invented_audit.planned(tmp_path, design=Design(seed=1, reads=60, boost=True))
    with (tmp_path / "audit" / "sheet.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*FILLED, *ANSWERS]
    assert {row["record_id"] for row in rows} == {one.id for one, _ in plan.drawn}
    assert all(not row[column] for row in rows for column in ANSWERS)
    bands = {one.id: one.band for one, _ in plan.drawn}
    order = [bands[row["record_id"]] for row in rows]
    assert order != sorted(order)
    assert "Invented." not in (tmp_path / "audit" / "sheet.csv").read_text(encoding="utf-8")


def test_every_record_of_the_source_is_in_the_frame_flagged_or_not(tmp_path):
    invented_audit.force(tmp_path, records=200)
    with (tmp_path / "records.jsonl").open("a", encoding="utf-8") as file:
        file.write("not json\n")
    frame = read_frame(Source(str(tmp_path / "records.jsonl")))
    assert len(frame.listed) == 201
    assert frame.listed[-1].stratum == "could not be read"


def test_the_same_seed_draws_the_same_and_another_does_not(tmp_path):
    invented_audit.force(tmp_path, records=300)
    frame = read_frame(Source(str(tmp_path / "records.jsonl"), crimes=tmp_path / "crimes.csv"))
    one, again, other = (make_plan(frame, Design(seed=seed, reads=50)) for seed in (1, 1, 2))
    assert one.sample_digest == again.sample_digest != other.sample_digest


def test_the_digest_of_the_frame_does_not_go_by_its_order(tmp_path):
    invented_audit.force(tmp_path, records=50)
    first = read_frame(Source(str(tmp_path / "records.jsonl"))).digest
    lines = (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "records.jsonl").write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    assert read_frame(Source(str(tmp_path / "records.jsonl"))).digest == first


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (Design(seed=1, rate=1.2), "expected rate"),
        (Design(seed=1, half_width=0), "half width"),
        (Design(seed=1, boost=True), "needs a scan"),
        (Design(seed=1), "size cannot be worked out"),
        (Design(seed=1, reads=0), "--reads is 0"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(design, said, tmp_path):
    invented_audit.force(tmp_path, records=40)
    with pytest.raises(AuditError, match=re.escape(said)):
        make_plan(read_frame(Source(str(tmp_path / "records.jsonl"))), design)


def test_results_of_another_source_are_refused(tmp_path):
    invented_audit.force(tmp_path, records=40)
    results = tmp_path / "results.jsonl"
    lines = results.read_text(encoding="utf-8").splitlines()
    for wrong in (lines[1:], [*lines, lines[0]], ["{}", *lines[1:]]):
        results.write_text("\n".join(wrong) + "\n", encoding="utf-8")
        with pytest.raises(AuditError):
            read_frame(Source(str(tmp_path / "records.jsonl"), results=results))


def audit_with(folder, answers, *, records=60, dated=True, design=DESIGN):
    """An audit whose sheet answers each record with one row of the answers, in turn."""
    invented_audit.force(folder, records=records, dated=dated)
    invented_audit.planned(folder, design=design)
    path = folder / "audit" / "sheet.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames, list(reader)
    for number, row in enumerate(rows):
        row.update(answers[number % len(answers)])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return folder / "audit"


CRIME = {"crime": "theft", "recorded": "yes"}
BAD = {
    "all recorded": [CRIME],
    "none recorded": [{"crime": "theft", "recorded": "no"}],
    "no crime at all": [{"crime": "none"}],
    "one crime": [CRIME, *[{"crime": "none"}] * 2000],
    "an offence nobody knows": [{"crime": "xyzzy", "recorded": "no"}, CRIME],
    "a crime that is neither recorded nor not": [{"crime": "theft", "recorded": "perhaps"}, CRIME],
    "a date that is none": [{**CRIME, "recorded_at": "31/02/2026"}],
    "answers without a crime": [{"recorded": "yes"}, CRIME],
    "recorded before it was reported": [{**CRIME, "recorded_at": "2001-01-01"}],
    "a formula": [{**CRIME, "reason": "=1+1", "note": "<script>"}],
}


@pytest.mark.parametrize("answers", BAD.values(), ids=BAD)
@pytest.mark.parametrize("dated", [True, False])
def test_bad_input_gives_a_clear_statement_and_every_output(answers, dated, tmp_path):
    folder = audit_with(tmp_path, answers, dated=dated)
    done = find(read_audit(folder), NOTHING, results=tmp_path / "results.jsonl")
    made = make_report(done, force="A")
    assert as_html(made)
    assert as_json(done)
    assert as_csv(done)
    assert as_workbook(done)
    for one in done.rates.groups:
        assert one.rate is not None or one.said
        assert one.rate not in {0.0, 1.0} or one.said


def test_all_recorded_is_not_said_to_be_certain(tmp_path):
    folder = audit_with(tmp_path, [CRIME], records=400)
    everything = find(read_audit(folder), NOTHING, results=None).rates.groups[0]
    assert everything.rate == 1
    assert everything.low < 1
    assert "may be as low as" in everything.said


def test_one_crime_gives_no_rate(tmp_path):
    folder = audit_with(tmp_path, BAD["one crime"], records=400)
    everything = find(read_audit(folder), NOTHING, results=None).rates
    assert everything.groups[0].said == "1 of 1: too few for a rate"
    assert not everything.groups[0].firm
    assert everything.unrecorded[0].estimate is None
    assert everything.sentence == "The audit cannot give a recording rate: 1 of 1: too few for a rate."


def test_without_dates_there_is_no_month_and_no_annual_estimate(tmp_path):
    folder = audit_with(tmp_path, [CRIME, {"crime": "theft", "recorded": "no"}], dated=False)
    rates = find(read_audit(folder), NOTHING, results=None).rates
    assert rates.months == ()
    assert "no dates" in rates.unrecorded[0].how


def test_few_months_have_no_limits(tmp_path):
    truth = invented_audit.force(tmp_path, records=200)
    invented_audit.planned(tmp_path, design=Design(seed=1, reads=30))
    invented_audit.fill(tmp_path / "audit" / "sheet.csv", truth)
    months = find(read_audit(tmp_path / "audit"), NOTHING, results=None).rates.months
    assert months
    assert all(one.lower is None for one in months)


def test_a_stratum_that_nobody_read_is_named(tmp_path):
    folder = audit_with(tmp_path, [CRIME, {}], records=60)
    path = folder / "sheet.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if ",vulnerable_adult," not in row]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    warnings = find(read_audit(folder), NOTHING, results=None).warnings
    assert any("no record of 'vulnerable person' was read" in one for one in warnings)
    assert any("are not read yet" in one for one in warnings)


def test_a_rape_recorded_as_something_else_is_not_recorded(tmp_path):
    folder = audit_with(tmp_path, [{"crime": "rape", "recorded": "yes", "class_right": "no"}])
    rates = {one.group: one for one in find(read_audit(folder), NOTHING, results=None).rates.groups}
    assert rates["rape"].held == 0
    assert rates["sexual"].held == 0


def test_an_altered_sample_is_refused(tmp_path):
    folder = audit_with(tmp_path, [CRIME])
    lines = (folder / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "sample.jsonl").write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    with pytest.raises(AuditError, match="not the sample of its plan"):
        read_audit(folder)


def test_a_filled_sheet_is_not_written_over(tmp_path):
    audit_with(tmp_path, [CRIME])
    with pytest.raises(AuditError, match="already holds an audit"):
        invented_audit.planned(tmp_path, design=DESIGN)


def test_an_empty_sheet_says_what_to_do(tmp_path):
    folder = audit_with(tmp_path, [{}])
    with pytest.raises(AuditError, match="no record of the sheet has an answer"):
        read_audit(folder)


@pytest.mark.parametrize("text", ["all", "all=", "all=x", "all=-1", "all=inf"])
def test_recorded_crimes_that_are_none_are_refused(text):
    with pytest.raises(AuditError, match="recorded crimes are"):
        read_recorded([text])


def test_an_unknown_group_of_recorded_crimes_is_refused(whole):
    with pytest.raises(AuditError, match="no group 'arson'"):
        find(read_audit(whole[1]), Beside({"arson": 1}), results=None)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.words, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_runs_nothing_fetches_nothing_and_every_chart_has_words(found):
    tags = Tags()
    tags.feed(as_html(make_report(found, force="<script>alert(1)</script>")))
    kinds = [tag for tag, _ in tags.seen]
    assert not {"script", "img", "link", "iframe"} & set(kinds)
    assert kinds.count("svg") >= 5
    assert kinds.count("svg") == kinds.count("desc")
    names = {attributes.get("id") for _, attributes in tags.seen}
    for tag, attributes in tags.seen:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert set(attributes["aria-labelledby"].split()) <= names
    assert "@page { size: A4" in "".join(tags.words)


def test_a_chart_says_what_it_shows():
    chart = interval_chart("A & B", [Figure("t", "<all>", crimes=50, held=40, rate=0.8, low=0.7, high=0.9)])
    svg = as_svg(chart, number=1)
    assert "&lt;all&gt;: 80.0%, from 70.0% to 90.0%." in svg
    assert "A &amp; B" in svg
    assert interval_chart("t", []) is None


def test_the_pdf_is_a4_and_the_same_for_the_same_report(found):
    from cdi_nlp.audit.paper import as_pdf

    report = make_report(found, force="Invented")
    pdf = as_pdf(report)
    assert pdf.startswith(b"%PDF")
    assert b"[ 0 0 595.2756 841.8898 ]" in pdf
    assert pdf == as_pdf(report)


def test_every_figure_is_in_every_format(found):
    from io import BytesIO

    from openpyxl import load_workbook

    book = load_workbook(BytesIO(as_workbook(found)))
    listed = list(csv.DictReader(as_csv(found).splitlines()))
    for name, columns, rows in tables(found):
        assert book[name].max_row == len(rows) + 1
        assert sum(row["sheet"] == name for row in listed) == len(rows) * len(columns)
    assert json.loads(as_json(found))["rates"]["groups"][0]["rate"] == found.rates.groups[0].rate


def test_a_cell_is_never_a_formula(tmp_path):
    from io import BytesIO

    from openpyxl import load_workbook

    folder = audit_with(tmp_path, [{"crime": "theft", "recorded": "no", "reason": "=HYPERLINK(1)"}])
    book = load_workbook(BytesIO(as_workbook(find(read_audit(folder), NOTHING, results=None))))
    assert not [cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]


def test_an_audit_is_compared_with_an_earlier_one(whole, tmp_path):
    first = run("report", whole[1], "--out", tmp_path / "first")
    assert first.exit_code == 0, first.output
    second = run("rate", whole[1], "--earlier", tmp_path / "first" / "figures.json", "--json")
    rows = json.loads(second.stdout)["earlier"]
    assert rows[0]["gap"] == 0
    assert {row["said"] for row in rows} == {"no clear difference"}


@pytest.mark.parametrize("name", ["rate", "compliance", "quality"])
def test_each_command_prints_words_and_json(name, whole):
    words = run(name, whole[1])
    assert words.exit_code == 0, words.output
    assert "nan" not in words.stdout
    assert json.loads(run(name, whole[1], "--json").stdout)


def test_plan_prints_the_seed_and_the_digests(tmp_path):
    invented_audit.force(tmp_path, records=100)
    args = ["plan", tmp_path / "records.jsonl", "--crimes", tmp_path / "crimes.csv", "--reads", 20]
    said = run(*args, "--out", tmp_path / "one")
    assert re.search(r"seed \d+, frame [0-9a-f]{16}, sample [0-9a-f]{16}", said.stdout)
    seed = re.search(r"seed (\d+)", said.stdout).group(1)
    again = json.loads(run(*args, "--out", tmp_path / "two", "--seed", seed, "--json").stdout)
    assert again["sample"]["digest"][:16] in said.stdout


def test_every_option_and_column_is_documented():
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    for command in typer.main.get_command(app).commands["audit"].commands.values():
        assert f"cdi audit {command.name}" in page or f"| {command.name}" in page
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert re.search(rf"{option}(?![\w-])", page), option
    for column in (*FILLED, *ANSWERS):
        assert f"`{column}`" in page, column
