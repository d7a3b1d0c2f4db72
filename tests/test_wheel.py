"""The wheel: it holds what a scan needs and nothing else, and scans where it is installed, with no network."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cdi_nlp.detect.models import read_registry

ROOT = Path(__file__).parents[1]
BLOCKED = """
import socket


def refuse(*args, **kwargs):
    raise RuntimeError("network")


socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""
DATA = (
    "cdi_nlp/py.typed",
    "cdi_nlp/taxonomy/families.toml",
    "cdi_nlp/taxonomy/lexicon.toml",
    "cdi_nlp/taxonomy/cues.toml",
    "cdi_nlp/taxonomy/reasons.toml",
    "cdi_nlp/taxonomy/offences.csv",
    "cdi_nlp/taxonomy/overrides.csv",
    "cdi_nlp/taxonomy/cjs.csv",
    "cdi_nlp/taxonomy/titles.csv",
    "cdi_nlp/taxonomy/precision.csv",
    "cdi_nlp/taxonomy/frequency.csv",
    "cdi_nlp/recording/eras/2024.toml",
    "cdi_nlp/recording/wordings.toml",
    "cdi_nlp/recording/n100.toml",
    "cdi_nlp/recording/cancellation.toml",
    "cdi_nlp/scan/queue.html.jinja",
    "cdi_nlp/ingest/mappings/command_and_control.toml",
    "cdi_nlp/ingest/mappings/records_system.toml",
    "cdi_nlp/sample/incidents.jsonl",
    "cdi_nlp/sample/crimes.csv",
    "cdi_nlp/models/registry.toml",
    "cdi_nlp/audit/strata.toml",
    "cdi_nlp/audit/method.toml",
    "cdi_nlp/audit/report.html.jinja",
    "cdi_nlp/published/inspection_figures.csv",
)


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *map(str, arguments), "--disable-pip-version-check", "--quiet"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert found.returncode == 0, found.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="building a wheel needs the [dev] extra")
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed") / "site"
    pip("install", "--no-index", "--no-deps", "--target", folder, wheel)
    (folder / "sitecustomize.py").write_text(BLOCKED, encoding="utf-8")
    return folder


def python(site, *arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.mark.parametrize("name", DATA)
def test_the_wheel_holds_the_data(name, names):
    assert name in names


def test_the_wheel_holds_every_file_of_the_package(names):
    inside = (path for path in (ROOT / "cdi_nlp").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert {path.relative_to(ROOT).as_posix() for path in inside} <= names


def test_the_wheel_holds_the_promoted_model_whole(names):
    registry = read_registry()
    model = registry.model(str(registry.promoted))
    assert {f"cdi_nlp/models/{model.name}/{file}" for file in model.files} <= names


def test_the_wheel_holds_no_test_and_no_answers(names):
    for name in names:
        words = name.lower().split("/")
        assert not {"tests", "scripts", "corpus", "docs", "reference", "bench"} & set(words), name
        assert not words[-1].startswith(("test_", "answers.jsonl", "gold", "conftest")), name


def test_the_sample_in_the_wheel_holds_no_gold(wheel, names):
    with zipfile.ZipFile(wheel) as archive:
        for name in names:
            if name.endswith(".jsonl"):
                assert b'"gold"' not in archive.read(name), name


def test_sockets_are_blocked_where_it_is_installed(site, tmp_path):
    found = python(site, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))", cwd=tmp_path)
    assert "RuntimeError: network" in found.stderr


def test_the_installed_package_scans_its_sample_without_a_network(site, tmp_path):
    asked = python(site, "-c", "import cdi_nlp; print(cdi_nlp.__file__)", cwd=tmp_path)
    assert Path(asked.stdout.strip()).resolve().is_relative_to(site.resolve())
    sample = site / "cdi_nlp" / "sample"
    source, out = sample / "incidents.jsonl", tmp_path / "out"
    crimes = sample / "crimes.csv"
    found = python(site, "-m", "cdi_nlp", "scan", source, "--crimes", crimes, "--out", out, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    ids = [json.loads(line)["id"] for line in (out / "results.jsonl").read_text(encoding="ascii").splitlines()]
    assert ids == [json.loads(line)["id"] for line in source.read_text(encoding="utf-8").splitlines()]
    assert (out / "summary.json").is_file()
    assert (out / "queue.html").is_file()
