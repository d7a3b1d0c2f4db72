"""How many crimes a record's acts come to: one for each victim, the principal crime of each finished incident.

HOCR 2026/27 pp 12-14 (counting), p 14 (order of the principal crime), pp 50-58 (conduct crimes), p 48 (modern slavery).
An act is collapsed only into another of the same pair on the same occasion, and the reason is kept in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cdi_nlp.recording.acts import Act, distance, known, named_plainly, same_pair, same_victim
from cdi_nlp.recording.eras import RulePack
from cdi_nlp.recording.who import is_business, one_of

HURTS = frozenset({"common_assault", "assault_with_injury", "serious_assault"})
TAKING = frozenset({"theft", "burglary"})
"""An unknown thief is not taken for the known offender of another act."""
DONE_ANEW = frozenset({*HURTS, "strangulation", "criminal_damage", "public_order", "theft", "threats_to_kill"})
"""Single acts, of which the same done again after the report is a new crime; conduct goes on as one."""
THREAT_SENT = "005/28"
"""A threat of death or serious harm in a message: a substantive offence, which a live course of conduct does not take
in as it does other messages (pp 57-58)."""
NEARBY = 300
"""Characters between two acts that are taken as one incident where the words do not say whose they are."""


@dataclass(frozen=True, slots=True)
class Collapse:
    """One act that is not counted, the act that it is counted within, and the rule that says so."""

    act: Act
    into: Act
    rule: str

    def words(self) -> str:
        """The collapse in words, as `reasons` gives it."""
        return f"{self.act.family} into {self.into.family} ({self.rule})"


def count(acts: Sequence[Act], pack: RulePack) -> tuple[list[Act], list[Collapse]]:
    """The acts that are crimes of their own, and those that are collapsed, from acts in order of seriousness."""
    kept: list[Act] = []
    collapsed: list[Collapse] = []
    for act in acts:
        same = next((other for other in kept if _same_crime(act, other)), None)
        if same is not None:
            if act.times > same.times:
                kept[_place(kept, same)] = replace(same, times=act.times)
            continue
        found = next(((other, rule) for other in kept if (rule := _rule(act, other, pack))), None)
        if found is None:
            kept.append(act)
        else:
            collapsed.append(Collapse(act, found[0], pack.cite(found[1])))
    return _each_once(kept), collapsed


def _place(acts: Sequence[Act], act: Act) -> int:
    return next(place for place, one in enumerate(acts) if one is act)


def _each_once(acts: list[Act]) -> list[Act]:
    """Rapes of one victim told one by one are not numbered a second time by the words that number them."""
    rapes = [act for act in acts if act.family == "rape"]
    return [
        replace(act, times=1)
        if act.times > 1 and any(other is not act and same_victim(act, other) for other in rapes)
        else act
        for act in acts
    ]


def _same_crime(act: Act, other: Act) -> bool:
    """Whether two tellings are of one crime: the same offence, pair and occasion."""
    if act.family != other.family or (act.again != other.again and act.family in DONE_ANEW):
        return False
    if act.victim is None and other.victim is None:
        return one_of(act.suspects, other.suspects)
    return same_pair(act, other)


def _rule(act: Act, principal: Act, pack: RulePack) -> str | None:  # noqa: PLR0911  one return for each rule
    """The rule by which an act is counted within a graver one; None where it is a crime of its own."""
    if act.family in pack.always or principal.family in pack.always:
        return None
    if act.family == "weapons" or principal.family == "weapons":
        return _weapon(act, principal, pack)
    if _of_a_robbery(act, principal):
        return "robbery"
    if act.family in TAKING and not known(act) and known(principal):
        return None
    conduct = act.family in pack.conduct_families, principal.family in pack.conduct_families
    if pack.conduct == "in addition" and conduct[0] != conduct[1]:
        return None
    if act.occasion != principal.occasion or not same_pair(act, principal):
        return None
    if not (all(conduct) or _one_incident(act, principal, covers=any(conduct) and not all(conduct))):
        return None
    return "one_conduct" if all(conduct) else principal.rung.rule


def _one_incident(act: Act, principal: Act, *, covers: bool) -> bool:
    """Whether two acts of a pair were reported at once.

    A course of conduct covers the pair's other acts wherever they are told, and so does a report that names its
    victims; where nobody is named, what stands near by. In an enquiry log, which goes on after the report, an unknown
    offender's act and another entry's are not one, nor is a substantive offence told once a conduct crime is live
    (pp 50-58): it is recorded in addition.
    """
    near = distance(act.disclosure, principal.disclosure) <= NEARBY
    if act.running and act.entry != principal.entry:
        message = next((one for one in (act, principal) if one.family == "malicious_communications"), None)
        live = covers and (message is None or message.ho_code == THREAT_SENT)
        if live or not (known(act) and known(principal)):
            return False
    return near or covers or named_plainly((act, principal))


def _of_a_robbery(act: Act, principal: Act) -> bool:
    """Whether an injury is part of the robbery of a business, whoever of its people was hurt (p 13)."""
    if principal.family != "robbery" or act.family not in HURTS or act.occasion != principal.occasion:
        return False
    if principal.victim is None or not is_business(principal.victim):
        return False
    return one_of(act.suspects, principal.suspects) and distance(act.disclosure, principal.disclosure) <= NEARBY


def _weapon(act: Act, principal: Act, pack: RulePack) -> str | None:
    """A weapon used in an offence is part of it; one carried, or shown to somebody else, is a crime of its own."""
    if act.family != "weapons" or principal.family not in pack.weapon_used_in or act.victim is None:
        return None
    if act.occasion != principal.occasion or not same_victim(act, principal):
        return None
    return "weapon_used" if distance(act.disclosure, principal.disclosure) <= NEARBY else None
