"""Cut the tables of the sample data package from a folder of downloaded public files.

``python data/sample/cut.py <folder>`` writes every table that ``datapackage.json`` lists, with the columns it lists,
beside this script or into ``--to``. The same files give the same bytes. Nothing is estimated here: rows are chosen,
columns renamed, ages added up, centroids of polygons computed, and each is said in the ``how_cut`` of the table.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

ENGLAND, GREAT_BRITAIN, GREATER_MANCHESTER = "E92000001", "K03000001", "E47000001"
DISTRICTS = tuple(f"E080000{n:02}" for n in range(1, 11))
UPPER = (ENGLAND, GREATER_MANCHESTER, *DISTRICTS)

Row = dict[str, Any]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def sheet(path: Path) -> list[list[Any]]:
    """The cells of a workbook's first sheet, read whole whatever its declared dimension says."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def number(text: str | float) -> str:
    """A number as short text, without the noise of binary fractions."""
    return f"{round(float(text), 6):.6f}".rstrip("0").rstrip(".")


# --- one function a table ---------------------------------------------------------------------------------------------


def claimants(data: Path, file: str, code: str) -> Iterator[Row]:
    """Counts and rates of one of the monthly files, as published."""
    for row in rows(data / "gm/claimant_count" / file):
        yield {
            "area_code": row[code],
            "period": row["date"][:7],
            "count": number(row["count"]),
            "rate": number(row["rate"]),
        }


def claimants_upper(data: Path) -> Iterator[Row]:
    """Greater Manchester and its districts by month."""
    yield from claimants(data, "claimant_count_combined_authority.csv", "cauth15cd")
    yield from claimants(data, "claimant_count_local_authorities.csv", "lad15cd")


def claimants_wards(data: Path) -> Iterator[Row]:
    """Wards by month."""
    yield from claimants(data, "claimant_count_wards.csv", "wd15cd")


def claimants_lsoa(data: Path) -> Iterator[Row]:
    """LSOAs in four months."""
    folder = data / "gm/claimant_count"
    for row in rows(folder / "claimant_count_lsoa_2017-09_raw.csv"):
        yield {"area_code": row["lsoa11cd"], "period": "2017-09", "count": number(row["value"])}
    for row in rows(folder / "ucjsa_lsoa_2018-06.csv"):
        yield {"area_code": row["lsoa11cd"], "period": row["date"][:7], "count": number(row["value"])}
    for file in ("ucjsa_lsoa_2018-09.csv", "ucjsa_lsoa_2018-11.csv"):
        for row in rows(folder / file):
            yield {"area_code": row["Geography"], "period": row["Date"], "count": number(row["Value"])}


def indicator(data: Path, file: str, name: str) -> Iterator[Row]:
    """One indicator of an Explore Local Statistics file, for the upper areas."""
    for row in rows(data / "ons_els" / file):
        if row["areacd"] in UPPER and row["indicator"] == name:
            if row["status"] or not row["period"].endswith("-01-01/P1Y"):
                raise SystemExit(f"{file}: a status or a period that this script does not know: {row}")
            yield {
                "area_code": row["areacd"],
                "period": row["period"][:4],
                "rate": number(row["observation"]),
                "lower": number(row["lci_95"]) if row["lci_95"] else "",
                "upper": number(row["uci_95"]) if row["uci_95"] else "",
            }


def claimants_yearly(data: Path) -> Iterator[Row]:
    """Yearly claimant rates."""
    for row in indicator(data, "claimant-count.csv", "Claimant Count"):
        yield {key: row[key] for key in ("area_code", "period", "rate")}


def survey_counts(data: Path, cell: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Weighted counts of a T01 cell and of all people 16-64, by name and calendar year."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    year, column = "", 0
    for row in sheet(data / "aps/nomis_2023_04_24_143523_T01_emprate.xlsx"):
        if row[0] == "date":
            year = str(row[1])[4:8]
        elif row[0] == "Area":
            column = next(i for i, title in enumerate(row) if str(title).startswith(f"{cell} "))
        elif isinstance(row[1], float) and isinstance(row[column], float):
            found[str(row[0]), year] = (row[column], row[1])
    return found


def survey_rate(data: Path, name: str, cell: str) -> Iterator[Row]:
    """A survey rate with its published interval, and the counts where they belong to the same estimate."""
    counts = survey_counts(data, cell)
    named = {a["area_code"]: f"ladu:{a['area_name']}" for a in upper_areas(data) if a["level"] == "district"}
    named[ENGLAND] = "country:England"
    named[GREATER_MANCHESTER] = "User Defined Geography:Greater Manchester-MCA - from dn81838"
    for row in indicator(data, "employment-rate.csv", name):
        top, bottom = counts.get((named[row["area_code"]], row["period"]), (0.0, 0.0))
        same = bottom > 0 and f"{100 * top / bottom:.1f}" == f"{float(row['rate']):.1f}"
        yield {**row, "numerator": number(top) if same else "", "denominator": number(bottom) if same else ""}


def universal_credit(data: Path) -> Iterator[Row]:
    """Households on Universal Credit in the ten districts, and the published total."""
    names = {a["area_name"]: a["area_code"] for a in upper_areas(data) if a["level"] == "district"}
    names["Total"] = GREAT_BRITAIN
    for row in sheet(data / "statxplore/uc_la_households.xlsx"):
        if len(row) > 3 and row[2] in names and isinstance(row[3], float):
            yield {"area_code": names[str(row[2])], "period": "2025-05", "households": number(row[3])}


def working_age(row: dict[str, str]) -> int:
    """People aged 16 to 64: the single years of age added up."""
    return sum(int(float(row[str(age)])) for age in range(16, 65))


def population_upper(data: Path) -> Iterator[Row]:
    """Districts, and England and Greater Manchester as the sum of their districts."""
    by_code = {
        row["ltla21_code"]: working_age(row) for row in rows(data / "national_small_area/population20_ltla21.csv")
    }
    totals = {
        ENGLAND: sum(n for code, n in by_code.items() if code.startswith("E")),
        GREATER_MANCHESTER: sum(by_code[code] for code in DISTRICTS),
    }
    for code in UPPER:
        yield {"area_code": code, "period": "2020-06-30", "people": number(totals.get(code, by_code.get(code, 0)))}


def population_lsoa(data: Path) -> Iterator[Row]:
    """LSOAs of 2011."""
    inside = {row["lsoa11cd"] for row in rows(data / "gm/lookups/statistical_lookup_2011.csv")}
    for row in rows(data / "national_small_area/population20_lsoa11.csv"):
        if row["lsoa11_code"] in inside:
            yield {"area_code": row["lsoa11_code"], "period": "2020-06-30", "people": number(working_age(row))}


def deprivation_2025(data: Path) -> Iterator[Row]:
    """Index of Multiple Deprivation 2025."""
    inside = {row["lsoa21cd"] for row in rows(data / "gm/lookups/statistical_lookup_2021.csv")}
    for row in rows(data / "national_small_area/imd2025_england_lsoa21.csv"):
        if row["lsoa21_code"] in inside:
            yield {
                "area_code": row["lsoa21_code"],
                "period": "2025",
                **{part: number(row[f"IMD_{part}"]) for part in ("score", "rank", "decile")},
            }


def deprivation_2019(data: Path) -> Iterator[Row]:
    """Index of Multiple Deprivation 2019."""
    inside = {row["lsoa11cd"] for row in rows(data / "gm/lookups/statistical_lookup_2011.csv")}
    for row in rows(data / "national_small_area/imd2019_england_lsoa11.csv"):
        if row["lsoa11_code"] in inside:
            yield {
                "area_code": row["lsoa11_code"],
                "period": "2019",
                **{part: number(row[f"IMD_{part}"]) for part in ("rank", "decile")},
            }


# --- areas ------------------------------------------------------------------------------------------------------------


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return found


def centroid(geometry: dict[str, Any]) -> tuple[float, float]:
    """Centre of area of the outer rings of a polygon, in degrees; exact enough to place a hexagon."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    area = across = up = 0.0
    for polygon in polygons:
        ring = polygon[0]
        x0, y0 = ring[0][:2]  # measured from a corner, so that differences are not lost in large numbers
        shifted = [(point[0] - x0, point[1] - y0) for point in ring]
        for (ax, ay), (bx, by) in itertools.pairwise(shifted):
            cross = ax * by - bx * ay
            area += cross
            across += cross * ((ax + bx) / 3 + x0)
            up += cross * ((ay + by) / 3 + y0)
    return across / area, up / area


def upper_areas(data: Path) -> Iterator[Row]:
    """Nations, the combined authority and its districts."""
    yield {"area_code": GREAT_BRITAIN, "area_name": "Great Britain", "level": "nation", "vintage": "2023", "parent": ""}
    yield {
        "area_code": ENGLAND,
        "area_name": "England",
        "level": "nation",
        "vintage": "2023",
        "parent": GREAT_BRITAIN,
    }
    folder = data / "gm/boundaries"
    for file, level, parent in (
        ("gm_combined_authority_generalised_2023.geojson", "combined authority", ENGLAND),
        ("gm_local_authority_super_generalised_2023.geojson", "district", GREATER_MANCHESTER),
    ):
        for feature in features(folder / file):
            facts = feature["properties"]
            yield {
                "area_code": facts["area_code"],
                "area_name": facts["area_name"],
                "level": level,
                "vintage": "2023",
                "parent": parent,
                "lon": place(facts["lon"]),
                "lat": place(facts["lat"]),
            }


def place(degrees: str | float) -> str:
    """Degrees to five decimals, about a metre."""
    return f"{float(degrees):.5f}"


def areas(data: Path) -> Iterator[Row]:
    """Every area of the sample, one row for each vintage it has."""
    yield from upper_areas(data)
    ward_parent = {row["wd17cd"]: row["lad17cd"] for row in rows(data / "gm/lookups/administrative_lookup_2011.csv")}
    for vintage in ("2017", "2023"):
        for feature in features(data / f"gm/boundaries/gm_ward_super_generalised_{vintage}.geojson"):
            facts = feature["properties"]
            code = facts["area_code"]
            yield {
                "area_code": code,
                "area_name": facts["area_name"],
                "level": "ward",
                "vintage": vintage,
                "parent": facts.get("local_authority_area_code") or ward_parent[code],
                "lon": place(facts["lon"]),
                "lat": place(facts["lat"]),
            }
    for vintage, lad in (("2011", "lad11cd"), ("2021", "lad22cd")):
        key = f"lsoa{vintage[2:]}cd"
        lookup = {row[key]: row for row in rows(data / f"gm/lookups/statistical_lookup_{vintage}.csv")}
        for feature in features(data / f"gm/boundaries/gm_lsoa_super_generalised_{vintage}.geojson"):
            code = feature["properties"]["area_code"]
            lon, lat = centroid(feature["geometry"])
            yield {
                "area_code": code,
                "area_name": feature["properties"]["area_name"],
                "level": "LSOA",
                "vintage": vintage,
                "parent": lookup[code][lad],
                "lon": place(lon),
                "lat": place(lat),
            }


# --- the package ------------------------------------------------------------------------------------------------------

CUTS: dict[str, Callable[[Path], Iterable[Row]]] = {
    "areas": areas,
    "claimant-count": claimants_upper,
    "claimant-count-wards": claimants_wards,
    "claimant-count-lsoa": claimants_lsoa,
    "claimant-rate-yearly": claimants_yearly,
    "employment-rate": lambda data: survey_rate(data, "Employment rate", "T01:28"),
    "inactivity-rate": lambda data: survey_rate(data, "Economically inactive", "T01:40"),
    "universal-credit-households": universal_credit,
    "population": population_upper,
    "population-lsoa": population_lsoa,
    "deprivation-2025": deprivation_2025,
    "deprivation-2019": deprivation_2019,
}


def write(resource: Row, cut: Iterable[Row], to: Path) -> None:
    """One table with the columns that the package lists, in order of its key."""
    columns = [field["name"] for field in resource["schema"]["fields"]]
    key = resource["schema"]["primaryKey"]
    table = [{name: row.get(name, "") for name in columns} for row in cut]
    table.sort(key=lambda row: [row[name] for name in key])
    with (to / resource["path"]).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main() -> None:
    """Read the folder, write the tables."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Cut the tables of the sample from downloaded public files.")
    parser.add_argument("folder", type=Path, help="folder that holds gm, aps, ons_els and so on, or data/gm …")
    parser.add_argument("--to", type=Path, default=here, help="where to write")
    chosen = parser.parse_args()
    data = chosen.folder / "data" if (chosen.folder / "data").is_dir() else chosen.folder
    chosen.to.mkdir(parents=True, exist_ok=True)
    package = here / "datapackage.json"
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        write(resource, CUTS[resource["name"]](data), chosen.to)
    if chosen.to.resolve() != here:
        shutil.copyfile(package, chosen.to / package.name)


if __name__ == "__main__":
    main()
