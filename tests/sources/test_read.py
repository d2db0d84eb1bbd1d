"""Files that people bring: told apart by content, refused in one clear sentence, and never changed."""

import hashlib
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError, WrongFile
from workbench.sources.imported import Cells, source_id
from workbench.sources.read import read_figures
from workbench.sources.sheets import Opened

CLAIMANTS = "date,area_code,area_name,measure,value\n2018-09,E08000001,Bolton,Claimant count,5\n"


def message(path, areas):
    with pytest.raises(WrongFile) as caught:
        read_figures(path, areas)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value.message


def test_a_missing_file(areas, tmp_path):
    assert message(tmp_path / "none.csv", areas) == "There is no such file."


def test_a_folder(areas, tmp_path):
    assert message(tmp_path, areas) == "It is a folder."


@pytest.mark.parametrize("content", ["", "   \n\n"])
def test_an_empty_file(areas, write, content):
    assert message(write("a.csv", content), areas) == "The file is empty."


def test_a_file_of_commas(areas, write):
    assert "no cells" in message(write("a.csv", ",,,\n,,,\n"), areas)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"\x00\x01\x02\x03", "not text"),
        (b"PAR1\x15\x04", "a Parquet file"),
    ],
)
def test_what_is_no_spreadsheet_is_named(areas, tmp_path, content, kind):
    path = tmp_path / "figures.csv"
    path.write_bytes(content)
    assert message(path, areas) == f"It is {kind}, not a spreadsheet or CSV."


@pytest.mark.parametrize("content", [b'{"error": "Query is incomplete"}', b"[1, 2]", b'{"a": [1, 2'])
def test_json_without_records_is_refused_as_such(areas, tmp_path, content):
    path = tmp_path / "figures.csv"
    path.write_bytes(content)
    assert message(path, areas).startswith("It is JSON")


@pytest.mark.parametrize("content", [b"PK\x03\x04 and then nothing", b"\xd0\xcf\x11\xe0 and then nothing"])
def test_a_damaged_workbook(areas, tmp_path, content):
    path = tmp_path / "figures.xlsx"
    path.write_bytes(content)
    assert "cannot be opened" in message(path, areas)


def test_the_wrong_kind_of_spreadsheet_shows_its_first_row(areas, write, workbook):
    text = "Region,Spend\nNorth West,5\n"
    assert message(write("a.csv", text), areas).endswith("Its first row is: Region, Spend.")
    assert message(workbook("a.xlsx", [["Region", "Spend"], ["North West", 5]]), areas).endswith("Region, Spend.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_that_office_programs_write(areas, write, encoding):
    imported = read_figures(write("a.csv", CLAIMANTS.replace("Bolton", "Bôlton"), encoding), areas)
    assert len(imported.figures) == 1


def test_the_file_is_left_as_it_was(areas, write):
    path = write("a.csv", CLAIMANTS)
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    read_figures(path, areas)
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before


# --- records about people ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ("ref,NINO,ward", "National Insurance number"),
        ("ref,National Insurance Number,ward", "National Insurance number"),
        ("ref,date_of_birth,ward", "date of birth"),
        ("ref,DOB,ward", "date of birth"),
        ("First Name,Surname,ward", "first name and surname"),
        ("Name,Postcode,benefit", "a name and an address or postcode"),
        ("client,home address,benefit", "a name and an address or postcode"),
    ],
)
def test_columns_about_people_are_refused_before_anything_is_read(areas, write, header, seen):
    said = message(write("a.csv", f"List of participants\n\n{header}\n1,2,3\n"), areas)
    assert "records about people" in said
    assert seen in said


def test_national_insurance_numbers_under_any_heading(areas, write):
    numbers = ["QQ 12 34 56 C", "AB123456C", "AB 123456 D", "ab123456a"]  # QQ is never given out
    said = message(write("a.csv", "ref,ward\n" + "".join(f"{n},E05000650\n" for n in numbers)), areas)
    assert "National Insurance number" in said
    assert "123456" not in said


def test_a_list_of_email_addresses(areas, write):
    text = "who,area\n" + "".join(f"p{n}@example.org,E05000650\n" for n in range(5))
    assert "email" in message(write("a.csv", text), areas)


@pytest.mark.parametrize(
    "header", ["area_code,area_name,postcode_district", "name,code,level", "postcode,ward,lsoa11cd"]
)
def test_names_of_areas_are_not_taken_for_people(areas, write, header):
    assert "people" not in message(write("a.csv", f"{header}\nx,y,z\n"), areas)


def test_records_on_the_second_sheet_are_seen_too(areas, tmp_path, monkeypatch):
    sheets = [Cells(tmp_path, "a", [["date"]]), Cells(tmp_path, "b", [["NINO"], ["x"]])]
    monkeypatch.setattr("workbench.sources.read._open", lambda path: Opened(tuple(sheets)))
    assert "records about people" in message(tmp_path, areas)


def test_claimant_tables_are_not_taken_for_people(areas, write):
    assert len(read_figures(write("a.csv", CLAIMANTS), areas).figures) == 1


# --- every file at hand -----------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_every_downloaded_file_is_read_or_refused_in_one_sentence(shared, areas):
    folders = ("aps", "messy", "business", "misc", "statxplore", "gm/claimant_count", "gm/trafford_themes")
    files = [f for folder in folders for f in (shared / "data" / folder).iterdir() if f.stat().st_size < 2_000_000]
    assert len(files) > 30
    outcomes = {file: outcome(file, areas) for file in files}
    assert sum(1 for said in outcomes.values() if said.startswith("read")) >= 14
    for file, said in outcomes.items():
        assert said.endswith("."), file
        assert "records about people" not in said, file


def outcome(file, areas):
    try:
        return f"read {len(read_figures(file, areas).figures)} figures."
    except WorkbenchError as error:  # any other exception is a traceback in somebody's face
        return str(error)


def test_a_key_from_any_file_name():
    assert source_id(Path("Ä (1).csv")) == "1"
    assert source_id(Path("ä.csv")) == "file"
