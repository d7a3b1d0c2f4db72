"""What should have been recorded against what was, crime by crime: an exact family first, then a neighbour."""

from collections.abc import Sequence
from dataclasses import replace

from cdi_nlp.records import Crime, Gap, RecordedCrime
from cdi_nlp.taxonomy import Taxonomy

NEVER_WRONG_CLASS = frozenset({"rape"})
"""Rape recorded as anything else is an unrecorded rape (HOCR 2026/27 p 61; domain: inspections count it as missed)."""


def reconcile(crimes: Sequence[Crime], recorded: Sequence[RecordedCrime], *, taxonomy: Taxonomy) -> Gap:
    """The crimes without a record of their own, and those recorded as a neighbouring or lesser class.

    A recorded crime answers for one expected crime only; a crime that could not be placed answers for none.
    """
    left = [crime for crime in recorded if crime.family]
    unmatched = []
    for crime in crimes:
        same = next((held for held in left if held.family == crime.family), None)
        if same is None:
            unmatched.append(crime)
        else:
            left.remove(same)
    unrecorded, wrong = [], []
    for crime in unmatched:
        family = taxonomy.families[crime.family]
        near = {*family.neighbours, *family.lesser} if crime.family not in NEVER_WRONG_CLASS else set()
        other = next((held for held in left if held.family in near), None)
        if other is None:
            unrecorded.append(crime)
        else:
            left.remove(other)
            wrong.append(replace(crime, recorded_as=other.family))
    return Gap(tuple(unrecorded), tuple(wrong))
