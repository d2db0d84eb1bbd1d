"""Claimant count tables in the shapes in which they are passed round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.errors import UnknownArea, Unsettled, WrongFile
from workbench.sources.claimant_csv import fits, read
from workbench.sources.imported import Cells
from workbench.sources.read import read_figures
from workbench.sources.sample import load_sample

WARDS = """date,count,rate,wd15cd,wd15nm,lad15cd,lad15nm
2017-09-01,155,1.7,E05000650,Astley Bridge,E08000001,Bolton
2017-10-01,160,1.8,E05000650,Astley Bridge,E08000001,Bolton
2017-10-01,0,0,E05000651,Bradshaw,E08000001,Bolton
"""


def row(imported, **wanted):
    return imported.figures.where(**wanted).frame.iloc[0]


def test_a_table_of_wards_gives_counts_and_rates_by_month(areas, write):
    imported = read_figures(write("claimant_count_wards.csv", WARDS), areas)
    assert imported.rows_read == 3
    assert imported.refused == imported.notes == imported.unresolved == ()
    assert len(imported.figures) == 6
    count = row(imported, area_code="E05000650", measure="claimant_count")
    assert (count["value"], count["unit"], count["flag"]) == (155, "people", "rounded-5")
    assert (count["level"], count["vintage"], count["area_name"]) == ("ward", "2017", "Astley Bridge")
    assert str(count["period_start"].date()), str(count["period_end"].date()) == ("2017-09-01", "2017-09-30")
    rate = row(imported, area_code="E05000650", measure="claimant_rate")
    assert (rate["value"], rate["unit"], rate["numerator"]) == (1.7, "percent", 155)


def test_the_ward_of_a_row_is_taken_not_the_district_it_names_too(areas, write):
    imported = read_figures(write("claimant_count_wards.csv", WARDS), areas)
    assert set(imported.figures.frame["area_code"]) == {"E05000650", "E05000651"}


def test_a_published_zero_is_a_figure(areas, write):
    imported = read_figures(write("claimant_count_wards.csv", WARDS), areas)
    assert row(imported, area_code="E05000651", measure="claimant_count")["value"] == 0


def test_every_figure_is_cited_with_the_file(areas, write):
    imported = read_figures(write("claimant_count_wards.csv", WARDS), areas)
    citation = imported.figures.citation()
    assert citation.title == "Claimant count by sex and age"
    assert "claimant_count_wards.csv" in citation.text()


@pytest.mark.parametrize(
    ("name", "text", "measure"),
    [
        (
            "x.csv",
            "date,area_code,area_name,measure,value\n2014-02-01,E08000001,Bolton,Claimant count,7420\n",
            "claimant_count",
        ),
        (
            "x.csv",
            "date,area_name,area_code,measure,value\n"
            "2015-07-01,Bolton,E08000001,Claimants as a proportion of residents aged 16-64,2.9\n",
            "claimant_rate",
        ),
        (
            "x.csv",
            "date,lsoa11nm,lsoa11cd,lad17nm,measure,value\n"
            "2018-06-01,Bolton 001A,E01004768,Bolton,Residents claiming JSA or Universal Credit,5\n",
            "claimant_count",
        ),
        ("ucjsa.csv", "Date,Geography,Measure Type,Unit,Value\n2018-09,E01004768,count,persons,5\n", "claimant_count"),
        (
            "ucjsa.csv",
            "Date,Geography,Measure Type,Unit,Value\n2018-09,E08000001,percent,persons,1.7\n",
            "claimant_rate",
        ),
        ("claimants.csv", "date,count,rate,cauth15cd,cauth15nm\n2015-01-01,43970,2.5,E47000001,GM\n", "claimant_count"),
        (
            "x.csv",
            "area_code,area_name,period,indicator,measure,units,value\n"
            "E08000001,Bolton,March 2023,Claimant count,Count,Persons,5\n",
            "claimant_count",
        ),
    ],
)
def test_other_shapes(areas, write, name, text, measure):
    imported = read_figures(write(name, text), areas)
    figure = row(imported, measure=measure)
    assert (figure["period_end"] - figure["period_start"]).days in (27, 29, 30)
    assert imported.refused == ()


def test_the_same_table_as_a_workbook(areas, workbook):
    rows = [line.split(",") for line in WARDS.splitlines()]
    imported = read_figures(workbook("claimant_count_wards.xlsx", rows), areas)
    assert len(imported.figures) == 6


def test_lsoas_of_the_claimant_count_are_those_of_2011_even_when_the_code_lives_on(areas, write):
    text = "Date,Geography,Measure Type,Unit,Value\n2018-09,E01004768,count,persons,5\n"
    imported = read_figures(write("ucjsa.csv", text), areas)
    assert row(imported)["vintage"] == "2011"


def test_a_table_of_counts_of_who_knows_what_is_not_taken_for_claimants(areas, write):
    text = "Date,Geography,Measure Type,Unit,Value\n2018-09,E01004768,count,persons,5\n"
    with pytest.raises(Unsettled) as asked:
        read_figures(write("input.csv", text), areas)
    assert [question.key for question in asked.value.questions] == ["measure"]


def test_another_measure_is_not_taken_for_claimants(areas, write):
    text = "date,area_code,area_name,measure,value\n2018-09,E08000001,Bolton,People on Universal Credit,5\n"
    frame = read_figures(write("claimant.csv", text), areas).figures.frame
    assert frame["measure"].tolist() == ["people_on_universal_credit"]


UNDATED = "lsoa11cd,lsoa11nm,measure,value\nE01004768,Bolton 001A,Residents claiming JSA or Universal Credit,5\n"


def test_a_table_without_date_takes_the_month_from_its_name_and_says_so(areas, write):
    imported = read_figures(write("claimants_2017-09_raw.csv", UNDATED), areas)
    assert str(row(imported)["period_end"].date()) == "2017-09-30"
    assert "read from the name of the file" in imported.notes[0]


@pytest.mark.parametrize("name", ["claimants.csv", "claimants_2017-13.csv", "claimants_2017-09_2017-10.csv"])
def test_a_table_without_any_month_is_refused(areas, write, name):
    with pytest.raises(WrongFile, match="no column for the month") as caught:
        read_figures(write(name, UNDATED), areas)
    assert "claimants-2017-09.csv" in caught.value.remedy


# --- what is left out, and why ----------------------------------------------------------------------------------------


def counts(*lines):
    return "date,area_code,area_name,measure,value\n" + "".join(f"{line}\n" for line in lines)


def test_a_blank_is_refused_and_never_zero(areas, write):
    text = counts("2018-09,E08000001,Bolton,Claimant count,", "2018-09,E08000003,Manchester,Claimant count,5")
    imported = read_figures(write("x.csv", text), areas)
    assert imported.figures.frame["area_code"].tolist() == ["E08000003"]
    assert imported.refused[0].where == "x.csv, row 2"


@pytest.mark.parametrize("value", ["-5", "..", "nan", "inf", "5.5", "x"])
def test_what_no_count_can_be_is_refused(areas, write, value):
    text = counts(f"2018-09,E08000001,Bolton,Claimant count,{value}", "2018-09,E08000003,Manchester,Claimant count,5")
    imported = read_figures(write("x.csv", text), areas)
    assert len(imported.figures) == len(imported.refused) == 1
    assert f"“{value}” is not a claimant count" in imported.refused[0].message


def test_two_values_for_one_month_are_both_refused(areas, write):
    text = counts(
        "2018-09,E08000001,Bolton,Claimant count,5",
        "2018-09,E08000001,Bolton,Claimant count,10",
        "2018-10,E08000001,Bolton,Claimant count,15",
    )
    imported = read_figures(write("x.csv", text), areas)
    assert imported.figures.frame["value"].tolist() == [15]
    assert "two values for 2018-09, 5 and 10" in imported.refused[0].message


def test_a_repeated_row_counts_once(areas, write):
    text = counts("2018-09,E08000001,Bolton,Claimant count,5", "2018-09,E08000001,Bolton,Claimant count,5")
    imported = read_figures(write("x.csv", text), areas)
    assert len(imported.figures) == 1
    assert "repeated" in imported.refused[0].message


def test_a_file_cut_off_in_a_row_says_so(areas, write):
    imported = read_figures(write("x.csv", counts("2018-09,E08000001,Bolton,Claimant count,5", "2018-09,E080")), areas)
    assert len(imported.figures) == 1
    assert "cut short" in imported.refused[0].remedy


@pytest.mark.parametrize("said", ["2018", "Apr 2018-Mar 2019", "09/2018", "2018-13", ""])
def test_what_is_no_month_is_refused(areas, write, said):
    text = counts(f"{said},E08000001,Bolton,Claimant count,5", "2018-10,E08000001,Bolton,Claimant count,15")
    imported = read_figures(write("x.csv", text), areas)
    assert imported.figures.frame["value"].tolist() == [15]
    assert imported.refused[0].where == "x.csv, row 2"


def test_counts_that_are_not_rounded_to_five_do_not_say_so(areas, write):
    imported = read_figures(write("x.csv", counts("2018-09,E08000001,Bolton,Claimant count,7")), areas)
    assert row(imported)["flag"] == ""
    assert "1 of 1 counts are not multiples of 5" in imported.notes[0]


def test_areas_that_are_not_held_are_named_and_left_out(areas, write):
    text = counts("2018-09,E08000001,Bolton,Claimant count,5", "2018-09,E08000025,Birmingham,Claimant count,5")
    imported = read_figures(write("x.csv", text), areas)
    assert imported.unresolved == ("E08000025",)
    assert "1 in all: E08000025" in imported.refused[0].message
    assert set(imported.figures.frame["area_code"]) == {"E08000001"}


def test_a_file_about_other_places_is_an_error(areas, write):
    with pytest.raises(UnknownArea, match="None of its areas is held: E08000025"):
        read_figures(write("x.csv", counts("2018-09,E08000025,Birmingham,Claimant count,5")), areas)


@pytest.mark.parametrize("code", ["Bolton", "E0800001", "X08000001", ""])
def test_a_code_that_is_no_code_is_an_error_with_its_row(areas, write, code):
    text = counts("2018-09,E08000001,Bolton,Claimant count,5", f"2018-09,{code},Bolton,Claimant count,5")
    with pytest.raises(UnknownArea, match="row 3"):
        read_figures(write("x.csv", text), areas)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["E08000001", "E08000002", "E08000003"]),
            st.sampled_from(["2018-08", "2018-09", "soon"]),
            st.sampled_from(["0", "5", "10", "", "-", "1e9"]),
        ),
        min_size=1,
    )
)
def test_no_figure_is_made_up_and_none_vanishes_in_silence(tmp_path_factory, rows):
    register = AreaRegister.of([Area("E08000001", "Bolton", "district"), Area("E08000003", "Manchester", "district")])
    table = [["date", "area_code", "area_name", "measure", "value"]]
    table += [[month, code, "", "Claimant count", value] for code, month, value in rows]
    cells = Cells(tmp_path_factory.getbasetemp() / "x.csv", "", table)
    assert fits(cells)
    try:
        imported = read(cells, register)
    except (WrongFile, UnknownArea):
        return
    given_rows = {
        (code, f"{month}-01", float(value)) for code, month, value in rows if value not in ("", "-") and month != "soon"
    }
    frame = imported.figures.frame
    out = set(zip(frame["area_code"], frame["period_start"].dt.strftime("%Y-%m-%d"), frame["value"], strict=True))
    assert out <= given_rows
    assert imported.rows_read == len(rows)
    if len(out) < len(rows):
        assert imported.refused


# --- the files as they were passed round ------------------------------------------------------------------------------

FILES = {
    "claimant_count_combined_authority.csv": 68,
    "claimant_count_first_version_raw.csv": 10_170,
    "claimant_count_local_authorities.csv": 680,
    "claimant_count_lsoa_2017-09_raw.csv": 1_673,
    "claimant_count_wards.csv": 14_620,
    "ucjsa_lsoa_2018-06.csv": 1_673,
    "ucjsa_lsoa_2018-09.csv": 1_673,
    "ucjsa_lsoa_2018-11.csv": 1_673,
    "ucjsa_rate_2015-11_2018-11.csv": 8_362,
    "ucjsa_rate_time_series_2015-07_2018-07.csv": 8_362,
}


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_all_ten_files_are_read_whole(shared, sample_dir, name):
    imported = read_figures(shared / "data/gm/claimant_count" / name, load_sample(sample_dir).areas)
    assert len(imported.figures) == FILES[name]
    assert imported.refused == imported.unresolved == ()


@pytest.mark.shared
@pytest.mark.parametrize("name", [n for n in FILES if "rate_" not in n])
def test_what_is_read_equals_the_sample(shared, sample_dir, name):
    library = load_sample(sample_dir)
    read_here = read_figures(shared / "data/gm/claimant_count" / name, library.areas).figures.frame
    key = ["area_code", "vintage", "measure", "period_start", "period_end"]
    both = read_here.merge(library.figures.frame, on=key, suffixes=("", "_sample"))
    assert len(both) > 30
    for column in ("value", "unit", "level", "flag", "area_name"):
        differ = both[both[column] != both[f"{column}_sample"]]
        assert column == "area_name" or differ.empty, column
