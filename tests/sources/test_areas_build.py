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


def test_an_area_that_lies_in_two_of_one_level_and_year_is_held_in_one_and_said(tmp_path):
    # Two districts of one year for E01000001; of another year for E01000003, which is no contradiction.
    (tmp_path / "fits.csv").write_text("LSOA21CD,LAD\nE01000001,E09000002\nE01000003,E09000003\n", encoding="utf-8")
    (tmp_path / "lads.csv").write_text("LAD,NAME,Y\nE09000002,Two,22\n", encoding="utf-8")
    (tmp_path / "lads24.csv").write_text("LAD,NAME\nE09000003,Three\n", encoding="utf-8")
    base = {"url": "https://example.org"}
    fit = {
        **base, "id": "fit", "title": "Fit", "files": ["fits.csv"],
        "areas": [{"level": "LSOA", "vintage": "2021", "code": ["LSOA21CD"], "parent": ["LAD"], "best_fit": True}],
    }  # fmt: skip
    lads = [
        {
            **base, "id": f"lads{year}", "title": "Districts", "files": [file],
            "areas": [{"level": "district", "vintage": year, "code": ["LAD"], "name": ["NAME"]}],
        }
        for year, file in (("2022", "lads.csv"), ("2024", "lads24.csv"))
    ]  # fmt: skip
    tables = built(tmp_path, tables=[fit, *lads, *RECIPE["tables"]])  # the best fit is read first, and still gives way
    assert {p for c, p in tables.links if c == "E01000001"} == {"E09000001"}
    assert {p for c, p in tables.links if c == "E01000003"} == {"E09000001", "E09000003"}
    held = {(a.code, a.vintage): a.parent for a in tables.areas}
    assert held["E01000001", "2021"] == "E09000001"
    assert held["E01000003", "2021"] == "E09000003"
    assert any("E01000001 (in E09000001)" in note for note in tables.notes)


def test_between_two_that_hold_it_the_one_with_more_of_its_parts_stands(tmp_path):
    rows = [("N00000001", "N09000001"), ("N00000002", "N09000002"), ("N00000003", "N09000002")]
    text = "SA,SOA,LGD\n" + "".join(f"{sa},95AA01S1,{lgd}\n" for sa, lgd in rows)
    (tmp_path / "lookup.csv").write_text(text, encoding="utf-8")
    areas = [
        {"level": "LSOA", "vintage": "2011", "code": ["SOA"], "parent": ["LGD"]},
        {"level": "district", "vintage": "2018", "code": ["LGD"]},
    ]
    tables = build_from_files(
        tmp_path, recipe(tables=[{**RECIPE["tables"][0], "areas": areas, "changes": []}], expected=[])
    )
    assert tables.links == (("95AA01S1", "N09000002"),)


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
    assert len(register.at_level("LSOA", "2001")) == 6_505
    assert len(register.at_level("district", "2011")) == 348
    # Cumberland is new in 2023; what lay in the three districts before lies in it.
    assert len(register.within("E06000063", "LSOA", "2011")) > 100


@pytest.mark.shared
@pytest.mark.parametrize(
    ("level", "vintage", "count"), [("LSOA", "2011", 34_753), ("LSOA", "2021", 35_672), ("MSOA", "2011", 7_201),
                                    ("MSOA", "2021", 7_264), ("ward", "2022", 8_482 - 355 - 462)],
)  # fmt: skip
def test_every_small_area_of_england_and_wales_lies_in_exactly_one_district(whole, level, vintage, count):
    register = open_areas(whole[0])
    districts = [d.code for d in register.at_level("district", "2022") if d.code[0] in "EW"]
    inside = [a.code for d in districts for a in register.within(d, level, vintage)]
    assert len(inside) == len(set(inside)) == count


@pytest.mark.shared
def test_the_exact_district_goes_before_the_best_fit(whole):
    # The ward that fits it best lies in Cherwell; the LSOA itself lies in West Northamptonshire, as its name says.
    area = open_areas(whole[0]).get("E01027305")
    assert (area.name, area.parent) == ("West Northamptonshire 048E", "E06000062")
    # A boundary moved in 2013 cut this LSOA of 2011. It is counted once, in Gateshead.
    register = open_areas(whole[0])
    gateshead = {a.code for a in register.within("E08000037", "LSOA", "2011")}
    northumberland = {a.code for a in register.within("E06000057", "LSOA", "2011")}
    assert "E01008187" in gateshead - northumberland


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
    moved = {c.source for c in read_changes(path, "district", "2011", "2021") if c.kind == "X"}
    assert moved >= {"E06000048", "E08000020"}  # Northumberland and Gateshead have new codes of 2013


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
