"""The domain opens no file, asks no clock and draws nothing by chance. Import contracts cannot see calls: this does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

DOMAIN = Path(__file__).resolve().parents[2] / "workbench" / "domain"

IMPURE_CALL = re.compile(
    r"""open | input | print                                  # files and the terminal
      | read_\w+ | write_\w+ | urlopen | getenv
      | to_(csv|excel|parquet|pickle|feather|hdf|sql|stata)
      | now | today | utcnow | time | monotonic | perf_counter  # the clock
      | random | default_rng | seed | urandom | uuid1 | uuid4   # chance: points or a generator are handed in
    """,
    re.VERBOSE,
)
IMPURE_MODULES = {"os", "io", "pathlib", "shutil", "subprocess", "socket", "tempfile", "time", "random", "secrets"}


def impure(source: str) -> list[str]:
    """Name what the source does besides computing, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if IMPURE_CALL.fullmatch(name):
                found.append(f"line {node.lineno}: calls {name}")
            case ast.Attribute(attr="random" | "environ" as name):
                found.append(f"line {node.lineno}: uses {name}")
            case ast.Import(names=names):
                found += [
                    f"line {node.lineno}: imports {n.name}" for n in names if n.name.split(".")[0] in IMPURE_MODULES
                ]
            case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] in IMPURE_MODULES:
                found.append(f"line {node.lineno}: imports {module}")
    return found


@pytest.mark.parametrize("path", sorted(DOMAIN.rglob("*.py")), ids=lambda path: path.relative_to(DOMAIN).as_posix())
def test_the_domain_only_computes(path: Path):
    assert impure(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "open('a.csv')",
        "pd.read_csv('a.csv')",
        "frame.to_csv('a.csv')",
        "path.write_text('a')",
        "datetime.now()",
        "date.today()",
        "datetime.utcnow()",
        "np.random.normal()",
        "np.random.default_rng()",
        "uuid.uuid4()",
        "import random",
        "import os.path",
        "from pathlib import Path",
        "def f():\n    from time import monotonic",
    ],
)
def test_a_planted_impurity_is_found(planted: str):
    assert impure(planted)


@pytest.mark.parametrize(
    "pure", ["frame.to_dict()", "date(2026, 4, 1)", "generator.normal(size=3)", "from . import areas"]
)
def test_computing_is_left_alone(pure: str):
    assert impure(pure) == []
