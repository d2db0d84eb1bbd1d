"""Areas by GSS code: levels, vintages, what lies within what, and finding them by name, code and pasted list."""

from collections import ChainMap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.area_index import plain
from workbench.domain.areas import (
    LEVEL_BY_PREFIX,
    LEVELS,
    Area,
    AreaRegister,
    census_of,
    describe_code,
    level_of,
    nation_of,
)
from workbench.errors import UnknownArea

GM, BOLTON, BURY = "E47000001", "E08000001", "E08000002"


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


@pytest.fixture
def places():
    return AreaRegister.of(
        [
            Area(GM, "Greater Manchester", "combined authority", "2023"),
            Area(BOLTON, "Bolton", "district", "2023", GM),
            Area(BURY, "Bury", "district", "2023", GM),
            Area("E08000013", "St. Helens", "district", "2023"),
            Area("E06000023", "Bristol, City of", "district", "2023"),
            Area("W06000001", "Isle of Anglesey (Ynys Môn)", "district", "2023"),
            Area("E05000001", "Lostock & Chew Moor", "ward", "2023", BOLTON),
            Area("E05000002", "Bolton", "ward", "2017", BURY),
            Area("E05000003", "Moss Side", "ward", "2017", BURY),
            Area("E05000004", "Moss Side", "ward", "2023", BURY),
            Area("E01000001", "Bolton 001A", "LSOA", "2021", BOLTON, vintages=("2011", "2021")),
        ]
    )


def codes(areas):
    return [area.code for area in areas]


# --- what a code says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", LEVEL_BY_PREFIX)
def test_a_level_from_every_known_prefix(prefix):
    assert level_of(f"{prefix}000001") == LEVEL_BY_PREFIX[prefix]
    assert level_of(f"{prefix}000001") in LEVELS
    assert "not in the register" in describe_code(f"{prefix}000001")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "Bolton",
        "E0800001",
        "E080000011",
        "X08000001",
        "E0800000A",
        "e08000001",
        "E0800000²",
        "95AA01S",
        "E99000001",
    ],
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(UnknownArea):
        level_of(code)


def test_old_codes_of_northern_ireland_are_a_kind_of_their_own():
    assert level_of("95AA01S1") == level_of("95UU99C4") == "LSOA"
    assert describe_code("95UU99C4") == "a super output area in Northern Ireland, not in the register"


@pytest.mark.parametrize(
    ("code", "nation"),
    [("E14000530", "England"), ("W07000081", "Wales"), ("S14000060", "Scotland"), ("N06000001", "Northern Ireland"),
     ("K02000001", "United Kingdom"), ("K04000001", "England and Wales"), ("95AA01S1", "Northern Ireland")],
)  # fmt: skip
def test_the_nation_of_a_code(code, nation):
    assert nation_of(code) == nation


def test_what_has_no_nation_is_refused():
    with pytest.raises(UnknownArea):
        nation_of("Bolton")


@pytest.mark.parametrize(
    ("code", "census"),
    [("S01006505", "2001"), ("S01006506", "2011"), ("S01013481", "2011"), ("S01013482", "2022"), ("S01020873", "2022"),
     ("S02001236", "2011"), ("S02002515", "2022"), ("S01020874", ""), ("N21000850", "2021"), ("E01004766", "")],
)  # fmt: skip
def test_the_census_of_a_scottish_or_irish_zone(code, census):
    assert census_of(code) == census


def test_an_area_in_words(places):
    assert places.describe("E01000001") == "Bolton 001A, an LSOA of 2011 and 2021 in England"
    assert places.describe("E01000002") == "an LSOA in England, not in the register"
    assert describe_code("E98000001") == "an area in England of a kind the workbench does not know"
    assert describe_code("") == "not a code the workbench knows"


# --- within -----------------------------------------------------------------------------------------------------------


def test_areas_within_another_through_its_parents(register):
    assert codes(register.within("E47000001", "LSOA")) == ["E01000001", "E01000002", "E01000003"]
    assert codes(register.within("E47000001", "district")) == ["E08000001"]


def test_areas_of_one_vintage_do_not_overlap_those_of_another(register):
    assert codes(register.within("E47000001", "LSOA", "2011")) == ["E01000001", "E01000002"]
    assert codes(register.within("E47000001", "LSOA", "2021")) == ["E01000001", "E01000003"]
    assert register.within("E47000001", "LSOA", "2001") == ()


def test_an_area_is_within_itself(register):
    assert codes(register.within("E08000001", "district")) == ["E08000001"]


def test_a_parent_need_not_be_held(register):
    assert codes(register.within("E08000035", "LSOA")) == ["E01000009"]


def test_a_code_is_never_matched_by_likeness(register):
    with pytest.raises(UnknownArea, match="E0800000"):
        register.get("E0800000")


def test_parents_that_go_in_a_circle_end():
    register = AreaRegister.of([Area("A", "a", "ward", parent="B"), Area("B", "b", "ward", parent="A")])
    assert register.within("C", "ward") == ()
    assert codes(register.within("A", "ward")) == ["A"]


def test_every_area_of_a_level(register):
    assert codes(register.at_level("LSOA", "2011")) == ["E01000001", "E01000002"]
    assert codes(register.at_level("district")) == ["E08000001"]


# --- typing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bolton", [BOLTON, "E05000002", "E01000001"]),  # the name itself, larger first; then what begins so
        ("  e08000002 ", [BURY]),
        ("E0800", [BOLTON, BURY, "E08000013"]),
        ("saint helens", ["E08000013"]),
        ("st hel", ["E08000013"]),
        ("lostock and chew", ["E05000001"]),
        ("city of bristol", ["E06000023"]),
        ("ynys mon", ["W06000001"]),
        ("manch", [GM]),
        ("oss", []),  # the middle of a word is no beginning
        ("", []),
        (" & ", ["E05000001"]),  # the word “and”
        ("., -", []),
    ],
)
def test_areas_found_while_typing(places, typed, found):
    assert codes(places.find(typed)) == found


def test_what_is_typed_can_be_narrowed(places):
    assert codes(places.find("bolton", level="ward")) == ["E05000002"]
    assert codes(places.find("moss", vintage="2023")) == ["E05000004"]
    assert codes(places.find("bolton", vintage="2011")) == ["E01000001"]
    assert codes(places.find("bolton", within=BURY)) == ["E05000002"]
    assert codes(places.find(BOLTON, within=BURY)) == []
    assert codes(places.find("bolton", limit=1)) == [BOLTON]


names = st.lists(
    st.text(alphabet=st.characters(codec="utf-8", categories=("L", "Nd", "P", "Zs")), min_size=1, max_size=24),
    min_size=1,
    max_size=12,
)


@given(names, st.data())
def test_the_area_whose_name_is_typed_comes_first(all_names, data):
    register = AreaRegister.of(Area(f"E05{i:06d}", name, "ward") for i, name in enumerate(all_names))
    typed = data.draw(st.sampled_from(all_names))
    found = register.find(typed)
    if not plain(typed):
        assert found == ()
    else:
        assert plain(found[0].name) == plain(typed)
        assert all(
            all(any(w.startswith(p) for w in plain(a.name).split()) for p in plain(typed).split()) for a in found
        )


@given(st.text(max_size=40))
def test_a_plain_name_stays_as_it_is(name):
    assert plain(plain(name)) == plain(name)


def test_layers_are_searched_together_and_the_upper_one_stands(places):
    new = {
        "E05000009": Area("E05000009", "Bolton", "ward", "2024", BOLTON),
        BURY: Area(BURY, "Bury St Mary", "district"),
    }
    layered = AreaRegister(ChainMap(new, places.areas))
    assert codes(layered.find("bolton")) == [BOLTON, "E05000002", "E05000009", "E01000001"]
    assert [a.name for a in layered.find("bury")] == ["Bury St Mary"]
    assert codes(layered.within(BOLTON, "ward")) == ["E05000001", "E05000009"]


# --- pasted lists -----------------------------------------------------------------------------------------------------


def test_a_column_of_names_and_codes(places):
    got = places.resolve_list("Bury\r\ne08000001\n\nSt Helens\nBury\n")
    assert codes(got.found) == [BURY, BOLTON, "E08000013"]
    assert (got.unknown, got.ambiguous) == ((), {})


def test_a_name_with_a_comma_is_one_name(places):
    assert codes(places.resolve_list("Bristol, City of\nBury, St Helens").found) == ["E06000023", BURY, "E08000013"]
    assert codes(places.resolve_list('"Bristol, City of", Bury').found) == ["E06000023", BURY]


def test_rows_of_a_spreadsheet(places):
    got = places.resolve_list("E08000001 : Bolton\t1,234\nBury\t56.7%\nE08000013\tSt Helens\tNorth West")
    assert codes(got.found) == [BOLTON, BURY, "E08000013"]
    assert got.unknown == ()


def test_several_areas_of_one_name_are_listed_and_none_is_taken(places):
    got = places.resolve_list("Moss Side\nBolton")
    assert got.found == ()
    assert {name: codes(areas) for name, areas in got.ambiguous.items()} == {
        "Moss Side": ["E05000003", "E05000004"],
        "Bolton": [BOLTON, "E05000002"],
    }
    assert codes(places.resolve_list("Moss Side\nBolton", level="ward", vintage="2017").found) == [
        "E05000003",
        "E05000002",
    ]


def test_what_is_not_known_is_told_with_what_its_code_says(places):
    got = places.resolve_list("E01000009\nBolt\nArea code\tArea name\n1234")
    assert got.found == ()
    assert got.unknown == ("E01000009", "Bolt", "Area code", "Area name", "1234")
    assert got.why["E01000009"] == "an LSOA in England, not in the register"


def test_what_is_held_but_not_wanted_is_told(places):
    got = places.resolve_list("E08000001\nBury", level="ward", vintage="2023")
    assert got.unknown == ("E08000001", "Bury")
    assert got.why["E08000001"] == "Bolton, a district of 2023 in England; ward of 2023 wanted"


def test_a_row_whose_code_and_name_differ_is_taken_for_neither(places):
    got = places.resolve_list("E08000001\tBury\nE05000001\tBolton")  # a ward beside its district is no contradiction
    assert codes(got.found) == ["E05000001"]
    assert got.why == {"E08000001\tBury": "the code is that of Bolton, the name is another area's"}


@given(st.text(max_size=200))
def test_any_text_is_a_list(text):
    register = AreaRegister.of([Area(BOLTON, "Bolton", "district")])
    got = register.resolve_list(text)
    assert set(codes(got.found)) <= {BOLTON}
