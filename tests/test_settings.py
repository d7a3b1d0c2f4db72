import pytest

from cdi_nlp.errors import SettingsError
from cdi_nlp.settings import Settings, load_settings


def write(folder, text):
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_gives_the_defaults():
    assert load_settings(None) == Settings()


def test_a_file_changes_what_it_names(tmp_path):
    settings = load_settings(write(tmp_path, "[flag]\ndefault = 0.4\nfamilies = { rape = 0.2 }\n[scan]\nworkers = 3\n"))
    assert settings.flag.threshold("rape", own=0.4) == 0.2
    assert settings.flag.threshold("theft", own=0.5) == 0.4
    assert settings.scan.workers == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[flagg]\ndefault = 1\n", ["'flagg'", "'flag'"]),
        ("[flag]\ndefalt = 1\n", ["'flag.defalt'", "'flag.default'"]),
        ("[flag]\ndefault = 7\n", ["flag.default is 7", "between 0 and 1"]),
        ("[flag]\nfamilies = { rape = true }\n", ["flag.families.rape is True"]),
        ("[scan]\nbatch = 0\n", ["scan.batch is 0", "1 or more"]),
        ("[scan]\nworkers = '2'\n", ["scan.workers is '2'"]),
        ("flag = 3\n", ["'flag'"]),
        ("not toml", ["not a TOML file"]),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_value(tmp_path, text, words):
    with pytest.raises(SettingsError) as raised:
        load_settings(write(tmp_path, text))
    assert all(word in str(raised.value) for word in words)
    assert "\n" not in str(raised.value) or "not toml" in text


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="nowhere.toml: cannot be read"):
        load_settings(tmp_path / "nowhere.toml")


def test_without_a_setting_a_family_is_flagged_at_its_own_threshold():
    assert load_settings(None).flag.threshold("rape", own=0.4) == 0.4
