"""From findings to disclosures: one a family, with a probability that pattern precision supports.

Several patterns on one segment are one witness: the best of them counts. Each further segment that tells of the family
adds half as much as the one before, because a log repeats itself. One act yields its gravest family alone (HOCR 2026/27
p 13, finished incident): a lesser family that is told only in the same breath is absorbed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cdi_nlp.detect import Reading
from cdi_nlp.detect.neutral import neutral
from cdi_nlp.detect.people import cast_of
from cdi_nlp.detect.weigh import TERSE, Weigher, evidenced, features
from cdi_nlp.detect.windows import windows
from cdi_nlp.records import DISCLOSING, Disclosure, Evidence, Finding, Person, Record, Sex, Status
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import Taxonomy
from cdi_nlp.taxonomy.codes import suggest_code
from cdi_nlp.taxonomy.patterns import Pattern

LEAST = 0.05
"""A disclosure less probable than this is left out of the results."""
MOST_EVIDENCE = 5
LEARNED = frozenset({"linear", "encoder"})
SHOWN = 0.3
"""An encoder's finding of at least this probability is shown as evidence."""
BY_SEX_AND_AGE = frozenset({"rape", "sexual_assault", "child_sexual_offence"})
"""The families whose Home Office code goes by the victim's sex and age (classes 17 to 23)."""
BY_OFFICE = frozenset({"common_assault", "assault_with_injury"})
"""The families whose code goes by the victim's office: a constable's is a class of its own (classes 8S, 104)."""
A_LIST = 3
"""Families named in one sentence from which on it is a list of offences, not an account of one."""
SHORT = 60
"""Words above which a record that names an offence would tell it too: the name alone then counts half."""
SURE = 0.7
"""From what probability a model flags in a terse line what patterns do not flag there. The models learned from accounts
and know less of such lines, so what patterns alone support stands there, but for the families that a model was weighed
on in such lines (Weigher.trusts_terse)."""
FAINT = 0.4
"""Below this probability a lesser family beside a graver one is taken for the same act. Of eight flags that this took
away in a trial on calibration texts, test records and uk_dev none was right."""
SAME_ACT = 2
"""How many segments apart two findings may stand and still tell of one act."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """Combines the findings of a reading into its disclosures."""

    taxonomy: Taxonomy
    patterns: Mapping[str, Pattern]
    flag: FlagSettings
    weigher: Weigher | None = None

    def combine(self, reading: Reading, findings: Sequence[Finding]) -> tuple[Disclosure, ...]:
        """The disclosures of a record, in the order of the taxonomy's families.

        With a weigher the learned detectors' findings are weighed with the patterns'; without one patterns decide.
        """
        told = self.standing(findings)
        alone = {name: self.chance(reading, found) for name, found in told.items()}
        chances = alone
        if self.weigher:
            chances = self._weighed(self.weigher, reading, findings, alone)
            for name, found in _shown(findings, chances).items():
                told.setdefault(name, []).extend(found)
        made = (
            self._disclosure(
                reading,
                told[name],
                probability=round(chances[name], 4),
                flag_at=self._own_threshold(reading, name, alone.get(name, 0.0)),
            )
            for name in self.taxonomy.families
            if name in told and chances.get(name, 0.0) >= LEAST
        )
        return self._graver_alone(tuple(made), told)

    def _graver_alone(
        self, made: tuple[Disclosure, ...], told: Mapping[str, Sequence[Finding]]
    ) -> tuple[Disclosure, ...]:
        """The disclosures, a faint one no longer flagged where a graver flagged one tells of the same act.

        One act is recorded once, as the gravest crime that it proves (HOCR 2026/27, principal crime). Of two acts side
        by side the lesser is seldom faint.
        """
        flagged = [one for one in made if one.flagged]
        return tuple(
            replace(one, flagged=False)
            if one.flagged
            and one.probability < FAINT
            and any(
                one.family in self.taxonomy.families[other.family].lesser
                and other.probability > one.probability
                and _near(told[one.family], told[other.family])
                for other in flagged
            )
            else one
            for one in made
        )

    def rows(
        self, reading: Reading, findings: Sequence[Finding], chances: Mapping[str, float], families: Iterable[str] = ()
    ) -> dict[str, tuple[float, ...]]:
        """The weigher's features of every family of which anything was found, and of `families` besides.

        `chances` are the probabilities by patterns alone. Scanning and fitting read the same rows from here.
        """
        learned, count, words = evidenced(findings), len(windows(reading)), _words(reading.record)
        return {
            name: features(name, patterns=chances, learned=learned, windows=count, words=words, taxonomy=self.taxonomy)
            for name in learned.keys() | chances.keys() | set(families)
        }

    def _weighed(
        self, weigher: Weigher, reading: Reading, findings: Sequence[Finding], chances: Mapping[str, float]
    ) -> dict[str, float]:
        """Each family's probability, patterns and learned detectors weighed together."""
        rows = self.rows(reading, findings, chances)
        weighed = {name: weigher.probability(name, row) for name, row in rows.items()}
        if not terse(reading.record):
            return weighed
        return {
            name: chance if name in weigher.trusts_terse else max(chance, chances.get(name, 0.0))
            for name, chance in weighed.items()
        }

    def _own_threshold(self, reading: Reading, family: str, alone: float) -> float:
        """From what probability a family is flagged: the model's where one weighed it, else the family's own.

        In a terse line patterns flag as they would `alone`; a model that was not weighed on such lines must be sure.
        """
        if self.weigher is None:
            return self.taxonomy.families[family].flag_at
        if terse(reading.record) and family not in self.weigher.trusts_terse:
            own = self.taxonomy.families[family].flag_at
            return own if alone >= own else SURE
        return self.weigher.flag_at[family]

    def chance(self, reading: Reading, findings: Sequence[Finding]) -> float:
        """The probability that pattern precision supports: the best of each segment, each further one counting half."""
        best: dict[int, float] = {}
        for finding in findings:
            best[finding.segment] = max(best.get(finding.segment, 0.0), finding.precision)
        named_alone = not self._plain(findings) and reading.record.text.count(" ") > SHORT
        doubt = 1.0
        for place, precision in enumerate(sorted(best.values(), reverse=True)):
            doubt *= 1 - precision / 2 ** (place + named_alone)
        return 1 - doubt

    def standing(self, findings: Sequence[Finding]) -> dict[str, list[Finding]]:
        """By family, the patterns' findings that disclose and stand on an act of their own."""
        told: dict[str, list[Finding]] = defaultdict(list)
        named = [finding for finding in findings if finding.detector not in LEARNED]
        lists = self._lists_of_offences(named)
        for finding in named:
            if finding.status in DISCLOSING and not (finding.segment in lists and self._vague(finding)):
                told[finding.family].append(finding)
        kept = {}
        for name, mentions in told.items():
            graver = [
                other
                for family, others in told.items()
                if name in self.taxonomy.families[family].lesser
                for other in others
            ]
            own = [f for f in mentions if not _near([f], graver)]
            near = [family for family in self.taxonomy.families[name].neighbours if self._plain(told.get(family, ()))]
            if own and (self._plain(own) or not (near or graver)):
                kept[name] = own
        return kept

    def _lists_of_offences(self, findings: Sequence[Finding]) -> set[int]:
        """The segments that name so many offences that they tell of none: a policy, a form, a leaflet."""
        named: dict[int, set[str]] = defaultdict(set)
        for finding in findings:
            if self._vague(finding):
                named[finding.segment].add(finding.family)
        return {segment for segment, families in named.items() if len(families) >= A_LIST}

    def _vague(self, finding: Finding) -> bool:
        return finding.source in self.patterns and self.patterns[finding.source].vague

    def _plain(self, findings: Sequence[Finding]) -> bool:
        """Whether some finding tells the act, not only the offence's name."""
        return any(not self._vague(finding) for finding in findings)

    def _disclosure(
        self, reading: Reading, findings: Sequence[Finding], *, probability: float, flag_at: float
    ) -> Disclosure:
        best: dict[int, Finding] = {}
        for finding in findings:
            held = best.get(finding.segment)
            if held is None or _rank(finding) < _rank(held):
                best[finding.segment] = finding
        ranked = sorted(best.values(), key=lambda f: (-f.precision, f.start))
        family, lead = ranked[0].family, ranked[0]
        cast = cast_of(reading, findings)
        sex, age = _one_sex(cast.victims), _one_age(cast.victims)
        reported = reading.record.reported_at
        code = lead.ho_code or suggest_code(
            family,
            sex=sex if family in BY_SEX_AND_AGE else None,
            age=age if family in BY_SEX_AND_AGE else None,
            on_constable=family in BY_OFFICE and any(person.relation == "constable" for person in cast.victims),
            reported_on=reported.date() if reported else None,
        )
        return Disclosure(
            family=family,
            ho_code=code,
            probability=probability,
            flagged=probability >= self.flag.threshold(family, own=flag_at),
            status=_status(findings),
            when="current" if any(f.when == "current" for f in findings) else "historic",
            reported_by=lead.reported_by,
            evidence=_evidence(reading.record.text, ranked),
            why=self._why(ranked),
            victims=cast.victims,
            suspects=cast.suspects,
        )

    def _why(self, ranked: Sequence[Finding]) -> str:
        lead = ranked[0]
        pattern = self.patterns.get(lead.source)
        if lead.detector == "encoder":
            return self._with_places(f"Read so by the encoder ({lead.precision:.0%} of this window alone)", ranked)
        text = pattern.why.rstrip(".") if pattern and pattern.why else f"Words of {lead.family}"
        return self._with_places(f"{text} ({lead.source}, right {lead.precision:.0%} of the time)", ranked)

    def _with_places(self, said: str, ranked: Sequence[Finding]) -> str:
        """A reason with how often it is told, and what became of it."""
        lead, parts = ranked[0], [said]
        if len(ranked) > 1:
            parts.append(f"said in {len(ranked)} places")
        if lead.status != "affirmed":
            parts.append({"suspect_denied": "the suspect denies it", "retracted": "since retracted"}[lead.status])
        if lead.when == "historic":
            parts.append("historic")
        return "; ".join(parts)


def _shown(findings: Sequence[Finding], chances: Mapping[str, float]) -> dict[str, list[Finding]]:
    """The encoder's findings that are shown as evidence of each family: the sure ones, or the surest where none is."""
    own: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.detector == "encoder" and finding.status in DISCLOSING:
            own[finding.family].append(finding)
    shown = {name: [finding for finding in found if finding.precision >= SHOWN] for name, found in own.items()}
    return {
        name: shown[name] or [max(found, key=lambda finding: (finding.precision, -finding.start))]
        for name, found in own.items()
        if shown[name] or chances.get(name, 0.0) >= LEAST
    }


def _near(some: Sequence[Finding], others: Sequence[Finding]) -> bool:
    """Whether findings of two families stand so close that they may tell of one act."""
    return any(abs(one.segment - other.segment) <= SAME_ACT for one in some for other in others)


def terse(record: Record) -> bool:
    """Whether a record is a terse log line."""
    return _words(record) <= TERSE


def _words(record: Record) -> int:
    """The words of a record; a short one's less names and origins, so that whose line it is does not make it long."""
    count = record.text.count(" ")
    return neutral(record.text).text.count(" ") if count <= 2 * TERSE else count


def _rank(finding: Finding) -> tuple[bool, float, int]:
    """Which of several findings of one segment shows the act best: a pattern's before a model's, then the surer."""
    return finding.detector in LEARNED, -finding.precision, finding.start


def _one_sex(victims: Sequence[Person]) -> Sex | None:
    """The victims' sex where all are said to be of one."""
    sexes = {person.sex for person in victims}
    return sexes.pop() if len(sexes) == 1 else None


def _one_age(victims: Sequence[Person]) -> int | None:
    ages = {person.age for person in victims}
    return ages.pop() if len(ages) == 1 else None


def _status(findings: Sequence[Finding]) -> Status:
    order: tuple[Status, ...] = ("affirmed", "suspect_denied", "retracted")
    return next(status for status in order if any(f.status == status for f in findings))


def _evidence(text: str, ranked: Sequence[Finding]) -> tuple[Evidence, ...]:
    spans = sorted({(f.start, f.end, f.detector) for f in ranked[:MOST_EVIDENCE]})
    return tuple(Evidence(start, end, text[start:end], detector) for start, end, detector in spans)
