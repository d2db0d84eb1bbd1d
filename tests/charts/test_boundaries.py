"""Boundaries are read only as longitude and latitude with GSS codes; anything else is refused with a remedy."""

from __future__ import annotations

import json

import numpy as np
import pytest

from workbench.charts.boundaries import read_boundaries
from workbench.errors import DataError, InvalidProject, WrongFile

SQUARE = [[-2.5, 53.5], [-2.4, 53.5], [-2.4, 53.6], [-2.5, 53.6], [-2.5, 53.5]]
HOLE = [[-2.47, 53.53], [-2.44, 53.53], [-2.44, 53.56], [-2.47, 53.56], [-2.47, 53.53]]


def feature(coordinates, kind="Polygon", **properties):
    properties = properties or {"LAD23CD": "E08000001", "LAD23NM": "Bolton"}
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def turn(ring) -> float:
    """Twice the area, positive against the clock."""
    x, y = np.asarray(ring).T
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))


def test_code_name_and_year_come_from_the_headings():
    found = read_boundaries(json.dumps(collection(feature([SQUARE]))))
    assert found.vintage == "2023"
    assert found.areas["E08000001"].name == "Bolton"


@pytest.mark.parametrize("outer", [SQUARE, SQUARE[::-1]])
@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]])
def test_outer_rings_run_against_the_clock_and_holes_with_it(outer, hole):
    first, second = read_boundaries(collection(feature([outer, hole]))).areas["E08000001"].rings
    assert turn(first) > 0 > turn(second)


def test_a_multipolygon_and_two_features_of_one_code_are_one_area():
    both = collection(feature([[SQUARE], [HOLE]], "MultiPolygon"), feature([SQUARE]))
    assert len(read_boundaries(both).areas["E08000001"].rings) == 3


def test_a_ring_that_is_not_closed_is_closed():
    ring = read_boundaries(collection(feature([SQUARE[:-1]]))).areas["E08000001"].rings[0]
    assert (ring[0] == ring[-1]).all()


def test_of_several_codes_that_of_the_areas_wanted_is_taken():
    ward = feature([SQUARE], WD22CD="E05000650", WD22NM="Astley Bridge", LAD22CD="E08000001", LAD22NM="Bolton")
    assert list(read_boundaries(collection(ward), ["E08000001"]).areas) == ["E08000001"]
    assert list(read_boundaries(collection(ward), ["E05000650"]).areas) == ["E05000650"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (collection(feature([SQUARE]), crs={"properties": {"name": "EPSG:27700"}}), "EPSG:27700"),
        (collection(feature([SQUARE]), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}), "EPSG:3857"),
        (collection(feature([[[391239.2, 421037.7], [392296.0, 423800.8], [393959.3, 419300.7],
                              [391239.2, 421037.7]]])),
         "British National Grid"),
        (collection(feature([[[-250000.0, 7080000.0], [-240000.0, 7080000.0], [-240000.0, 7090000.0],
                              [-250000.0, 7080000.0]]])), "projected coordinates"),
        (collection(feature([[[y, x] for x, y in SQUARE]])), "latitude before longitude"),
        ({"type": "Topology"}, "TopoJSON"),
        ({"error": {"message": "Invalid token"}}, "Invalid token"),
        (collection(feature([SQUARE]), exceededTransferLimit=True), "cut the file short"),
        (collection(feature([SQUARE]), properties={"exceededTransferLimit": True}), "cut the file short"),
        (collection(), "no areas"),
        ("<html>", "not JSON"),
        ("[1]", "not a GeoJSON"),
    ],
)  # fmt: skip
def test_what_is_not_longitude_and_latitude_is_refused_with_what_to_do(data, said):
    with pytest.raises(WrongFile, match=said) as caught:
        read_boundaries(data)
    assert caught.value.remedy


def test_names_in_the_place_of_codes_are_refused():
    with pytest.raises(DataError, match="GSS codes"):
        read_boundaries(collection(feature([SQUARE], name="Bolton", id="1")))


def test_every_damaged_ring_is_named_at_once():
    broken = collection(feature([SQUARE[:2]]), feature("x", LAD23CD="E08000002"), feature([-2.5, 53.5], "Point"))
    with pytest.raises(InvalidProject) as caught:
        read_boundaries(broken)
    assert len(caught.value.faults) == 3


def test_degrees_in_etrs89_are_taken_for_what_they_are():
    assert len(read_boundaries(collection(feature([SQUARE]), crs={"properties": {"name": "EPSG:4258"}}))) == 1


@pytest.mark.shared
@pytest.mark.parametrize("name", ["lad22_buc", "cauth22_buc", "rgn22_buc"])
def test_the_files_in_british_national_grid_are_refused(shared, name):
    with pytest.raises(WrongFile, match="27700") as caught:
        read_boundaries((shared / "data" / "boundaries" / f"{name}.geojson").read_bytes())
    assert "4326" in caught.value.remedy


@pytest.mark.shared
def test_the_combined_authorities_are_read(shared):
    path = shared / "data" / "boundaries" / "Combined_Authorities_May_2023_EN_BUC.geojson"
    found = read_boundaries(path.read_bytes())
    assert len(found) == 11
    assert found.vintage == "2024"  # its headings say so, though it is named for 2023
    assert found.areas["E47000001"].name == "Greater Manchester"
