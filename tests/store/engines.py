"""Stores of figures for tests: in a folder, and on engines that are started for the tests and ended after them.

PostgreSQL runs as a cluster of its own in a temporary folder, listening on a socket there and on no port. Spark runs in
this process's Java. Without them a test is skipped, and says what is missing; `make test-engines` fails instead.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest

MUST = os.environ.get("WORKBENCH_ENGINES") == "all"
DEBIAN = Path("/usr/lib/postgresql")
JAVA = 17
"""The first Java that Spark 4 runs on."""


def missing(what: str, remedy: str) -> NoReturn:
    """Skip, or under `make test-engines` fail."""
    reason = f"needs {what}: {remedy}"
    if MUST:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _program(name: str) -> str:
    found = shutil.which(name) or next((str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)), None)
    if not found:
        missing("PostgreSQL", f"{name} was not found; on Debian: apt-get install postgresql")
    return found


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of our own: a cluster with no port, ended and removed afterwards."""
    if find_spec("psycopg") is None:
        missing("psycopg", "pip install 'data-sharing-workbench[engines]'")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    # PostgreSQL refuses to run as root.
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        missing("a user called postgres", "PostgreSQL does not run as root; or run the tests as another user")
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    # A socket's path may have 107 letters, so not in pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, "postgres", "postgres")

    def run(*command: str) -> None:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **user
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = folder / "data"
    try:
        run(initdb, "--pgdata", str(data), "--username", "tests", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        # pg_ctl's own children must not keep our pipes open: it writes to a log.
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        with (folder / "start.txt").open("w") as out:
            command = [pg_ctl, "--pgdata", str(data), "--wait", "--log", str(folder / "log.txt"), "-o", settings]
            subprocess.run([*command, "start"], cwd=folder, stdout=out, stderr=out, check=True, **user)
        try:
            yield f"postgres://tests@{quote(str(folder), safe='')}/postgres"
        finally:
            run(pg_ctl, "--pgdata", str(data), "--wait", "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _java() -> int:
    """The version of Java that Spark will start: 17 of "17.0.15", 8 of "1.8.0"; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(f"{home}/bin/java" if home else "java")
    if not program:
        return 0
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(version[1]) if version else 0


@contextmanager
def spark(folder: Path) -> Iterator[str]:
    """The address of Spark in local mode, with its tables in a folder."""
    if find_spec("pyspark") is None:
        missing("pyspark", "pip install 'data-sharing-workbench[engines]'")
    found = _java()
    if found < JAVA:
        said = f"only Java {found} was found" if found else "no Java was found"
        missing(f"Java {JAVA} or later", f"{said}; on Debian: apt-get install default-jre-headless")
    settings = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
        "spark.driver.memory": "1g",
    }
    yield "local[2]?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in settings.items())
    from pyspark.sql import SparkSession  # noqa: PLC0415  only where Spark is

    session: Any = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def empty(place: str) -> None:
    """Drop what an earlier test left there."""
    from workbench.store.figures_connect import shelf_at  # noqa: PLC0415  imports Ibis

    shelf = shelf_at(place)
    for name in shelf.engine.list_tables():
        if name.startswith("workbench_figures"):
            shelf.engine.drop_table(name)
    shelf.close()


def apart(place: str) -> str:
    """The address of a store beside the one at an address, on the same engine."""
    from workbench.store.figures_connect import shelf_at  # noqa: PLC0415  imports Ibis

    shelf = shelf_at(place)
    shelf.engine.create_database("apart")
    shelf.close()
    return f"{place}/apart" if place.startswith("postgres") else f"{place}&database=apart"
