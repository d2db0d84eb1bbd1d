"""The two commands of the README, and the guards that the tests themselves stand on."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

ROOT = Path(__file__).resolve().parents[1]


def write_program(path: Path, *lines: str) -> None:
    """Write a small shell program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


# --- make app ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what `make` reads, and nothing installed."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def make(program: Callable[..., str], checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run make there. ``programs`` is all that its path holds."""
    make = program("make", "make")

    def run(*arguments: str, programs: Path = checkout / "bin", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [make, *arguments],
            cwd=checkout,
            env={"PATH": str(programs), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def installed(checkout: Path) -> Path:
    """The same folder after an earlier `make app`, with a workbench that prints its arguments and no pip at all."""
    write_program(checkout / ".venv/bin/python", "exit 1")
    write_program(checkout / ".venv/bin/workbench", 'for argument in "$@"; do echo "<$argument>"; done')
    (checkout / ".venv/run.stamp").touch()
    os.utime(checkout / "requirements.lock", (0, 0))
    os.utime(checkout / "pyproject.toml", (0, 0))
    return checkout


def test_without_a_new_enough_python_one_sentence_says_what_to_do(checkout, make):
    write_program(checkout / "bin/python3", "exit 1")  # too old: it answers no
    result = make("app")
    assert result.returncode != 0
    assert "Python 3.11" in result.stderr.splitlines()[0]
    assert "install" in result.stderr.splitlines()[0]
    assert not (checkout / ".venv").exists()


def test_the_first_new_enough_python_is_taken(checkout, make):
    write_program(checkout / "bin/python3", "exit 1")
    write_program(checkout / "bin/python3.13", '[ "$1" = --version ] && echo "Python 3.13.0"', 'echo "$@" >> asked')
    make(".venv/bin/python")
    assert (checkout / "asked").read_text().splitlines()[-1] == "-m venv .venv"


def test_a_second_make_app_installs_nothing_and_starts(installed, make):
    result = make("app")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split() == ["<app>"]


def test_a_changed_lock_is_installed_by_hash_and_the_package_without_fetching_anything(installed, make):
    write_program(installed / ".venv/bin/python", 'echo "$@" >> asked')
    os.utime(installed / ".venv/run.stamp", (1, 1))
    (installed / "requirements.lock").touch()
    assert make("app", programs=Path("/usr/bin:/bin")).returncode == 0
    _, dependencies, package = (installed / "asked").read_text().splitlines()
    assert dependencies.endswith("--require-hashes --requirement requirements.lock")
    assert package.endswith("--no-deps --no-build-isolation --editable .")


def test_port_and_project_are_honoured_on_the_line_and_in_the_environment(installed, make):
    expected = "<app>\n<--port>\n<9001>\n<--project>\n<our proposal.json>\n"
    assert make("app", "PORT=9001", "PROJECT=our proposal.json").stdout == expected
    assert make("app", PORT="9001", PROJECT="our proposal.json").stdout == expected


def test_help_lists_every_target_meant_for_people(make):
    said = make("help", programs=Path("/usr/bin:/bin")).stdout
    assert set(re.findall(r"make ([a-z-]+)", said)) >= {"app", "test", "test-all", "lint", "lock", "clean"}


# --- make test --------------------------------------------------------------------------------------------------------


def test_ci_runs_make_test_and_fails_with_it(tmp_path: Path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    write_program(tmp_path / "bin/make", 'echo "make $* with CI=$CI in $(pwd)"', "exit 3")
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", ".ci/run"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == f"make test with CI=true in {tmp_path}"
    assert result.returncode == 3


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_named_exists(document: str):
    named = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", "\n".join(code_in(document))))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_command_that_is_named_exists(document: str):
    from workbench.cli import app  # noqa: PLC0415  so that a fault in it is a fault of this test only

    commands = set(get_command(app).commands)
    command = r"(?<!import)(?:^|[\s`/\\])workbench ([a-z]+)\b"
    named = set(re.findall(command, "\n".join(code_in(document)), re.MULTILINE))
    assert named <= commands
    assert named or document != "README.md"


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_is_linked_exists(document: str):
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / document).read_text(encoding="utf-8"))
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_every_part_of_the_package_is_in_the_architecture_and_every_part_named_there_exists():
    package, text = ROOT / "workbench", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"`(\w+)/?`", "\n".join(re.findall(r"^\| (`[^|]*)\|", text, re.MULTILINE))))
    assert rows == {p.stem for p in package.glob("[a-z]*") if p.is_dir() or p.suffix == ".py"}
    named = re.findall(r"`([a-z_]+/[a-z_/.]*?)(?:\.[A-Z]\w+)?`", text)
    assert len(named) > 10
    places = [(ROOT / name, package / name, package / f"{name}.py") for name in named]
    assert [paths[0].name for paths in places if not any(path.exists() for path in paths)] == []


def code_in(document: str) -> list[str]:
    """The code of a Markdown file, inline and in blocks."""
    return re.findall(r"```.*?```|`[^`\n]+`", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)


def test_the_hooks_are_programs_of_the_environment_and_fetch_nothing():
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    for hook in (hook for repo in repos for hook in repo["hooks"]):
        assert hook["language"] == "system"
        folder, program = hook["entry"].split()[0].rsplit("/", 1)
        assert folder == ".venv/bin"
        assert shutil.which(program, path=Path(sys.executable).parent), f"{program} is not in requirements-test.lock"


# --- the wheel --------------------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_data_and_the_notebook_that_is_served(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "workbench").rglob("*")
        if path.is_file() and not {"__pycache__", "js"} & set(path.parts)
    }
    assert ours <= held
    assert not [name for name in held if "node_modules" in name]
    assert "workbench/serve/app.ipynb" in held
    assert {name.split("/")[0] for name in held if ".dist-info" not in name} == {"workbench"}


# --- the guards the tests stand on ------------------------------------------------------------------------------------

PLANTED = """
import contextlib, socket
import ipywidgets, pytest

def test_connects_outside():
    with contextlib.suppress(Exception), socket.socket() as s:
        s.connect(("192.0.2.1", 80))

def test_sends_outside():
    with contextlib.suppress(Exception), socket.socket(type=socket.SOCK_DGRAM) as s:
        s.sendto(b"", ("192.0.2.1", 80))

def test_looks_up_outside():
    with contextlib.suppress(Exception):
        socket.create_connection(("statistics.example", 443))

def test_stays_here():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()

def test_a_callback_raises():
    button = ipywidgets.Button()
    button.on_click(lambda _: 1 / 0)
    button.click()

def test_a_callback_works():
    button, clicks = ipywidgets.Button(), []
    button.on_click(clicks.append)
    button.click()
    assert clicks == [button]

def test_a_missing_program(program):
    program("a program", "no-such-program-anywhere")
"""


@pytest.fixture(params=["", "true"], ids=["here", "in CI"])
def outcomes(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[bool, dict[str, str], str]:
    """Run the planted tests under our conftest: whether in CI, the outcome of each, and the report."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_planted.py").write_text(PLANTED)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "--rootdir",
        str(tmp_path),
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    environment = {**os.environ, "CI": request.param}
    report = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False).stdout
    # The last word on a test counts: one that passed and then failed its guard is an ERROR.
    lines = re.findall(r"^test_planted\.py::test_(\w+) (PASSED|FAILED|ERROR|SKIPPED)", report, re.MULTILINE)
    return bool(request.param), dict(lines), report


def test_the_guards_turn_planted_faults_red(outcomes: tuple[bool, dict[str, str], str]):
    in_ci, outcome, report = outcomes
    assert outcome == {
        "connects_outside": "ERROR",
        "sends_outside": "ERROR",
        "looks_up_outside": "ERROR",
        "stays_here": "PASSED",
        "a_callback_raises": "ERROR",
        "a_callback_works": "PASSED",
        "a_missing_program": "FAILED" if in_ci else "SKIPPED",
    }, report
    assert "ZeroDivisionError" in report  # the reason is shown, not only the fact
    assert "tried to reach statistics.example" in report
