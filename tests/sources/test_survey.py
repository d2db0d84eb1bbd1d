"""What becomes of every file of a folder."""

import importlib.util
from pathlib import Path

import pytest

from workbench.sources.survey import as_markdown, survey


def test_files_that_are_read_refused_and_asked_about(areas, tmp_path):
    (tmp_path / "a.csv").write_text("area_code,2023 People\nE08000001,5\n")
    (tmp_path / "b.csv").write_text("area_code,area_name\nE08000001,Bolton\n")
    (tmp_path / "c.csv").write_text("area_code,People\nE08000001,5\n")
    plain = {one.file: one for one in survey(tmp_path, areas)}
    assert (plain["a.csv"].read, plain["a.csv"].figures, plain["a.csv"].measures) == (True, 1, ("people",))
    assert "no figures" in plain["b.csv"].reason
    assert "Which period" in plain["c.csv"].reason
    answered = {one.file: one for one in survey(tmp_path, areas, {"c.csv": {"period": "2022"}})}["c.csv"]
    assert (answered.read, answered.asked, answered.first) == (True, ("period",), "2022-01-01")
    assert "| a.csv |  | 1 | 1 | people |" in as_markdown(plain.values())


@pytest.mark.shared
@pytest.mark.slow
def test_the_page_in_the_documentation_is_what_comes_out(shared, root):
    spec = importlib.util.spec_from_file_location("files_read", Path(__file__).with_name("files_read.py"))
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    page = made.page(shared / "data")
    assert page == (root / "docs" / "files-read.md").read_text(encoding="utf-8")
    assert "records about people" not in page
    assert "Traceback" not in page
