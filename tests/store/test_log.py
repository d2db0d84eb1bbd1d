"""The log of edits: acknowledged means on disk, everybody reads the same, and undo takes back one's own."""

from __future__ import annotations

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

from workbench.domain.appraisal.options import Appraisal, Line, Option
from workbench.domain.need import Need
from workbench.domain.project import DELETED, Project, flatten
from workbench.errors import NewerProject, ProjectError
from workbench.store import database
from workbench.store.fields import read_fields
from workbench.store.log import Change, ProjectLog

AT = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
PROJECT = Project(id="p", needs=(Need(id="n1", question="Who?"),))

Open = Callable[..., ProjectLog]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "p.sqlite"


@pytest.fixture
def open_log(path: Path) -> Iterator[Open]:
    """Open the log once more, as another person's session would."""
    logs: list[ProjectLog] = []

    def opened(who: str = "Anna", **options: Any) -> ProjectLog:
        logs.append(ProjectLog(path, "p", who, **options))
        return logs[-1]

    yield opened
    for log in logs:
        log.close()


@pytest.fixture
def two(open_log: Open) -> tuple[ProjectLog, ProjectLog]:
    """Anna's and Ben's log of one project."""
    anna = open_log("Anna")
    anna.seed(PROJECT, AT)
    return anna, open_log("Ben")


def rows(path: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT who, kind, changes FROM updates ORDER BY id").fetchall()
    finally:
        connection.close()


# --- writing and reading ----------------------------------------------------------------------------------------------


def test_what_one_writes_the_other_reads(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    version = anna.commit({"needs/n1/question": "How many?"}, AT)
    assert ben.pull()
    assert ben.snapshot()["needs/n1/question"] == "How many?"
    assert ben.version == version
    assert not ben.pull()


def test_a_row_holds_only_what_changed(two: tuple[ProjectLog, ProjectLog], path: Path):
    anna, _ = two
    anna.commit({"needs/n1/question": "How many?", "needs/n1/why": ""}, AT)
    said = '[{"path": "needs/n1/question", "before": "Who?", "after": "How many?"}]'
    assert rows(path) == [("Anna", "start", "[]"), ("Anna", "edit", said)]


def test_an_edit_that_changes_nothing_writes_no_row(two: tuple[ProjectLog, ProjectLog], path: Path):
    anna, _ = two
    assert anna.commit({"needs/n1/question": "Who?", "needs/gone": DELETED}, AT) == anna.version
    assert len(rows(path)) == 1


def test_true_is_not_one(two: tuple[ProjectLog, ProjectLog]):
    anna, _ = two
    anna.commit({"x": 1}, AT)
    anna.commit({"x": True}, AT)
    assert anna.snapshot()["x"] is True


def test_whole_numbers_come_back_whole_through_the_project(open_log: Open):
    line = Line(id="l", option_id="o", direction="cost", price_year=2025, years=7, quantity=2.5)
    project = PROJECT.with_(appraisal=Appraisal(horizon=10, options=(Option(id="o"),), lines=(line,)))
    open_log().seed(project, AT)
    fields = open_log().snapshot()
    assert isinstance(fields["appraisal/horizon"], float)  # what pycrdt makes of it
    back = read_fields(fields)
    assert back == project
    assert (type(back.appraisal.lines[0].years), back.appraisal.lines[0].years) == (int, 7)


def test_of_two_people_who_write_one_field_the_later_has_it_for_both(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    for first, second in ((anna, ben), (ben, anna)):  # either way round, whatever pycrdt would choose
        first.commit({"needs/n1/question": "first"}, AT)
        second.commit({"needs/n1/question": "second"}, AT)
        first.pull()
        assert first.snapshot() == second.snapshot()
        assert first.snapshot()["needs/n1/question"] == "second"


def test_two_fields_of_one_need_are_both_kept(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "How many?"}, AT)
    ben.commit({"needs/n1/why": "To plan"}, AT)
    anna.pull()
    assert anna.snapshot() == ben.snapshot()
    assert read_fields(anna.snapshot()).needs == (Need(id="n1", question="How many?", why="To plan"),)


def test_an_entity_that_one_deletes_while_another_moves_it_comes_back_whole(open_log: Open):
    line = Line(id="l", option_id="o", direction="cost", price_year=2025)
    anna = open_log("Anna")
    anna.seed(PROJECT.with_(appraisal=Appraisal(options=(Option(id="o"),), lines=(line,))), AT)
    ben = open_log("Ben")
    anna.commit({"appraisal/lines/l": DELETED}, AT)
    ben.commit({"appraisal/lines/l": 5.0}, AT)
    assert read_fields(ben.snapshot()).appraisal.lines == (line,)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2**53 + 1, "too big to keep exactly"),
        (float("nan"), "not a number"),
        (["a", float("inf")], "not a number"),
        ("half an emoji \ud83d", "half a character"),
        ({"a": {1}}, "A set cannot be kept"),
    ],
)
def test_what_would_not_come_back_is_refused_before_it_is_written(
    two: tuple[ProjectLog, ProjectLog], path: Path, value: Any, said: str
):
    anna, _ = two
    with pytest.raises(ProjectError, match=said):
        anna.commit({"needs/n1/question": "changed", "needs/n1/why": value}, AT)
    assert anna.snapshot()["needs/n1/question"] == "Who?"
    assert len(rows(path)) == 1


# --- the start --------------------------------------------------------------------------------------------------------


def test_two_who_start_the_project_at_once_start_it_once(open_log: Open, path: Path):
    anna, ben = open_log("Anna"), open_log("Ben")
    assert anna.is_new
    assert ben.is_new
    assert anna.seed(PROJECT.with_(name="Anna's"), AT)
    assert not ben.seed(PROJECT.with_(name="Ben's", summary="only here"), AT)
    assert ben.snapshot() == anna.snapshot() == flatten(PROJECT.with_(name="Anna's"))
    assert len(rows(path)) == 1


RACER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from workbench.domain.project import Project
from workbench.store.log import ProjectLog

path, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
log = ProjectLog(path, "p", name)
print(log.seed(Project(id="p", name=name), datetime.now(UTC)))
for number in range(30):
    log.commit({f"needs/{name}{number}": float(number)}, datetime.now(UTC))
log.close()
"""


def test_processes_that_race_lose_nothing_and_start_once(path: Path, open_log: Open):
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(path), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("a", "b", "c")
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert sorted(said) == ["False", "False", "True"]
    there = open_log().snapshot()
    assert {f"needs/{name}{n}" for name in "abc" for n in range(30)} <= set(there)


# --- a process that is killed -----------------------------------------------------------------------------------------

WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from workbench.store.log import ProjectLog

log = ProjectLog(Path(sys.argv[1]), "p", "writer")
for number in count():
    log.commit({f"needs/n{number}": float(number), "last": number}, datetime.now(UTC))
    print(number, flush=True)  # acknowledged
"""


def test_kill_9_loses_no_acknowledged_edit(path: Path, open_log: Open):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
    os.kill(writer.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    acknowledged += [int(line) for line in writer.communicate(timeout=30)[0].split("\n") if line]
    there = open_log().snapshot()
    assert [n for n in acknowledged if f"needs/n{n}" not in there] == []
    assert there["last"] >= acknowledged[-1]


def test_two_processes_see_each_others_edits_within_a_second(path: Path, open_log: Open):
    mine = open_log("Anna")
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        number = int(writer.stdout.readline())
        said_at = time.monotonic()
        while f"needs/n{number}" not in mine.snapshot():
            mine.pull()
            assert time.monotonic() - said_at < 1
    finally:
        writer.kill()
        writer.communicate()


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_takes_back_ones_own_edit_and_redo_makes_it_again(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "How many?"}, AT)
    assert anna.undo(AT)
    assert ben.pull()
    assert ben.snapshot()["needs/n1/question"] == "Who?"
    assert anna.redo(AT)
    assert ben.pull()
    assert ben.snapshot() == anna.snapshot()
    assert ben.snapshot()["needs/n1/question"] == "How many?"


def test_undo_leaves_what_the_other_did_after(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "Anna's"}, AT)
    ben.commit({"needs/n1/why": "Ben's", "needs/n2": 1.0, "needs/n2/question": "Ben's need"}, AT)
    assert anna.undo(AT)
    ben.pull()
    assert ben.snapshot() == anna.snapshot()
    there = read_fields(anna.snapshot())
    assert [(n.id, n.question, n.why) for n in there.needs] == [("n1", "Who?", "Ben's"), ("n2", "Ben's need", "")]
    assert not anna.can_undo


def test_undo_does_not_take_back_what_the_other_wrote_over_ones_own(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "Anna's"}, AT)
    ben.commit({"needs/n1/question": "Ben's"}, AT)
    assert not anna.undo(AT)
    assert anna.snapshot()["needs/n1/question"] == "Ben's"


def test_each_edit_is_one_step(two: tuple[ProjectLog, ProjectLog]):
    anna, _ = two
    for text in ("one", "two", "three"):
        anna.commit({"needs/n1/question": text, "needs/n1/why": text}, AT)
    seen = []
    while anna.undo(AT):
        seen.append((anna.snapshot()["needs/n1/question"], anna.snapshot()["needs/n1/why"]))
    assert seen == [("two", "two"), ("one", "one"), ("Who?", "")]


def test_the_start_and_edits_of_the_file_are_nobodys_to_undo(two: tuple[ProjectLog, ProjectLog]):
    anna, _ = two
    anna.commit({"name": "changed in an editor"}, AT, kind="file", who="the file")
    assert not anna.can_undo
    assert not anna.undo(AT)


def test_a_deleted_need_comes_back_whole(two: tuple[ProjectLog, ProjectLog]):
    anna, _ = two
    anna.commit({"needs/n1": DELETED}, AT)
    assert read_fields(anna.snapshot()).needs == ()
    anna.undo(AT)
    assert read_fields(anna.snapshot()) == PROJECT


# --- history ----------------------------------------------------------------------------------------------------------


def test_history_says_who_when_and_what(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "How many?"}, AT)
    ben.commit({"needs/n10": 1.0}, AT + timedelta(minutes=1))
    ben.undo(AT + timedelta(minutes=2))
    latest, added, edited, started = anna.history()
    assert (latest.who, latest.kind, latest.changes) == ("Ben", "undo", (Change("needs/n10", 1.0, DELETED),))
    assert (added.who, added.at, added.paths) == ("Ben", "2026-11-24T10:43:00.000+00:00", ("needs/n10",))
    assert edited.changes == (Change("needs/n1/question", "Who?", "How many?"),)
    assert (started.kind, started.changes) == ("start", ())


def test_history_of_one_need_is_not_that_of_its_namesake(two: tuple[ProjectLog, ProjectLog]):
    anna, _ = two
    anna.commit({"needs/n1/why": "a"}, AT)
    anna.commit({"needs/n10": 1.0}, AT)
    assert [e.paths for e in anna.history(path_prefix="needs/n1")] == [("needs/n1/why",)]
    assert [e.paths for e in anna.history(path_prefix="needs")] == [("needs/n10",), ("needs/n1/why",)]
    assert [e.paths for e in anna.history(limit=1)] == [("needs/n10",)]


def test_the_fields_as_they_were_can_be_had_again(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    before, version = anna.snapshot(), anna.version
    anna.commit({"needs/n1/question": "b", "needs/n2": 1.0}, AT)
    ben.commit({"needs/n1/question": "c", "needs/n1": DELETED}, AT)
    assert ben.snapshot_at(version) == before


def test_the_number_of_an_edit_is_never_given_again(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    version = anna.commit({"name": "one"}, AT)
    ben.pull()
    anna._db.execute("DELETE FROM updates WHERE id=?", (version,))  # SQLite alone would give this number once more
    assert anna.commit({"name": "two"}, AT) > version
    assert ben.pull()


# --- squashing --------------------------------------------------------------------------------------------------------


def test_squashing_keeps_fields_history_and_those_who_had_not_read_yet(open_log: Open, two: tuple[Any, Any]):
    anna, ben = two
    anna.commit({"needs/n1/question": "How many?"}, AT)  # Ben has not read this
    history = anna.history()
    assert anna.squash(AT) == 2
    assert anna.length == 1
    assert ben.pull()
    late = open_log("Late")
    assert late.snapshot() == ben.snapshot() == anna.snapshot()
    assert late.history() == history
    late.commit({"name": "after"}, AT)
    assert anna.pull()
    assert anna.snapshot()["name"] == "after"


def test_undo_reaches_back_over_a_squash(open_log: Open, two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.commit({"needs/n1/question": "How many?"}, AT)
    ben.squash(AT)
    late = open_log("Late")
    assert anna.undo(AT)
    late.pull()
    ben.pull()
    assert late.snapshot() == ben.snapshot() == anna.snapshot()
    assert late.snapshot()["needs/n1/question"] == "Who?"


# --- presence ---------------------------------------------------------------------------------------------------------


def test_who_is_here(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna.presence.touch("Anna", AT)
    ben.presence.touch("Ben", AT + timedelta(seconds=10))
    assert anna.presence.present(15, AT + timedelta(seconds=12)) == ("Ben",)
    assert ben.presence.present(15, AT + timedelta(seconds=15)) == ("Anna",)
    assert ben.presence.present(15, AT + timedelta(seconds=16)) == ()
    ben.presence.leave()
    assert anna.presence.present(15, AT + timedelta(seconds=12)) == ()


# --- a disk that fails ------------------------------------------------------------------------------------------------


def fails_then_recovers(log: ProjectLog, other: ProjectLog, said: str, cure: Callable[[], object]) -> None:
    """An edit that cannot be saved is refused and leaves no trace; the next one reaches everybody."""
    before = log.snapshot()
    with pytest.raises(ProjectError, match=said) as caught:
        log.commit({"needs/n1/question": "x" * 50_000}, AT)
    assert caught.value.remedy
    assert caught.value.where == str(log.path)
    assert log.snapshot() == before
    cure()
    log.commit({"needs/n1/why": "after"}, AT)
    other.pull()
    assert other.snapshot() == log.snapshot() == before | {"needs/n1/why": "after"}


def test_a_full_disk(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    pages = anna._db.execute("PRAGMA page_count").fetchone()[0]
    anna._db.execute(f"PRAGMA max_page_count={pages}")  # SQLite then says what it says of a full disk
    fails_then_recovers(anna, ben, "disk is full", lambda: anna._db.execute("PRAGMA max_page_count=100000"))


def test_a_place_that_may_not_be_written(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna._db.execute("PRAGMA query_only=1")
    fails_then_recovers(anna, ben, "cannot be written", lambda: anna._db.execute("PRAGMA query_only=0"))


def test_a_log_that_another_program_holds(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two
    anna._db.execute("PRAGMA busy_timeout=10")
    ben._db.execute("BEGIN IMMEDIATE")
    fails_then_recovers(anna, ben, "Another program holds", lambda: ben._db.execute("ROLLBACK"))


def test_a_failed_block_leaves_no_trace_for_later_edits_to_build_on(two: tuple[ProjectLog, ProjectLog]):
    anna, ben = two

    def fail_halfway() -> None:
        with anna.lock():
            anna.commit({"needs/n1/question": "never saved"}, AT)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        fail_halfway()
    anna.commit({"needs/n1/why": "saved"}, AT)
    ben.pull()
    assert ben.snapshot() == anna.snapshot()
    assert ben.snapshot()["needs/n1/question"] == "Who?"


def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, open_log: Open):
    path.parent.mkdir()
    path.write_bytes(b"a shopping list " * 100)
    with pytest.raises(ProjectError, match="has been left as it is"):
        open_log()
    assert path.read_bytes() == b"a shopping list " * 100


def test_a_log_cut_short_is_found(path: Path, open_log: Open):
    log = open_log()
    log.seed(PROJECT, AT)
    for number in range(50):
        log.commit({f"needs/n{number}/why": "x" * 2000}, AT)
    log.close()
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(ProjectError, match="damaged"):
        open_log()


def test_one_damaged_byte_in_an_update_is_found(path: Path, open_log: Open):
    log = open_log()
    log.seed(PROJECT.with_(name="Wigan"), AT)
    log.close()
    connection = sqlite3.connect(path)
    (data,) = connection.execute("SELECT data FROM updates").fetchone()
    connection.execute("UPDATE updates SET data=?", (data.replace(b"Wigan", b"Wigun"),))
    connection.commit()
    connection.close()
    with pytest.raises(ProjectError, match="damaged at edit 1"):
        open_log()


def test_a_log_of_a_later_version_is_refused(path: Path, open_log: Open):
    open_log().close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={database.LOG_VERSION + 1}")
    connection.close()
    with pytest.raises(NewerProject, match="left as it is"):
        open_log()


def test_a_network_share_is_refused(path: Path, open_log: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "network_share", lambda _: "nfs4")
    with pytest.raises(ProjectError, match=r"network share \(nfs4\), where SQLite is not safe.*WORKBENCH_HOME"):
        open_log()
    assert not path.exists()


def test_an_edit_outlasts_a_power_cut(open_log: Open):
    pragmas = [open_log()._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]  # 2: every commit is synced to the disk


# --- any edits at all -------------------------------------------------------------------------------------------------

PATHS = st.sampled_from(["name", "summary", "needs/a", "needs/a/why", "needs/b", "needs/b/why"])
VALUES = st.one_of(st.just(DELETED), st.integers(0, 3), st.sampled_from(["", "x", "y"]), st.none(), st.just(["x"]))
STEPS = st.one_of(
    st.tuples(st.just("commit"), st.dictionaries(PATHS, VALUES, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["undo", "redo", "pull", "squash"]), st.none()),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1), STEPS), max_size=25))
def test_whatever_two_people_do_they_end_with_the_same(steps: list[tuple[int, tuple[str, Any]]]):
    with tempfile.TemporaryDirectory() as folder:
        logs = [ProjectLog(Path(folder) / "p.sqlite", "p", who) for who in ("Anna", "Ben")]
        for who, (what, changes) in steps:
            log = logs[who]
            if what == "commit":
                log.commit(changes, AT)
                assert all(log.snapshot().get(p, DELETED) == v for p, v in changes.items())
            elif what == "pull":
                log.pull()
            else:
                getattr(log, what)(AT)
        late = ProjectLog(Path(folder) / "p.sqlite", "p", "Late")
        try:
            for log in logs:
                log.pull()
                assert log.snapshot() == log._map.to_py() == late.snapshot()
            assert late.snapshot_at(0) == {}
        finally:
            for log in (*logs, late):
                log.close()
