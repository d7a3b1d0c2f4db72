"""Training: a step runs again only when its inputs change, and a model learns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.models import read_registry
from cdi_nlp.detect.windows import Window
from cdi_nlp.ingest.logs import segments, with_entries
from cdi_nlp.records import Record
from training.config import Config, read_config
from training.corpus import ROOT, calibration, held_out, read_entries, read_records
from training.fit_linear import LABELS, fit_linear
from training.marks import Span
from training.passages import among_lines, labelled_passages, quiet_lines
from training.steps import FILES, PAGES, fresh, register, stale
from training.windows import Labelled, Told, labelled, of_entry, of_record

ENTRIES = read_entries()


def test_a_linear_model_learns_what_the_words_say():
    told = [
        Labelled("a", Window(0, "", f"he stole my bike number {n} from the shed", ""), (mention("theft"),))
        for n in range(30)
    ]
    quiet = [Labelled("b", Window(0, "", f"caller {n} asks about the bus to town", "")) for n in range(60)]
    model = fit_linear([*told, *quiet])
    steal, ask = model.logits([Window(0, "", "someone stole a bike", ""), Window(0, "", "asks about a bus", "")])
    theft = LABELS.index("theft")
    assert steal[theft] > 0 > ask[theft]


def mention(family: str) -> Span:
    return Span(3, 8, family, "affirmed", "victim", "current")


def test_no_window_of_a_record_loses_what_its_writer_marked():
    for row in read_records():
        one = of_record(row)
        found = frozenset().union(*(window.families for window in labelled(one)))
        assert found == by_people(one), row["id"]


def by_people(told: Told) -> frozenset[str]:
    """The families with a quote outside the lines that a system wrote: no detector reads those."""
    record = with_entries(told.record)
    system = [segment for segment in segments(record) if segment.kind == "system"]
    return frozenset(
        span.family
        for span in told.spans
        if span.discloses and not any(one.start <= span.start and span.end <= one.end for one in system)
    )


def test_a_family_told_elsewhere_in_the_text_is_not_known_in_a_line():
    text = "He stole her bike from the yard. It was gone by nine. Nothing else was touched."
    told = Told(Record("one", text, ()), (Span(3, 16, "theft", "affirmed", "victim", "current"),), frozenset({"theft"}))
    first, second, third = labelled(told)
    assert first.families == {"theft"}
    assert first.unsure == frozenset()
    assert second.unsure == third.unsure == {"theft"}


def test_every_record_is_told_by_its_passages():
    for row in read_records():
        one = of_record(row)
        assert frozenset().union(*(made.families for made in labelled_passages(one))) == by_people(one), row["id"]


@given(st.integers(0, 5000), st.integers(0, 2**32))
def test_an_entry_among_quiet_lines_keeps_its_words(at, seed):
    rng = np.random.default_rng(seed)
    entries = [of_entry(ENTRIES[(at + step) % len(ENTRIES)]) for step in range(2)]
    quiet = Told(Record("q", "Caller rang off. Bus late again. Road clear. Nobody seen. Gate shut.", ()))
    made = among_lines(entries, quiet_lines(quiet, rng=rng), rng=rng)
    words = [span for entry in entries for span in entry.spans]
    told = [entry.record.text[span.start : span.end] for entry in entries for span in entry.spans]
    assert [made.record.text[span.start : span.end] for span in made.spans] == told
    assert [span.family for span in made.spans] == [span.family for span in words]


def test_the_parts_of_the_corpus_do_not_meet():
    test, held = held_out(), calibration()
    for kind in ("entries", "records"):
        assert not test[kind] & held[kind]
    batches = {entry.batch for entry in ENTRIES}
    assert test["entries"] | held["entries"] <= batches


@given(st.integers(0, len(ENTRIES) - 1))
def test_a_mention_stands_in_the_window_that_holds_it(at):
    for window in labelled(of_entry(ENTRIES[at])):
        for told in window.mentions:
            assert 0 <= told.start < told.end <= len(window.window.target)


def test_a_step_runs_again_when_its_inputs_change(tmp_path):
    assert stale(tmp_path, "linear", "corpus one")
    fresh(tmp_path, "linear", "corpus one")
    assert not stale(tmp_path, "linear", "corpus one")
    assert stale(tmp_path, "linear", "corpus two")


def test_the_configuration_reads_and_a_wrong_name_is_refused(tmp_path):
    assert read_config(ROOT / "training" / "configs" / "base.toml").name.startswith("base-")
    file = tmp_path / "wrong.toml"
    file.write_text('name = "x"\n[encoder]\nepoch = 3\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no setting 'epoch'"):
        read_config(file)


def test_a_run_without_metrics_is_not_registered(tmp_path, monkeypatch):
    monkeypatch.setattr("training.config.RUNS", tmp_path / "runs")
    config = Config("small")
    config.folder.mkdir(parents=True)
    for name in FILES:
        (config.folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="evaluate first"):
        register(config, say=lambda _: None, folder=tmp_path)
    for name in PAGES:
        (config.folder / name).write_text("x", encoding="utf-8")
    register(config, say=lambda _: None, folder=tmp_path)
    assert read_registry(tmp_path).model("small").faults() == []
    assert read_registry(tmp_path).promoted is None
