"""The recording rules alone on the corpus's test records: what they make of the gold's own disclosures."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from cdi_nlp.records import Record

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "perfect.py"
RIGHT = 0.93
"""Share of records exactly right in all three answers, as measured when the rules were written (0.965)."""


@pytest.fixture(scope="module")
def perfect():
    spec = importlib.util.spec_from_file_location("perfect", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["perfect"] = module
    spec.loader.exec_module(module)
    return module


def test_the_test_records_come_out_as_their_writers_had_them(perfect):
    paths = dict(perfect.sets_of(ROOT, ROOT / "no such folder"))["corpus, test part"]
    found = perfect.score(perfect.rows_of(*paths))
    assert found.records == 520
    assert found.whole / found.records >= RIGHT, found.wrong


def test_a_wrong_answer_is_counted_as_wrong(perfect):
    text = "He slapped her."
    gold = {
        "disclosed": [{"family": "common_assault", "quote": text, "when": "current", "reported_by": "victim"}],
        "should_record": ["theft"],
        "unrecorded": ["common_assault"],
        "wrong_class": [],
    }
    found = perfect.score([(Record(id="r", text=text, entries=()), gold)])
    assert found.whole == 0
    assert found.wrong == [("r", "should_record", ["theft"], ["common_assault"])]
    assert json.dumps(sorted(found.right)) == '["unrecorded", "wrong_class"]'
