"""Training: a step runs again only when its inputs change, and a model learns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.models import read_registry
from cdi_nlp.detect.windows import Window
from training.config import Config, read_config
from training.corpus import ROOT, calibration, held_out, read_entries, read_records
from training.fit_linear import LABELS, fit_linear
from training.marks import Span
from training.steps import FILES, PAGES, fresh, register, stale
from training.windows import Labelled, labelled, of_entry, of_record

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
        found = frozenset().union(*(window.families for window in labelled(one, whole=True)))
        assert found == one.families, row["id"]


def test_the_parts_of_the_corpus_do_not_meet():
    test, held = held_out(), calibration()
    for kind in ("entries", "records"):
        assert not test[kind] & held[kind]
    batches = {entry.batch for entry in read_entries()}
    assert test["entries"] | held["entries"] <= batches


@given(st.integers(0, len(ENTRIES) - 1))
def test_a_mention_stands_in_the_window_that_holds_it(at):
    entry = ENTRIES[at]
    for window in labelled(of_entry(entry), whole=False):
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
