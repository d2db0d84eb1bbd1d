"""The general reader: what is recognised, asked and refused; never another figure than the file has."""

import csv
import io
import math

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.recipes import Recipe, recipe_of
from workbench.errors import UnknownArea, Unsettled, WorkbenchError, WrongFile
from workbench.sources.read import read_figures


def asks(path, areas, **answers):
    with pytest.raises(Unsettled) as caught:
        read_figures(path, areas, answers=answers)
    return {question.key: question for question in caught.value.questions}


# --- what is recognised -----------------------------------------------------------------------------------------------


def test_headings_in_rows_one_above_the_other(areas, write):
    text = (
        "Rents in England\n\n,,2022,,2023,\n"
        "Code,Name,Mean rent (£),Count of dwellings,Mean rent (£),Count of dwellings\n"
        "E08000001,Bolton,500,10,520,20\nE08000003,Manchester,700,30,..,40\n\nSource: Office for National Statistics\n"
    )
    imported = read_figures(write("rents.csv", text), areas)
    frame = imported.figures.frame
    by = frame.set_index(["area_code", "period_start", "measure"])["value"]
    assert by["E08000001", "2022-01-01", "mean_rent_pounds"] == 500
    assert by["E08000003", "2023-01-01", "count_of_dwellings"] == 40
    missing = frame[frame["value"].isna()].iloc[0]
    assert (missing["area_code"], missing["flag"]) == ("E08000003", "not available")
    assert imported.figures.citation().publisher == "Office for National Statistics"


def test_a_heading_over_several_columns_ends_where_the_next_begins(areas, write):
    text = ",,2022,,2023,\nCode,Name,Claims,Starts,Claims,Starts\n"
    text += "E08000001,Bolton,1,2,..,4\nE08000003,Manchester,5,6,..,8\n"
    frame = read_figures(write("a.csv", text), areas).figures.frame
    starts = frame[frame["measure"] == "starts"]
    assert starts.set_index(["area_code", "period_start"])["value"]["E08000001", "2023-01-01"] == 4
    assert len(starts) == 4


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_any_delimiter(areas, write, mark):
    text = "area_code,area_name,2023 People\nE08000001,Bolton,5\nE08000003,Manchester,6\n".replace(",", mark)
    assert read_figures(write("a.txt", text), areas).figures.frame["value"].tolist() == [5, 6]


@pytest.mark.parametrize(
    "cell",
    ["E08000001 : Bolton", "E08000001: Bolton", "E08000001 - Bolton", "Bolton (E08000001)", "Bolton [E08000001]"],
)
def test_code_and_name_in_one_cell(areas, write, cell):
    frame = read_figures(write("a.csv", f"Area,2023 People\n{cell},5\n"), areas).figures.frame
    assert frame[["area_code", "area_name", "value"]].to_numpy().tolist() == [["E08000001", "Bolton", 5]]


def test_names_alone_are_found_exactly_and_totals_above_them(areas, write):
    text = "Local authority,2023 People\nENGLAND,100\nbolton,5\nManchester,6\nBolt,7\n"
    imported = read_figures(write("a.csv", text), areas)
    assert imported.figures.frame["area_code"].tolist() == ["E92000001", "E08000001", "E08000003"]
    assert imported.unresolved == ("Bolt",)
    assert "“Bolt” is no area" in imported.refused[0].message


def test_a_few_names_among_many_do_not_settle_what_kind_of_area_they_are(areas, write):
    regions = ("North", "South", "West", "Centre", "Islands", "Borders", "Valleys", "Hills", "Plains", "Moors")
    text = "Place,2023 People\nBradshaw,1\n" + "".join(f"{name},5\n" for name in regions)
    assert set(asks(write("a.csv", text), areas)) == {"level"}


def test_a_name_in_the_column_of_codes(areas, write):
    text = "area_code,2023 People\nE08000001,5\nManchester,6\nColumn Total,11\n"
    imported = read_figures(write("a.csv", text), areas)
    assert imported.figures.frame["area_code"].tolist() == ["E08000001", "E08000003"]
    assert "Column Total" in imported.refused[0].message


def test_areas_listed_twice(areas, write):
    text = "area_code,2023 People\nE08000001,5\nE08000001,5\nE08000003,6\nE08000003,7\nE92000001,8\n"
    imported = read_figures(write("a.csv", text), areas)
    assert imported.figures.frame[["area_code", "value"]].to_numpy().tolist() == [["E08000001", 5], ["E92000001", 8]]
    said = " ".join(fault.message for fault in imported.refused)
    assert "listed twice" in said
    assert "6" not in said or "contradict each other" in said


def test_codes_that_are_not_held_are_kept_with_what_the_code_says(areas, write):
    imported = read_figures(
        write("a.csv", "lad23cd,lad23nm,2023 People\nE08000001,Bolton,5\nW06000015,Cardiff,6\n"), areas
    )
    cardiff = imported.figures.frame.iloc[1]
    assert (cardiff["area_name"], cardiff["level"], cardiff["vintage"]) == ("Cardiff", "district", "2023")
    assert imported.unresolved == ("W06000015",)


def test_half_widths_and_percentages_written_as_text(areas, write):
    text = "area_code,year,Employment rate,Conf\nE08000001,2023,70.5%,± 2\nE08000003,2023,60.0%,*\n"
    text = text.replace("± 2", "2")
    frame = read_figures(write("a.csv", text), areas, answers={"confidence": "0.95"}).figures.frame
    assert frame["lower"].tolist()[0] == 68.5
    assert frame["method"].tolist() == ["published half-width", ""]


def test_an_interval_that_does_not_hold_its_estimate_is_left_out(areas, write):
    text = "area_code,year,Employment rate (%),lower 95% CI,upper 95% CI\n"
    text += "E08000001,2023,70,60,65\nE08000003,2023,60,55,65\n"
    imported = read_figures(write("a.csv", text), areas)
    assert [math.isnan(x) for x in imported.figures.frame["lower"]] == [True, False]
    assert any("does not hold its estimate" in fault.message for fault in imported.refused)


def test_quartiles_are_no_interval(areas, write):
    text = "area_code,2023 Lower quartile,2023 Median,2023 Upper quartile\nE08000001,1,2,3\nE08000003,4,5,6\n"
    frame = read_figures(write("a.csv", text), areas).figures.frame
    assert sorted(set(frame["measure"])) == ["lower_quartile", "median", "upper_quartile"]
    assert frame["lower"].isna().all()


def test_a_legend_at_the_foot_decides_what_symbols_mean(areas, write):
    text = "area_code,2023 People\nE08000001,*\nE08000003,6\n\n* Estimate unreliable since the sample size is small\n"
    frame = read_figures(write("a.csv", text), areas).figures.frame
    assert frame["flag"].tolist() == ["unreliable", ""]


# --- what is refused --------------------------------------------------------------------------------------------------


def test_two_censuses_in_one_column_are_refused(write):
    register = AreaRegister.of(
        [
            Area("E01000001", "One", "LSOA", "2011"),
            Area("E01033769", "Two", "LSOA", "2021"),
            Area("E01000003", "Three", "LSOA", "2021", vintages=("2011", "2021")),
        ]
    )
    path = write("a.csv", "area_code,2023 People\nE01000001,1\nE01033769,2\nE01000003,3\n")
    with pytest.raises(WrongFile, match="two censuses"):
        read_figures(path, register)


def test_a_heading_that_says_another_year_than_its_codes(write):
    register = AreaRegister.of(
        [Area("E01033769", "Two", "LSOA", "2021"), Area("E01000003", "T", "LSOA", "2021", vintages=("2011", "2021"))]
    )
    path = write("a.csv", "lsoa11cd,2023 People\nE01033769,2\nE01000003,3\n")
    with pytest.raises(WrongFile, match="LSOAs of 2011"):
        read_figures(path, register)


def test_commas_for_decimals_are_refused(areas, write):
    with pytest.raises(WrongFile, match="comma for the decimal point"):
        read_figures(write("a.csv", "area_code;2023 Mean pay\nE08000001;1,5\nE08000003;1,234\n"), areas)


def test_formulas_written_into_text_are_no_numbers(areas, write):
    imported = read_figures(write("a.csv", "area_code,2023 People\nE08000001,=1+1\nE08000003,6\n"), areas)
    assert imported.figures.frame["area_code"].tolist() == ["E08000003"]
    assert "“=1+1” is no number" in imported.refused[0].message


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("postcode,2023 Claims\nBL1 1AA,1\nBL1 1AB,2\nBL1 1AD,1\nBL1 1AE,1\n", "postcode"),
        (
            "who,born,ward\nAnn Smith,01/02/1980,x\nBob Jones,03/04/1981,x\nCy Brown,05/06/1982,y\n",
            "births?",
        ),
        ("ULN,ward,score\n1,E05000650,3\n", "learner number"),
    ],
)
def test_records_about_people_are_refused(areas, write, text, seen):
    with pytest.raises(WrongFile, match=rf"records about people: it has .*{seen}"):
        read_figures(write("a.csv", text), areas)


# --- what is asked, and recipes ---------------------------------------------------------------------------------------


def test_an_unknown_period_is_asked_with_what_there_is_to_choose(areas, write):
    path = write("rates.csv", "Figures of 2019 and 2021\n\narea_code,People\nE08000001,5\nE08000003,6\n")
    question = asks(path, areas)["period"]
    assert [candidate.value for candidate in question.candidates] == ["2019", "2021"]
    assert question.free
    frame = read_figures(path, areas, answers={"period": "2021"}).figures.frame
    assert set(frame["period_start"].dt.year) == {2021}


def test_an_answer_that_is_no_period_is_asked_again(areas, write):
    path = write("rates.csv", "area_code,People\nE08000001,5\n")
    assert "“soon” cannot be read" in asks(path, areas, period="soon")["period"].why


def test_years_that_may_begin_in_several_months_are_asked(areas, write):
    path = write("a.csv", "area_code,year,People\nE08000001,2019/20,5\nE08000001,2020/21,6\n")
    assert set(asks(path, areas)) == {"year_begins"}
    frame = read_figures(path, areas, answers={"year_begins": "april"}).figures.frame
    assert str(frame["period_end"].max().date()) == "2021-03-31"


def test_the_level_of_an_interval_is_asked_when_nothing_says_it(areas, write):
    path = write("a.csv", "area_code,2023 Rate (%),2023 Rate LCI (%),2023 Rate UCI (%)\nE08000001,5,4,6\n")
    assert set(asks(path, areas)) == {"confidence"}
    frame = read_figures(path, areas, answers={"confidence": "0.99"}).figures.frame
    assert frame[["lower", "upper", "confidence"]].to_numpy().tolist() == [[4, 6, 0.99]]


def test_small_areas_in_part_are_asked_about(write):
    register = AreaRegister.of(
        [Area("E08000001", "Bolton", "district", "2023")]
        + [Area(f"E0100000{n}", f"Bolton {n}", "LSOA", "2021", "E08000001") for n in range(1, 10)]
    )
    path = write("a.csv", "lsoa21cd,2023 People\n" + "".join(f"E0100000{n},{n}\n" for n in range(1, 6)))
    assert "5 of the 9 LSOAs of Bolton" in asks(path, register)["part"].why
    imported = read_figures(path, register, answers={"part": "part"})
    assert imported.notes[0].startswith("Take care.")


def test_a_recipe_is_saved_and_used_for_the_next_file_of_its_kind(areas, write):
    first = read_figures(write("a 2022.csv", "area_code,n\nE08000001,5\n"), areas, answers={"measure": "Starts"})
    recipe = recipe_of(first.recipe.as_json())
    assert recipe == first.recipe
    again = read_figures(write("a 2023.csv", "area_code,n\nE08000001,7\nE08000003,8\n"), areas, recipe)
    assert set(again.figures.frame["measure"]) == {"starts"}
    assert set(again.figures.frame["period_start"].dt.year) == {2023}


def test_a_period_that_was_answered_holds_for_that_file_only(areas, write):
    path = write("a.csv", "area_code,2 People\nE08000001,5\n")
    first = read_figures(path, areas, answers={"period": "2022"})
    assert len(read_figures(path, areas, first.recipe).figures) == 1
    with pytest.raises(Unsettled) as caught:
        read_figures(write("b.csv", "area_code,2 People\nE08000001,6\n"), areas, first.recipe)
    assert [question.key for question in caught.value.questions] == ["period"]


def test_a_recipe_for_other_headings_is_not_used(areas, write):
    first = read_figures(write("a.csv", "area_code,2022 People\nE08000001,5\n"), areas)
    with pytest.raises(WrongFile, match="other headings"):
        read_figures(write("b.csv", "area_code,2022 Homes\nE08000001,5\n"), areas, first.recipe)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"fingerprint": "x", "surprise": 1}'])
def test_what_is_no_recipe_is_refused(text):
    with pytest.raises(WrongFile, match="not a recipe"):
        recipe_of(text, "r.json")


# --- a table that is known, written in every mess ---------------------------------------------------------------------

REGISTER = AreaRegister.of(
    [
        Area("E92000001", "England", "nation", "2023"),
        Area("E47000001", "Greater Manchester", "combined authority", "2023", "E92000001"),
    ]
    + [
        Area(f"E080000{n:02}", name, "district", "2023", "E47000001")
        for n, name in enumerate(
            (
                "Bolton",
                "Bury",
                "Manchester",
                "Oldham",
                "Rochdale",
                "Salford",
                "Stockport",
                "Tameside",
                "Trafford",
                "Wigan",
            ),
            start=1,
        )
    ]
)
CODES = [area.code for area in REGISTER.areas.values() if area.level == "district"]
SYMBOLS = {"..": "not available", "[c]": "suppressed", "*": "suppressed", "!": "suppressed", "[u]": "unreliable"}
MEASURES = (
    "Number of households in fuel poverty",
    "People claiming a benefit",
    "Median rent (£)",
    "Employment rate (%)",
)


@st.composite
def tidy(draw):
    """Truth: for some areas, years and measures a number or a symbol."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=10, unique=True))
    years = sorted(draw(st.lists(st.integers(2005, 2024), min_size=1, max_size=3, unique=True)))
    measures = draw(st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3, unique=True))
    number = st.one_of(st.integers(0, 3_000_000), st.decimals(0, 99, places=1).map(float))
    cells = {}
    for code in codes:
        for year in years:
            for measure in measures:
                cells[code, year, measure] = draw(st.one_of(number, number, number, st.sampled_from(list(SYMBOLS))))
    return codes, years, measures, cells


def long(codes, years, measures, cells, **_):
    head = ["area_code", "area_name", "year", "indicator", "value"]
    return [head, *([c, REGISTER.name(c), y, m, cells[c, y, m]] for c in codes for y in years for m in measures)]


def wide(codes, years, measures, cells, **_):
    pairs = [(y, m) for y in years for m in measures]
    return [
        ["Local authority code", "Local authority name", *(f"{y} {m}" for y, m in pairs)],
        *([c, REGISTER.name(c), *(cells[c, y, m] for y, m in pairs)] for c in codes),
    ]


def nested(codes, years, measures, cells, merged=True, **_):
    top = [year if not merged or n == 0 else "" for year in years for n in range(len(measures))]
    return [
        ["", "", *top],
        ["Code", "Area", *(m for _ in years for m in measures)],
        *([c, REGISTER.name(c), *(cells[c, y, m] for y in years for m in measures)] for c in codes),
    ]


def by_name(codes, years, measures, cells, **_):
    return [
        ["Local authority", "year", *measures],
        *([REGISTER.name(c), y, *(cells[c, y, m] for m in measures)] for c in codes for y in years),
    ]


def together(codes, years, measures, cells, **_):
    rows = by_name(codes, years, measures, cells)
    return [
        rows[0],
        *(
            [f"{c} : {REGISTER.name(c)}", *row[1:]]
            for row, c in zip(rows[1:], [c for c in codes for _ in years], strict=True)
        ),
    ]


def as_text(cell, thousands):
    return f"{cell:,}" if thousands and isinstance(cell, int) and cell > 2100 else str(cell)


@st.composite
def messy(draw):
    """The truth, and the bytes and name of a file that holds it among other things."""
    truth = draw(tidy())
    rows = draw(st.sampled_from([long, wide, nested, by_name, together]))(*truth, merged=draw(st.booleans()))
    banner = draw(
        st.lists(st.sampled_from(["Figures by area", "Table 1: Figures", "Take care with these", ""]), max_size=3)
    )
    foot = draw(
        st.lists(
            st.sampled_from(["", "Source: Office for National Statistics", "[c] = confidential", "Total is not given"]),
            max_size=3,
        )
    )
    rows = [
        *([line] for line in banner),
        *([[]] if banner else []),
        *rows,
        *([[]] if foot else []),
        *([line] for line in foot),
    ]
    kind = draw(st.sampled_from(["csv", "csv", "xlsx"]))
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return truth, "mess.xlsx", buffer.getvalue()
    thousands = draw(st.booleans())
    out = io.StringIO()
    csv.writer(out, delimiter=draw(st.sampled_from([",", "\t", ";"]))).writerows(
        [as_text(c, thousands) for c in row] for row in rows
    )
    return truth, "mess.csv", out.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])))


def figures_of(truth):
    codes, years, measures, cells = truth
    return {
        repr((c, y, math.nan if (v := cells[c, y, m]) in SYMBOLS else float(v), SYMBOLS.get(v, "")))
        for c in codes for y in years for m in measures
    }  # fmt: skip


def check_mess(path, mess):
    truth, _, data = mess
    path.write_bytes(data)
    try:
        frame = read_figures(path, REGISTER).figures.frame
    except (Unsettled, WrongFile, UnknownArea):
        return False
    read = [
        repr((code, start.year, float(value), flag))
        for code, start, value, flag in zip(
            frame["area_code"], frame["period_start"], frame["value"], frame["flag"], strict=True
        )
    ]
    assert set(read) == figures_of(truth)
    assert len(read) == len(truth[3])
    assert frame["measure"].nunique() == len(truth[2])
    return True


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(messy())
def test_a_mess_gives_exactly_its_figures_or_a_question(tmp_path, mess):
    check_mess(tmp_path / mess[1], mess)


@pytest.mark.slow
@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(messy())
def test_a_great_mess_gives_exactly_its_figures_or_a_question(tmp_path, mess):
    check_mess(tmp_path / mess[1], mess)


@pytest.mark.parametrize("layout", [long, wide, nested, by_name, together])
def test_every_layout_of_the_mess_is_read_and_not_only_asked_about(tmp_path, layout):
    codes, years, measures = CODES[:3], [2021, 2022], list(MEASURES[:2])
    cells = {
        (c, y, m): n * 7 + 1 for n, (c, y, m) in enumerate((c, y, m) for c in codes for y in years for m in measures)
    }
    truth = (codes, years, measures, cells)
    out = io.StringIO()
    csv.writer(out).writerows(layout(*truth))
    assert check_mess(tmp_path / "a.csv", (truth, "a.csv", out.getvalue().encode()))


# --- damage -----------------------------------------------------------------------------------------------------------

SMALL = b"area_code,area_name,year,indicator,value,lci_95,uci_95,status\n" + b"".join(
    b"%s,Name,2023,Employment rate,%d.5,%d,%d,u\n" % (code.encode(), 60 + n, 55 + n, 66 + n)
    for n, code in enumerate(CODES)
)


def small_xlsx():
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(SMALL.decode())):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WHOLE = {
    "a.csv": SMALL,
    "a.xlsx": small_xlsx(),
    "a.json": b'[{"area_code": "E08000001", "year": "2023", "People": 5}, '
    b'{"area_code": "E08000002", "year": "2023", "People": 6}]',
}


@st.composite
def damaged(draw):
    name = draw(st.sampled_from(list(WHOLE)))
    data = bytearray(WHOLE[name])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["change", "cut", "double", "insert"]))
        if kind == "change" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 60))]
        elif kind == "double":
            data[at:at] = data[at : at + 40]
        else:
            data[at:at] = draw(st.binary(max_size=12))
    return name, bytes(data)


def check_damage(tmp_path, file):
    name, data = file
    path = tmp_path / name
    path.write_bytes(data)
    try:
        read_figures(path, REGISTER)
    except WorkbenchError as error:  # anything else is a traceback in somebody’s face
        said = error.message
    else:
        said = "read"
    assert said


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(damaged())
def test_damage_is_refused_in_words_and_never_crashes(tmp_path, file):
    check_damage(tmp_path, file)


@pytest.mark.slow
@settings(max_examples=5000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(damaged())
def test_much_damage_is_refused_in_words_and_never_crashes(tmp_path, file):
    check_damage(tmp_path, file)


def test_a_recipe_is_a_value():
    assert Recipe(fingerprint="x").with_(period="2023").period == "2023"
