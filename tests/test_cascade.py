"""The cascade with the promoted model: the same bits whatever stands beside a window, and patterns alone without it."""

import json
import shutil
import socket

import pytest

from cdi_nlp.detect import read
from cdi_nlp.detect.cascade import Cascade, load_cascade
from cdi_nlp.detect.linear import load_linear
from cdi_nlp.detect.models import promoted_folder, read_registry
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.detect.weigh import load_weigher
from cdi_nlp.detect.windows import Window
from cdi_nlp.errors import ModelError
from cdi_nlp.pipeline import build_scanner, scan
from cdi_nlp.records import Entry, Record
from cdi_nlp.settings import PATTERNS_ONLY, Settings
from cdi_nlp.taxonomy import FAMILIES, OTHER

TOLD = (
    "INFT at home with the kids. He came in from the pub and put his hands round her throat till she saw stars. He has "
    "had her bank card since March and she asks him for money for food. Neighbour took the children in. "
    "No further update."
)
QUIET = (
    "Caller reports a cow on the bypass near the garden centre. Farmer has been told and is on his way with a trailer. "
    "Traffic slow both ways, no injuries, no damage. Highways informed. Cow back in the field, log closed by the desk."
)


def record(text: str, name: str = "one") -> Record:
    return Record(name, text, (Entry(0, len(text)),))


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    folder = promoted_folder()
    assert folder is not None, "no model is promoted"
    return load_cascade(load_pattern_detector(), folder)


def test_every_file_of_every_model_is_as_registered():
    assert [fault for model in read_registry().models.values() for fault in model.faults()] == []


def test_a_model_is_no_larger_than_it_may_be():
    for model in read_registry().models.values():
        assert sum((model.folder / name).stat().st_size for name in model.files) <= 60_000_000


def test_a_window_reads_the_same_whatever_stands_beside_it(cascade):
    window = Window(0, "", "He put his hands round her throat till she saw stars.", "")
    others = [Window(0, "", f"Caller number {number} asks about a parcel.", "") for number in range(40)]
    (alone,) = load_cascade(cascade.patterns, promoted_folder()).encoder.read([window])
    among = load_cascade(cascade.patterns, promoted_folder()).encoder.read([*others[:20], window, *others[20:]])[20]
    assert alone == among


def test_the_weigher_knows_every_family():
    weigher = load_weigher(promoted_folder())
    assert set(weigher.intercepts) == set(weigher.flag_at) == set(FAMILIES) - {OTHER}


def test_findings_say_which_detector_saw_them(cascade):
    readings = [read(record(TOLD), cascade.tokenizer), read(record(QUIET, "two"), cascade.tokenizer)]
    told, quiet = cascade.detect(readings)
    assert {finding.detector for finding in told} == {"patterns", "linear", "encoder"}
    assert max((finding.precision for finding in quiet if finding.detector == "encoder"), default=0.0) < 0.5


def test_evidence_quotes_the_record_whoever_found_it():
    scanner = build_scanner(Settings())
    (result,) = scan([record(TOLD)], scanner)
    assert "strangulation" in {disclosure.family for disclosure in result.disclosures if disclosure.flagged}
    for disclosure in result.disclosures:
        assert all(item.quote == TOLD[item.start : item.end] and item.quote.strip() for item in disclosure.evidence)


def test_a_quiet_record_is_not_flagged():
    (result,) = scan([record(QUIET)], build_scanner(Settings()))
    assert [disclosure.family for disclosure in result.disclosures if disclosure.flagged] == []


def test_without_the_model_patterns_alone_decide():
    (result,) = scan([record(TOLD)], build_scanner(PATTERNS_ONLY))
    assert {item.detector for disclosure in result.disclosures for item in disclosure.evidence} == {"patterns"}


def test_reading_a_model_opens_no_connection(monkeypatch, cascade):
    def refuse(*_: object) -> None:
        raise RuntimeError("network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    again = load_cascade(cascade.patterns, promoted_folder())
    assert json.loads((promoted_folder() / "linear.json").read_text(encoding="utf-8"))["labels"] == list(
        again.linear.labels
    )


def test_a_model_fitted_to_another_reading_is_refused(tmp_path):
    for name in ("linear.json", "linear.safetensors"):
        shutil.copyfile(promoted_folder() / name, tmp_path / name)
    said = json.loads((tmp_path / "linear.json").read_text(encoding="utf-8"))
    (tmp_path / "linear.json").write_text(json.dumps(said | {"reads": "another way"}), encoding="utf-8")
    with pytest.raises(ModelError, match="read as 'another way'.*cdi models promote"):
        load_linear(tmp_path)
