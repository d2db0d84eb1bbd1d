"""Areas by GSS code: levels, vintages, what lies within what."""

import pytest

from workbench.domain.areas import LEVEL_BY_PREFIX, Area, AreaRegister, level_of
from workbench.errors import UnknownArea


@pytest.fixture
def register():
    return AreaRegister.of(
        [
            Area("E47000001", "Greater Manchester", "combined authority", "2023"),
            Area("E08000001", "Bolton", "district", "2023", "E47000001"),
            Area("E01000001", "Bolton 001A", "LSOA", "2021", "E08000001", vintages=("2011", "2021")),
            Area("E01000002", "Bolton 001B", "LSOA", "2011", "E08000001"),
            Area("E01000003", "Bolton 001C", "LSOA", "2021", "E08000001"),
            Area("E01000009", "Leeds 001A", "LSOA", "2021", "E08000035"),
        ]
    )


@pytest.mark.parametrize("prefix", LEVEL_BY_PREFIX)
def test_a_level_from_every_known_prefix(prefix):
    assert level_of(f"{prefix}000001") == LEVEL_BY_PREFIX[prefix]


@pytest.mark.parametrize("code", ["", "Bolton", "E0800001", "E080000011", "X08000001", "E0800000A", "e08000001"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(UnknownArea):
        level_of(code)


def codes(areas):
    return [area.code for area in areas]


def test_areas_within_another_through_its_parents(register):
    assert codes(register.within("E47000001", "LSOA")) == ["E01000001", "E01000002", "E01000003"]
    assert codes(register.within("E47000001", "district")) == ["E08000001"]


def test_areas_of_one_vintage_do_not_overlap_those_of_another(register):
    assert codes(register.within("E47000001", "LSOA", "2011")) == ["E01000001", "E01000002"]
    assert codes(register.within("E47000001", "LSOA", "2021")) == ["E01000001", "E01000003"]
    assert register.within("E47000001", "LSOA", "2001") == ()


def test_an_area_is_within_itself(register):
    assert codes(register.within("E08000001", "district")) == ["E08000001"]


def test_a_code_is_never_matched_by_likeness(register):
    with pytest.raises(UnknownArea, match="E0800000"):
        register.get("E0800000")


def test_parents_that_go_in_a_circle_end():
    register = AreaRegister.of([Area("A", "a", "ward", parent="B"), Area("B", "b", "ward", parent="A")])
    assert register.within("C", "ward") == ()
