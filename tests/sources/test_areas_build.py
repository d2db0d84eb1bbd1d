"""The register built from published tables: counts as published, faults named, grid references placed."""

import csv
import json
from math import asin, cos, radians, sin, sqrt
from time import perf_counter

import pytest

from workbench.domain.area_tables import AreasRecipe
from workbench.errors import Cancelled, ReferenceDataError, WrongFile
from workbench.reference.areas import FILE, load_areas_recipe
from workbench.reference.schema import parse
from workbench.sources.areas_build import NotWhole, build_from_files
from workbench.sources.areas_tables import read_rows
from workbench.sources.national_grid import to_lon_lat
from workbench.store.areas import open_areas, read_changes, write_areas

# --- a small recipe ---------------------------------------------------------------------------------------------------

RECIPE = {
    "title": "Small",
    "fixed": [{"code": "E92000001", "name": "England", "level": "nation"}],
    "tables": [
        {
            "id": "lookup",
            "title": "Lookup",
            "url": "https://example.org",
            "files": ["lookup.csv"],
            "areas": [
                {"level": "LSOA", "vintage": "2011", "code": ["LSOA11CD"], "name": ["LSOA11NM"], "parent": ["LAD22CD"]},
                {"level": "LSOA", "vintage": "2021", "code": ["LSOA21CD"], "parent": ["LAD22CD"]},
                {"level": "district", "vintage": "2022", "code": ["LAD22CD"], "parent_is": "E92000001"},
            ],
            "changes": [
                {
                    "level": "LSOA", "from_vintage": "2011", "to_vintage": "2021",
                    "source": ["LSOA11CD"], "target": ["LSOA21CD"], "kind": ["CHGIND"],
                },
            ],
        },
    ],
    "expected": [
        {
            "level": "LSOA", "vintage": "2021", "count": 3, "table": "lookup",
            "source": {"publisher": "ONS", "title": "t"},
        },
    ],
}  # fmt: skip
LOOKUP = """LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LAD22CD
E01000001,City 001A,U,E01000001,E09000001
E01000002,City 001B,S,E01000003,E09000001
E01000002,City 001B,S,E01000004,E09000001
"""


def recipe(**more):
    return AreasRecipe.model_validate_json(json.dumps({**RECIPE, **more}))


def built(folder, text=LOOKUP, **more):
    (folder / "lookup.csv").write_text(text, encoding="utf-8")
    return build_from_files(folder, recipe(**more))


def test_a_table_gives_areas_of_both_vintages_their_parents_and_the_changes(tmp_path):
    tables = built(tmp_path)
    held = {(a.code, a.vintage): a for a in tables.areas}
    assert len(held) == 7
    assert (held["E01000001", "2011"].name, held["E01000001", "2011"].parent) == ("City 001A", "E09000001")
    assert held["E09000001", "2022"].parent == "E92000001"
    assert [(c.source, c.target, c.kind) for c in tables.changes][1] == ("E01000002", "E01000003", "S")
    assert tables.sources[0].rows == 3
    assert any("have no name" in note for note in tables.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOOKUP[: LOOKUP.rindex("E01000002")], "2 areas where ONS counts 3"),
        (LOOKUP.replace("LSOA21CD", "LSOA31CD"), "no column LSOA21CD"),
        (LOOKUP.replace("E01000004", "E05000004"), "not of LSOA 2021: E05000004"),
        (LOOKUP.replace(",S,", ",Q,"), "none of U, M, S and X"),
        (LOOKUP.replace("E01000004,E09000001", "E01000004"), "not as wide"),
        (LOOKUP.replace("E01000004", ""), "lack the code"),
        (LOOKUP.replace("CHGIND", "LSOA11CD"), "two columns"),
        ("", "no rows"),
    ],
)
def test_a_table_that_is_not_what_it_should_be_is_refused_by_name(tmp_path, text, said):
    with pytest.raises(NotWhole, match=said):
        built(tmp_path, text)


def test_a_needed_table_that_is_missing_is_named(tmp_path):
    with pytest.raises(NotWhole, match=r"Lookup: The table is missing"):
        build_from_files(tmp_path, recipe())


def test_two_different_files_of_one_name_are_not_chosen_between(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "lookup.csv").write_text(LOOKUP + "\n", encoding="utf-8")
    with pytest.raises(NotWhole, match="Several different files"):
        built(tmp_path)


def test_it_can_be_stopped(tmp_path):
    def stop(*_):
        raise Cancelled("Stopped.")

    (tmp_path / "lookup.csv").write_text(LOOKUP, encoding="utf-8")
    with pytest.raises(Cancelled):
        build_from_files(tmp_path, recipe(), stop)


def test_a_packed_file_that_is_cut_off_is_refused(tmp_path):
    bad = tmp_path / "t.csv.gz"
    bad.write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc")
    with pytest.raises(WrongFile, match="damaged"):
        read_rows(bad)


def test_the_recipe_expects_nothing_of_tables_it_does_not_name(root):
    assert len(load_areas_recipe().expected) > 15
    text = (root / "workbench" / "reference" / FILE).read_text(encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="cont"):
        parse(text.replace("count: 35672", "cont: 35672", 1), AreasRecipe, FILE)


# --- the National Grid ------------------------------------------------------------------------------------------------


def metres(one, two):
    (lon1, lat1), (lon2, lat2) = (tuple(map(radians, p)) for p in (one, two))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


@pytest.mark.shared
@pytest.mark.parametrize("file", ["lad22_buc.geojson", "rgn22_buc.geojson", "cauth22_buc.geojson"])
def test_grid_references_fall_where_ons_says_they_are(shared, file):
    features = json.loads((shared / "data/boundaries" / file).read_text(encoding="utf-8"))["features"]
    points = [f["properties"] for f in features if not any(str(v).startswith("N0") for v in f["properties"].values())]
    off = [metres(to_lon_lat(p["BNG_E"], p["BNG_N"]), (p["LONG"], p["LAT"])) for p in points]
    assert len(off) >= 9
    assert max(off) < 8  # 5 m of the transformation, and degrees that ONS rounds to five places and metres to one


# --- the whole register -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(shared, tmp_path_factory):
    """The register of the published tables, on disk."""
    path = tmp_path_factory.mktemp("areas") / "areas.sqlite"
    tables = build_from_files(shared / "data", load_areas_recipe())
    write_areas(path, tables)
    return path, tables


@pytest.mark.shared
def test_the_whole_register_holds_what_was_published(whole):
    path, _ = whole
    register = open_areas(path)
    assert len(register.at_level("LSOA", "2021")) == 35_672 + 3_780
    assert len(register.within("E47000001", "LSOA", "2021")) == 1_702
    assert len(register.within("E47000001", "LSOA", "2011")) == 1_673
    assert len(register.within("E47000001", "district", "2024")) == 10
    assert len(register.within("E12000002", "combined authority")) == 0  # no table says which region holds them
    assert len(register.within("E92000001", "district", "2024")) == 296
    assert len(register.within("S92000003", "LSOA", "2022")) == 7_392
    assert len(register.within("N92000002", "LSOA", "2021")) == 3_780
    # Cumberland is new in 2023; what lay in the three districts before lies in it.
    assert len(register.within("E06000063", "LSOA", "2011")) > 100


@pytest.mark.shared
def test_the_whole_register_opens_and_is_searched_fast(whole):
    path, _ = whole
    start = perf_counter()
    register = open_areas(path)
    assert register.name("E08000001") == "Bolton"
    opened = perf_counter() - start
    start = perf_counter()
    assert register.find("bolt")[0].code == "E08000001"
    assert opened < 0.05
    assert perf_counter() - start < 0.05


@pytest.mark.shared
def test_the_whole_register_converts(whole):
    path, _ = whole
    kinds = [c.kind for c in read_changes(path, "LSOA", "2011", "2021")]
    assert (kinds.count("U"), kinds.count("M"), kinds.count("S"), kinds.count("X")) == (33_647, 239, 1_900, 9)
    assert {c.kind for c in read_changes(path, "district", "2018", "2019")} >= {"U", "M", "X"}


@pytest.mark.shared
def test_zones_of_scotland_are_placed_from_their_grid_references(whole, shared):
    register = open_areas(whole[0])
    with (shared / "data/lookups/drkane/lsoa_latlong.csv").open(encoding="utf-8-sig") as file:
        known = {r["LSOACD"]: (float(r["longitude"]), float(r["latitude"])) for r in csv.DictReader(file)}
    with (shared / "data/scotland/SG_DataZone_Cent_2011.csv").open(encoding="utf-8-sig") as file:
        grid = {r["DataZone"]: (float(r["Easting"]), float(r["Northing"])) for r in csv.DictReader(file)}
    off = sorted(metres(to_lon_lat(*point), known[code]) for code, point in grid.items())
    assert off[len(off) // 2] < 1_000  # two kinds of centre of one zone
    held = register.get("S01013482")
    assert (held.lon, held.lat) == pytest.approx((-2.2695, 57.0953), abs=1e-3)
