"""The documents: every command, option and setting is in them, every link leads somewhere, every example runs."""

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main

from cdi_nlp.cli import app
from cdi_nlp.detect.examples import check_pattern
from cdi_nlp.detect.patterns import PatternDetector
from cdi_nlp.ingest.crimes import COLUMNS
from cdi_nlp.ingest.mapping import FIELDS, load_mapping
from cdi_nlp.records import Crime, Disclosure, Evidence, Result
from cdi_nlp.scan.results import line_of
from cdi_nlp.settings import Settings, load_settings
from cdi_nlp.taxonomy.cues import load_cues
from cdi_nlp.taxonomy.patterns import KEYS, load_patterns

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
OUTSIDE = {".git", ".venv", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "cdi-out"}
OUTSIDE |= {"build", "dist"}


def text_of(path):
    return path.read_text(encoding="utf-8")


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(path), re.MULTILINE | re.DOTALL)


def manual():
    return text_of(README) + text_of(ROOT / "docs" / "start.md")


def anchors(path):
    heads = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def commands():
    return typer.main.get_command(app).commands.items()


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_and_option_is_documented(name):
    words = manual()
    assert f"`cdi {name}" in words or f"cdi {name} " in words
    for parameter in dict(commands())[name].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--"):
                assert re.search(rf"{option}(?![\w-])", words), option


def test_every_setting_is_documented_with_its_default(tmp_path):
    (block,) = [block for block in blocks(ROOT / "docs" / "start.md", "toml") if "[queue]" in block]
    table = tomllib.loads(block)
    for section in dataclasses.fields(Settings):
        own = getattr(Settings(), section.name)
        assert set(table[section.name]) == {item.name for item in dataclasses.fields(own)}, section.name
        for item in dataclasses.fields(own):
            if item.name != "families":
                assert table[section.name][item.name] == getattr(own, item.name), item.name
    path = tmp_path / "settings.toml"
    path.write_text(block, encoding="utf-8")
    load_settings(path)


@pytest.mark.parametrize("name", [*FIELDS, *COLUMNS])
def test_every_field_and_crime_column_is_documented(name):
    assert f"`{name}`" in text_of(ROOT / "docs" / "start.md")


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_key_of_a_pattern_is_documented(name):
    assert f"`{name}`" in text_of(ROOT / "docs" / "add-an-offence.md")


def test_the_shown_line_of_results_has_the_keys_of_a_real_one():
    (shown,) = [json.loads(block) for block in blocks(ROOT / "docs" / "start.md", "json") if "disclosures" in block]
    crime = Crime("theft", "049/10", "", "", "", "")
    disclosure = Disclosure("theft", "", 0.5, True, "affirmed", "current", "victim", (Evidence(0, 1, "a", "b"),), "")
    real = json.loads(line_of(Result("x", disclosures=(disclosure,), should_record=(crime,))))
    assert list(shown) == list(real)
    assert list(shown["disclosures"][0]) == list(real["disclosures"][0])
    assert list(shown["disclosures"][0]["evidence"][0]) == list(real["disclosures"][0]["evidence"][0])
    assert list(shown["should_record"][0]) == list(real["should_record"][0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page):
    prose = re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_file_of_the_project_exists(page):
    for name in re.findall(r"`((?:cdi_nlp|docs|data|scripts|tests)/[\w./-]+)`", text_of(page)):
        assert (ROOT / name).exists(), name


def in_python(line):
    """A documented command as one to run here; None where it is not a command of ours."""
    words = shlex.split(line, comments=True)
    if not words or not re.search(r"(^|/)(scripts/scan|cdi)$", words[0]):
        return None
    given = words[1:] if words[0].endswith("cdi") else ["scan", *words[1:]]
    if given == ["scan"]:
        given += ["data/sample/incidents.jsonl", "--crimes", "data/sample/crimes.csv", "--out", "cdi-out"]
    return [sys.executable, "-m", "cdi_nlp", *given]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder as a user has it: the sample, and an export of their own under the names that the documents use."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "data" / "sample", folder / "data" / "sample")
    (folder / "incidents.csv").write_text("id,text\nA,He punched her.\n", encoding="utf-8")
    shutil.copy(ROOT / "data" / "sample" / "crimes.csv", folder / "crimes.csv")
    return folder


def run_block(block, desk):
    said = []
    for line in block.splitlines():
        command = in_python(line)
        if command:
            found = subprocess.run(command, cwd=desk, capture_output=True, text=True, encoding="utf-8", check=False)
            assert found.returncode == 0, f"{line}: {found.stderr}"
            said.append(found.stdout)
    return "".join(said)


def normal(text):
    return text.replace("\\", "/").strip()


def test_the_readme_shows_what_its_commands_print(desk):
    ours = [run_block(block, desk) for block in blocks(README, "bash")]
    scan, explain = blocks(README, "text")[:2]
    assert normal(scan) == normal(ours[0])
    assert normal(explain) == normal(ours[-1])


@pytest.mark.parametrize("name", ["docs/add-an-offence.md", "docs/audit.md"])
def test_the_commands_of_a_page_run(name, desk):
    for block in blocks(ROOT / name, "bash"):
        run_block(block, desk)


@pytest.mark.parametrize("path", sorted((ROOT / "cdi_nlp/ingest/mappings").glob("*.toml")), ids=lambda path: path.name)
def test_the_mapping_examples_load_and_the_documents_quote_them(path):
    load_mapping(path)
    assert path.name in text_of(ROOT / "docs" / "start.md")


def test_the_mappings_in_the_documents_load(tmp_path):
    shown = [block for block in blocks(ROOT / "docs" / "start.md", "toml") if "[columns]" in block]
    assert len(shown) == 2
    for number, block in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        assert load_mapping(path).columns["id"]


@pytest.mark.parametrize("name", ["how-it-reads.md", "add-an-offence.md"])
def test_the_patterns_in_the_documents_keep_their_examples(name, tmp_path):
    data = tmp_path / "taxonomy"
    (data / "patterns").mkdir(parents=True)
    shutil.copy(ROOT / "cdi_nlp/taxonomy/lexicon.toml", data)
    (block,) = blocks(ROOT / "docs" / name, "toml")
    (data / "patterns" / "shown.toml").write_text(block, encoding="utf-8")
    lexicon, patterns = load_patterns(data)
    full, _ = load_patterns()
    detector = PatternDetector(patterns=patterns, lexicon=lexicon, cues=load_cues(full), version="x")
    assert patterns
    assert [failure for pattern in patterns for failure in check_pattern(detector, pattern)] == []


def test_the_changelog_says_what_is_flagged_differently():
    assert "### Changes to what is flagged" in text_of(ROOT / "CHANGELOG.md")


def test_no_placeholder_is_left():
    for page in PAGES:
        assert not re.search(r"@@\w+@@", text_of(page)), page.name


def project_files():
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        if path.is_file() and not OUTSIDE & set(inside.parts) and path != Path(__file__).resolve():
            yield path


def test_the_project_speaks_of_itself_alone():
    # In pieces, so that this file does not hold them either.
    words = ["/wo" + "rk/", "sand" + "box", "pypi" + ".org", "helper" + " agent"]
    found = []
    for path in project_files():
        content = path.read_bytes().decode("utf-8", "replace").lower()
        found += [f"{path.relative_to(ROOT).as_posix()}: {word}" for word in words if word in content]
    assert found == []
