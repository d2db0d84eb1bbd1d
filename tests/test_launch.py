"""Starting the app: on this computer only, from files of our own, and not at all when something is in the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.serve import launch


class Voila:
    """Stands in for Voila and writes down how it was started."""

    started: list = []  # noqa: RUF012  emptied by the fixture

    @classmethod
    def launch_instance(cls, argv, config):
        cls.started.append((argv, config, dict(os.environ), Path(os.environ["JUPYTER_PATH"].split(os.pathsep)[0])))
        cls.laid = sorted(p.name for p in cls.started[-1][3].rglob("*") if p.is_file())


@pytest.fixture
def started(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())  # what starting sets must not reach other tests
    monkeypatch.setattr(launch, "_voila", lambda: Voila)
    monkeypatch.setattr(launch, "_announce", lambda *_: None)
    Voila.started = []
    return Voila.started


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def project(tmp_path, sample_project):
    return Path(shutil.copy(sample_project, tmp_path / "p.json"))


def refusal(*args):
    with pytest.raises(WorkbenchError) as caught:
        launch.serve(*args, open_browser=True, say=lambda line: pytest.fail(f"said {line}"))
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_app_is_started_on_the_project_with_everything_it_needs(started, project, free_port):
    said = []
    launch.serve(project, free_port, open_browser=False, say=said.append)
    (argv, config, environ, folder), *more = started
    assert more == []
    assert argv == [str(launch.app_notebook())]
    assert config.Voila.port == free_port
    assert environ["WORKBENCH_PROJECT"] == str(project)
    assert environ["WORKBENCH_PLOTLY_URL"].startswith("/voila/templates/")
    assert Voila.laid == ["conf.json", "index.html.j2", "plotly.min.js"]
    assert not folder.exists()  # cleared away when the app ends
    assert said == [f"Opening {project}"]


def test_without_a_project_the_copy_of_the_sample_is_opened(started, free_port, tmp_path):
    launch.serve(None, free_port, open_browser=False, say=lambda _: None)
    assert Path(started[0][2]["WORKBENCH_PROJECT"]).parent == tmp_path / "home"


def test_a_port_that_is_taken(started, project):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(project, port)
    assert f"Port {port} cannot be used" in said
    assert re.search(r"workbench app --port \d+", said)
    assert started == []


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_is_none(started, project, port):
    assert "cannot be used" in refusal(project, port)
    assert started == []


def test_a_project_that_cannot_be_read(started, project, free_port, tmp_path):
    assert "There is no such file" in refusal(tmp_path / "none.json", free_port)
    project.write_text("{")
    assert "not whole JSON" in refusal(project, free_port)
    assert project.read_text() == "{"
    assert started == []


def test_voila_that_is_not_installed(started, project, free_port, monkeypatch):
    def missing():
        raise WorkbenchError("Voila is not installed.", "Run: pip install 'data-sharing-workbench[app]'")

    monkeypatch.setattr(launch, "_voila", missing)
    assert "pip install" in refusal(project, free_port)
    assert started == []


def test_the_app_listens_on_this_computer_only():
    voila = launch._settings(8866).Voila
    assert voila.ip == "127.0.0.1"
    assert voila.port_retries == 0
    assert voila.open_browser is False
    assert launch.HOST == "127.0.0.1"
    assert launch._settings(8866).VoilaConfiguration.allow_template_override == "NO"


def test_every_setting_is_one_that_voila_knows():
    from jupyter_server.services.kernels.kernelmanager import MappingKernelManager  # noqa: PLC0415
    from voila.app import Voila as Real  # noqa: PLC0415
    from voila.configuration import VoilaConfiguration  # noqa: PLC0415
    from voila.execute import VoilaExecutor  # noqa: PLC0415

    kinds = {"Voila": Real, "VoilaConfiguration": VoilaConfiguration, "VoilaExecutor": VoilaExecutor,
             "MappingKernelManager": MappingKernelManager, "Application": Real}  # fmt: skip
    for kind, settings in launch._settings(8866).items():
        unknown = set(settings) - set(kinds[kind].class_trait_names())
        assert unknown == set(), f"{kind} has no {unknown}"


def test_the_template_asks_nobody_for_anything():
    folder = Path(launch.__file__).parent
    for name in ("index.html.j2", "conf.json"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not re.search(r"(?:https?:)?//[\w-]+\.\w", text), name
    assert json.loads((folder / "conf.json").read_text())["base_template"] == "lab"


def test_the_address_is_said_when_somebody_can_open_it(monkeypatch):
    opened, said = [], []
    monkeypatch.setattr(launch.webbrowser, "open", opened.append)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        launch._announce(port, True, said.append)
    assert opened == [f"http://127.0.0.1:{port}/"]
    assert said == [f"The workbench is at http://127.0.0.1:{port}/  (stop it with Ctrl+C)"]


def test_an_app_that_never_answers_is_not_said_to_be_there(monkeypatch, free_port):
    said = []
    clock = iter(range(0, 10_000, 50))
    monkeypatch.setattr(launch.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(launch.time, "sleep", lambda _: None)
    monkeypatch.setattr(launch.webbrowser, "open", lambda _: pytest.fail("opened"))
    monkeypatch.setattr(launch, "_listening", lambda _: False)
    launch._announce(free_port, True, said.append)
    assert len(said) == 1
    assert "does not answer" in said[0]
