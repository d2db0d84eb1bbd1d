"""Measures the store of figures at national size: our public calls against DuckDB's own SQL and against pandas.

All in one run, on one machine, on the same Parquet files. Each way of asking each question is measured in a process of
its own, so that the peak of memory is its own too. The answers are compared before the times are.

    python benchmarks/figures.py [--rows small] [--runs 7] [--folder FOLDER] [--json FILE]

Exit code 1 when a target is missed: ours at most 1.5 × DuckDB + 20 ms, and at most 600 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from make_store import SIZES, Size, make, measure_name

MEASURE = measure_name(0)
SINCE = date(2021, 1, 1)
PLACES = "places.txt"
PARTS = 37

TIMES, PLUS_SECONDS, MOST_MB = 1.5, 0.020, 600
TURNS = 3

QUESTIONS = {
    "district": "LSOAs of one district × 60 months",
    "rank": "rank of all LSOAs, latest month",
    "rollup": "LSOA → MSOA → district, all months",
    "bespoke": f"area made of {PARTS} LSOAs, all months",
}
WAYS = {
    "ours": "the store's public call",
    "duckdb": "SQL by hand on the measure's file",
    "pandas": "pandas, the measure's file, only the columns needed",
    "pandas-whole": "pandas, every measure, only the columns needed",
}

Answer = list[tuple[int, float]]
"""Of each table of an answer: how many rows it has, and the sum of its values."""


# --- three ways to ask ------------------------------------------------------------------------------------------------


class Ours:
    """The public calls, on a store that is open."""

    def __init__(self, folder: Path, district: str, parts: list[str]) -> None:
        from workbench.domain.bespoke import BespokeArea  # noqa: PLC0415  each process imports what it measures
        from workbench.store.figures import FigureStore  # noqa: PLC0415

        self._store = FigureStore.open(folder)
        self._district = district
        self._area = BespokeArea(id="own-1", name="Ours", level="LSOA", vintage="2021", parts=tuple(parts))

    def district(self) -> Answer:
        return _answer(self._store.get(MEASURE, level="LSOA", within=self._district, since=SINCE).frame)

    def rank(self) -> Answer:
        return _answer(self._store.rank(MEASURE, level="LSOA").frame)

    def rollup(self) -> Answer:
        larger = _answer(self._store.rollup(MEASURE, level="LSOA", to="MSOA").frame)
        return larger + _answer(self._store.rollup(MEASURE, level="LSOA", to="district").frame)

    def bespoke(self) -> Answer:
        return _answer(self._store.bespoke(MEASURE, self._area).frame)


class DuckDB:
    """What somebody would write by hand: only the key, the value and what tells a sum that lacks a part."""

    def __init__(self, folder: Path, district: str, parts: list[str]) -> None:
        import duckdb  # noqa: PLC0415

        self._engine = duckdb.connect()
        figures, areas = _files(folder)
        self._engine.execute(f"CREATE VIEW figures AS FROM read_parquet('{figures}')")
        self._engine.execute(f"CREATE VIEW areas AS FROM read_parquet('{areas}')")
        self._district, self._parts = district, parts

    def _ask(self, sql: str, *values: object) -> Answer:
        return _answer(self._engine.execute(sql, list(values)).df())

    def district(self) -> Answer:
        return self._ask(
            """SELECT area_code, area_name, period_end, value, flag FROM figures
            WHERE level = 'LSOA' AND period_start >= ? AND area_code IN (SELECT code FROM areas WHERE ancestor = ?)
            ORDER BY area_code, period_end""",
            SINCE,
            self._district,
        )

    def rank(self) -> Answer:
        return self._ask(
            """SELECT area_code, area_name, value, flag, rank() OVER (ORDER BY value DESC NULLS LAST) AS rank
            FROM figures WHERE level = 'LSOA' AND period_end = (SELECT max(period_end) FROM figures)
            ORDER BY rank, area_code"""
        )

    def rollup(self) -> Answer:
        sql = """WITH parts AS (
                SELECT code, ancestor, ancestor_name FROM areas WHERE level = 'LSOA' AND ancestor_level = ?
            ), whole AS (SELECT ancestor, any_value(ancestor_name) AS name, count(*) AS parts FROM parts GROUP BY ALL),
            sums AS (
                SELECT ancestor, period_end, sum(value) AS value, count(value) AS found
                FROM figures JOIN parts ON code = area_code WHERE level = 'LSOA' GROUP BY ALL
            )
            SELECT ancestor, name, period_end, CASE WHEN found = parts THEN value END AS value
            FROM sums JOIN whole USING (ancestor) ORDER BY ancestor, period_end"""
        return self._ask(sql, "MSOA") + self._ask(sql, "district")

    def bespoke(self) -> Answer:
        return self._ask(
            """SELECT period_end, CASE WHEN count(value) = ? THEN sum(value) END AS value FROM figures
            WHERE level = 'LSOA' AND area_code IN (SELECT unnest(?)) GROUP BY ALL ORDER BY ALL""",
            len(self._parts),
            self._parts,
        )


class Pandas:
    """Read the file, then ask: what is done without a store. The file is read anew for each question."""

    def __init__(self, folder: Path, district: str, parts: list[str]) -> None:
        self._figures, areas = _files(folder)
        self._areas = pd.read_parquet(areas)
        self._district, self._parts = district, parts

    def _read(self, *columns: str) -> pd.DataFrame:
        return pd.read_parquet(self._figures, columns=["area_code", "period_end", "value", *columns])

    def district(self) -> Answer:
        rows = self._read("area_name", "flag", "period_start")
        inside = self._areas.loc[self._areas["ancestor"] == self._district, "code"]
        return _answer(rows[rows["area_code"].isin(inside) & (rows["period_start"] >= SINCE)])

    def rank(self) -> Answer:
        rows = self._read("area_name", "flag")
        rows = rows[rows["period_end"] == rows["period_end"].max()]
        return _answer(rows.assign(rank=rows["value"].rank(method="min", ascending=False)).sort_values("rank"))

    def rollup(self) -> Answer:
        rows = self._read()
        return [found for level in ("MSOA", "district") for found in self._added(rows, level)]

    def _added(self, rows: pd.DataFrame, level: str) -> Answer:
        areas = self._areas
        parts = areas[(areas["level"] == "LSOA") & (areas["ancestor_level"] == level)]
        joined = rows.merge(parts[["code", "ancestor"]], left_on="area_code", right_on="code")
        sums = joined.groupby(["ancestor", "period_end"])["value"].agg(["sum", "count"]).reset_index()
        sums = sums.merge(parts.groupby("ancestor").size().rename("parts"), on="ancestor")
        return _answer(sums.assign(value=sums["sum"].where(sums["count"] == sums["parts"])))

    def bespoke(self) -> Answer:
        rows = self._read()
        sums = rows[rows["area_code"].isin(self._parts)].groupby("period_end")["value"].agg(["sum", "count"])
        return _answer(sums.assign(value=sums["sum"].where(sums["count"] == len(self._parts))))


class PandasWhole(Pandas):
    """Every measure is read, as from one large file, and then one is chosen."""

    def __init__(self, folder: Path, district: str, parts: list[str]) -> None:
        super().__init__(folder, district, parts)
        self._folder = folder

    def _read(self, *columns: str) -> pd.DataFrame:
        wanted = ["area_code", "period_end", "value", *columns]
        files = {f.parent.name.removeprefix("measure="): f for f in sorted(self._folder.glob("figures/*/*.parquet"))}
        whole = pd.concat([pd.read_parquet(f, columns=wanted).assign(measure=m) for m, f in files.items()])
        return whole[whole["measure"] == MEASURE]


ASKERS = {"ours": Ours, "duckdb": DuckDB, "pandas": Pandas, "pandas-whole": PandasWhole}


def _answer(frame: pd.DataFrame) -> Answer:
    return [(len(frame), float(frame["value"].sum()))]


def _files(folder: Path) -> tuple[Path, Path]:
    """The file of the measure and that of the areas, by what the manifest says."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return folder / manifest["measures"][MEASURE]["name"], folder / manifest["parents"]["name"]


# --- one measurement, in a process of its own -------------------------------------------------------------------------


def measure(folder: Path, way: str, question: str, runs: int) -> dict[str, object]:
    """Ask a question several times, once more to begin with.

    Returns
    -------
    dict
        Seconds of the first and of each further run, the peak of memory in MB of 10⁶ bytes, and the answer.
    """
    district, *parts = (folder / PLACES).read_text().split()
    began = time.perf_counter()
    ask: Callable[[], Answer] = getattr(ASKERS[way](folder, district, parts), question)
    answer = ask()
    first = time.perf_counter() - began
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
    return {"first": first, "seconds": seconds, "peak": _peak(), "answer": answer}


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: on Linux a new process begins there with the peak of the one that started it, and that one may
        # just have made the store.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def choose_places(folder: Path) -> None:
    """Write down which district and which parts are asked about, so that no measured process has to look for them."""
    areas = pd.read_parquet(_files(folder)[1], filters=[("ancestor_level", "==", "district"), ("level", "==", "LSOA")])
    district = sorted(areas["ancestor"].unique())[areas["ancestor"].nunique() // 2]
    parts = sorted(areas.loc[areas["ancestor"] == district, "code"])[:PARTS]
    (folder / PLACES).write_text(" ".join([district, *parts]))


def _measured_apart(folder: Path, way: str, question: str, runs: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--folder", str(folder), "--one", way, question, "--runs", str(runs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one question.

    Attributes
    ----------
    question : str
    median : dict of str to float
        Seconds, by way of asking.
    first : float
        Seconds of our first call, with opening the store and importing what it needs.
    peak : dict of str to float
        MB, by way of asking.
    same : bool
        Whether all ways gave the same answer.
    """

    question: str
    median: dict[str, float]
    first: float
    peak: dict[str, float]
    same: bool

    @property
    def limit(self) -> float:
        """The most seconds that ours may take."""
        return TIMES * self.median["duckdb"] + PLUS_SECONDS

    @property
    def passes(self) -> bool:
        """Whether the answers agree and ours is quick and small enough."""
        return self.same and self.median["ours"] <= self.limit and self.peak["ours"] <= MOST_MB


def run(folder: Path, runs: int, ways: list[str]) -> list[Line]:
    """Measure every question in every way, by turns: what else the machine does then slows no way more than another."""
    lines = []
    for question, said in QUESTIONS.items():
        found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for turn in range(TURNS):
            for way in ways:
                if way != "pandas-whole":
                    found[way].append(_measured_apart(folder, way, question, runs))
                elif turn == 0:
                    found[way].append(_measured_apart(folder, way, question, 1))
        answers = [one["answer"] for turns in found.values() for one in turns]
        lines.append(
            Line(
                question=question,
                median={
                    way: statistics.median(s for one in turns for s in one["seconds"]) for way, turns in found.items()
                },
                first=statistics.median(one["first"] for one in found["ours"]),
                peak={way: max(one["peak"] for one in turns) for way, turns in found.items()},
                same=all(_close(answer, answers[0]) for answer in answers),
            )
        )
        line = lines[-1]
        print(
            f"{'PASS' if line.passes else 'FAIL'}  {said}: ours {1000 * line.median['ours']:.0f} ms, "
            f"DuckDB {1000 * line.median['duckdb']:.0f} ms, at most {1000 * line.limit:.0f} ms; "
            f"{line.peak['ours']:.0f} MB, at most {MOST_MB} MB{'' if line.same else '; THE ANSWERS DIFFER'}",
            flush=True,
        )
    return lines


def _close(a: object, b: object) -> bool:
    """Whether two answers are the same, but for the last digits of a sum."""
    if not isinstance(a, list) or not isinstance(b, list) or len(a) != len(b):
        return False
    return all(n == m and abs(x - y) <= 1e-9 * max(1.0, abs(y)) for (n, x), (m, y) in zip(a, b, strict=True))


def markdown(lines: list[Line], size: Size, runs: int) -> str:
    """The table of results, with what it was measured on."""
    ways = list(lines[0].median)
    head = ["question", *(f"{WAYS[w]}, ms" for w in ways), "ours ÷ DuckDB", "at most, ms", "our peak, MB", "target"]
    rows = [
        [
            QUESTIONS[line.question],
            *(f"{1000 * line.median[w]:,.0f}" for w in ways),
            f"{line.median['ours'] / line.median['duckdb']:.2f}",
            f"{1000 * line.limit:,.0f}",
            f"{line.peak['ours']:,.0f}",
            "PASS" if line.passes else "FAIL",
        ]
        for line in lines
    ]
    peaks = "; ".join(f"{WAYS[w]}: {max(line.peak[w] for line in lines):,.0f} MB" for w in ways)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = ", ".join(f"{p} {version(p)}" for p in ("duckdb", "ibis-framework", "pandas", "pyarrow"))
    table = "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
    return f"""\
{date.today():%-d %B %Y}; {cores} cores, {platform.system()}, Python {platform.python_version()}; {packages}.
{size.rows:,} made-up rows ({size.areas:,} areas × {size.months} months × {size.measures} measures). Medians of \
{TURNS * runs} runs, in {TURNS} processes for each way by turns, the first of each left out; the peak is the highest of
them. Files in the page cache. pandas on every measure ran once.

{table}

Highest peak of memory, by way: {peaks}. Our first call, with imports and opening the store: \
{min(line.first for line in lines):.1f}–{max(line.first for line in lines):.1f} s.
"""


def main() -> int:
    """Make the store if it is not there, measure, print, and say by the exit code whether every target was met."""
    parser = argparse.ArgumentParser(description="Measure the store of figures against DuckDB and pandas.")
    parser.add_argument("--rows", choices=sorted(SIZES), default="national")
    parser.add_argument("--runs", type=int, default=7, help=f"in each of {TURNS} processes")
    parser.add_argument("--folder", type=Path, help="where the store is, or is to be made; not part of the checkout")
    parser.add_argument("--json", type=Path, help="write the measurements here")
    parser.add_argument("--no-pandas-whole", action="store_true", help="leave out reading every measure with pandas")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "QUESTION"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.folder, *asked.one, asked.runs)))
        return 0
    folder = asked.folder or Path(tempfile.gettempdir()) / f"workbench-benchmark-{asked.rows}"
    print(f"The store: {folder}", flush=True)
    make(folder, SIZES[asked.rows])
    choose_places(folder)
    ways = [way for way in WAYS if way != "pandas-whole" or not asked.no_pandas_whole]
    lines = run(folder, asked.runs, ways)
    print(f"\n{markdown(lines, SIZES[asked.rows], asked.runs)}")
    if asked.json:
        fields = ("question", "median", "first", "peak", "same", "limit", "passes")
        said = [{name: getattr(line, name) for name in fields} for line in lines]
        asked.json.write_text(json.dumps(said, indent=1))
    return 0 if all(line.passes for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
