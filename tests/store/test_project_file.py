"""A project file is read with every fault named, and written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project
from workbench.errors import DamagedProject, NewerProject, ProjectError
from workbench.store import project_file
from workbench.store.project_file import digest, load_project, save_project, upgraded

PROJECT = Project(id="gm", name="Work in Leigh – “first steps”", needs=(Need(id="n1", question="Who?", precision=2.5),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "project.json"
    save_project(PROJECT, path)
    return path


def change(path: Path, **fields: Any) -> bytes:
    """Write other values into the file as somebody with an editor would; give the bytes."""
    data = json.loads(path.read_text(encoding="utf-8")) | fields
    path.write_text(json.dumps(data), encoding="utf-8")
    return path.read_bytes()


def test_what_is_saved_is_read_again(file: Path):
    assert load_project(file) == PROJECT


def test_the_file_reads_well_and_ends_with_a_line(file: Path):
    text = file.read_text(encoding="utf-8")
    assert text.startswith('{\n  "schema_version": 1,\n  "id": "gm",\n  "name": "Work in Leigh – “first steps”",\n')
    assert text.endswith("}\n")


def test_saving_twice_gives_the_same_bytes(file: Path):
    before = file.read_bytes()
    save_project(load_project(file), file)
    assert file.read_bytes() == before


def test_an_editor_on_windows_may_put_a_mark_in_front(file: Path):
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load_project(file) == PROJECT


def test_loose_ends_are_cleaned_on_load(tmp_path: Path):
    model = LogicModel(nodes=(Node(id="a", level="input"),), links=(Link(id="l", source="a", target="gone"),))
    save_project(Project(id="p", logic_model=model), tmp_path / "p.json")
    assert load_project(tmp_path / "p.json").logic_model.links == ()


# --- files that cannot be read ----------------------------------------------------------------------------------------

GOOD = project_file.project_bytes(PROJECT)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\0" * 4096, "The file is empty"),  # what a power cut leaves
        (GOOD[: len(GOOD) // 2], r"not whole JSON: line \d+, column \d+"),
        (GOOD.replace(b'"gm",', b'"gm"'), "line 4, column 3: expecting ',' delimiter"),
        (b"PK\x03\x04\xff\xfe", "not a JSON file: line 1 is not UTF-8 text"),
        (b"Area,Rate\nLeigh,72.1\n", "not whole JSON: line 1, column 1"),
        (b"[1, 2]", "holds no named fields"),
        (b'{"name": "a table"}', "neither an id nor a schema_version"),
        (b'{"schema_version": 1, "id": "p", "name": "a", "name": "b"}', "the key “name” stands twice"),
        (b'{"schema_version": 1, "id": "p", "x": NaN}', "NaN is not a number"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"schema_version": 1, "id": "p", "x": ' + b"9" * 5000 + b"}", "not a project file"),
        (b'{"id": "p"}', "schema_version is missing; expected the number 1"),
        (b'{"schema_version": "1", "id": "p"}', "schema_version: expected the number 1, found '1'"),
        (b'{"schema_version": true, "id": "p"}', "schema_version: expected the number 1, found True"),
        (b'{"schema_version": 0, "id": "p"}', "schema_version: expected the number 1, found 0"),
        (b'{"schema_version": 1}', "id is missing"),
        (b'{"schema_version": 1, "id": "p", "name": "\\ud800"}', "name: the text holds half a character"),
    ],
)
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "p.json"
    path.write_bytes(content)
    with pytest.raises(DamagedProject, match=said) as caught:
        load_project(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("need", "said"),
    [
        ({"precision": "high"}, "needs, entry 1 (“n1”), precision: expected a number, found “high”."),
        ({"max_age_months": 2.5}, "needs, entry 1 (“n1”), max_age_months: expected a whole number, found 2.5."),
        ({"question": None}, "needs, entry 1 (“n1”), question: expected text, found null."),
        ({"breakdowns": "sex"}, "needs, entry 1 (“n1”), breakdowns: expected a list, found “sex”."),
        ({"questoin": "Who?"}, "needs, entry 1 (“n1”), questoin is not a field of a project. Check its spelling."),
        ({"id": "a/b"}, "id: expected letters, digits, full stops, hyphens and underscores only, found “a/b”."),
        ({"unit": "percent"}, "unit: expected one of '', 'count', 'rate' or 'individual records', found “percent”."),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected(file: Path, need: dict[str, Any], said: str):
    before = change(file, needs=[{"id": "n1", **need}])
    with pytest.raises(DamagedProject, match=re.escape(said)):
        load_project(file)
    assert file.read_bytes() == before


def test_every_wrong_field_is_named_at_once_up_to_ten(file: Path):
    change(file, name=3, summary=4, needs=[{"id": f"n{n}", "question": n} for n in range(10)])
    with pytest.raises(DamagedProject) as caught:
        load_project(file)
    assert caught.value.message.count("expected text") == 10
    assert caught.value.message.endswith("And 2 more.")


def test_two_entries_with_one_id_are_refused_for_one_would_be_lost(file: Path):
    change(file, needs=[{"id": "n1"}, {"id": "n1"}])
    with pytest.raises(DamagedProject, match="needs/n1: 2 entries share this id"):
        load_project(file)


def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(file: Path):
    before = digest(change(file, schema_version=2, horoscope="new in version 2"))
    with pytest.raises(NewerProject, match="A later version of the workbench wrote this project"):
        load_project(file)
    with pytest.raises(NewerProject):
        save_project(PROJECT, file)
    assert digest(file.read_bytes()) == before


def test_a_missing_file_a_folder_and_a_pipe(tmp_path: Path):
    with pytest.raises(ProjectError, match="no such file"):
        load_project(tmp_path / "none.json")
    with pytest.raises(DamagedProject, match="This is a folder"):
        load_project(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(DamagedProject, match="not a file that can be read"):
            load_project(tmp_path / "pipe")


def test_a_file_that_cannot_be_a_project_for_its_size_is_not_read(file: Path):
    os.truncate(file, project_file.LARGEST + 1)  # takes no room on disk
    with pytest.raises(DamagedProject, match="50 MB: too big for a project"):
        load_project(file)


def test_a_file_one_may_not_read(file: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)  # tests may run as root, whom nothing stops
    with pytest.raises(ProjectError, match="You may not read this file"):
        load_project(file)


# --- older files ------------------------------------------------------------------------------------------------------


def test_an_older_project_goes_up_one_step_at_a_time():
    steps = {1: lambda d: d | {"aim": d["goal"]}, 2: lambda d: d | {"aim": d["aim"].upper()}}
    data = upgraded({"schema_version": 1, "goal": "work"}, steps, target=3)
    assert (data["schema_version"], data["aim"]) == (3, "WORK")


def test_a_step_that_is_missing_is_said():
    with pytest.raises(DamagedProject, match="no way to bring schema 1 up to date"):
        upgraded({"schema_version": 1}, {}, target=2)


def test_every_step_up_to_this_version_is_there():
    assert sorted(project_file.UPGRADES) == list(range(1, project_file.SCHEMA_VERSION))


# --- saving -----------------------------------------------------------------------------------------------------------


def test_a_crash_before_the_replacing_leaves_the_old_file_and_no_rubbish(file: Path, monkeypatch: pytest.MonkeyPatch):
    before = file.read_bytes()

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(ProjectError, match="cannot be written: no space left on device") as caught:
        save_project(PROJECT.with_(name="Later"), file)
    assert caught.value.remedy
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_disk_that_fills_while_writing_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch):
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectError):
        save_project(PROJECT.with_(name="Later"), file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_the_new_content_is_on_the_disk_before_it_takes_the_place_of_the_old(file: Path, monkeypatch: Any):
    order: list[str] = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), sync(handle))[1])
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("replace"), replace(*names))[1])
    save_project(PROJECT.with_(name="Later"), file)
    assert order[:2] == ["fsync", "replace"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_permissions_are_kept(file: Path):
    file.chmod(0o640)
    save_project(PROJECT.with_(name="Later"), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="Windows asks for a right to make links")
def test_a_link_is_followed_and_stays_a_link(file: Path):
    link = file.parent / "link.json"
    link.symlink_to(file)
    save_project(PROJECT.with_(name="Later"), link)
    assert link.is_symlink()
    assert load_project(file).name == "Later"


def test_another_project_is_not_written_over_unless_told(file: Path):
    before = file.read_bytes()
    other = Project(id="other")
    with pytest.raises(ProjectError, match="holds another project, “Work in Leigh"):
        save_project(other, file)
    assert file.read_bytes() == before
    save_project(other, file, replace=True)
    assert load_project(file) == other


def test_a_file_that_cannot_be_read_is_not_written_over_unless_told(file: Path):
    file.write_bytes(GOOD[:100])
    with pytest.raises(DamagedProject):
        save_project(PROJECT, file)
    assert file.read_bytes() == GOOD[:100]
    save_project(PROJECT, file, replace=True)
    assert load_project(file) == PROJECT


def test_an_empty_file_has_nothing_to_lose(tmp_path: Path):
    path = tmp_path / "new.json"
    path.touch()
    save_project(PROJECT, path)
    assert load_project(path) == PROJECT


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(ProjectError, match="cannot be written"):
        save_project(PROJECT, tmp_path / "none" / "p.json")
