"""Offence titles as forces write them, placed in the taxonomy.

A title is tried whole, then without its qualifiers ("domestic", "attempted", the Act), then by its parts, and
last by likeness to the known titles. The known ones are `titles.csv`, written by hand, then the wordings of
offences and of CJS codes. A title that is like none of them is left unplaced rather than guessed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from cdi_nlp.taxonomy import OTHER, Offence, Taxonomy, read_rows

SET_FLOOR = 86
"""How much of the shorter title's words must be in the longer one (rapidfuzz token_set_ratio)."""
SORT_FLOOR = 72
"""How alike the two must be as wholes (rapidfuzz token_sort_ratio): a word in common is not enough."""
ONE_WORD_FLOOR = 88
"""A single word may only be a misspelling."""
CANDIDATES = 60

GENERAL = frozenset(
    {
        "assault", "burglary", "criminal damage", "damage", "drugs", "drug offence", "harassment",
        "other theft", "possession weapons", "public order", "public order offence", "robbery",
        "sexual offence", "stalking", "stalking harassment", "theft", "violence with injury",
        "violence without injury", "assault with injury", "assault without injury", "fraud",
        "child sexual offence", "other notifiable offence", "modern slavery", "child abuse",
        "deception", "kidnapping",
    }
)  # fmt: skip
"""Names of groups: one of these gives way to any other part of the title."""

SPECIAL_CLASSES = frozenset({"8S", "8T", "19J", "19K"})
"""Classes that share codes and wordings with a general class and are meant only where they are named."""

_SMALL = frozenset("a an and at in of on or the to".split())
_WORDS: Mapping[str, str] = {
    "abh": "actual bodily harm",
    "agg": "aggravated",
    "att": "attempted",
    "attempt": "attempted",
    "attempts": "attempted",
    "attempting": "attempted",
    "burg": "burglary",
    "comms": "communications",
    "crim": "criminal",
    "dam": "damage",
    "dwell": "dwelling",
    "dwg": "dwelling",
    "gbh": "grievous bodily harm",
    "inj": "injury",
    "injuries": "injury",
    "mv": "motor vehicle",
    "vehicles": "vehicle",
    "veh": "vehicle",
    "occ": "occasioning",
    "offences": "offence",
    "offfence": "offence",
    "poss": "possession",
    "possess": "possession",
    "possessing": "possession",
    "rac": "racially",
    "racial": "racially",
    "relig": "religiously",
    "rra": "racially religiously aggravated",
    "resi": "residential",
    "res": "residential",
    "causing": "cause",
    "inflicting": "inflict",
    "inciting": "incite",
    "sharing": "share",
    "sending": "send",
    "threatening": "threaten",
    "behavior": "behaviour",
    "yrs": "years",
}
_SECTION = re.compile(r"\b(?:section|sect|sctn|sec|s)\s*\.?\s*(\d+)\s*\(?([ab])?(?:\)|\b)")
_ONLY_SECTION = re.compile(r"s\d+[ab]?")
_QUALIFIERS = re.compile(
    r"\b(?:domestic (?:abuse|violence|related)|domestic|dom|dv|da|related|non recent|historic(?:al)?|alleged|"
    r"allegation|reported|suspected|possible|notifiable|recordable|hate crime|online|crime|offence|involving|"
    r"(?:oapa|cja|soa|poa|pha|cda|mda|cypa|sca)(?: \d{4})?|(?:[a-z]+ )?(?:[a-z]+ )?act \d{4}|pre \d+ .*)\b"
)
_RACE_OR_RELIGION = re.compile(r"\b(?:racially religiously|religiously racially)(?: aggravated)?\b")
_PARTIES = re.compile(
    r"\b(?:aid(?:ing)?(?: abet(?:ting)?)?(?: counsel)?(?: procure)?|"
    r"conspir(?:e|acy|ing)(?: commit)?|inchoate)\b"
)
_ATTEMPT = re.compile(r"\battempted\b")
_PARTS = re.compile(r"\s[-–—/]\s|[:;()\[\]|]|\s-|-\s")
_MARKS = (
    re.compile(r"\b(?:no|non|not|without)\b"),
    re.compile(r"\bfrom\b"),
    re.compile(r"\bthan\b"),
    re.compile(r"\b(?:emergency|constable|police)\b"),
    re.compile(r"\b(?:sexual|sexually|indecent|rape|penetration)\b"),
    re.compile(r"\b(?:kill|murder|death)\b"),
    re.compile(r"\bintent\b"),
)
"""Words that a title and its match must both have or both lack: "with injury" is not "without injury"."""
_DEEP_MARKS = (re.compile(r"\b(?:racially|religiously)\b"), re.compile(r"\bbreach\b"))
"""The same, and for the parts of a title too: "Harassment - breach of injunction" is not harassment."""
_CHOICES = (
    re.compile(r"\bs?\d+[ab]?\b"),
    re.compile(r"\bclass [abc]\b"),
    re.compile(r"\b(?:female|male)\b"),
    re.compile(r"\b(?:under|over)\b"),
)
"""Words of which a title and its match may not have different ones."""
_HEADS = (
    "actual bodily harm", "arson", "blackmail", "burglary", "common assault", "criminal damage",
    "grievous bodily harm", "harassment", "kidnap", "malicious communications", "modern slavery",
    "non fatal strangulation", "rape", "robbery", "sexual assault", "stalking", "theft", "threats kill",
    "voyeurism",
)  # fmt: skip
"""Names of offences that a title may begin with and go on in words of its own."""
_NOT_HEADS = re.compile(r"\b(?:alarm|wanted|suspects?|lost|found|prevention|reduction|advice|insurance)\b")
_ATTEMPTED_CODES: Mapping[str, str] = {
    "001/01": "002/00",
    "019/07": "019/11",
    "019/08": "019/12",
    "019/09": "019/13",
    "019/10": "019/14",
    "019/16": "019/18",
    "019/17": "019/19",
}
_ATTEMPTED_CLASSES: Mapping[str, str] = {
    "28A": "28B", "28C": "28D", "28E": "28F", "28G": "28H", "28I": "28J", "28K": "28L", "28M": "28N",
    "28O": "28P", "30A": "30B", "30C": "30D",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an offence stands: what is not known, or is no crime, is None."""

    family: str | None = None
    ho_code: str | None = None
    offence_class: str | None = None


NOWHERE = Placed()
"""An incident that is no crime, or a title that cannot be placed."""


def plain(title: str) -> str:
    """Return a title in the form in which titles are compared: lower case, spelt out, without small words."""
    text = title.lower().replace("’", "'").replace("'", "").replace("&", " and ")
    text = text.replace("w/o", "without").replace("w/i", "with intent").replace("m/v", "motor vehicle")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _SECTION.sub(r" s\1\2 ", text)
    words = re.sub(r"[^a-z0-9+]+", " ", text).split()
    text = " ".join(_WORDS.get(word, word) for word in words if word not in _SMALL)
    return _RACE_OR_RELIGION.sub("racially religiously aggravated", text)


class TitleIndex:
    """The known titles of a taxonomy, and the search through them."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Read the titles; the CJS wordings wait until a title needs them."""
        self.taxonomy = taxonomy
        self.written: dict[str, Placed] = {}
        for title, ho_code, offence_class, family in read_rows(taxonomy.folder, "titles.csv")[1:]:
            self.written.setdefault(plain(title), self._placed(ho_code, offence_class, family))

    def _placed(self, ho_code: str, offence_class: str, family: str) -> Placed:
        if ho_code:
            rows = self.taxonomy.offences[ho_code]
            row = next((o for o in rows if o.offence_class == offence_class), rows[0])
            return Placed(row.family, ho_code, offence_class or None)
        return Placed(family or None, None, offence_class or None)

    @cached_property
    def known(self) -> Mapping[str, Placed]:
        """Every title that can be matched, those of `titles.csv` first."""
        found = dict(self.written)
        for name in self.taxonomy.families:
            found.setdefault(plain(self.taxonomy.families[name].title), Placed(name))
        for title, rows in self._wordings().items():
            if len({offence.family for offence in rows}) == 1:
                found.setdefault(title, Placed(rows[0].family, rows[0].ho_code, rows[0].offence_class))
        for ho_code, title in self.taxonomy.cjs.values():
            family = self.taxonomy.family_of(ho_code)
            if family not in (None, OTHER):
                found.setdefault(plain(title), Placed(family, ho_code))
        return found

    def _wordings(self) -> Mapping[str, list[Offence]]:
        """Return the offences of each wording of the list; a few stand for offences of several families."""
        found: dict[str, list[Offence]] = {}
        for rows in self.taxonomy.offences.values():
            for offence in rows:
                if offence.kind == "crime" and offence.offence_class not in SPECIAL_CLASSES:
                    found.setdefault(plain(offence.title), []).append(offence)
        return found

    @cached_property
    def _choices(self) -> list[str]:
        return [title for title in self.known if title]

    def find(self, title: str) -> Placed:
        """Where a title stands; NOWHERE where it is no crime or like no known title."""
        for text, attempted in _shorter(plain(title)):
            place = self.known.get(text)
            if place is not None:
                return _as_attempt(place) if attempted else place
        part = self._by_parts(title)
        if part is not None and not part[1]:
            return part[0]
        place = self._by_likeness(plain(title))
        if place != NOWHERE:
            return place
        return part[0] if part is not None else self._by_head(plain(title))

    def _by_head(self, text: str) -> Placed:
        """Return the family of the offence that a title begins with; what follows may change its code."""
        text = _squeeze(_ATTEMPT.sub(" ", _QUALIFIERS.sub(" ", text)))
        head = next((head for head in _HEADS if f"{text} ".startswith(f"{head} ")), None)
        if head is None or _NOT_HEADS.search(text) or not _same_marks(text, head, marks=_DEEP_MARKS):
            return NOWHERE
        return Placed(self.known[head].family)

    def _by_parts(self, title: str) -> tuple[Placed, bool] | None:
        """Return the most telling part of a title, and whether it only names a group of offences."""
        parts = [part for part in _PARTS.split(title) if part.strip()]
        if len(parts) < 2:
            return None
        hits, whole = [], plain(title)
        for part in parts:
            for text, attempted in _shorter(plain(part)):
                if text in self.known and _same_marks(whole, text, marks=_DEEP_MARKS):
                    place = _as_attempt(self.known[text]) if attempted else self.known[text]
                    own = not _ONLY_SECTION.fullmatch(text)
                    rank = (place != NOWHERE, own, text not in GENERAL, place.ho_code is not None, len(text))
                    hits.append((rank, place))
                    break
        if not hits:
            return None
        rank, place = max(hits, key=lambda hit: hit[0])
        return place, not rank[2]

    def _by_likeness(self, text: str) -> Placed:
        attempted = bool(_ATTEMPT.search(text))
        text = _squeeze(_ATTEMPT.sub(" ", _PARTIES.sub(" ", _QUALIFIERS.sub(" ", text))))
        close = process.extract(
            text, self._choices, scorer=fuzz.token_set_ratio, score_cutoff=SET_FLOOR, limit=CANDIDATES
        )
        ranked = [
            (fuzz.token_sort_ratio(text, choice), -place, choice) for choice, _, place in close if _agree(text, choice)
        ]
        floor = SORT_FLOOR if " " in text else ONE_WORD_FLOOR
        if not ranked or max(ranked)[0] < floor:
            return NOWHERE
        place = self.known[max(ranked)[2]]
        return _as_attempt(place) if attempted else place


def _same_marks(text: str, choice: str, *, marks: tuple[re.Pattern[str], ...]) -> bool:
    return all(bool(mark.search(text)) == bool(mark.search(choice)) for mark in marks)


def _agree(text: str, choice: str) -> bool:
    """Whether two titles do not differ in a word that changes the offence."""
    if not _same_marks(text, choice, marks=_MARKS + _DEEP_MARKS):
        return False
    pairs = ((set(words.findall(text)), set(words.findall(choice))) for words in _CHOICES)
    return all(not here or not there or here & there for here, there in pairs)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _shorter(text: str) -> Iterator[tuple[str, bool]]:
    """Return the title, then shorter and shorter forms of it, each with whether an attempt was taken out."""
    yield text, False
    bare = _squeeze(_PARTIES.sub(" ", _QUALIFIERS.sub(" ", text)))
    if bare and bare != text:
        yield bare, False
    if _ATTEMPT.search(text):
        for form in (text, bare):
            yield _squeeze(_ATTEMPT.sub(" ", form)), True


def _as_attempt(place: Placed) -> Placed:
    """Return the same offence attempted, where attempts have a code or class of their own."""
    code, offence_class = place.ho_code or "", place.offence_class or ""
    if code == "001/01":
        return Placed("serious_assault", "002/00", "2")
    return replace(
        place,
        ho_code=_ATTEMPTED_CODES.get(code, code) or None,
        offence_class=_ATTEMPTED_CLASSES.get(offence_class, offence_class) or None,
    )


@lru_cache(maxsize=8)
def title_index(taxonomy: Taxonomy) -> TitleIndex:
    """Return the titles of a taxonomy, read once."""
    return TitleIndex(taxonomy)
