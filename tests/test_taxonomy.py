"""The taxonomy loads, its parts agree, and a wrong file is named in one line."""

import shutil
from pathlib import Path

import pytest

from cdi_nlp.errors import NotFoundError, TaxonomyError
from cdi_nlp.taxonomy import FAMILIES, OTHER, load_taxonomy

FOLDER = Path(__file__).parents[1] / "cdi_nlp" / "taxonomy"
TAXONOMY = load_taxonomy()
OFFENCES = [offence for found in TAXONOMY.offences.values() for offence in found]


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "taxonomy"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_families_are_those_of_the_design_in_order():
    assert tuple(TAXONOMY.families) == FAMILIES
    assert len(FAMILIES) == 29
    assert FAMILIES[-1] == OTHER


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_whole(name):
    family = TAXONOMY.families[name]
    assert family.name == name
    assert family.title and family.definition.endswith(".") and family.elements
    assert 1 <= family.harm <= 10
    assert set(family.tell_apart) == set(family.neighbours)
    assert all(text.endswith(".") for text in family.tell_apart.values())
    assert all(name in TAXONOMY.families[other].neighbours for other in family.neighbours)
    assert name not in family.neighbours and name not in family.lesser
    leading = TAXONOMY.offences[family.default_code][0]
    assert leading.family == name


def test_only_other_notifiable_has_no_neighbours():
    assert [name for name in FAMILIES if not TAXONOMY.families[name].neighbours] == [OTHER]


def test_conduct_and_state_crimes():
    conduct = {name for name in FAMILIES if TAXONOMY.families[name].conduct}
    state = {name for name in FAMILIES if TAXONOMY.families[name].state}
    assert conduct == {"harassment", "stalking", "controlling_coercive"}
    assert state == {"breach_of_order", "weapons", "drugs"}


def test_lesser_families_do_not_go_in_circles():
    def below(name, seen):
        for lesser in TAXONOMY.families[name].lesser:
            assert lesser not in seen, f"{lesser} is lesser than itself"
            below(lesser, {*seen, lesser})

    for name in FAMILIES:
        below(name, {name})


def test_harm_puts_the_gravest_first():
    harm = {name: TAXONOMY.families[name].harm for name in FAMILIES}
    assert harm["rape"] == max(harm.values())
    assert min(harm["strangulation"], harm["child_sexual_offence"]) >= harm["robbery"] > harm["theft"]
    assert harm["serious_assault"] > harm["assault_with_injury"] > harm["common_assault"]


def test_offences_agree_with_themselves():
    keys = [(offence.ho_code, offence.offence_class) for offence in OFFENCES]
    assert len(set(keys)) == len(keys)
    for offence in OFFENCES:
        assert (offence.kind == "incident") == (offence.family is None)
        assert (offence.hmic_group is None) == (offence.family is None)
        assert offence.title
        if offence.age_from is not None and offence.age_to is not None:
            assert offence.age_from <= offence.age_to
        if offence.commenced and offence.ceased:
            assert offence.commenced < offence.ceased
    for name, found in TAXONOMY.classes.items():
        assert sum(offence.leads for offence in found) == 1, name


def test_the_inspectors_groups():
    for offence in OFFENCES:
        if offence.family == "rape":
            assert offence.hmic_group == "rape", offence
        if offence.family in {"common_assault", "assault_with_injury", "harassment", "stalking"}:
            assert offence.hmic_group == "violence", offence


@pytest.mark.parametrize(
    ("code", "offence_class", "family", "sex", "ages", "years"),
    [
        ("019/08", "19C", "rape", "female", (16, None), 99),
        ("019/07", "19D", "rape", "female", (13, 15), 99),
        ("019/17", "19H", "rape", "male", (0, 12), 99),
        ("020/06", "20B", "sexual_assault", "female", (0, 12), 14),
        ("022/06", "22B", "child_sexual_offence", "female", (13, 15), 14),
        ("008/06", "8N", "assault_with_injury", None, (None, None), 5),
        ("105/01", "105A", "common_assault", None, (None, None), 0.5),
        ("002/00", "2", "serious_assault", None, (None, None), 99),
        ("019/12", "19C", "rape", "female", (16, None), 99),
        ("008/71", "8R", "intimate_image_offence", None, (None, None), 2),
        ("028/03", "28A", "burglary", None, (None, None), 14),
        ("066/39", "66", "breach_of_order", None, (None, None), 5),
        ("066/02", "66", "other_notifiable", None, (None, None), 2),
        ("092/81", "92A", "drugs", None, (None, None), 14),
    ],
)
def test_offences_worth_knowing(code, offence_class, family, sex, ages, years):
    offence = next(o for o in TAXONOMY.offences[code] if o.offence_class == offence_class)
    assert (offence.family, offence.sex, (offence.age_from, offence.age_to)) == (family, sex, ages)
    assert offence.max_sentence == years


def test_incidents_are_no_crimes():
    assert {name for name, found in TAXONOMY.classes.items() if found[0].kind == "incident"} == {
        "N100",
        "N200",
        "N300",
    }
    assert [o.ho_code for o in TAXONOMY.classes["N100"]] == ["100/01", "100/02", "100/03"]
    assert TAXONOMY.family_of("100/01") is None


def test_old_classes_are_there_and_not_current():
    for name in ("28A", "28D", "28E", "28H", "30A", "30B", "8A", "8G", "8H", "105", "17", "20", "58E", "53C"):
        assert not any(offence.current for offence in TAXONOMY.classes[name]), name


def test_cjs_codes():
    assert TAXONOMY.cjs["CJ88116"].ho_code == "105/01"
    assert TAXONOMY.cjs["OF61102"].ho_code == "008/06"
    assert "999/99" not in {found.ho_code for found in TAXONOMY.cjs.values()}


def test_lookups():
    assert TAXONOMY.family("rape").hmic_group == "rape"
    assert TAXONOMY.family_of("008/06") == "assault_with_injury"
    assert TAXONOMY.family_of("195/99") is None
    assert TAXONOMY.leading("8N").ho_code == "008/06"
    assert TAXONOMY.leading("77Z") is None
    with pytest.raises(NotFoundError, match="no family 'assualt'; choose from common_assault"):
        TAXONOMY.family("assualt")


def test_the_version_follows_the_data_and_not_the_line_ends(copy):
    before = load_taxonomy(copy).version
    assert len(before) == 12
    assert before == TAXONOMY.version
    again = copy.parent / "again"
    shutil.copytree(copy, again)
    for file in again.rglob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_taxonomy(again).version == before
    (again / "patterns" / "new.toml").write_text("# a new pattern\n", encoding="utf-8")
    third = copy.parent / "third"
    shutil.copytree(again, third)
    assert load_taxonomy(third).version != before


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("families.toml", "harm = 10", "harm = 11", r"families.toml \[rape\]: harm is 11; use 1 to 10"),
        ("families.toml", 'hmic_group = "rape"', 'hmic_group = "rapes"', "hmic_group 'rapes'; use violence"),
        ("families.toml", "[drugs]", "[drug]", "differs from the list of families by .*drug"),
        (
            "families.toml",
            'default_code = "008/77"',
            'default_code = "008/06"',
            "strangulation.*'008/06' is no current",
        ),
        (
            "families.toml",
            'neighbours = ["modern_slavery"]',
            "neighbours = []",
            "names it; add it as a neighbour",
        ),
        (
            "families.toml",
            'lesser = ["public_order"]',
            'lesser = ["public_ordre"]',
            "no family 'public_ordre'",
        ),
        ("families.toml", "conduct = true", "conducts = true", "unexpected keyword argument 'conducts'"),
        ("families.toml", "harm = 10", "harm = ", "families.toml: .*line"),
        ("families.toml", "[drugs.tell_apart]\nmodern_slavery", "[drugs.tell_apart]\nrape", "differ by"),
        (
            "offences.csv",
            "assault_with_injury,violence",
            "assualt,violence",
            "line [0-9]+: .* has family 'assualt'",
        ),
        ("offences.csv", "003/01,3B,", "003/01,3,", "line [0-9]+: 003/01 3 is there twice"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(copy, file, old, new, message):
    edit(copy / file, old, new)
    with pytest.raises(TaxonomyError, match=message) as caught:
        load_taxonomy(copy)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_how_to_make_it(copy):
    (copy / "offences.csv").unlink()
    with pytest.raises(TaxonomyError, match=r"offences.csv is missing; run: python scripts/build_taxonomy.py"):
        load_taxonomy(copy)
