"""Where things are: settings of the environment, and the user's own copy of the sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import places
from workbench.errors import DataError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_home_is_where_the_environment_says(home, monkeypatch):
    assert places.home() == home
    monkeypatch.setenv("WORKBENCH_HOME", "~/wb")
    assert places.home() == Path.home() / "wb"
    monkeypatch.delenv("WORKBENCH_HOME")
    assert places.home().name == "data-sharing-workbench"


def test_the_sample_lies_in_the_checkout(home, sample_dir):
    assert places.sample() == sample_dir


def test_a_sample_that_is_not_there_is_told(home, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    with pytest.raises(DataError, match="WORKBENCH_DATA"):
        places.sample()


def test_the_notebook_of_the_app_is_there():
    assert places.app_notebook().name == "app.ipynb"


def test_the_sample_is_copied_once_and_never_edited(home, sample_project):
    copy = places.working_copy(None)
    assert copy.parent == home
    assert copy.read_bytes() == sample_project.read_bytes()
    copy.write_text("mine")
    assert places.working_copy(None).read_text() == "mine"
    assert sorted(f.name for f in home.iterdir()) == [copy.name]  # nothing half written beside it


def test_a_project_that_is_named_is_taken_as_it_is(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert places.working_copy(Path("p.json")) == tmp_path / "p.json"
    assert not home.exists()
    assert places.working_copy(Path("~nobody-of-this-name.json")) == tmp_path / "~nobody-of-this-name.json"


def test_a_home_that_cannot_be_written_is_told(home, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(DataError, match="WORKBENCH_HOME") as caught:
        places.working_copy(None)
    assert "cannot be made: not a directory" in caught.value.message


@pytest.mark.parametrize("key", ["..", "../x", "a/b", "", ".hidden", "x" * 81, "ä", "a b", "C:\\x", "a\n"])
def test_an_id_that_is_no_plain_name_becomes_one(key):
    name = places.file_name(key)
    assert name != key
    assert name.isalnum()
    assert len(name) == 32
    assert places.file_name(key) == name


def test_a_plain_id_stays_as_it_is():
    assert places.file_name("gm-2026_v1.2") == "gm-2026_v1.2"
