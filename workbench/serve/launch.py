"""Start the app: Voila with our own template, on this computer only, and nothing fetched from anywhere else."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.places import app_notebook, home, sample, working_copy
from workbench.store.project_file import load_project

HOST = "127.0.0.1"
TEMPLATE = "workbench"
PLOTLY_URL = f"/voila/templates/{TEMPLATE}/static/plotly.min.js"
UPLOAD_LIMIT = 50 * 1024 * 1024
"""Bytes of one websocket message. Above the page's own limit of 40 MB, so that the page can say no in words."""


def serve(project: Path | None, port: int, *, open_browser: bool, say: Callable[[str], None]) -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    project : Path or None
        Project file; None for the copy of the sample.
    port : int
        On 127.0.0.1.
    open_browser : bool
        Open the address when the app answers, if there is a browser.
    say : callable
        Prints a line.

    Raises
    ------
    WorkbenchError
        When the project cannot be read, the port is taken, or Voila is not installed. Nothing is started then.
    """
    file = working_copy(project)
    load_project(file)
    _port_is_free(port)
    voila = _voila()
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        _lay_template(Path(folder))
        os.environ.update(
            JUPYTER_PATH=os.pathsep.join(filter(None, [folder, os.environ.get("JUPYTER_PATH", "")])),
            WORKBENCH_PROJECT=str(file),
            WORKBENCH_HOME=str(home()),
            WORKBENCH_DATA=str(sample()),
            WORKBENCH_PLOTLY_URL=PLOTLY_URL,
        )
        say(f"Opening {file}")
        threading.Thread(target=_announce, args=(port, open_browser, say), daemon=True).start()
        _let_pages_end_their_kernels()
        voila.launch_instance(argv=[str(app_notebook())], config=_settings(port))


def _voila() -> Any:
    try:
        from voila.app import Voila  # noqa: PLC0415  an optional extra
    except ModuleNotFoundError as missing:
        raise WorkbenchError("Voila is not installed.", "Run: pip install 'data-sharing-workbench[app]'") from missing
    return Voila


def _let_pages_end_their_kernels() -> None:
    """Let a page that is left end its own kernel, as Voila means it to.

    Voila's page asks for that without the token that Voila then looks for, so each reload would leave a kernel of some
    200 MB behind. The kernel's id, which only its page knows, is what guards the request; nothing but that one kernel
    can be ended by it, and every edit is on disk.
    """
    from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler  # noqa: PLC0415  comes with Voila

    VoilaShutdownKernelHandler.check_xsrf_cookie = lambda _: None


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        if os.name == "posix":  # a port just let go is free; on Windows this option would take one that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as taken:
            raise WorkbenchError(
                f"Port {port} cannot be used: another program has it, or it is not allowed.",
                f"Choose another: PORT={_another(port)} make app, or workbench app --port {_another(port)}",
            ) from taken


def _another(port: int) -> int:
    """A port near by that no system keeps for itself."""
    return port + 1 if 1024 <= port < 60000 else 8867


def _lay_template(folder: Path) -> None:
    """Put the template, and plotly.js from the installed package, where Voila looks for templates."""
    import plotly  # noqa: PLC0415  only its folder is wanted

    place = folder / "voila" / "templates" / TEMPLATE
    (place / "static").mkdir(parents=True)
    ours = Path(str(files("workbench.serve")))
    for name in ("conf.json", "index.html.j2"):
        shutil.copyfile(ours / name, place / name)
    shutil.copyfile(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", place / "static" / "plotly.min.js")


def _settings(port: int) -> Any:
    from traitlets.config import Config  # noqa: PLC0415  comes with Voila

    return Config(
        Voila={
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "tornado_settings": {
                "websocket_max_message_size": UPLOAD_LIMIT,
                "headers": {"Content-Security-Policy": "frame-ancestors 'self'"},
            },
        },
        VoilaConfiguration={
            "template": TEMPLATE,
            "preheat_kernel": True,
            "default_pool_size": 1,
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            # The first name is Voila's own widget manager: without it no widget appears at all.
            "extension_allowlist": [
                "@voila-dashboards/widgets-manager8",
                "@jupyter-widgets/jupyterlab-manager",
                "anywidget",
            ],
        },
        VoilaExecutor={
            "cell_error_instruction": "Reload the page. If it happens again, tell whoever runs this service."
        },
        # A page that vanished without a word: App stops polling, its kernel falls idle and is ended. Open ones stay.
        MappingKernelManager={"cull_idle_timeout": 600, "cull_interval": 60, "cull_connected": False},
        Application={"log_level": "WARN"},
    )


def _announce(port: int, open_browser: bool, say: Callable[[str], None]) -> None:
    """Say the address as soon as somebody can open it."""
    address = f"http://{HOST}:{port}/"
    deadline = time.monotonic() + 120
    while not _listening(port):
        if time.monotonic() > deadline:
            say(
                f"The workbench does not answer at {address} after two minutes. Stop it with Ctrl+C and start it again."
            )
            return
        time.sleep(0.1)
    say(f"The workbench is at {address}  (stop it with Ctrl+C)")
    if open_browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
