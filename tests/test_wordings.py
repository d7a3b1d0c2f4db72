"""Every wording that a rule or a crime flag turns on finds its examples and misses the others."""

import pytest
from test_counting import ANN, families, reading, told

from cdi_nlp.recording.crime_flags import crime_flags, suggested_flags
from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.wording import wordings
from cdi_nlp.records import Person
from cdi_nlp.taxonomy import DETECTED

ALL = {**wordings(), **crime_flags()}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, one in ALL.items() for text in one.finds])
def test_finds(name, text):
    assert ALL[name].found(text), f"{name} misses {text!r}"


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, one in ALL.items() for text in one.misses])
def test_misses(name, text):
    assert not ALL[name].found(text), f"{name} finds {text!r}"


def test_every_wording_has_examples_and_a_rule():
    for one in ALL.values():
        assert one.finds and one.misses and one.rule.startswith(("HOCR", "HMICFRS"))
        assert one.families <= set(DETECTED)


RAPE = {"victim": ANN, "suspects": (Person("male", sex="male"),), "at": 0}


@pytest.mark.parametrize(
    ("text", "reported_by", "instead"),
    [
        ("A friend rang: she was raped. The girl is not identified, no name given.", "third_party", "N100/01"),
        ("She was raped in Scotland. Passed to Police Scotland.", "victim", "N100/03"),
        ("SARC data, depersonalised: raped by a man in May.", "professional", "N100/01"),
        ("Raped in the side room. Continuous CCTV shows nobody entered.", "victim", "N100/02"),
        ("She was raped. She does not want police action and is very drunk.", "victim", None),
        ("Her GP writes that she was raped; she has not confirmed it to police.", "professional", None),
        ("Mother states her son told her that he was raped. Child not spoken to.", "third_party", None),
        ("She was raped. Two versions, so credible evidence to the contrary, says the sergeant.", "victim", None),
    ],
)
def test_a_rape_is_a_crime_or_an_n100(text, reported_by, instead):
    record = reading(text, record_type="n100")
    decision = decide(record, [told("rape", **RAPE, reported_by=reported_by)])
    assert [defeat.instead for defeat in decision.defeats] == ([instead] if instead else [])
    assert decision.n100 is bool(instead)
    assert len(decision.crimes) == (not instead)


def test_an_n100_record_is_not_needed_for_an_n100_to_be_right():
    text = "My flatmate told me she was raped. I won't give her name. No victim identified."
    assert decide(reading(text), [told("rape", **RAPE, reported_by="third_party")]).n100


@pytest.mark.parametrize(
    ("family", "text", "victim", "recorded"),
    [
        ("public_order", "Shouting in the street. No victims identified on arrival.", None, False),
        ("public_order", "Shouting at the shopkeeper, who was frightened.", None, True),
        ("common_assault", "Year 8 boy pushed a pupil. School will deal under the schools protocol.", ANN, False),
        ("common_assault", "Year 8 boy pushed a pupil. School will deal. Mother wants it recorded.", ANN, True),
        ("assault_with_injury", "Year 8 boy broke a pupil's nose. School will deal.", ANN, True),
        ("sexual_assault", "Year 8 boy touched a pupil. School will deal.", ANN, True),
    ],
)
def test_what_defeats_recording_needs_plain_words(family, text, victim, recorded):
    suspects = (Person("boy", sex="male", child=True),)
    assert families(told(family, victim=victim, suspects=suspects), record=reading(text)) == [family] * recorded


def test_a_passer_bys_report_of_somebody_unknown_is_a_crime_related_incident():
    text = "Passer-by saw a man slap a woman. Area searched, female not traced."
    unknown = told("common_assault", victim=Person("unknown female", sex="female"), reported_by="witness")
    decision = decide(reading(text), [unknown])
    assert [defeat.instead for defeat in decision.defeats] == ["crime-related incident"]
    assert "not traced" not in " ".join(decision.collapsed), "reasons repeat no words of the record"


def test_flags_are_suggested_only_where_something_is_disclosed():
    text = "Homophobic abuse, then he slapped her. Suspect was drunk."
    record = reading(text).record
    assert suggested_flags(record, [], domestic=True) == ()
    flags = suggested_flags(record, [told("common_assault")], domestic=True)
    assert flags == ("domestic abuse", "hate: sexual orientation", "alcohol")
