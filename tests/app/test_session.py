"""A session: what is committed is saved, seen by the others, and written to the project file; nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.app.session import AWAY_SECONDS, LONGEST_LOG, Session, log_path
from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project, changed, flatten
from workbench.errors import DamagedProject, InvalidProject, NewerProject, ProjectError
from workbench.store.log import ProjectLog
from workbench.store.project_file import load_project, save_project

PROJECT = Project(id="gm", name="Work in Leigh", needs=(Need(id="n1", question="Who?"), Need(id="n2")))
START = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "project.json"
    save_project(PROJECT, path)
    return path


Open = Callable[..., Session]


@pytest.fixture
def open_session(file: Path, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Open the project once more, as another person's page would."""
    sessions: list[Session] = []

    def opened(who: str = "Anna", at: Path = file) -> Session:
        sessions.append(Session.open(at, tmp_path / "home", who, clock))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


@pytest.fixture
def two(open_session: Open) -> tuple[Session, Session]:
    return open_session("Anna"), open_session("Ben")


def need(session: Session, need_id: str = "n1", **fields: Any) -> None:
    """Edit fields of a need as a form does."""
    now = next((n for n in session.project.needs if n.id == need_id), Need(id=need_id))
    session.commit(session.project.with_need(now.with_(**fields)))


def edit_file(path: Path, **fields: Any) -> None:
    """Change the project file as somebody with a text editor does."""
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fields), encoding="utf-8")


# --- one person -------------------------------------------------------------------------------------------------------


def test_an_edit_is_shown_saved_and_written_to_the_file(open_session: Open, file: Path, clock: Clock):
    session = open_session()
    assert session.saved_at is None
    seen: list[Project] = []
    session.observe(lambda change: seen.append(change.new), "project")
    clock.now += timedelta(minutes=1)
    need(session, question="How many?")
    assert [p.needs[0].question for p in seen] == ["How many?"]
    assert session.saved_at == f"{clock.now.astimezone():%H:%M}"
    assert load_project(file) == session.project
    assert session.problem == ""


def test_opening_alone_does_not_touch_the_file(open_session: Open, file: Path):
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))), encoding="utf-8")  # all in one line
    before = file.read_bytes()
    open_session()
    open_session("Ben")
    assert file.read_bytes() == before


def test_only_changed_fields_are_written(open_session: Open):
    session = open_session()
    need(session, question="How many?")
    need(session, "n3", question="New")
    added, edited, _ = session.history()
    assert edited.paths == ("needs/n1/question",)
    assert {path.split("/")[1] for path in added.paths} == {"n3"}


def test_a_need_added_in_the_middle_does_not_write_the_others_positions(open_session: Open):
    session = open_session()
    first, second = session.project.needs
    session.commit(session.project.with_(needs=(first, Need(id="new"), second)))
    session.commit(session.project.with_(needs=(second, first, session.project.needs[1])))
    moved, added, _ = session.history()
    assert [p for p in added.paths if p.count("/") == 1] == ["needs/new"]
    assert moved.paths == ("needs/n2",)
    assert [n.id for n in open_session("Ben").project.needs] == ["n2", "n1", "new"]


def test_an_edit_that_changes_nothing_is_no_edit(open_session: Open):
    session = open_session()
    session.commit(session.project)
    assert session.saved_at is None
    assert [e.kind for e in session.history()] == ["start"]


def test_whole_numbers_stay_whole(open_session: Open, file: Path):
    session = open_session()
    session.commit(session.project.with_(appraisal=session.project.appraisal.with_(horizon=10)))
    horizon = open_session("Ben").project.appraisal.horizon
    assert (horizon, type(horizon)) == (10, int)
    assert '"horizon": 10,' in file.read_text(encoding="utf-8")


def test_a_reload_sees_all(open_session: Open):
    session = open_session()
    need(session, question="How many?")
    session.close()
    again = open_session()
    assert again.project == session.project
    assert [e.who for e in again.history()] == ["Anna", "Anna"]


def test_undo_and_redo(open_session: Open, file: Path):
    session = open_session()
    assert (session.can_undo, session.can_redo) == (False, False)
    need(session, question="How many?")
    assert session.can_undo
    assert session.undo()
    assert session.project == PROJECT == load_project(file)
    assert session.redo()
    assert session.project.needs[0].question == "How many?"
    assert not session.redo()


def test_undoing_a_deletion_brings_the_box_back_with_its_links(open_session: Open):
    session = open_session()
    nodes = (Node(id="a", level="input"), Node(id="b", level="activity"))
    model = LogicModel(nodes=nodes, links=(Link(id="l", source="a", target="b", mechanism="because"),))
    session.commit(session.project.with_(logic_model=model))
    session.commit(session.project.with_(logic_model=model.with_(nodes=nodes[:1])))
    assert session.project.logic_model.links == ()
    session.undo()
    assert session.project.logic_model == model


def test_two_needs_with_one_id_are_refused(open_session: Open):
    session = open_session()
    twice = session.project.with_(needs=(Need(id="n1", question="a"), Need(id="n1", question="b")))
    with pytest.raises(InvalidProject, match="needs/n1: 2 entries share this id"):
        session.commit(twice)
    assert session.project == PROJECT
    assert len(session.history()) == 1


def test_a_project_that_was_never_checked_is_checked(open_session: Open):
    session = open_session()
    wrong = session.project.needs[0].model_copy(update={"precision": "high"})
    with pytest.raises(InvalidProject, match="needs/n1/precision"):
        session.commit(session.project.model_copy(update={"needs": (wrong,)}))
    assert len(session.history()) == 1


def test_another_project_is_not_committed_by_mistake(open_session: Open):
    session = open_session()
    with pytest.raises(ProjectError, match="another project"):
        session.commit(Project(id="other"))


def test_a_view_that_fails_does_not_keep_the_edit_from_being_saved(open_session: Open, file: Path):
    session = open_session()

    def fail(_: object) -> None:
        raise RuntimeError("drawing")

    session.observe(fail, "project")
    with pytest.raises(RuntimeError, match="drawing"):
        need(session, question="How many?")
    assert load_project(file).needs[0].question == "How many?"


# --- several people ---------------------------------------------------------------------------------------------------


def test_two_fields_of_one_need_edited_at_once_are_both_kept(two: tuple[Session, Session], file: Path):
    anna, ben = two
    need(anna, question="How many?")
    need(ben, why="To plan")  # Ben has not seen Anna's edit
    assert anna.poll()
    assert anna.project == ben.project == load_project(file)
    assert anna.project.needs[0] == Need(id="n1", question="How many?", why="To plan")


def test_one_field_edited_at_once_has_the_later_value_for_both(two: tuple[Session, Session]):
    anna, ben = two
    for first, second in ((anna, ben), (ben, anna)):
        need(first, question=f"{first.who}'s")
        need(second, question=f"{second.who}'s")
        first.poll()
        assert first.project == second.project
        assert first.project.needs[0].question == f"{second.who}'s"


def test_a_session_that_is_behind_does_not_delete_what_the_other_added(two: tuple[Session, Session]):
    anna, ben = two
    need(anna, "n3", question="Anna's new need")
    ben.commit(ben.project.without_need("n2"))  # the whole project, as Ben last saw it
    anna.poll()
    assert [n.id for n in anna.project.needs] == [n.id for n in ben.project.needs] == ["n1", "n3"]


def test_a_page_that_is_behind_its_own_session_says_what_it_started_from(two: tuple[Session, Session]):
    anna, ben = two
    shown = ben.project
    need(anna, "n3", question="Anna's new need")
    ben.poll()
    ben.commit(shown.with_(name="Ben's name"), base=shown)
    assert (ben.project.name, [n.id for n in ben.project.needs]) == ("Ben's name", ["n1", "n2", "n3"])


def test_undo_takes_back_only_ones_own_also_after_the_other_edited(two: tuple[Session, Session]):
    anna, ben = two
    need(anna, question="Anna's")
    need(ben, why="Ben's")
    need(ben, "n2", question="Ben's too")
    anna.undo()
    ben.poll()
    assert anna.project == ben.project
    assert [(n.question, n.why) for n in anna.project.needs] == [("Who?", "Ben's"), ("Ben's too", "")]
    assert not anna.can_undo


def test_words_put_into_a_need_that_somebody_deleted_are_told_and_kept_in_the_history(two: tuple[Session, Session]):
    anna, ben = two
    anna.commit(anna.project.without_need("n1"))
    lost = ben.commit(ben.project.with_need(Need(id="n1", question="How many?")))
    assert lost == ("needs/n1/question",)
    assert [n.id for n in ben.project.needs] == ["n2"]
    assert ben.history(1)[0].changes[0].after == "How many?"


def test_who_is_here(two: tuple[Session, Session], clock: Clock):
    anna, ben = two
    anna.poll()
    assert (anna.others, ben.others) == (("Ben",), ("Anna",))
    clock.now += timedelta(seconds=AWAY_SECONDS + 1)  # Ben's kernel has died
    anna.poll()
    assert anna.others == ()
    ben.poll()
    anna.poll()
    assert anna.others == ("Ben",)
    ben.close()
    anna.poll()
    assert anna.others == ()


def test_who_gives_a_name_later_is_shown_and_named_from_then_on(open_session: Open):
    anna, guest = open_session("Anna"), open_session("")
    need(guest, question="Before")
    guest.who = "Ben"
    guest.poll()
    anna.poll()
    assert anna.others == ("Ben",)
    need(guest, question="After")
    assert [e.who for e in guest.history(2)] == ["Ben", ""]


def test_polling_shows_the_others_edits_within_a_second(two: tuple[Session, Session]):
    anna, ben = two

    async def waited() -> float:
        seen = asyncio.Event()
        anna.observe(lambda _: seen.set(), "project")
        anna.start_polling()
        anna.start_polling()  # once is enough
        await asyncio.sleep(0)
        need(ben, question="How many?")
        began = time.monotonic()
        await asyncio.wait_for(seen.wait(), 10)
        anna.stop()
        return time.monotonic() - began

    assert asyncio.run(waited()) < 1
    assert anna.project == ben.project


def test_polling_that_a_view_has_ended_says_so(two: tuple[Session, Session]):
    anna, ben = two
    need(ben, question="How many?")

    def fail(_: object) -> None:
        raise RuntimeError("drawing")

    anna.observe(fail, "project")

    async def ended() -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        told = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: (said.append(context), told.set()))
        anna.start_polling()
        await asyncio.wait_for(told.wait(), 10)
        return said

    (context,) = asyncio.run(ended())
    assert str(context["exception"]) == "drawing"
    assert "Load the page again" in anna.problem


WRITER = """
import sys
from itertools import count
from pathlib import Path
from workbench.app.session import Session
from workbench.domain.need import Need

session = Session.open(Path(sys.argv[1]), Path(sys.argv[2]), "Ben")
for number in count():
    session.commit(session.project.with_need(Need(id=f"w{number}", question="How many?")))
    print(number, flush=True)  # acknowledged
"""


@pytest.fixture
def writer(file: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in which Ben keeps adding needs."""
    command = [sys.executable, "-c", WRITER, str(file), str(tmp_path / "home")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_two_processes_see_each_others_edits_within_a_second(open_session: Open, writer: subprocess.Popen[str]):
    anna = open_session("Anna")
    assert writer.stdout is not None
    number = int(writer.stdout.readline())
    said_at = time.monotonic()
    while f"w{number}" not in {n.id for n in anna.project.needs}:
        anna.poll()
        assert time.monotonic() - said_at < 1


def test_two_processes_that_write_one_file_do_not_take_each_other_for_strangers(
    open_session: Open, writer: subprocess.Popen[str], file: Path
):
    anna = open_session("Anna")
    assert writer.stdout is not None
    last = -1
    for number in range(40):
        last = int(writer.stdout.readline())  # the pipe fills, so Ben is ahead and writing all the time
        need(anna, f"a{number}", question="How many?")
    writer.kill()
    writer.wait()
    anna.poll()
    assert {e.kind for e in anna.history(10_000)} == {"start", "edit"}
    assert {f"w{n}" for n in range(last + 1)} | {f"a{n}" for n in range(40)} <= {n.id for n in anna.project.needs}


def test_kill_9_loses_no_acknowledged_edit(open_session: Open, writer: subprocess.Popen[str], file: Path):
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(60)]
    os.kill(writer.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    acknowledged += [int(line) for line in writer.communicate(timeout=30)[0].split("\n") if line]
    session = open_session("Anna")
    there = {n.id for n in session.project.needs}
    assert [n for n in acknowledged if f"w{n}" not in there] == []
    assert load_project(file) == session.project  # opening brought the file up to date
    assert {e.kind for e in session.history(1000)} == {"start", "edit"}  # and did not take it for somebody's edit


# --- the file, changed by somebody else -------------------------------------------------------------------------------


def test_the_file_changed_while_closed_and_the_log_ahead_of_it_are_both_kept(open_session: Open, file: Path):
    session = open_session()
    written = file.read_bytes()
    need(session, question="In the log only")
    session.close()
    file.write_bytes(written)  # as if the process had been killed before it wrote the file …
    with_mark = sqlite3.connect(session._log.path)
    with_mark.execute("DELETE FROM files WHERE id>1")
    with_mark.commit()
    with_mark.close()
    edit_file(file, name="In the file only")  # … and somebody then edited the old file
    again = open_session()
    assert (again.project.name, again.project.needs[0].question) == ("In the file only", "In the log only")
    assert [(e.who, e.paths) for e in again.history(1)] == [("the file", ("name",))]
    assert load_project(file) == again.project


def test_a_file_killed_between_marking_and_writing_is_still_known_as_ours(open_session: Open, file: Path):
    session = open_session()
    need(session, question="How many?")
    before = file.read_bytes()
    need(session, question="How many now?")
    session.close()
    file.write_bytes(before)
    log = sqlite3.connect(session._log.path)
    log.execute("DELETE FROM files WHERE id=(SELECT max(id) FROM files)")  # the mark "done" was not yet made
    log.commit()
    log.close()
    again = open_session()
    assert again.project.needs[0].question == "How many now?"
    assert load_project(file) == again.project
    assert {e.kind for e in again.history()} == {"start", "edit"}


def test_a_file_killed_between_writing_and_marking_is_still_known_as_ours(open_session: Open):
    session = open_session()
    need(session, question="How many?")
    log = session._log
    log._db.execute("DELETE FROM files WHERE id=(SELECT max(id) FROM files)")  # the mark "done" was not yet made
    log.commit({"needs/n1/question": "By another session, later"}, START)
    session.close()
    again = open_session()
    assert again.project.needs[0].question == "By another session, later"
    assert {e.kind for e in again.history()} == {"start", "edit"}


def test_a_session_that_is_slow_to_write_does_not_write_over_a_later_state(two: tuple[Session, Session], file: Path):
    anna, ben = two
    replace = anna._sync._replaced

    def late(*args: Any) -> bool:
        anna._sync._replaced = replace  # type: ignore[method-assign]
        need(ben, why="Ben's")
        return replace(*args)

    anna._sync._replaced = late  # type: ignore[method-assign]
    need(anna, question="Anna's")
    assert load_project(file) == ben.project == anna.project
    assert file.read_text(encoding="utf-8").count("Ben's") == 1
    assert {e.kind for e in ben.history()} == {"start", "edit"}


def test_an_earlier_copy_put_back_is_taken_at_its_word(open_session: Open, file: Path):
    session = open_session()
    need(session, question="How many?")
    earlier = file.read_bytes()
    need(session, question="How many now?")
    need(session, "n3", question="New")
    session.close()
    file.write_bytes(earlier)
    again = open_session()
    assert [(n.id, n.question) for n in again.project.needs] == [("n1", "How many?"), ("n2", "")]
    assert again.history(1)[0].kind == "file"  # and the history has what was there


def test_a_copy_elsewhere_is_the_same_project_and_takes_nothing_back(open_session: Open, file: Path, tmp_path: Path):
    session = open_session()
    need(session, question="How many?")
    copy = tmp_path / "copy.json"
    copy.write_bytes(file.read_bytes())
    need(session, question="How many now?")
    other = open_session("Ben", at=copy)
    assert other.project == session.project
    need(other, why="To plan")
    session.poll()
    assert load_project(file) == load_project(copy) == session.project


def test_a_file_from_elsewhere_adds_and_changes_but_deletes_nothing(open_session: Open, file: Path, tmp_path: Path):
    session = open_session()
    need(session, "n3", question="Only here")
    sent = tmp_path / "sent.json"
    save_project(PROJECT.with_(name="Only there", needs=(Need(id="n4", question="Only there"),)), sent)
    other = open_session("Ben", at=sent)
    assert other.project.name == "Only there"
    assert {n.id for n in other.project.needs} == {"n1", "n2", "n3", "n4"}


def test_a_file_changed_while_open_is_taken_in_at_the_next_edit(open_session: Open, file: Path):
    session = open_session()
    need(session, question="How many?")
    edit_file(file, name="In the file", summary="In the file")
    session.commit(session.project.with_(summary="Later, in the app"))
    assert (session.project.name, session.project.summary) == ("In the file", "Later, in the app")
    assert load_project(file) == session.project
    assert [e.kind for e in session.history(2)] == ["edit", "file"]
    session.undo()
    assert (session.project.name, session.project.summary) == ("In the file", "In the file")


def test_an_editor_that_saves_twice_takes_back_nothing(two: tuple[Session, Session], file: Path):
    anna, ben = two
    session_edit = Need(id="n3", question="Made in the app, unknown to the editor")
    edit_file(file, name="First")
    in_editor = file.read_bytes()
    anna._sync.take_in()
    ben._log.commit(changed(flatten(ben.project), flatten(ben.project.with_need(session_edit))), START)
    file.write_bytes(in_editor)
    edit_file(file, name="Second")
    need(anna, why="To plan")
    ben.poll()
    assert anna.project == ben.project == load_project(file)
    assert (anna.project.name, [n.id for n in anna.project.needs]) == ("Second", ["n1", "n2", "n3"])
    assert anna.project.needs[0].why == "To plan"


def test_a_file_that_somebody_damaged_is_left_and_told(open_session: Open, file: Path):
    session = open_session()
    good = file.read_bytes()
    file.write_bytes(good[:100])
    need(session, question="How many?")
    assert "not whole JSON" in session.problem
    assert "Your edits are kept" in session.problem
    assert file.read_bytes() == good[:100]
    file.write_bytes(good)
    session.commit(session.project)  # the next save tries again
    assert session.problem == ""
    assert load_project(file) == session.project


def test_a_file_that_now_holds_another_project_is_left_and_told(open_session: Open, file: Path):
    session = open_session()
    edit_file(file, id="other")
    before = file.read_bytes()
    need(session, question="How many?")
    assert "another project" in session.problem
    assert file.read_bytes() == before


def test_a_file_that_was_moved_away_is_written_again(open_session: Open, file: Path):
    session = open_session()
    file.unlink()
    need(session, question="How many?")
    assert session.problem == ""
    assert load_project(file) == session.project


def test_a_file_that_changes_while_it_is_being_written_is_taken_in(
    open_session: Open, file: Path, monkeypatch: pytest.MonkeyPatch
):
    session = open_session()
    sync, left = os.fsync, [1]

    def fsync_while_somebody_saves(handle: int) -> None:
        sync(handle)
        if left and left.pop():
            edit_file(file, name="In the file")

    monkeypatch.setattr(os, "fsync", fsync_while_somebody_saves)
    need(session, question="How many?")
    assert (session.project.name, session.project.needs[0].question) == ("In the file", "How many?")
    assert load_project(file) == session.project


def test_a_place_that_cannot_be_written_is_told_and_the_edits_are_kept(
    open_session: Open, file: Path, monkeypatch: pytest.MonkeyPatch
):
    session = open_session()
    before = file.read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)  # tests may run as root, whom nothing stops
        need(session, question="How many?")
        need(session, why="To plan")
    assert "cannot be written: permission denied" in session.problem
    assert "Your edits are kept" in session.problem
    assert session.saved_at is not None  # in the log
    assert file.read_bytes() == before
    session.close()
    again = open_session()
    assert again.problem == ""
    assert again.project.needs[0] == Need(id="n1", question="How many?", why="To plan") == load_project(file).needs[0]


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", DamagedProject),
        (b'{"schema_version": 1, "id": "gm", ', DamagedProject),
        (b'{"schema_version": 99, "id": "gm"}', NewerProject),
    ],
)
def test_a_file_that_cannot_be_read_is_not_opened_and_left(
    open_session: Open, file: Path, content: bytes, error: type[ProjectError]
):
    session = open_session()
    session.close()
    file.write_bytes(content)
    with pytest.raises(error):
        open_session()
    assert file.read_bytes() == content


def test_an_edit_that_could_not_be_saved_is_refused(open_session: Open):
    session = open_session()
    session._log._db.execute("PRAGMA query_only=1")
    with pytest.raises(ProjectError, match="cannot be written"):
        need(session, question="How many?")
    assert session.project == PROJECT
    assert session.saved_at is None


def test_polling_tells_what_is_wrong_with_the_log_and_when_it_is_right_again(open_session: Open, clock: Clock):
    session = open_session()
    clock.now += timedelta(minutes=1)
    session._log._db.execute("PRAGMA query_only=1")
    assert not session.poll()
    assert "cannot be written" in session.problem
    session._log._db.execute("PRAGMA query_only=0")
    session.poll()
    assert session.problem == ""


def test_edits_that_do_not_fit_together_are_told_and_nothing_is_dropped(two: tuple[Session, Session], file: Path):
    anna, ben = two
    before = file.read_bytes()
    ben._log.commit({"needs/n1/precision": "high"}, START)  # what no form would send
    assert anna.poll()
    assert anna.project == PROJECT  # the last good one
    assert "do not fit together: needs/n1/precision" in anna.problem
    assert anna.problem.count("needs/n1/precision") == 1
    need(anna, "n2", question="Still working")
    assert anna.problem.count("needs/n1/precision") == 1
    assert anna.project.needs[1].question == "Still working"
    assert file.read_bytes() == before
    ben._log.commit({"needs/n1/precision": 2.5}, START)
    anna.poll()
    assert anna.problem == ""
    assert [(n.precision, n.question) for n in anna.project.needs] == [(2.5, "Who?"), (None, "Still working")]
    assert load_project(file) == anna.project


def test_a_project_that_does_not_fit_together_still_opens(two: tuple[Session, Session], open_session: Open):
    two[0]._log.commit({"needs/n1/precision": "high"}, START)
    late = open_session("Late")
    assert late.project == PROJECT
    assert "do not fit together" in late.problem


def test_edits_of_a_later_version_of_the_workbench_are_told(two: tuple[Session, Session]):
    anna, ben = two
    ben._log.commit({"schema_version": 2}, START)
    anna.poll()
    assert "Update the workbench" in anna.problem


def test_a_log_that_was_moved_away_is_started_again_from_the_file(open_session: Open):
    session = open_session()
    need(session, question="How many?")
    session.close()
    session._log.path.rename(session._log.path.with_suffix(".old"))
    assert open_session().project == session.project


def test_a_long_log_is_folded_on_opening(open_session: Open, tmp_path: Path):
    session = open_session()
    for number in range(LONGEST_LOG):
        session._log.commit({"name": f"{number}"}, START)
    session.poll()
    again = open_session("Ben")
    assert again._log.length == 1
    assert again.project.name == f"{LONGEST_LOG - 1}"
    assert len(again.history(1000)) == LONGEST_LOG + 1


@pytest.mark.parametrize("project_id", ["../../etc/passwd", "..", "", "a/b", "x" * 300, "ünïcode"])
def test_an_id_does_not_lead_out_of_the_folder(tmp_path: Path, project_id: str):
    path = log_path(tmp_path, project_id)
    assert path.resolve().parent == tmp_path / "logs"
    assert path != log_path(tmp_path, f"{project_id}x")


# --- any edits at all -------------------------------------------------------------------------------------------------

IDS = st.sampled_from("abcd")
TEXT = st.sampled_from(["", "x", "y"])
EDITS = st.one_of(
    st.tuples(st.just("need"), IDS, st.sampled_from(["question", "why"]), TEXT),
    st.tuples(st.just("delete"), IDS),
    st.tuples(st.just("order"), st.permutations("abcd")),
    st.tuples(st.just("node"), IDS, TEXT),
    st.tuples(st.just("no node"), IDS),
    st.tuples(st.just("link"), st.sampled_from("lm"), IDS, IDS),
    st.tuples(st.just("horizon"), st.integers(1, 60)),
    st.tuples(st.sampled_from(["undo", "redo", "poll"])),
)


def edited(project: Project, what: str, *rest: Any) -> Project:
    """The project after an edit, made as the forms make theirs."""
    model = project.logic_model
    match what, rest:
        case "need", (i, field, text):
            old = next((n for n in project.needs if n.id == i), Need(id=i))
            return project.with_need(old.with_(**{field: text}))
        case "delete", (i,):
            return project.without_need(i)
        case "order", (order,):
            return project.with_(needs=tuple(sorted(project.needs, key=lambda n: order.index(n.id))))
        case "node", (i, label):
            nodes = (*(n for n in model.nodes if n.id != i), Node(id=i, level="output", label=label))
            return project.with_(logic_model=model.with_(nodes=nodes))
        case "no node", (i,):
            return project.with_(logic_model=model.with_(nodes=tuple(n for n in model.nodes if n.id != i)))
        case "link", (i, source, target):
            links = (*(x for x in model.links if x.id != i), Link(id=i, source=source, target=target))
            return project.with_(logic_model=model.with_(links=links))
        case "horizon", (years,):
            return project.with_(appraisal=project.appraisal.with_(horizon=years))
    raise AssertionError(what)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), EDITS), max_size=20))
def test_whatever_two_people_do_they_and_the_file_end_with_the_same(steps: list[tuple[int, tuple[Any, ...]]]):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.json"
        save_project(Project(id="p"), path)
        sessions = [Session.open(path, Path(folder), who, Clock()) for who in ("Anna", "Ben")]
        try:
            for who, step in steps:
                session = sessions[who]
                if step[0] in ("undo", "redo", "poll"):
                    getattr(session, step[0])()
                else:
                    session.commit(edited(session.project, *step))
                assert session.problem == ""
            for session in sessions:
                session.poll()
            late = Session.open(path, Path(folder), "Late", Clock())
            sessions.append(late)
            assert sessions[0].project == sessions[1].project == late.project == load_project(path)
            assert {e.kind for e in late.history(1000)} <= {"start", "edit", "undo", "redo"}
        finally:
            for session in sessions:
                session.close()


def test_a_session_needs_nothing_but_its_log(tmp_path: Path, file: Path, clock: Clock):
    log = ProjectLog(tmp_path / "x.sqlite", "gm", "Anna")
    session = Session(log, file, clock)
    assert (session.who, session.file) == ("Anna", file)
    session.close()
