"""A file is whole or not there, and every refusal says what to do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from fixed_proposal import fixed_document

from workbench.errors import ExportError
from workbench.export import FORMATS, pandoc, write, write_document


@pytest.fixture
def no_pandoc(monkeypatch) -> None:
    def absent() -> str:
        raise ExportError("Word and OpenDocument files need pandoc, which is not installed.", pandoc.REMEDY)

    monkeypatch.setattr(pandoc, "program", absent)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_suffix_says_the_format_and_the_path_comes_back(suffix, tmp_path, pictures):
    path = tmp_path / f"proposal{suffix.upper() if suffix == '.md' else suffix}"
    assert write_document(fixed_document(), pictures, path) == path
    assert path.stat().st_size > 5000


@pytest.mark.parametrize("name", ["proposal.doc", "proposal", "proposal.pdf"])
def test_an_unknown_format_is_refused_with_those_that_are_known(name, tmp_path):
    with pytest.raises(ExportError, match="not a format") as refused:
        write_document(fixed_document(), {}, tmp_path / name)
    assert ".docx" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(ExportError, match="folder is not there") as refused:
        write_document(fixed_document(), {}, tmp_path / "no" / "proposal.md")
    assert refused.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_pandoc")
@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_without_pandoc_the_older_file_stays_and_the_remedy_is_a_command(suffix, tmp_path):
    path = tmp_path / f"proposal{suffix}"
    path.write_bytes(b"older")
    with pytest.raises(ExportError, match="pandoc") as refused:
        write_document(fixed_document(), {}, path)
    assert "pip install" in refused.value.remedy
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("no_pandoc")
@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_web_page_and_markdown_need_no_pandoc(suffix, tmp_path):
    assert write_document(fixed_document(), {}, tmp_path / f"proposal{suffix}").is_file()


def test_a_full_disk_leaves_the_older_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "proposal.md"
    path.write_bytes(b"older")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left on device"):
        write_document(fixed_document(), {}, path)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_markdown_brings_its_pictures_along(tmp_path, pictures):
    path = write_document(fixed_document(), pictures, tmp_path / "Our proposal (2).md")
    folder = tmp_path / "Our-proposal-2--pictures"
    assert sorted(p.name for p in folder.iterdir()) == ["comparison.png", "logic-model.png", "tornado.png"]
    assert f"]({folder.name}/comparison.png)" in path.read_text(encoding="utf-8")


def test_pictures_that_the_document_does_not_name_are_left_out(tmp_path, pictures):
    write_document(fixed_document(), {**pictures, "other": b"x"}, tmp_path / "a.md")
    assert not (tmp_path / "a-pictures" / "other.png").exists()


def test_what_is_no_picture_is_refused_by_name(tmp_path):
    with pytest.raises(ExportError, match="comparison"):
        write_document(fixed_document(), {"comparison": b"GIF89a"}, tmp_path / "a.docx")


def test_a_slow_pandoc_is_stopped(monkeypatch, tmp_path):
    def slow(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pandoc", pandoc.SECONDS)

    monkeypatch.setattr(pandoc.subprocess, "run", slow)
    with pytest.raises(ExportError, match="longer than"):
        write_document(fixed_document(), {}, tmp_path / "a.docx")


def test_what_pandoc_says_of_a_failure_is_passed_on(tmp_path):
    with pytest.raises(ExportError, match="Pandoc could not write"):
        pandoc.convert("not json", "docx", Path(tmp_path / "none.docx"), tmp_path / "out.docx", fixed_document().date)


def test_a_new_file_can_be_read_by_others_and_an_old_one_keeps_its_rights(tmp_path):
    new = write_document(fixed_document(), {}, tmp_path / "new.md")
    assert new.stat().st_mode & 0o777 == 0o644
    new.chmod(0o600)
    write_document(fixed_document(), {}, new)
    assert new.stat().st_mode & 0o777 == 0o600


def test_the_formats_offered_are_those_that_can_be_written():
    assert set(FORMATS) == set(write._RENDER)
