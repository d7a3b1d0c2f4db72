"""The written corpus and the sample agree with themselves, and name nobody who could be real."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from cdi_nlp.records import DISCLOSING, Reporter, When
from cdi_nlp.taxonomy import FAMILIES

DATA = Path(__file__).parents[1] / "data"
PHONE = re.compile(r"(?<![\w/.-])(?:\+44[\s-]?(?:\(0\))?|\(?0)[1-9](?:[\s()-]?\d){8,9}(?![\w/])")
INVENTED_PHONE = re.compile(r"07700900|01632")
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*)")
INVENTED_DOMAIN = re.compile(r"(?:^|\.)(?:example|test|invalid)$|(?:^|\.)example\.(?:com|org|net)$")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b")


def lines(file: Path) -> list[dict]:
    with file.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


CORPUS = [row for file in sorted((DATA / "corpus" / "records").glob("*.jsonl")) for row in lines(file)]
SAMPLE = lines(DATA / "sample" / "incidents.jsonl")
ANSWERS = {row["id"]: row["gold"] for row in lines(DATA / "sample" / "answers.jsonl")}
with (DATA / "sample" / "crimes.csv").open(encoding="utf-8", newline="") as stream:
    CRIMES = list(csv.DictReader(stream))


def text_of(row: dict) -> str:
    return row["text"] if "text" in row else "\n".join(entry["text"] for entry in row["entries"])


GOLD = [(row["id"], text_of(row), row["gold"]) for row in CORPUS]
GOLD += [(row["id"], text_of(row), ANSWERS[row["id"]]) for row in SAMPLE if row["id"] in ANSWERS]


def test_ids_are_unique():
    counts = Counter(row["id"] for row in [*CORPUS, *SAMPLE])
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_text_is_there_twice():
    counts = Counter(text_of(row) for row in [*CORPUS, *SAMPLE])
    assert not [text[:40] for text, count in counts.items() if count > 1]


def test_the_answers_are_those_of_the_sample():
    assert set(ANSWERS) == {row["id"] for row in SAMPLE}
    assert not any("gold" in row for row in SAMPLE)


def test_every_quote_is_in_its_text():
    wrong = [name for name, text, gold in GOLD for item in gold["disclosed"] if item["quote"] not in text]
    assert wrong == []
    assert all(item["quote"].strip() for _, _, gold in GOLD for item in gold["disclosed"])


@pytest.mark.parametrize("key", ["families", "should_record", "unrecorded", "wrong_class"])
def test_families_are_known(key):
    assert {family for _, _, gold in GOLD for family in gold[key]} <= set(FAMILIES)
    assert {item["family"] for _, _, gold in GOLD for item in gold["disclosed"]} <= set(FAMILIES)


def test_the_families_are_those_of_the_quotes():
    wrong = [name for name, _, gold in GOLD if set(gold["families"]) != {item["family"] for item in gold["disclosed"]}]
    assert wrong == []


def test_unrecorded_is_what_should_be_recorded_less_what_was():
    wrong = []
    for row in CORPUS:
        gold = row["gold"]
        left = Counter(gold["should_record"]) - Counter(row["recorded_crimes"]) - Counter(gold["wrong_class"])
        if left != Counter(gold["unrecorded"]):
            wrong.append(row["id"])
    assert wrong == []


def test_a_bad_reason_is_given_only_where_something_is_unrecorded():
    assert [name for name, _, gold in GOLD if gold["bad_reason"] and not gold["unrecorded"]] == []


def test_every_crime_names_a_record_of_the_sample():
    names = {row["id"] for row in SAMPLE}
    assert [crime["crime_no"] for crime in CRIMES if crime["record_id"] not in names] == []
    numbers = Counter(crime["crime_no"] for crime in CRIMES)
    assert [number for number, count in numbers.items() if count > 1] == []


def test_no_telephone_number_could_be_real():
    found = [
        (name, match[0])
        for name, text, _ in GOLD
        for match in PHONE.finditer(text)
        if not INVENTED_PHONE.match(re.sub(r"\D", "", match[0].replace("+44", "0").replace("(0)", "")))
    ]
    assert found == []


def test_no_mail_address_could_be_real():
    found = [
        (name, match[0])
        for name, text, _ in GOLD
        for match in MAIL.finditer(text)
        if not INVENTED_DOMAIN.search(match[1].lower())
    ]
    assert found == []


def test_no_text_holds_a_full_postcode():
    assert [(name, match[0]) for name, text, _ in GOLD for match in POSTCODE.finditer(text)] == []


WRITTEN = [row for row in CORPUS if not row["id"].startswith("DEV")]
FAILURE_MODES = [f"F{number:02}" for number in range(1, 29)]


def test_there_are_whole_records_of_every_kind():
    gold = [row["gold"] for row in CORPUS]
    assert len(CORPUS) >= 600
    assert 0.4 * len(CORPUS) <= sum(not item["families"] for item in gold) <= 0.6 * len(CORPUS)
    assert sum(len(set(item["families"])) > 1 for item in gold) >= 150
    assert sum(bool(item["wrong_class"]) for item in gold) >= 40
    assert sum(row["record_type"] == "custody_or_cancelled" for row in CORPUS) >= 40
    assert sum(len(text_of(row).split()) >= 300 for row in CORPUS) >= 120
    rightly = [i for i in gold if i["should_record"] and not i["unrecorded"] and not i["wrong_class"]]
    assert len(rightly) >= 60
    assert {row["record_type"] for row in CORPUS} >= {
        "incident", "secondary_incident", "vulnerable_child", "vulnerable_adult", "referral_email",
        "crime_enquiry_log", "n100", "custody_or_cancelled", "other",
    }  # fmt: skip


def test_every_failure_mode_is_shown():
    tags = Counter(tag for row in WRITTEN for tag in row["gold"].get("tags", ()))
    assert {mode: tags[mode] for mode in FAILURE_MODES if tags[mode] < 12} == {}
    assert tags["n100_right"] + tags["n100_wrong"] >= 20
    assert tags["cancelled_sound"] >= 15
    assert tags["cancelled_unsound"] >= 20
    assert tags["several_people"] >= 60


def test_chains_link_records_of_one_batch():
    names = {row["id"] for row in CORPUS}
    linked = [row for row in WRITTEN if row.get("links")]
    assert len(linked) >= 90
    wrong = [(row["id"], link) for row in linked for link in row["links"] if link not in names]
    assert wrong == []
    assert all(link.split("-")[0] == row["id"].split("-")[0] for row in linked for link in row["links"])


def test_a_quote_stands_within_one_entry():
    wrong = [
        (row["id"], told["quote"])
        for row in CORPUS
        if "entries" in row
        for told in row["gold"]["disclosed"]
        if not any(told["quote"] in entry["text"] for entry in row["entries"])
    ]
    assert wrong == []


def test_what_is_told_has_known_words():
    for row in WRITTEN:
        for told in row["gold"]["disclosed"]:
            assert told["status"] in DISCLOSING, row["id"]
            assert told["when"] in get_args(When), row["id"]
            assert told["reported_by"] in get_args(Reporter), row["id"]
