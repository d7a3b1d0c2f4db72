"""Models are registered by digest: what is not the registered file is refused, and nothing is loaded unseen."""

import hashlib

import pytest

from cdi_nlp.detect.models import Model, Registry, checked, read_registry, write_registry
from cdi_nlp.errors import ModelError, NotFoundError


@pytest.fixture
def registered(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "fusion.json").write_text("{}", encoding="utf-8")
    digest = hashlib.sha256(b"{}").hexdigest()
    write_registry(Registry({"small": Model("small", folder, {"fusion.json": digest})}, "small"), tmp_path)
    return tmp_path


def test_a_registry_reads_as_it_was_written(registered):
    registry = read_registry(registered)
    assert registry.promoted == "small"
    assert registry.model("small").faults() == []
    assert checked(registry.model("small")) == registered / "small"


def test_a_changed_file_is_refused(registered):
    (registered / "small" / "fusion.json").write_text('{"weights": {}}', encoding="utf-8")
    with pytest.raises(ModelError, match="is not the registered file"):
        checked(read_registry(registered).model("small"))


def test_a_missing_file_is_named(registered):
    (registered / "small" / "fusion.json").unlink()
    assert "is missing" in read_registry(registered).model("small").faults()[0]


def test_no_registry_is_no_model(tmp_path):
    registry = read_registry(tmp_path)
    assert registry.promoted is None
    with pytest.raises(NotFoundError, match="nothing is registered"):
        registry.model("small")


def test_a_promoted_model_must_be_registered(tmp_path):
    (tmp_path / "registry.toml").write_text('promoted = "other"\n', encoding="utf-8")
    with pytest.raises(ModelError, match="'other', which is not registered"):
        read_registry(tmp_path)


def test_a_registry_that_is_no_toml_is_one_clear_line(tmp_path):
    (tmp_path / "registry.toml").write_text("promoted = ", encoding="utf-8")
    with pytest.raises(ModelError, match="register the models anew"):
        read_registry(tmp_path)
