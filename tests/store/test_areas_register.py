"""The register of areas on disk: it answers what a register in memory answers, and is whole or not there."""

import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.area_tables import AreaTables, TableRead
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.vintages import Change
from workbench.errors import DataError, UnknownArea
from workbench.store.areas import about, change_tables, layered, open_areas, read_changes, write_areas

AREAS = (
    Area("E12000002", "North West", "region", "2022"),
    Area("E47000001", "Greater Manchester", "combined authority", "2025"),
    Area("E08000001", "Bolton", "district", "2022", "E12000002", -2.48, 53.58),
    Area("E08000001", "Bolton", "district", "2023", "E47000001", -2.48, 53.58),
    Area("E08000013", "St. Helens", "district", "2023", "E12000002"),
    Area("E01004766", "Bolton 005A", "LSOA", "2011", "E08000001"),
    Area("E01004766", "Bolton 005A", "LSOA", "2021", "E08000001"),
    Area("E01033000", "Bolton 099Z", "LSOA", "2021", "E08000001"),
    Area("E05000001", "Lostock & Chew Moor", "ward", "2022", "E08000001"),
)
CHANGES = (
    Change("E01004766", "E01004766", "U", "2011", "2021", "LSOA"),
    Change("E07000026", "E06000063", "M", "2022", "2023", "district"),
)
READ = TableRead("lookup.csv", "2026-11-25", "ab" * 32, 9, "https://example.org")
TABLES = AreaTables(AREAS, (("E08000001", "E12000002"),), CHANGES, (READ,), ("Wards: not every ward.",))


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "areas.sqlite"
    write_areas(where, TABLES, datetime(2026, 11, 25, tzinfo=UTC))
    return where


def codes(areas):
    return [a.code for a in areas]


def test_an_area_is_of_its_latest_vintage_and_knows_the_others(path):
    bolton = open_areas(path).get("E08000001")
    assert bolton == Area("E08000001", "Bolton", "district", "2023", "E47000001", -2.48, 53.58, ("2022", "2023"))
    assert bolton.is_of("2022")


def test_a_code_that_is_not_held_is_never_matched_by_likeness(path):
    register = open_areas(path)
    for near in ("E0800000", "E08000001 ", "e08000001", "E0800000%", ""):
        with pytest.raises(UnknownArea):
            register.get(near)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("st helens", ["E08000013"]),
        ("E0100", ["E01004766", "E01033000"][:1]),
        ("bolton", ["E08000001", "E01004766", "E01033000"]),
        ("chew lost", ["E05000001"]),
        ("lostock and", ["E05000001"]),
        ('"moor" OR x*', []),
        ("%", []),
    ],
)
def test_it_is_found_as_typed(path, typed, found):
    assert codes(open_areas(path).find(typed)) == found


def test_what_lies_within_follows_every_link_and_not_the_parent_alone(path):
    register = open_areas(path)
    assert codes(register.within("E12000002", "LSOA")) == ["E01004766", "E01033000"]
    assert codes(register.within("E47000001", "LSOA", "2011")) == ["E01004766"]
    assert codes(register.within("E47000001", "district")) == ["E08000001"]
    assert codes(register.within("E12000002", "district")) == ["E08000001", "E08000013"]
    assert codes(register.find("bolton", within="E47000001", level="LSOA")) == ["E01004766", "E01033000"]
    assert codes(register.at_level("LSOA", "2011")) == ["E01004766"]


NAMES = st.text("abBc é'&-. S", min_size=1, max_size=8).filter(lambda t: any(c.isalnum() for c in t))


@given(st.lists(st.tuples(NAMES, st.sampled_from(["ward", "LSOA", "district"])), min_size=1, max_size=8), NAMES)
def test_it_answers_what_a_register_in_memory_answers(tmp_path_factory, drawn, typed):
    areas = [
        Area(f"E0500000{n}", name, level, "2022", f"E0500000{n // 2}" if n else "")
        for n, (name, level) in enumerate(drawn)
    ]
    path = tmp_path_factory.mktemp("register") / "areas.sqlite"
    write_areas(path, AreaTables(tuple(areas)))
    held, stored = AreaRegister.of(areas), open_areas(path)
    assert stored.find(typed) == held.find(typed)
    assert stored.named(typed) == held.named(typed)
    for level in ("ward", "LSOA"):
        assert stored.at_level(level) == held.at_level(level)
        assert stored.within("E05000000", level) == held.within("E05000000", level)
    assert stored.find(typed, within="E05000000") == held.find(typed, within="E05000000")
    assert dict(stored.areas) == dict(held.areas)


def test_over_the_sample_the_upper_area_stands_and_both_are_found(path):
    upper = AreaRegister.of(
        [Area("E08000001", "Bolton (sample)", "district", "2023"), Area("E92000001", "x", "nation")]
    )
    both = layered(upper, open_areas(path))
    assert both.name("E08000001") == "Bolton (sample)"
    assert codes(both.find("bolton")) == ["E08000001", "E01004766", "E01033000"]
    assert codes(both.within("E12000002", "LSOA")) == ["E01004766", "E01033000"]
    assert layered(upper, None) is upper


def test_an_area_in_both_is_of_the_vintages_of_both_and_lacks_nothing(path):
    upper = AreaRegister.of(
        [Area("E08000001", "Bolton", "district", "2021"), Area("E08000009", "Trafford", "district")]
    )
    both = layered(upper, open_areas(path))
    below = open_areas(path).get("E08000001")
    got = both.get("E08000001")
    assert set(got.vintages) == {"2021", *(below.vintages or (below.vintage,))}
    assert got.vintage == max(got.vintages)
    assert (got.parent, got.lon) == (below.parent, below.lon)
    assert got.is_of("2021")
    assert both.get("E08000009").name == "Trafford"
    assert both.areas.get("E99999999") is None
    assert {a.code for a in both.areas.values()} == {*upper.areas, *open_areas(path).areas}


def test_it_says_when_it_was_made_and_from_what(path):
    said = about(path)
    assert (said.made, said.areas, said.codes, said.changes) == ("2026-11-25T00:00:00+00:00", 9, 7, 2)
    assert said.sources == (READ,)
    assert said.notes == ("Wards: not every ward.",)
    assert read_changes(path, "LSOA", "2011", "2021") == CHANGES[:1]
    assert read_changes(path, "district", "2023", "2022")[0] == Change(
        "E06000063", "E07000026", "S", "2023", "2022", "district"
    )
    assert read_changes(path, "LSOA", "2001", "2011") == ()
    assert change_tables(path) == (("LSOA", "2011", "2021"), ("district", "2022", "2023"))


def test_no_file_is_no_register(tmp_path):
    assert open_areas(tmp_path / "none.sqlite") is None


def test_a_register_that_cannot_be_written_leaves_the_old_one(path):
    before = path.read_bytes()
    with pytest.raises(DataError):
        write_areas(path, AreaTables((*AREAS, AREAS[0])))  # one area twice
    with pytest.raises(DataError):
        write_areas(path, AreaTables(()))
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_reader_goes_on_with_the_register_it_opened_while_a_new_one_takes_its_place(path):
    old = open_areas(path)
    write_areas(path, AreaTables((Area("E08000002", "Bury", "district", "2023"),)))
    assert old.name("E08000013") == "St. Helens"
    assert codes(open_areas(path).at_level("district")) == ["E08000002"]


def test_what_is_no_register_is_said(tmp_path, path):
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t(x)")
    db.close()
    text = tmp_path / "text.sqlite"
    text.write_text("not a database at all, but long enough to be read as one" * 20, encoding="utf-8")
    cut = tmp_path / "cut.sqlite"
    cut.write_bytes(path.read_bytes()[:9000])
    for bad in (other, text):
        with pytest.raises(DataError, match="areas update"):
            open_areas(bad)
    with pytest.raises(DataError, match="areas update"):
        [len(open_areas(cut).areas), about(cut)]
    later = tmp_path / "later.sqlite"
    later.write_bytes(path.read_bytes())
    with sqlite3.connect(later) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(DataError, match="Another version"):
        open_areas(later)
