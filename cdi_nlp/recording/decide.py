"""★ What should have been recorded, from the flagged disclosures: the counting rules in one screen.

    disclosures → acts (offence, victim, suspects, occasion) → less what is defeated → counted → crimes

Each step cites its rule; the rules are those in force on the day of the report (`eras/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cdi_nlp.detect import Reading
from cdi_nlp.recording.acts import Act, acts_of, around
from cdi_nlp.recording.counting import Collapse, count
from cdi_nlp.recording.defeat import Defeat, defeat_of
from cdi_nlp.recording.eras import RulePack, pack_for
from cdi_nlp.recording.who import NOT_STATED, described
from cdi_nlp.recording.wording import wordings
from cdi_nlp.records import Crime, Disclosure

LEAST_AGE = 16
"""Former partners are those of 16 and over (HOCR 2026/27 pp 50-58)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The crimes that should be recorded, whether an N100 is the right record, and how it came to that."""

    crimes: tuple[Crime, ...]
    n100: bool
    collapsed: tuple[str, ...]
    defeats: tuple[Defeat, ...] = ()
    pack: RulePack = field(default_factory=lambda: pack_for(None))

    @property
    def result(self) -> str:
        """What the record comes to in one word: a crime, else what is recorded instead, else no crime."""
        if self.crimes:
            return "crime"
        if self.n100:
            return "n100"
        instead = {defeat.instead for defeat in self.defeats}
        return next((name for name in ("transfer", "crime-related incident") if name in instead), "no crime")


def decide(reading: Reading, disclosures: Sequence[Disclosure]) -> Decision:
    """The crimes that a record's flagged disclosures should have become."""
    day = reading.record.reported_at
    pack = pack_for(day.date() if day else None)
    told = dict.fromkeys(disclosure for disclosure in disclosures if disclosure.flagged)
    if not told:
        return Decision((), n100=False, collapsed=(), pack=pack)
    acts, defeats = _standing(reading, acts_of(reading, told, pack))
    kept, collapsed = count(sorted((_as_conduct(reading, act, pack) for act in acts), key=lambda act: act.key), pack)
    kept.sort(key=lambda act: (act.start, act.key))
    within = {id(act): [one for one in collapsed if one.into.key == act.key] for act in kept}
    crimes = [_crime(act, pack, within[id(act)]) for act in kept for _ in range(act.times)]
    words = (*(one.words() for one in collapsed), *(defeat.sentence() for defeat in defeats))
    n100 = any(defeat.instead.startswith("N100") for defeat in defeats)
    return Decision(tuple(crimes), n100, tuple(dict.fromkeys(words)), tuple(defeats), pack)


def _standing(reading: Reading, acts: Sequence[Act]) -> tuple[list[Act], list[Defeat]]:
    """The acts that nothing defeats, and the defeats of the others."""
    standing: list[Act] = []
    defeats: list[Defeat] = []
    for act in acts:
        defeat = defeat_of(reading, act, acts)
        if defeat is None:
            standing.append(act)
        else:
            defeats.append(defeat)
    return standing, defeats


def _as_conduct(reading: Reading, act: Act, pack: RulePack) -> Act:
    """A former partner's harassment as stalking, which the rules take it for by default."""
    if not (pack.ex_partners_stalk and act.family == "harassment"):
        return act
    people = (*act.suspects, *((act.victim,) if act.victim else ()))
    if not any(person.relation == "ex" for person in people):
        return act
    near, words = around(reading, act.disclosure, 300, 300), wordings()
    if words["formerly something else"].found(near) or words["harassment in law"].found(near):
        return act
    if any(person.age is not None and person.age < LEAST_AGE for person in people):
        return act
    place, rung = pack.rung("stalking", "195/12")
    return replace(act, family="stalking", ho_code="195/12", place=place, rung=rung)


def _crime(act: Act, pack: RulePack, within: Sequence[Collapse]) -> Crime:
    disclosure = act.disclosure
    span = disclosure.evidence[0]
    why = [f"disclosed at characters {span.start} to {span.end} with probability {disclosure.probability:.2f}"]
    if act.law:
        why.append(f"told as {disclosure.family}: {act.law.why}")
    elif act.family != disclosure.family:
        why.append(pack.cite("stalking_default"))
    if act.times > 1:
        why.append(f"{act.times} penetrated, one crime for each")
    if act.occasion:
        why.append("of another occasion, told after the first report")
    if within:
        why.append("counts " + ", ".join(sorted({one.act.family for one in within})) + " within it")
    return Crime(
        family=act.family,
        ho_code=act.ho_code,
        victim=described(act.victim) if act.victim else NOT_STATED,
        suspect=" and ".join(described(person) for person in act.suspects) or NOT_STATED,
        rule="; ".join(_rules(act, pack, within)),
        why="; ".join(why),
        within=tuple(sorted({one.act.family for one in within})),
        probability=disclosure.probability,
    )


def _rules(act: Act, pack: RulePack, within: Sequence[Collapse]) -> list[str]:
    """The rules that make a crime of an act, the one that says most first."""
    names = ["believed"]
    if act.family == "modern_slavery":
        names.append("slavery")
    elif act.family in pack.always or act.family in pack.state:
        names.append("additional" if act.family not in pack.state else "victimless")
    elif act.times > 1:
        names.append("penetrators")
    else:
        names.append("one_per_victim")
    if act.occasion:
        names.append("later")
    rules = [pack.cite(name) for name in names]
    return rules + sorted({one.rule for one in within} - set(rules))
