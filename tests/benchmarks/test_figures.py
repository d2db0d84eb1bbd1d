"""The benchmark asks the same question in every way, and says when a target is missed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    """The benchmark as a module; it is no part of the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        import figures  # noqa: PLC0415

        yield figures
        sys.modules.pop("figures", None)
        sys.modules.pop("make_store", None)


@pytest.fixture(scope="module")
def folder(benchmark: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store of made-up figures."""
    made: Path = tmp_path_factory.mktemp("benchmark") / "store"
    benchmark.make(made, benchmark.SIZES["small"])
    benchmark.choose_places(made)
    return made


@pytest.mark.parametrize("question", ["district", "rank", "rollup", "bespoke"])
def test_every_way_gives_the_same_answer(benchmark: ModuleType, folder: Path, question: str):
    found = {way: benchmark.measure(folder, way, question, runs=1) for way in benchmark.WAYS}
    answers = {way: said["answer"] for way, said in found.items()}
    assert all(rows > 0 and total > 0 for rows, total in answers["ours"])
    assert all(benchmark._close(answer, answers["ours"]) for answer in answers.values()), answers
    assert all(said["peak"] > 50 and said["seconds"][0] > 0 for said in found.values())


def test_the_peak_is_that_of_the_process_which_answers_and_not_of_what_ran_before(benchmark: ModuleType, folder: Path):
    bytearray(600_000_000)  # as much as making the store takes
    assert 50 < benchmark._measured_apart(folder, "duckdb", "bespoke", 1)["peak"] < 400


def test_the_made_up_figures_say_that_they_are_made_up(benchmark: ModuleType, folder: Path):
    from workbench.store.figures import FigureStore  # noqa: PLC0415  imports Ibis

    with FigureStore.open(folder) as store:
        held = store.measures()
        assert sum(one.rows for one in held) == benchmark.SIZES["small"].rows
        assert all("Made up" in one.title for one in held)
        assert "not statistics" in store.get(held[0].measure).citation().title


def test_nothing_but_a_store_of_its_own_is_removed(benchmark: ModuleType, tmp_path: Path):
    (tmp_path / "thesis.docx").write_text("three years of work")
    with pytest.raises(FileExistsError, match="something else"):
        benchmark.make(tmp_path, benchmark.SIZES["small"])
    assert (tmp_path / "thesis.docx").is_file()


@pytest.mark.parametrize(
    ("ours", "peak", "same", "passes"),
    [
        (0.170, 600, True, True),  # 1.5 × 100 ms + 20 ms
        (0.171, 600, True, False),
        (0.170, 601, True, False),
        (0.010, 100, False, False),
    ],
)
def test_a_target_that_is_missed_or_an_answer_that_differs_fails(
    benchmark: ModuleType, ours: float, peak: float, same: bool, passes: bool
):
    line = benchmark.Line("rank", {"ours": ours, "duckdb": 0.1}, 1.0, {"ours": peak, "duckdb": 50.0}, same)
    assert line.passes is passes
    table = benchmark.markdown([line], benchmark.SIZES["small"], 9)
    assert ("| PASS |" in table) is passes


@pytest.mark.slow
def test_the_command_measures_each_way_apart_and_its_exit_code_tells(folder: Path, tmp_path: Path):
    out = tmp_path / "measured.json"
    command = [sys.executable, "benchmarks/figures.py", "--rows", "small", "--runs", "1", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--no-pandas-whole", "--json", str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = json.loads(out.read_text())
    assert [line["question"] for line in lines] == ["district", "rank", "rollup", "bespoke"]
    assert all(line["same"] and set(line["peak"]) == {"ours", "duckdb", "pandas"} for line in lines)
    assert done.returncode == (0 if all(line["passes"] for line in lines) else 1), done.stderr
    assert done.stdout.count("PASS  ") + done.stdout.count("FAIL  ") == 4
