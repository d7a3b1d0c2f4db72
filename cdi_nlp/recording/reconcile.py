"""What should have been recorded against what was, crime by crime, matched one to one at the least cost.

A crime recorded as itself comes first, so that no right record is spent on a neighbour; then a lesser or neighbouring
class of the event, chosen so that most crimes find one; then another record of the chain; then a cancelled record.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from cdi_nlp.recording.who import may_be_one
from cdi_nlp.records import Crime, Gap, Person, RecordedCrime
from cdi_nlp.taxonomy import Taxonomy

How = Literal["itself", "wrong class", "chain", "cancelled", "N100", "missing"]
"""How an expected crime stands: recorded as itself, as a neighbouring class, under another record of the chain,
recorded and cancelled since, as a reported incident of rape, or not at all."""

NEVER_WRONG_CLASS = frozenset({"rape", "modern_slavery", "breach_of_order", "witness_intimidation", "drugs"})
"""Rape recorded as anything else is an unrecorded rape (HOCR 2026/27 p 61); what is recorded in addition to another
crime (pp 13, 48) is not recorded by that other crime."""
ALSO_TAKEN_FOR: Mapping[str, frozenset[str]] = {
    "sexual_assault": frozenset({"harassment"}),
    "criminal_damage": frozenset({"public_order"}),
    "blackmail": frozenset({"theft"}),
    "common_assault": frozenset({"assault_with_injury"}),
    "serious_assault": frozenset({"public_order"}),
    "kidnap_false_imprisonment": frozenset({"assault_with_injury"}),
    "malicious_communications": frozenset({"witness_intimidation"}),
    "stalking": frozenset({"public_order", "criminal_damage"}),
    "controlling_coercive": frozenset({"common_assault", "malicious_communications"}),
}
"""What forces have recorded a family as beside its neighbours and lesser forms (domain: failure modes F08 and F27)."""
LESSER, NEIGHBOUR, TAKEN_FOR, NO_CLASS = 1, 2, 4, 1000
"""The costs of matching: what is nearest to the event is spent first."""


@dataclass(frozen=True, slots=True)
class Match:
    """One expected crime and how it stands, with the recorded crime that answers for it, where one does."""

    crime: Crime
    how: How
    recorded: RecordedCrime | None = None


def reconcile(
    crimes: Sequence[Crime],
    recorded: Sequence[RecordedCrime],
    *,
    taxonomy: Taxonomy,
    chain: Sequence[RecordedCrime] = (),
    wrongly_cancelled: Collection[str] = (),
) -> Gap:
    """The crimes without a record of their own, and those recorded as a neighbouring or lesser class."""
    if not crimes:
        return Gap((), ())
    found = match(crimes, recorded, taxonomy=taxonomy, chain=chain, wrongly_cancelled=wrongly_cancelled)
    wrong = (
        replace(one.crime, recorded_as=one.recorded.family)
        for one in found
        if one.how == "wrong class" and one.recorded
    )
    return Gap(tuple(one.crime for one in found if one.how in ("missing", "N100")), tuple(wrong))


def match(
    crimes: Sequence[Crime],
    recorded: Sequence[RecordedCrime],
    *,
    taxonomy: Taxonomy,
    chain: Sequence[RecordedCrime] = (),
    wrongly_cancelled: Collection[str] = (),
) -> list[Match]:
    """How each expected crime stands, in the order of the crimes.

    A recorded crime answers for one expected crime only; one that could not be placed answers for none. A cancelled one
    still answers, after all others, unless its number is among `wrongly_cancelled`: whether a cancellation was right is
    for its own check.
    """
    standing = [one for one in recorded if (one.crime_no or one.offence) not in wrongly_cancelled]
    live = [one for one in standing if one.family and not one.cancelled_code]
    found: list[Match | None] = [None] * len(crimes)
    _itself(crimes, live, found, how="itself")
    _near(crimes, live, found, taxonomy=taxonomy)
    _itself(crimes, [one for one in chain if one.family and not one.cancelled_code], found, how="chain")
    _itself(crimes, [one for one in standing if one.family and one.cancelled_code], found, how="cancelled")
    n100 = next((one for one in recorded if (one.offence_class or "").startswith(("100", "N100"))), None)
    return [one or _without(crime, n100) for crime, one in zip(crimes, found, strict=True)]


def _without(crime: Crime, n100: RecordedCrime | None) -> Match:
    if n100 is not None and crime.family == "rape":
        return Match(crime, "N100", n100)
    return Match(crime, "missing")


def _itself(
    crimes: Sequence[Crime],
    held: list[RecordedCrime],
    found: list[Match | None],
    *,
    how: Literal["itself", "chain", "cancelled"],
) -> None:
    """Match crimes with records of their own family, those whose victims agree first; `held` keeps what is left."""
    for strictly in (True, False):
        for place, crime in enumerate(crimes):
            if found[place] is not None or not held:
                continue
            for one in held:
                if one.family == crime.family and (not strictly or _victims_agree(crime, one)):
                    found[place] = Match(crime, how, one)
                    held.remove(one)
                    break


def _victims_agree(crime: Crime, one: RecordedCrime) -> bool:
    return one.victim is not None and may_be_one(Person(crime.victim), Person(one.victim))


def _near(crimes: Sequence[Crime], held: list[RecordedCrime], found: list[Match | None], *, taxonomy: Taxonomy) -> None:
    """Match the crimes left over with the records left over, as many as can be and at the least cost."""
    places = [place for place, one in enumerate(found) if one is None]
    if not places or not held:
        return
    costs = [[_cost(crimes[place], one.family or "", taxonomy) for one in held] for place in places]
    for row, column in _assigned(costs):
        found[places[row]] = Match(crimes[places[row]], "wrong class", held[column])


def _cost(crime: Crime, recorded: str, taxonomy: Taxonomy) -> int:
    """How far a recorded family lies from an expected crime; `NO_CLASS` where it is another event's.

    A part of the incident that was recorded for the whole, as the blow of a course of conduct, is its lesser class.
    """
    if crime.family in NEVER_WRONG_CLASS:
        return NO_CLASS
    if recorded in crime.within and _of_the_event(crime.family, recorded, taxonomy):
        return LESSER
    return _family_cost(crime.family, recorded, taxonomy)


def _of_the_event(expected: str, part: str, taxonomy: Taxonomy) -> bool:
    """Whether a part can stand for the whole: any part of a course of conduct; else one of the same group."""
    whole, lesser = taxonomy.families[expected], taxonomy.families[part]
    return whole.conduct or whole.hmic_group == lesser.hmic_group


@lru_cache(maxsize=1 << 12)
def _family_cost(expected: str, recorded: str, taxonomy: Taxonomy) -> int:
    family = taxonomy.families[expected]
    if recorded in family.lesser:
        return LESSER + (recorded not in family.neighbours)
    if recorded in family.neighbours:
        return NEIGHBOUR
    return TAKEN_FOR if recorded in ALSO_TAKEN_FOR.get(expected, ()) else NO_CLASS


def _assigned(costs: list[list[int]]) -> Iterator[tuple[int, int]]:
    """Rows and columns matched one to one at the least cost; a lone row or column needs no search."""
    if len(costs) == 1 or len(costs[0]) == 1:
        pairs = [min((cost, row, column) for row, line in enumerate(costs) for column, cost in enumerate(line))[1:]]
    elif len(costs) > len(costs[0]):
        turned = [list(line) for line in zip(*costs, strict=True)]
        pairs = [(row, column) for column, row in _assignment(turned)]
    else:
        pairs = _assignment(costs)
    for row, column in sorted(pairs):
        if costs[row][column] < NO_CLASS:
            yield row, column


def _assignment(costs: list[list[int]]) -> list[tuple[int, int]]:
    """The assignment of every row to a column at the least sum, for no more rows than columns.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957): exact, and quick for the few crimes of a record.
    """
    rows, columns = len(costs), len(costs[0])
    of_row, of_column = [0] * (rows + 1), [0] * (columns + 1)
    held_by = [0] * (columns + 1)
    for row in range(1, rows + 1):
        held_by[0], column = row, 0
        least, seen, before = [10**9] * (columns + 1), [False] * (columns + 1), [0] * (columns + 1)
        while held_by[column]:
            seen[column] = True
            at = held_by[column]
            for other in range(1, columns + 1):
                reduced = costs[at - 1][other - 1] - of_row[at] - of_column[other]
                if not seen[other] and reduced < least[other]:
                    least[other], before[other] = reduced, column
            nearest = min((one for one in range(1, columns + 1) if not seen[one]), key=lambda one: least[one])
            step = least[nearest]
            for other in range(columns + 1):
                if seen[other]:
                    of_row[held_by[other]] += step
                    of_column[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            held_by[column] = held_by[before[column]]
            column = before[column]
    return [(held_by[column] - 1, column - 1) for column in range(1, columns + 1) if held_by[column]]
