"""The Home Office code of a family, as far as the facts decide it.

Where they leave several, the codes stand in order with "|" between them: "019/08|019/10" is one of these
two (HOCR 2026/27, classes 17 to 23 go by the victim's sex and age). `code_choices` takes such a range apart.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cdi_nlp.errors import NotFoundError
from cdi_nlp.records import Sex
from cdi_nlp.taxonomy import load_taxonomy

COERCION_FROM = date(2015, 12, 29)
"""Serious Crime Act 2015 s.76."""
GROOMING_MESSAGES_FROM = date(2017, 4, 3)
"""Sexual Offences Act 2003 s.15A."""
EMERGENCY_WORKERS_FROM = date(2018, 11, 13)
"""Assaults on Emergency Workers (Offences) Act 2018."""
PRIVATE_PLACE_WEAPONS_FROM = date(2022, 4, 6)
"""Offensive Weapons Act 2019 s.52."""
STRANGULATION_FROM = date(2022, 6, 7)
"""Serious Crime Act 2015 s.75A."""
ONLINE_SAFETY_FROM = date(2024, 1, 31)
"""Online Safety Act 2023: threatening communications and intimate images."""

Band = Literal["under 13", "13 to 15", "16 or 17", "adult"]
ADULT = 18
CHILD_BANDS: tuple[Band, ...] = ("under 13", "13 to 15", "16 or 17")
SEXES: tuple[Sex, ...] = ("female", "male")

# Age bands in the order of the columns: under 13, 13 to 15, 16 and over.
RAPE: Mapping[Sex, tuple[str, str, str]] = {
    "female": ("019/16", "019/07", "019/08"),
    "male": ("019/17", "019/09", "019/10"),
}
ATTEMPTED_RAPE: Mapping[Sex, tuple[str, str, str]] = {
    "female": ("019/18", "019/11", "019/12"),
    "male": ("019/19", "019/13", "019/14"),
}
TOUCHING: Mapping[Sex, tuple[str, str, str]] = {
    "female": ("020/06", "020/05", "020/05"),
    "male": ("017/16", "017/15", "017/15"),
}
PENETRATION: Mapping[Sex, tuple[str, str, str]] = {
    "female": ("020/04", "020/03", "020/03"),
    "male": ("017/14", "017/13", "017/13"),
}
# Sexual activity that a child takes part in: under 13 caused or incited, 13 to 15, and at 16 or 17 in a
# position of trust or a family, which no fact here decides between.
CHILD_TOUCHING: Mapping[Sex, Mapping[Band, str]] = {
    "female": {"under 13": "021/03", "13 to 15": "022/18", "16 or 17": "023/22|073/07"},
    "male": {"under 13": "021/05", "13 to 15": "022/19", "16 or 17": "023/23|073/08"},
}
CHILD_PENETRATION: Mapping[Sex, Mapping[Band, str]] = {
    "female": {"under 13": "021/02", "13 to 15": "022/06", "16 or 17": "023/04|073/07"},
    "male": {"under 13": "021/04", "13 to 15": "022/07", "16 or 17": "023/05|073/08"},
}
ORDERS: Mapping[str, str] = {
    "non molestation": "066/39",
    "restraining": "008/31",
    "restraining on acquittal": "066/38",
    "harassment injunction": "008/29",
    "stalking protection": "008/74",
    "criminal behaviour": "066/98",
    "anti social behaviour": "008/32",
    "sexual harm prevention": "068/08",
    "sexual offences prevention": "066/08",
    "sexual risk": "068/07",
    "domestic abuse protection": "068/19",
    "forced marriage protection": "066/97",
    "female genital mutilation protection": "068/04",
    "knife crime prevention": "068/17",
    "serious violence reduction": "008/79",
    "violent offender": "066/84",
    "serious crime prevention": "066/94",
    "slavery and trafficking prevention": "036/12",
    "slavery and trafficking risk": "036/12",
}
"""Orders whose breach is notifiable, without hyphens (HOCR 2026/27).

Bail, licences, domestic violence protection orders and notices and child contact orders are not among them.
"""
ORDER_LETTERS: Mapping[str, str] = {
    "nmo": "non molestation",
    "non mol": "non molestation",
    "ro": "restraining",
    "spo": "stalking protection",
    "cbo": "criminal behaviour",
    "asbo": "anti social behaviour",
    "shpo": "sexual harm prevention",
    "sopo": "sexual offences prevention",
    "sro": "sexual risk",
    "dapo": "domestic abuse protection",
    "fmpo": "forced marriage protection",
    "fgmpo": "female genital mutilation protection",
    "kcpo": "knife crime prevention",
    "svro": "serious violence reduction",
    "voo": "violent offender",
    "scpo": "serious crime prevention",
    "stpo": "slavery and trafficking prevention",
    "stro": "slavery and trafficking risk",
}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the crime; None and False mean not known."""

    sex: Sex | None
    age: int | None
    on_constable: bool
    on_emergency_worker: bool
    attempted: bool
    threat_only: bool
    by_message: bool
    penetration: bool
    order: str | None
    reported_on: date | None

    def since(self, day: date) -> bool:
        """Whether a law of that day is in force; without a date the newest rules hold."""
        return self.reported_on is None or self.reported_on >= day

    @property
    def sexes(self) -> tuple[Sex, ...]:
        """The sexes the victim may be of."""
        return SEXES if self.sex is None else (self.sex,)


def suggest_code(  # noqa: PLR0913 - each is a fact of its own, and all but the family are by name
    family: str,
    *,
    sex: Sex | None = None,
    age: int | None = None,
    on_constable: bool = False,
    on_emergency_worker: bool = False,
    attempted: bool = False,
    threat_only: bool = False,
    by_message: bool = False,
    penetration: bool = False,
    order: str | None = None,
    reported_on: date | None = None,
) -> str:
    """Return the Home Office code of a family, or a range such as "019/08|019/10" if the facts leave several.

    `sex` and `age` are the victim's. `order` is the order broken, in words or letters ("non-molestation",
    "NMO"). Laws count from their day: strangulation from 7 June 2022, online safety from 31 January 2024.
    """
    facts = _Facts(
        sex=sex,
        age=age,
        on_constable=on_constable,
        on_emergency_worker=on_emergency_worker,
        attempted=attempted,
        threat_only=threat_only,
        by_message=by_message,
        penetration=penetration,
        order=order,
        reported_on=reported_on,
    )
    default = load_taxonomy().family(family).default_code
    rule = _RULES.get(family)
    return (rule(facts) if rule else None) or default


def code_choices(codes: str) -> tuple[str, ...]:
    """Return the Home Office codes of a range: ("019/08", "019/10") for "019/08|019/10"."""
    return tuple(codes.split("|"))


def order_code(order: str) -> str:
    """Return the code of breaking an order, given in words or letters, or NotFoundError with the choices."""
    name = re.sub(r"[-_\s]+", " ", order.strip().lower())
    name = name.removeprefix("breach of ").removeprefix("interim ").removesuffix(" order")
    name = ORDER_LETTERS.get(name, name)
    if name in ORDERS:
        return ORDERS[name]
    choices = ", ".join(ORDERS)
    raise NotFoundError(f"breach of order {order!r} is not notifiable or not known; choose from {choices}")


def _range(codes: Iterable[str]) -> str:
    return "|".join(sorted({code for part in codes for code in code_choices(part)}))


def _band(age: int) -> Band:
    if age < 13:
        return "under 13"
    if age < 16:
        return "13 to 15"
    return "16 or 17" if age < ADULT else "adult"


def _by_victim(facts: _Facts, table: Mapping[Sex, tuple[str, str, str]]) -> str:
    columns = range(3) if facts.age is None else ((facts.age >= 13) + (facts.age >= 16),)
    return _range(table[sex][column] for sex in facts.sexes for column in columns)


def _rape(facts: _Facts) -> str:
    return _by_victim(facts, ATTEMPTED_RAPE if facts.attempted else RAPE)


def _sexual_assault(facts: _Facts) -> str:
    return _by_victim(facts, PENETRATION if facts.penetration else TOUCHING)


def _child_sexual_offence(facts: _Facts) -> str | None:
    if facts.by_message and facts.since(GROOMING_MESSAGES_FROM) and (facts.age is None or facts.age < 16):
        return "071/17"
    table = CHILD_PENETRATION if facts.penetration else CHILD_TOUCHING
    # A victim who is grown up by now was a child then, at an age that is not known.
    known = None if facts.age is None or facts.age >= ADULT else _band(facts.age)
    bands = CHILD_BANDS[:2] if known is None else (known,)
    return _range(table[sex][band] for sex in facts.sexes for band in bands)


def _common_assault(facts: _Facts) -> str | None:
    if facts.since(EMERGENCY_WORKERS_FROM):
        return "008/73" if facts.on_constable or facts.on_emergency_worker else None
    return "104/23" if facts.on_constable else None


def _serious_assault(facts: _Facts) -> str | None:
    # Section 20 cannot be attempted: to attempt serious harm is to mean it, which is section 18.
    return "005/01" if facts.attempted else None


def _strangulation(facts: _Facts) -> str | None:
    return None if facts.since(STRANGULATION_FROM) else "008/06|105/01"


def _threats_to_kill(facts: _Facts) -> str | None:
    if not facts.by_message:
        return None
    return "005/28" if facts.since(ONLINE_SAFETY_FROM) else "003/01|008/72"


def _malicious_communications(facts: _Facts) -> str | None:
    return "005/28" if facts.threat_only and facts.since(ONLINE_SAFETY_FROM) else None


def _controlling_coercive(facts: _Facts) -> str | None:
    return None if facts.since(COERCION_FROM) else "195/94"


def _intimate_image_offence(facts: _Facts) -> str | None:
    if facts.age is not None and facts.age < ADULT:
        return "086/02"
    return None if facts.since(ONLINE_SAFETY_FROM) else "008/71"


def _kidnap_false_imprisonment(facts: _Facts) -> str | None:
    if not facts.attempted:
        return None
    return "013/02|036/01" if facts.age is not None and facts.age < 16 else "036/01"


def _criminal_damage(facts: _Facts) -> str | None:
    return "059/11" if facts.threat_only else None


def _public_order(facts: _Facts) -> str | None:
    return "125/11" if facts.threat_only else None


def _weapons(facts: _Facts) -> str | None:
    if not facts.threat_only:
        return None
    return "008/61|008/64|008/76" if facts.since(PRIVATE_PLACE_WEAPONS_FROM) else "008/61|008/64"


def _breach_of_order(facts: _Facts) -> str:
    return "008/31|066/39" if facts.order is None else order_code(facts.order)


_RULES: Mapping[str, Callable[[_Facts], str | None]] = {
    "rape": _rape,
    "sexual_assault": _sexual_assault,
    "child_sexual_offence": _child_sexual_offence,
    "common_assault": _common_assault,
    "serious_assault": _serious_assault,
    "strangulation": _strangulation,
    "threats_to_kill": _threats_to_kill,
    "malicious_communications": _malicious_communications,
    "controlling_coercive": _controlling_coercive,
    "intimate_image_offence": _intimate_image_offence,
    "kidnap_false_imprisonment": _kidnap_false_imprisonment,
    "criminal_damage": _criminal_damage,
    "public_order": _public_order,
    "weapons": _weapons,
    "breach_of_order": _breach_of_order,
}
"""The families whose code the facts can change; for the rest the default code stands."""
