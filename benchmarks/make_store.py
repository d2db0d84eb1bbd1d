"""Makes a store of figures of national size for the benchmark. The figures are made up, and say so.

35,672 areas × 120 months × 12 measures = 51 million rows, the size of all LSOAs of England and Wales over ten years.
Codes, names, parents and values are synthetic and follow from the seed; nothing published is in them. DuckDB makes one
measure at a time, and the store takes it by its public call, so the store is laid out as any other.

    python benchmarks/make_store.py FOLDER [--rows small]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from workbench.domain.provenance import Citation
from workbench.store.figures import FigureStore

SEED = 2026
SOURCE = "made-up"
CITATIONS = {
    SOURCE: Citation(
        publisher="Made up for the benchmark",
        title="Synthetic figures: not statistics, of no area, from no publisher",
        edition=f"seed {SEED}",
    )
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a store is.

    Attributes
    ----------
    areas, districts, months, measures : int
    """

    areas: int
    districts: int
    months: int
    measures: int

    @property
    def rows(self) -> int:
        """Rows in all measures together."""
        return self.areas * self.months * self.measures


SIZES = {"national": Size(35_672, 318, 120, 12), "small": Size(560, 5, 72, 2)}

# A part of the codes of a district stand apart from its others, as codes given out after a boundary change do.
_AREAS = """
CREATE OR REPLACE TABLE areas AS
SELECT
    printf('E01%06d', CASE WHEN hash(a, {seed}) % 20 = 0 THEN 900000 - a ELSE a END) AS code,
    printf('Made-up area %d', a) AS name,
    printf('E02%06d', a // 5) AS msoa,
    printf('Made-up middle area %d', a // 5) AS msoa_name,
    printf('E08%06d', (a // 5) * 5 * {districts} // {areas}) AS district,
    printf('Made-up district %d', (a // 5) * 5 * {districts} // {areas}) AS district_name,
    900 + hash(a, {seed}, 1) % 1500 AS people
FROM range({areas}) t(a)
"""

# Counts rounded to 5 for two measures in three, percentages with their counts for the third. One figure in 2,000 is
# suppressed.
_MEASURE = """
COPY (
    WITH counted AS (
        SELECT *, hash({seed}, {measure}, code, m) AS chance,
            round(people * (0.01 + 0.002 * {measure}) * (0.5 + (hash({seed}, code, {measure}) % 1000) / 1000)
                + hash({seed}, {measure}, code, m, 2) % 15) AS found
        FROM areas, range({months}) t(m)
    )
    SELECT
        code AS area_code, name AS area_name, 'LSOA' AS level, '2021' AS vintage,
        (date '2016-01-01' + to_months(m::INT))::DATE AS period_start,
        last_day((date '2016-01-01' + to_months(m::INT))::DATE) AS period_end,
        CASE WHEN chance % 2000 = 0 THEN NULL
             WHEN {percent} THEN round(100 * found / people, 1) ELSE 5 * round(found / 5) END::DOUBLE AS value,
        CASE WHEN {percent} THEN 'percent' ELSE 'people' END AS unit,
        CASE WHEN {percent} AND chance % 2000 <> 0 THEN found END::DOUBLE AS numerator,
        CASE WHEN {percent} THEN people END::DOUBLE AS denominator,
        NULL::DOUBLE AS lower, NULL::DOUBLE AS upper, NULL::DOUBLE AS confidence, '' AS method,
        CASE WHEN chance % 2000 = 0 THEN 'suppressed' WHEN {percent} THEN '' ELSE 'rounded-5' END AS flag,
        '{source}' AS source_id
    FROM counted
) TO '{path}' (FORMAT parquet)
"""

_PARENTS = """
SELECT code, '2021' AS vintage, 'LSOA' AS level, code AS ancestor, name AS ancestor_name, 'LSOA' AS ancestor_level,
    '2021' AS ancestor_vintage FROM areas
UNION ALL SELECT code, '2021', 'LSOA', msoa, msoa_name, 'MSOA', '2021' FROM areas
UNION ALL SELECT code, '2021', 'LSOA', district, district_name, 'district', '2023' FROM areas
UNION ALL SELECT DISTINCT msoa, '2021', 'MSOA', district, district_name, 'district', '2023' FROM areas
ORDER BY ALL
"""


def measure_name(number: int) -> str:
    """The key of a measure of the benchmark; every third is a percentage."""
    return f"made_up_{'rate' if number % 3 == 2 else 'count'}_{number:02d}"


def make(folder: Path, size: Size) -> None:
    """Make the store in a folder; what an earlier run made is taken as it is, what it left unfinished is made again.

    Parameters
    ----------
    folder : pathlib.Path
        New, empty, or made by this function before: nothing else is ever removed.
    size : Size

    Raises
    ------
    FileExistsError
        When something else is in the folder.
    """
    mark, said = folder / "MADE-UP-FIGURES.txt", f"{size}, seed {SEED}"
    if mark.is_file() and mark.read_text() == said:
        return
    if mark.is_file():
        shutil.rmtree(folder)
    elif folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds something else: name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("not finished")
    with duckdb.connect() as engine, FigureStore.open(folder) as store, tempfile.TemporaryDirectory() as beside:
        engine.execute("SET preserve_insertion_order = false")
        engine.execute(_AREAS.format(seed=SEED, areas=size.areas, districts=size.districts))
        parents: pd.DataFrame = engine.execute(_PARENTS).df()
        store.put_areas(parents)
        for number in range(size.measures):
            path = Path(beside) / "measure.parquet"
            percent = "true" if number % 3 == 2 else "false"
            engine.execute(
                _MEASURE.format(
                    seed=SEED, measure=number, months=size.months, percent=percent, source=SOURCE, path=path
                )
            )
            store.put_parquet(path, measure_name(number), CITATIONS, title=f"Made up for the benchmark, {number}")
    mark.write_text(said)


def main() -> None:
    """Make a store where the command line says."""
    parser = argparse.ArgumentParser(description="Make a store of made-up figures of national size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", choices=sorted(SIZES), default="national")
    asked = parser.parse_args()
    began = time.monotonic()
    make(asked.folder, SIZES[asked.rows])
    print(f"{SIZES[asked.rows].rows:,} rows in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
