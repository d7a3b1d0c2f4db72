"""The facts decide the Home Office code, or leave a range."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.errors import NotFoundError
from cdi_nlp.taxonomy import FAMILIES, load_taxonomy
from cdi_nlp.taxonomy.codes import ORDER_LETTERS, ORDERS, code_choices, order_code, suggest_code

TAXONOMY = load_taxonomy()
IN_2017 = date(2017, 3, 1)
IN_2023 = date(2023, 6, 1)
IN_2025 = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("family", "facts", "code"),
    [
        ("rape", {"sex": "female", "age": 30}, "019/08"),
        ("rape", {"sex": "female", "age": 16}, "019/08"),
        ("rape", {"sex": "female", "age": 15}, "019/07"),
        ("rape", {"sex": "female", "age": 12}, "019/16"),
        ("rape", {"sex": "male", "age": 40}, "019/10"),
        ("rape", {"sex": "male", "age": 13}, "019/09"),
        ("rape", {"sex": "male", "age": 4}, "019/17"),
        ("rape", {"sex": "female", "age": 30, "attempted": True}, "019/12"),
        ("rape", {"sex": "male", "age": 9, "attempted": True}, "019/19"),
        ("rape", {"age": 30}, "019/08|019/10"),
        ("rape", {"sex": "female"}, "019/07|019/08|019/16"),
        ("rape", {}, "019/07|019/08|019/09|019/10|019/16|019/17"),
        ("sexual_assault", {"sex": "female", "age": 20}, "020/05"),
        ("sexual_assault", {"sex": "female", "age": 8}, "020/06"),
        ("sexual_assault", {"sex": "male", "age": 20, "penetration": True}, "017/13"),
        ("sexual_assault", {"sex": "female", "age": 13, "penetration": True}, "020/03"),
        ("sexual_assault", {"age": 30}, "017/15|020/05"),
        ("child_sexual_offence", {"sex": "female", "age": 14}, "022/18"),
        ("child_sexual_offence", {"sex": "female", "age": 14, "penetration": True}, "022/06"),
        ("child_sexual_offence", {"sex": "male", "age": 11}, "021/05"),
        ("child_sexual_offence", {"sex": "male", "age": 16}, "023/23|073/08"),
        ("child_sexual_offence", {"age": 12, "by_message": True}, "071/17"),
        ("child_sexual_offence", {"sex": "female", "age": 35}, "021/03|022/18"),
        ("common_assault", {}, "105/01"),
        ("common_assault", {"on_constable": True}, "008/73"),
        ("common_assault", {"on_emergency_worker": True}, "008/73"),
        ("common_assault", {"on_constable": True, "reported_on": IN_2017}, "104/23"),
        ("common_assault", {"on_emergency_worker": True, "reported_on": IN_2017}, "105/01"),
        ("common_assault", {"on_emergency_worker": True, "reported_on": date(2018, 11, 13)}, "008/73"),
        ("assault_with_injury", {}, "008/06"),
        ("assault_with_injury", {"on_constable": True}, "008/06"),
        ("serious_assault", {}, "008/01"),
        ("serious_assault", {"attempted": True}, "005/01"),
        ("strangulation", {}, "008/77"),
        ("strangulation", {"reported_on": date(2022, 6, 7)}, "008/77"),
        ("strangulation", {"reported_on": date(2022, 6, 6)}, "008/06|105/01"),
        ("threats_to_kill", {}, "003/01"),
        ("threats_to_kill", {"by_message": True}, "005/28"),
        ("threats_to_kill", {"by_message": True, "reported_on": date(2024, 1, 30)}, "003/01|008/72"),
        ("malicious_communications", {}, "008/72"),
        ("malicious_communications", {"threat_only": True, "reported_on": IN_2025}, "005/28"),
        ("malicious_communications", {"threat_only": True, "reported_on": IN_2023}, "008/72"),
        ("controlling_coercive", {"reported_on": date(2015, 12, 28)}, "195/94"),
        ("controlling_coercive", {"reported_on": IN_2017}, "008/67"),
        ("intimate_image_offence", {"reported_on": IN_2023}, "008/71"),
        ("intimate_image_offence", {"reported_on": IN_2025}, "088/15"),
        ("intimate_image_offence", {"age": 15}, "086/02"),
        ("kidnap_false_imprisonment", {}, "036/03"),
        ("kidnap_false_imprisonment", {"attempted": True, "age": 7}, "013/02|036/01"),
        ("criminal_damage", {"threat_only": True}, "059/11"),
        ("public_order", {"threat_only": True}, "125/11"),
        ("weapons", {"threat_only": True, "reported_on": IN_2017}, "008/61|008/64"),
        ("weapons", {"threat_only": True}, "008/61|008/64|008/76"),
        ("breach_of_order", {}, "008/31|066/39"),
        ("breach_of_order", {"order": "NMO"}, "066/39"),
        ("breach_of_order", {"order": "Restraining order"}, "008/31"),
        ("breach_of_order", {"order": "stalking_protection"}, "008/74"),
        ("theft", {"sex": "male", "age": 20}, "049/10"),
        ("other_notifiable", {}, "099/99"),
    ],
)
def test_facts_decide(family, facts, code):
    assert suggest_code(family, **facts) == code


@given(
    family=st.sampled_from(FAMILIES),
    sex=st.sampled_from([None, "female", "male"]),
    age=st.none() | st.integers(0, 110),
    flags=st.fixed_dictionaries(
        {
            name: st.booleans()
            for name in (
                "on_constable",
                "on_emergency_worker",
                "attempted",
                "threat_only",
                "by_message",
                "penetration",
            )
        }
    ),
    day=st.none() | st.dates(date(2014, 1, 1), date(2027, 1, 1)),
)
def test_every_suggestion_is_a_known_code_in_order(family, sex, age, flags, day):
    codes = code_choices(suggest_code(family, sex=sex, age=age, reported_on=day, **flags))
    assert codes and list(codes) == sorted(set(codes))
    for code in codes:
        offences = TAXONOMY.offences[code]
        assert sex is None or any(offence.sex in (None, sex) for offence in offences)


@given(
    family=st.sampled_from(["rape", "sexual_assault"]),
    sex=st.sampled_from(["female", "male"]),
    age=st.integers(0, 100),
    penetration=st.booleans(),
)
def test_a_known_victim_leaves_one_code_that_fits(family, sex, age, penetration):
    code = suggest_code(family, sex=sex, age=age, penetration=penetration)
    current = [o for o in TAXONOMY.offences[code] if o.current and o.age_from is not None]
    assert all(o.family == family and o.sex == sex for o in current)
    assert all(o.age_from <= age <= (o.age_to if o.age_to is not None else 200) for o in current)


@pytest.mark.parametrize("name", [*ORDERS, *ORDER_LETTERS])
def test_every_order_is_a_known_offence(name):
    assert order_code(name) in TAXONOMY.offences
    assert order_code(f"Breach of {name.upper()} order") == order_code(name)


def test_orders_that_are_not_notifiable_are_refused():
    for order in ("bail", "DVPO", "child arrangements"):
        with pytest.raises(NotFoundError, match="is not notifiable or not known; choose from non molestation"):
            suggest_code("breach_of_order", order=order)


def test_an_unknown_family_is_refused():
    with pytest.raises(NotFoundError, match="no family 'fraud'"):
        suggest_code("fraud")
