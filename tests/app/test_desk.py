"""What lies on the desk: figures that were brought in, kept as they came, and never mixed up or left behind."""

from __future__ import annotations

import os
import shutil

import pytest

from workbench.app.desk import LARGEST, open_desk
from workbench.errors import DataError, UnknownArea, WrongFile

HEAD = "date,count,wd15cd,wd15nm\n"
ONE = f"{HEAD}2026-10-01,155,E05000650,Astley Bridge\n".encode()
TWO = f"{HEAD}2026-10-01,200,E05000650,Astley Bridge\n2026-10-01,90,E05000651,Bradshaw\n".encode()


@pytest.fixture
def desk(home, sample_dir, library, monkeypatch):
    monkeypatch.setattr("workbench.app.desk.load_sample", lambda *_: library)
    return open_desk(sample_dir, home, "p")


def count(desk, area="E05000650"):
    """The claimant count of October 2026 in a ward, with the title of its source; None when it is not held."""
    frame = desk.library.figures.where(measure="claimant_count", area_code=area).frame
    found = frame[frame["period_start"] == "2026-10-01"]
    assert len(found) <= 1
    return None if found.empty else found.iloc[0]["value"]


def test_a_file_is_kept_as_it_came_and_read_again(desk, home, sample_dir):
    said = desk.bring_in("claimants.csv", ONE)
    assert said.startswith("claimants.csv: 1 rows read, 1 figures kept.")
    assert count(desk) == 155
    assert (home / "figures" / "p" / "claimants.csv").read_bytes() == ONE
    again = open_desk(sample_dir, home, "p")
    assert count(again) == 155
    assert [b.name for b in again.brought_in] == ["claimants.csv"]
    assert count(open_desk(sample_dir, home, "q")) is None


def test_a_file_brought_in_again_takes_its_earlier_figures_with_it(desk):
    desk.bring_in("claimants.csv", TWO)
    assert count(desk, "E05000651") == 90
    desk.bring_in("claimants.csv", ONE)
    assert (count(desk), count(desk, "E05000651")) == (155, None)
    assert [(b.name, b.rows_kept) for b in desk.brought_in] == [("claimants.csv", 1)]


def test_the_later_file_stands_also_after_opening_again(desk, home, sample_dir):
    desk.bring_in("z-claimants.csv", ONE)
    desk.bring_in("a-claimants.csv", TWO)
    assert count(desk) == 200
    folder = home / "figures" / "p"
    os.utime(folder / "z-claimants.csv", (1, 1))  # a coarse clock may give both one time
    assert count(open_desk(sample_dir, home, "p")) == 200


def test_two_files_of_one_key_are_two_sources(desk):
    desk.bring_in("claimants (1).csv", ONE)
    desk.bring_in("claimants-1.csv", f"{HEAD}2026-10-01,90,E05000651,Bradshaw\n".encode())
    figures = desk.library.figures
    for area, name in (("E05000650", "claimants (1).csv"), ("E05000651", "claimants-1.csv")):
        frame = figures.where(measure="claimant_count", area_code=area).frame
        source = frame[frame["period_start"] == "2026-10-01"].iloc[0]["source_id"]
        assert figures.citations[source].text().endswith(f"{name}.")


def test_the_citations_of_the_sample_stay(desk, library):
    name = next(iter(library.figures.citations))
    desk.bring_in(f"{name}-claimant.csv", ONE)
    desk.bring_in(f"claimant/{name}.csv".replace("/", "-"), ONE)
    for key, citation in library.figures.citations.items():
        assert desk.library.figures.citations[key] == citation


def test_what_was_computed_from_the_figures_before_is_forgotten(desk):
    desk.memory["verdict"] = "old"
    desk.bring_in("claimants.csv", ONE)
    assert "verdict" not in desk.memory


def test_the_sample_itself_never_changes(desk, library):
    size = len(library.figures)
    desk.bring_in("claimants.csv", TWO)
    assert desk.sample is library
    assert len(library.figures) == size < len(desk.library.figures)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../claimants.csv", "claimants.csv"),
        (r"C:\Users\me\claimants.csv", "claimants.csv"),
        ("claimants?*|.csv", "claimants-.csv"),
        (".claimants.csv", "claimants.csv"),
        ("claimants" + "é" * 300 + ".csv", None),
    ],
)
def test_the_name_of_a_file_leads_to_no_other_folder(desk, home, name, kept):
    desk.bring_in(name, ONE)
    files = [f for f in home.rglob("*") if f.is_file()]
    assert [f.parent for f in files] == [home / "figures" / "p"]
    assert kept is None or files[0].name == kept
    assert len(files[0].name.encode()) < 230


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", WrongFile), (b"a,b\n1,2\n", WrongFile), (ONE.replace(b"E0500", b"Q0500"), UnknownArea)],
)
def test_a_file_that_is_refused_changes_nothing_and_is_named_without_its_folder(desk, home, content, kind):
    before = desk.library
    with pytest.raises(kind) as caught:
        desk.bring_in("claimants.csv", content)
    assert caught.value.where.startswith("claimants.csv")
    assert desk.library is before
    assert desk.brought_in == ()
    assert not (home / "figures").exists()


def test_a_file_that_is_refused_leaves_the_earlier_one_of_its_name(desk, home):
    desk.bring_in("claimants.csv", ONE)
    with pytest.raises(WrongFile):
        desk.bring_in("claimants.csv", b"")
    assert count(desk) == 155
    assert (home / "figures" / "p" / "claimants.csv").read_bytes() == ONE


def test_a_file_that_is_too_large_is_not_read(desk):
    with pytest.raises(WrongFile, match="40 MB"):
        desk.bring_in("claimants.csv", b"," * (LARGEST + 1))


def test_a_file_that_cannot_be_kept_is_not_taken(desk, home):
    home.mkdir()
    (home / "figures").write_text("in the way")
    before = desk.library
    with pytest.raises(DataError, match="cannot be kept"):
        desk.bring_in("claimants.csv", ONE)
    assert desk.library is before


def test_a_kept_file_that_can_no_longer_be_read_is_told(desk, home, sample_dir):
    desk.bring_in("claimants.csv", ONE)
    folder = home / "figures" / "p"
    (folder / "spoilt.csv").write_text("")
    (folder / ".half.csv.part").write_bytes(ONE[:30])
    shutil.copytree(sample_dir, folder / "a folder")
    again = open_desk(sample_dir, home, "p")
    assert count(again) == 155
    told = {b.name: b.note for b in again.brought_in}
    assert set(told) == {"claimants.csv", "spoilt.csv"}
    assert "Could not be read again: The file is empty." in told["spoilt.csv"]


def test_an_id_leads_to_no_other_folder(home, sample_dir, desk):
    outside = home / "elsewhere"
    outside.mkdir(parents=True)
    (outside / "claimants.csv").write_bytes(ONE)
    other = open_desk(sample_dir, home, "../elsewhere")
    assert count(other) is None
    other.bring_in("claimants.csv", TWO)
    assert (outside / "claimants.csv").read_bytes() == ONE
    assert other.folder.parent == home / "figures"
