"""The tests of other engines say what they lack: skipped in `make test`, failed in `make test-engines`."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import engines


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A computer with the packages and none of the programs; returns the one folder of its path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(engines, "DEBIAN", tmp_path / "postgresql")
    monkeypatch.setattr(engines, "find_spec", lambda _: True)
    monkeypatch.setattr(engines, "MUST", True)
    return tmp_path


def start(name: str, folder: Path) -> None:
    with engines.postgres() if name == "postgres" else engines.spark(folder):
        pytest.fail("it started without its program")


@pytest.mark.parametrize(("name", "said"), [("postgres", "apt-get install postgresql"), ("spark", "no Java was found")])
def test_without_its_program_an_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, said: str
):
    with pytest.raises(pytest.fail.Exception, match=said):
        start(name, tmp_path)
    monkeypatch.setattr(engines, "MUST", False)
    with pytest.raises(pytest.skip.Exception, match=said):
        start(name, tmp_path)


@pytest.mark.parametrize(("name", "package"), [("postgres", "psycopg"), ("spark", "pyspark")])
def test_without_its_package_an_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, package: str
):
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(pytest.fail.Exception, match=rf"{package}: pip install .*\[engines\]"):
        start(name, tmp_path)


@pytest.mark.parametrize(("version", "said"), [("11.0.23", "only Java 11"), ("1.8.0_412", "only Java 8")])
def test_a_java_that_is_too_old_is_said(bare: Path, version: str, said: str):
    program = bare / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-04-16' >&2\n")
    program.chmod(0o755)
    with pytest.raises(pytest.fail.Exception, match=said):
        start("spark", bare)
