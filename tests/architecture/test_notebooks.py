"""Notebooks call the package and hold no logic and no results of their own."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 6

LOGIC = {
    ast.FunctionDef: "defines a function",
    ast.AsyncFunctionDef: "defines a function",
    ast.ClassDef: "defines a class",
    ast.Lambda: "defines a function",
    ast.For: "loops",
    ast.While: "loops",
    ast.comprehension: "loops",
    ast.If: "decides",
    ast.IfExp: "decides",
    ast.Try: "handles errors",
    ast.BinOp: "computes",
    ast.AugAssign: "computes",
}


def faults(cell: Any) -> list[str]:
    """Say what a cell holds that belongs in the package, or in nobody's commit."""
    if cell.cell_type != "code":
        return []
    said = ["has outputs"] if cell.outputs or cell.execution_count is not None else []
    if len(cell.source.splitlines()) > LONGEST_CELL:
        said.append(f"is longer than {LONGEST_CELL} lines")
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return [*said, "is not plain Python"]
    return said + sorted({what for node in ast.walk(tree) for kind, what in LOGIC.items() if isinstance(node, kind)})


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_only_calls_the_package(path: Path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert {number: said for number, cell in enumerate(notebook.cells) if (said := faults(cell))} == {}


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(): ...", "defines a function"),
        ("class C: ...", "defines a class"),
        ("f = lambda: 1", "defines a function"),
        ("for a in b: c(a)", "loops"),
        ("c = [f(a) for a in b]", "loops"),
        ("rate = claimants / people", "computes"),
        ("total += 1", "computes"),
        ("if a: b()", "decides"),
        ("!pip install pandas", "is not plain Python"),
        ("a()\n" * 7, "is longer than 6 lines"),
    ],
)
def test_planted_logic_is_found(source: str, what: str):
    assert what in faults(nbformat.v4.new_code_cell(source))


def test_a_result_left_in_a_cell_is_found():
    cell = nbformat.v4.new_code_cell("a()", execution_count=1)
    assert faults(cell) == ["has outputs"]


def test_a_plain_call_is_left_alone():
    assert faults(nbformat.v4.new_code_cell("import workbench as wb\n\nproject = wb.load('a.json', strict=True)")) == []
