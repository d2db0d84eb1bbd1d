"""The import contracts hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# For each contract, one file that breaks it.
FAULTS = {
    "Layers point downward": {"domain/planted.py": "import workbench.export\n"},
    "The domain is pure": {"domain/planted.py": "import plotly\n"},
    "Only widgets and the app know widgets": {"sources/planted.py": "import ipywidgets\n"},
    "Widgets and steps fetch, load and save nothing": {"widgets/planted.py": "import workbench.store\n"},
    "The steps do not know each other": {
        "app/steps/planted_one.py": "import workbench.app.steps.planted_two\n",
        "app/steps/planted_two.py": "",
    },
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the package that lies in a folder."""
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--no-logo",
        "pyproject.toml",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def verdict(report: str, contract: str) -> str:
    """KEPT or BROKEN, as the report has it."""
    line = next(line for line in report.splitlines() if line.startswith(f"{contract} "))
    return line.removeprefix(contract).split()[0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to plant faults in."""
    shutil.copytree(ROOT / "workbench", tmp_path / "workbench", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_fault_that_shows_it_can_fail():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [contract["name"] for contract in contracts] == list(FAULTS)


@pytest.mark.parametrize("contract", FAULTS)
def test_a_planted_fault_breaks_the_contract(copy: Path, contract: str):
    for name, text in FAULTS[contract].items():
        (copy / "workbench" / name).write_text(text)
    result = lint_imports(copy)
    assert result.returncode != 0
    assert verdict(result.stdout, contract) == "BROKEN"


def test_a_module_without_a_place_in_the_layers_is_refused(copy: Path):
    (copy / "workbench" / "planted.py").write_text("")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "planted" in result.stdout
