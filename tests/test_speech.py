"""Who is speaking: the suspect's "he did not" is a denial, the victim's is none, and the outermost speaker reports."""

import pytest

from cdi_nlp.detect.examples import findings
from cdi_nlp.detect.patterns import load_pattern_detector

CLAIMS = [
    ("SUSP says he did not push her.", "suspect_denied"),
    ("He says he didnt push her.", "suspect_denied"),
    ("She says he didnt push her.", "negated"),
    ("Victim says she told him no but he did not push her.", "negated"),
    ("Her mum says SUSP rang her swearing he had not pushed her daughter.", "suspect_denied"),
    ("W2 states that the male did not push her.", "negated"),
    ("According to the suspect he never pushed her.", "suspect_denied"),
    ("SUSP says the cut came from the door and that he never pushed her.", "suspect_denied"),
    ("SUSP did not deny pushing her.", "affirmed"),
]
REPORTERS = [
    ("Ward nurse reports that her husband punched her last night.", "professional"),
    ("GP emails that a patient disclosed that her partner punched her.", "professional"),
    ("Health visitor: mum says dad punched her on Friday.", "professional"),
    ("Her sister rang to say that he had punched her.", "third_party"),
    ("Neighbour says IP told her that he punched her.", "third_party"),
    ("W1 states that he saw the male punch her.", "witness"),
    ("Her flatmate saw him punch her in the kitchen.", "witness"),
    ("I saw him punch her in the face as we arrived.", "officer"),
    ("IP states that he punched her.", "victim"),
]


@pytest.fixture(scope="module")
def detector():
    return load_pattern_detector()


def told(detector, sentence: str) -> list:
    return [finding for finding in findings(detector, sentence) if finding.family == "common_assault"]


@pytest.mark.parametrize(("sentence", "status"), CLAIMS, ids=[row[0] for row in CLAIMS])
def test_whose_claim_it_is_decides_what_a_no_means(detector, sentence, status):
    own = told(detector, sentence)
    assert own, "not found"
    assert {finding.status for finding in own} == {status}


@pytest.mark.parametrize(("sentence", "reporter"), REPORTERS, ids=[row[0] for row in REPORTERS])
def test_the_outermost_speaker_reports(detector, sentence, reporter):
    own = told(detector, sentence)
    assert own, "not found"
    assert {finding.reported_by for finding in own} == {reporter}
