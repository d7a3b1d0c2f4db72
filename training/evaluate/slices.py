"""Slices: the same figures for each type of record, register, length, failure mode and sex; and what is mistaken."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from cdi_nlp.records import DISCLOSING
from cdi_nlp.taxonomy import Taxonomy
from training.evaluate.cases import Case, gold_of
from training.evaluate.measures import Found, draws, figure, figures, ratio
from training.evaluate.seen import Disclosures


def slices(
    cases: Sequence[Case], found: Found, rng: np.random.Generator, *, least: int = 5
) -> dict[str, dict[str, dict[str, Any]]]:
    """By facet and value the figures of the texts that have it; a value of fewer than `least` texts is left out."""
    gold = gold_of(cases)
    places: dict[str, dict[str, list[int]]] = {}
    for at, case in enumerate(cases):
        for facet, values in case.slices.items():
            for value in values:
                places.setdefault(facet, {}).setdefault(value, []).append(at)
    return {
        facet: {
            value: figures([found[at] for at in own], [gold[at] for at in own], rng)
            for value, own in sorted(values.items())
            if len(own) >= least
        }
        for facet, values in places.items()
    }


def confusion(found: Found, gold: Found, taxonomy: Taxonomy) -> dict[str, dict[str, Any]]:
    """For each family how many texts miss it, how many of those flag a neighbour not told, and which most often.

    `beside` counts its false flags in texts that tell a neighbour: the right event under the wrong name.
    """
    table = {}
    for name, family in taxonomy.families.items():
        near = frozenset(family.neighbours)
        missed = [said - told for said, told in zip(found, gold, strict=True) if name in told - said]
        falsely = [told for said, told in zip(found, gold, strict=True) if name in said - told]
        taken = Counter(other for wrong in missed for other in sorted(wrong & near))
        if missed or falsely:
            table[name] = {
                "missed": len(missed),
                "taken_for_neighbour": sum(bool(wrong & near) for wrong in missed),
                "most_often": taken.most_common(1)[0][0] if taken else None,
                "false": len(falsely),
                "beside": sum(bool(told & near) for told in falsely),
            }
    return table


def status_accuracy(
    cases: Sequence[Case], disclosures: Sequence[Disclosures], rng: np.random.Generator
) -> dict[str, Any]:
    """How often a family that is flagged and told has the status of its mention, over all and by the true status.

    A family told twice has the status that fusion would give it: affirmed before denied before taken back.
    """
    order = ("affirmed", "suspect_denied", "retracted")
    right, total = np.zeros(len(cases)), np.zeros(len(cases))
    by_status: dict[str, list[int]] = {}
    for at, (case, own) in enumerate(zip(cases, disclosures, strict=True)):
        told: dict[str, set[str]] = {}
        for span in case.told.spans:
            if span.status in DISCLOSING:
                told.setdefault(span.family, set()).add(span.status)
        for one in own:
            if one.flagged and one.family in told:
                true = next(status for status in order if status in told[one.family])
                counts = by_status.setdefault(true, [0, 0])
                counts[0] += one.status == true
                counts[1] += 1
                right[at] += one.status == true
                total[at] += 1
    drawn = draws(len(cases), rng)
    share = float(right.sum() / max(1.0, total.sum()))
    said = figure(share, ratio(drawn @ right, drawn @ total), n=int(total.sum()))
    return {**said, "by_status": {name: by_status[name] for name in order if name in by_status}}
