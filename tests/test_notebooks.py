"""Each notebook runs from a fresh checkout, without a warning, and shows what its step is about.

Notebooks lie in the repository without their outputs; here they are executed. A kernel takes some seconds to start, so
each notebook runs once and its tests read what it showed.
"""

from __future__ import annotations

import asyncio
import os
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import workbench as wb
from workbench.api.answer import PLOTLY
from workbench.app.state import STEPS

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
# Warnings are errors while the cells run; the kernel's own shutting down is no part of the notebook.
STRICT, LENIENT = "import warnings\nwarnings.simplefilter('error')", "warnings.resetwarnings()"


class Shown:
    """What the cells of an executed notebook show."""

    def __init__(self, notebook: Any, folder: Path) -> None:
        self.folder = folder
        self.outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
        self.types = [kind for o in self.outputs for kind in o.get("data", ())]
        plain = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in self.outputs]
        pages = [
            re.sub(r"<style>.*?</style>|<[^>]+>", " ", o.get("data", {}).get("text/html", "")) for o in self.outputs
        ]
        self.text = "\n".join([*plain, *pages])


def run(notebook: Any, folder: Path, cwd: Path) -> Shown:
    """Execute a notebook in a kernel of its own, whose work lies in ``folder``."""
    cells = [nbformat.v4.new_code_cell(STRICT), *notebook.cells, nbformat.v4.new_code_cell(LENIENT)]
    strict = nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)
    client = NotebookClient(strict, timeout=100, kernel_name="python3", resources={"metadata": {"path": str(cwd)}})
    home, temporary = folder / "home", folder / "temporary"
    temporary.mkdir(parents=True)
    mine = {k: v for k, v in os.environ.items() if not k.startswith("WORKBENCH_")}
    env = {**mine, "WORKBENCH_HOME": str(home), "TMPDIR": str(temporary), "JUPYTER_PLATFORM_DIRS": "1"}
    asyncio.run(client.async_execute(env=env))
    return Shown(strict, folder)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Shown]:
    """Execute a notebook by its name, once."""

    @cache
    def execute(name: str) -> Shown:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        # From the root as from the folder: both are places people start from.
        cwd = NOTEBOOKS.parent if name == "02_figures" else NOTEBOOKS
        return run(notebook, tmp_path_factory.mktemp(name), cwd)

    return execute


def test_there_is_a_notebook_for_each_step():
    numbered = [name for name in NAMES if name[:2].isdigit() and name not in ("00_start", "07_published_figures")]
    assert [name.split("_")[1] for name in numbered] == [key for key, _ in STEPS]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_without_an_error_or_a_warning(shown: Callable[[str], Shown], name: str):
    outputs = shown(name).outputs
    assert outputs
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []


def test_the_start_shows_every_step_and_the_app(shown: Callable[[str], Shown]):
    start = shown("00_start")
    assert all(title in start.text for _, title in STEPS)
    assert "application/vnd.jupyter.widget-view+json" in start.types
    assert (start.folder / "home" / "greater-manchester.json").is_file()


def test_the_frame_shows_how_an_answer_changes_the_route(shown: Callable[[str], Shown]):
    text = shown("01_frame").text
    assert wb.triage(wb.open_project()).title in text
    assert "first try data a partner already holds and may re-use" in text
    assert "not legal advice" in text


def test_the_figures_show_verdicts_and_headlines(shown: Callable[[str], Shown]):
    page = shown("02_figures")
    for phrase in ("Enough as published", "Enough if adapted", "Not enough"):
        assert phrase in page.text
    assert wb.compare("employment_rate", "district", "E47000001").title in page.text
    assert wb.trend("employment_rate", "E08000001").title in page.text
    assert page.types.count(PLOTLY) == 3
    # The need that asks for less gets another verdict than the same need above.
    assert len(set(re.findall(r"^districts +.*?(Enough [a-z ]+?)  ", page.text, re.MULTILINE))) == 2


def test_the_logic_model_is_drawn_and_checked(shown: Callable[[str], Shown]):
    page = shown("03_logic_model")
    assert any("<svg" in o.get("data", {}).get("text/html", "") for o in page.outputs)
    assert "has no owner" in page.text
    assert "oc-start" in page.text


def test_the_request_shows_that_leaving_an_item_out_settles_a_block(shown: Callable[[str], Shown]):
    tables = [o["data"]["text/html"] for o in shown("04_request").outputs if "text/html" in o.get("data", {})]
    blocked = [bool(re.search(r"Mobile number” may be more", html)) for html in tables]
    assert blocked == [False, True, False, False]
    assert tables[1].count("blocks") == tables[2].count("blocks") + 1


def test_the_costs_show_each_option_and_what_matters(shown: Callable[[str], Shown]):
    page = shown("05_costs")
    for row in wb.appraise(wb.open_project()).table.itertuples():
        assert row.option in page.text
        assert f"{row.npv:,.0f}" in page.text
    assert wb.chart(wb.open_project(), "tornado").title in page.text
    assert page.types.count(PLOTLY) == 2


def test_the_proposal_is_written_as_a_document(shown: Callable[[str], Shown]):
    page = shown("06_proposal")
    (written,) = page.folder.glob("temporary/*/proposal.docx")
    assert written.name in page.text
    with zipfile.ZipFile(written) as file:
        document = file.read("word/document.xml").decode()
    assert all(need.question in document for need in wb.open_project().needs)
    assert "blocks" in page.text
    assert "Draft." in page.text


def test_published_figures_are_read_asked_about_and_compared_without_a_network(shown: Callable[[str], Shown]):
    page = shown("07_published_figures")
    assert "2017-10-31" in page.text  # what the file leaves open was answered
    assert "5560" in page.text
    assert wb.compare("employment_rate", "district", "E47000001").title in page.text
    assert page.types.count(PLOTLY) == 3


@pytest.mark.parametrize("planted", ["import warnings\nwarnings.warn('old', DeprecationWarning)", "wb.asess()"])
def test_a_planted_fault_in_a_cell_is_seen(tmp_path: Path, planted: str):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"import workbench as wb\n{planted}")])
    with pytest.raises(CellExecutionError):
        run(notebook, tmp_path, NOTEBOOKS)
