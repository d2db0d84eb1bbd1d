"""statistics.gov.scot: recorded replies (in ../shared, 2020 and later) read whole, and what goes wrong told."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from answering import client_that
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import Cancelled, Refused, SourceUnavailable, UnknownArea
from workbench.sources.services import sparql, tidy
from workbench.sources.services.contract import Reply
from workbench.sources.services.scotland import Scotland, TooLarge, period, read, unit

YEAR = "http://reference.data.gov.uk/id/year/"
ABERDEEN = "S12000033"
AREAS = AreaRegister.of(
    [
        Area("S92000003", "Scotland", "nation"),
        Area(ABERDEEN, "Aberdeen City", "district", "2019", "S92000003"),
        Area("S01006506", "Culter - 01", "LSOA", "2011", ABERDEEN),
        Area("S01006507", "Culter - 02", "LSOA", "2011", ABERDEEN),
    ]
)
REPLY = Reply("https://statistics.gov.scot/sparql", 200, {}, b"", datetime(2020, 3, 2, tzinfo=UTC), "")


def recorded(shared, name):
    return next((shared / "recorded" / "scotland").glob(f"*{name}*")).read_bytes()


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def table(columns, rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([row.get(c, "") for c in columns] for row in rows)
    return out.getvalue()


class Endpoint:
    """The SPARQL endpoint: a recorded list of data sets, one recorded structure, and rows given in slices."""

    def __init__(self, datasets, components, rows, largest=None):
        self.datasets = datasets
        self.dimensions = [
            r["componentReference"] for r in rows_of(components) if r["componentProperty"].endswith("#dimension")
        ]
        self.rows = rows
        self.largest = largest
        self.claims = len(rows)
        self.queries = []

    def __call__(self, request):
        query = parse_qs(request.content.decode())["query"][0]
        self.queries.append(query)
        if "?URI ?Name ?Publisher" in query:
            return self.datasets
        if "COUNT(*)" in query:
            return f"rows\r\n{self.claims}\r\n"
        if "?dimension ?label" in query:
            return table(["dimension", "label"], [{"dimension": d} for d in self.dimensions])
        columns = re.match(r"SELECT ((?:\?\w+ )+)WHERE", query)[1].replace("?", "").split()
        limit, offset = (int(n) for n in re.search(r"LIMIT (\d+) OFFSET (\d+)$", query).groups())
        if self.largest and min(limit, len(self.rows) - offset) > self.largest:
            return (400, "Response too large")
        return table(columns, self.rows[offset : offset + limit])


@pytest.fixture
def households(shared):
    """Average household size, the 576 rows of council areas from 2001 to 2018."""
    return Endpoint(
        recorded(shared, "fd2e51-POST.csv"), recorded(shared, "49cf2c"), rows_of(recorded(shared, "8f1321"))
    )


@pytest.fixture
def immunisation(shared):
    return Endpoint(
        recorded(shared, "fd2e51-POST.csv"), recorded(shared, "a6c2bb"), rows_of(recorded(shared, "eb1108"))
    )


def service(endpoint):
    return Scotland(client_that(endpoint)[0])


# --- recorded replies -------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_a_search_finds_data_sets_in_the_recorded_list(households):
    found = service(households).search("household size")
    assert [(f.id, f.title) for f in found] == [
        ("average-household-size", "Average Household Size"),
        ("household-projections-of-average-household-size", "Household Projections of Average Household Size"),
    ]
    assert service(households).probe() == "statistics.gov.scot lists 285 data sets."


@pytest.mark.shared
def test_the_recorded_table_comes_out_as_it_is(households):
    fetched = service(households).fetch(Query(service="scotland", dataset="average-household-size"), AREAS)
    frame = fetched.figures.frame
    assert len(frame) == 576
    first = frame.iloc[0]
    assert (first["area_code"], first["value"], first["level"]) == ("S12000005", 2.29, "district")
    assert (first["period_start"].date(), first["period_end"].date()) == (date(2001, 1, 1), date(2001, 12, 31))
    aberdeen = frame[frame["area_code"] == ABERDEEN]
    assert set(aberdeen["vintage"]) == {"2019"}
    assert set(aberdeen["area_name"]) == {"Aberdeen City"}
    assert fetched.titles == {"average_household_size_ratio": "Average Household Size (ratio)"}
    assert len(fetched.unresolved) == 31  # the register of this test holds one council area
    cited = fetched.figures.citation()
    assert cited.publisher == "Scottish Government"
    assert cited.locator.startswith("statistics.gov.scot average-household-size")
    assert cited.licence == tidy.OGL


@pytest.mark.shared
def test_breakdowns_become_columns_and_measures_stay_apart(immunisation):
    frame = service(immunisation).fetch(Query(dataset="6-in-1-immunisation"), AREAS).figures.frame
    assert len(frame) == 1056
    assert set(frame["vaccination_uptake"]) == {"vaccinated by 24 months", "number in 24 month cohort"}
    row = frame[(frame["area_code"] == "S12000005") & (frame["period_start"] == "2008-01-01")].set_index("measure")
    assert row.loc["6_in_1_immunisation_ratio", "value"] == 97.2
    assert sorted(row.loc["6_in_1_immunisation_count", "value"]) == [552, 568]


@pytest.mark.shared
def test_a_recorded_government_year_runs_from_april(shared):
    rows = rows_of(recorded(shared, "269b10"))
    endpoint = Endpoint(recorded(shared, "fd2e51-POST.csv"), recorded(shared, "c67623"), rows)
    frame = service(endpoint).fetch(Query(dataset="homelessness-applications"), AREAS).figures.frame
    assert set(frame["period_start"].dt.date) == {date(2015, 4, 1), date(2016, 4, 1)}
    assert set(frame["period_end"].dt.date) == {date(2016, 3, 31), date(2017, 3, 31)}
    assert frame.loc[frame["area_code"] == "S12000005", "value"].max() == 472


@pytest.mark.shared
def test_the_recorded_refusal_makes_the_slices_smaller_until_they_fit(households, shared):
    body = json.loads(recorded(shared, "07c508"))
    assert (body["status_code"], body["body"]) == (400, "Response too large")
    households.largest = 200
    told = []
    fetched = service(households).fetch(Query(dataset="average-household-size"), AREAS, told.append)
    assert len(fetched.figures) == 576
    sizes = [int(m[1]) for q in households.queries if (m := re.search(r"LIMIT (\d+)", q))]
    assert sizes == [10000, 2500, 625, 156, 156, 156, 156]
    assert [p.done for p in told if p.of][-1] == told[-1].of == 576


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_a_slice_of_the_smallest_size_that_is_still_too_large_is_an_error(households):
    households.largest = 1
    with pytest.raises(TooLarge, match="too large"):
        service(households).fetch(Query(dataset="average-household-size"), AREAS)


@pytest.mark.shared
@pytest.mark.parametrize("claims", [575, 577, 2000])
def test_fewer_or_more_rows_than_counted_are_no_table(households, claims):
    households.claims = claims
    with pytest.raises(SourceUnavailable, match="another number"):
        service(households).fetch(Query(dataset="average-household-size"), AREAS)


@pytest.mark.shared
def test_a_slice_that_comes_twice_is_no_table(households):
    households.rows[300:] = households.rows[:276]
    with pytest.raises(SourceUnavailable, match="twice"):
        service(households).fetch(Query(dataset="average-household-size"), AREAS)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Maintenance</body></html>", "web page"),
        (b"refArea,refPeriod,measure,value\r\n", "lacks the column"),
        (b"refArea,refPeriod,measureType,unitMeasure,value\r\na,b\r\n", "not as wide"),
    ],
)
def test_status_200_with_something_else_is_an_error(households, body, said):
    def answer(request):
        return body if b"OFFSET" in request.content else households(request)

    with pytest.raises(SourceUnavailable, match=said):
        service(answer).fetch(Query(dataset="average-household-size"), AREAS)


@pytest.mark.shared
def test_a_text_where_a_number_belongs_is_an_error_and_an_empty_cell_is_missing(households):
    households.rows[0]["value"] = ""
    frame = service(households).fetch(Query(dataset="average-household-size"), AREAS).figures.frame
    assert frame.iloc[0]["flag"] == "not available"
    households.rows[0]["value"] = "n/a"
    with pytest.raises(SourceUnavailable, match="where a number belongs"):
        service(households).fetch(Query(dataset="average-household-size"), AREAS)


@pytest.mark.shared
def test_an_unknown_data_set_dimension_or_area_is_told_before_anything_is_read(households):
    with pytest.raises(Refused, match="no data set “benefits”"):
        service(households).fetch(Query(dataset="benefits"), AREAS)
    wrong = Query(dataset="average-household-size", choices=(Choice(dimension="age", codes=("all",)),))
    with pytest.raises(Refused, match="no dimension age"):
        service(households).fetch(wrong, AREAS)
    with pytest.raises(UnknownArea, match="No ward is known within Aberdeen City"):
        service(households).fetch(Query(dataset="average-household-size", level="S13", within=(ABERDEEN,)), AREAS)
    assert not any("OFFSET" in q for q in households.queries)


@pytest.mark.shared
def test_a_pull_can_be_stopped(households):
    def stop(progress):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        service(households).fetch(Query(dataset="average-household-size"), AREAS, stop)


# --- questions --------------------------------------------------------------------------------------------------------

DIMENSIONS = (sparql.AREA, sparql.PERIOD, sparql.MEASURE, "http://statistics.gov.scot/def/dimension/applicationType")


def test_every_choice_stands_in_the_question():
    query = Query(
        dataset="homelessness-applications",
        periods=("government-year/2015-2016",),
        choices=(
            Choice(dimension="measureType", codes=("count",)),
            Choice(dimension="applicationType", codes=("all-applications",)),
        ),
    )
    asked = sparql.pattern(query, DIMENSIONS, frozenset({ABERDEEN}))
    assert "VALUES ?refPeriod { <http://reference.data.gov.uk/id/government-year/2015-2016> }" in asked
    assert "VALUES ?measureType { <http://statistics.gov.scot/def/measure-properties/count> }" in asked
    assert "<http://statistics.gov.scot/def/concept/application-type/all-applications>" in asked
    assert f"VALUES ?refArea {{ <http://statistics.gov.scot/id/statistical-geography/{ABERDEEN}> }}" in asked


@pytest.mark.parametrize("period", ["latest", "2018", "", "Year/2018"])
def test_a_period_in_other_words_is_told(period):
    with pytest.raises(Refused, match="is not a period"):
        sparql.pattern(Query(dataset="d", periods=(period,)), DIMENSIONS, None)


def test_zones_of_one_census_are_asked_for_by_the_run_of_their_codes():
    asked = sparql.pattern(Query(dataset="d", level="S01-2011"), DIMENSIONS, None)
    assert '/S01006506"' in asked
    assert '/S01013481"' in asked


@pytest.mark.parametrize(
    "query",
    [
        Query(dataset="x> . } DROP ALL #"),
        Query(dataset="d", periods=('year/2001> } ; <http://e/"',)),
        Query(dataset="d", areas=("S12> } UNION {",)),
        Query(dataset="d", choices=(Choice(dimension="measureType", codes=("count> } #",)),)),
    ],
)
def test_nothing_can_be_added_to_a_question(query):
    with pytest.raises(Refused, match="cannot be part of an address"):
        sparql.pattern(query, DIMENSIONS, frozenset(query.areas) or None)


@given(st.text())
def test_a_literal_ends_where_it_ends(text):
    written = sparql.literal(text)
    inner = written[1:-1]
    assert re.fullmatch(r'(?:[^"\\\n\r]|\\[\\"nrtbf])*', inner, re.DOTALL)
    undo = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
    assert re.sub(r"\\(.)", lambda m: undo.get(m[1], m[1]), inner) == text


def test_a_level_cannot_leave_its_literal():
    asked = sparql.pattern(Query(dataset="d", level='S12")) } #'), DIMENSIONS, None)
    assert r"S12\")) } #" in asked


# --- periods, units, vintages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "first", "last"),
    [
        ("year/2001", "2001-01-01", "2001-12-31"),
        ("gregorian-year/2020", "2020-01-01", "2020-12-31"),
        ("government-year/2015-2016", "2015-04-01", "2016-03-31"),
        ("government-quarter/2015-2016/Q4", "2016-01-01", "2016-03-31"),
        ("quarter/2016-Q1", "2016-01-01", "2016-03-31"),
        ("half/2016-H2", "2016-07-01", "2016-12-31"),
        ("month/2016-02", "2016-02-01", "2016-02-29"),
        ("day/2016-02-29", "2016-02-29", "2016-02-29"),
        ("gregorian-interval/2013-01-01T00:00:00/P3Y", "2013-01-01", "2015-12-31"),
        ("gregorian-interval/2013-08-01T00:00:00/P12M", "2013-08-01", "2014-07-31"),
        ("gregorian-interval/2013-08-05T00:00:00/P7D", "2013-08-05", "2013-08-11"),
    ],
)
def test_periods_are_turned_into_days(end, first, last):
    days = period(f"http://reference.data.gov.uk/id/{end}", REPLY)
    assert days == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "uri",
    [
        "2001",
        f"{YEAR}01",
        "http://reference.data.gov.uk/id/government-year/2015-2017",
        "http://reference.data.gov.uk/id/month/2015-13",
        "http://reference.data.gov.uk/id/week/2015-W01",
        "http://reference.data.gov.uk/id/gregorian-interval/2013-01-15T00:00:00/P1Y",
        "http://reference.data.gov.uk/id/gregorian-interval/2013-01-01T00:00:00/P0Y",
    ],
)
def test_a_period_of_another_kind_is_not_guessed(uri):
    with pytest.raises(SourceUnavailable, match="does not know"):
        period(uri, REPLY)


def test_a_percentage_is_percent_and_other_units_keep_their_words():
    assert unit("http://statistics.gov.scot/def/concept/measure-units/percent-of-children", "ratio") == "percent"
    assert (
        unit("http://statistics.gov.scot/def/concept/measure-units/people-per-household", "ratio")
        == "people per household"
    )


@pytest.mark.shared
def test_runs_of_codes_tell_the_census_of_every_zone(shared):
    folder = shared / "data" / "scotland"
    years = {
        "simd2012_data_00410767_plusintervals.csv": "2001",
        "OA_DZ_IZ_2011.csv": "2011",
        "OA22_DZ22_IZ22.csv": "2022",
        "imd2020_scotland_dz11.csv": "2011",
        "SG_DataZone_Cent_2022.csv": "2022",
    }
    for name, year in years.items():
        codes = set(re.findall(rb"\bS0[012]\d{6}\b", (folder / name).read_bytes()))
        assert len(codes) > 6000
        assert {tidy.scottish_vintage(c.decode()) for c in codes} == {year}


def test_every_code_of_a_run_is_one_zone_so_runs_do_not_overlap():
    bounds = sorted((int(a[1:]), int(b[1:])) for a, b, _ in tidy.SCOTTISH_RUNS)
    assert all(one[1] < two[0] for one, two in pairwise(bounds))
    counts = {(a[:3], year): int(b[3:]) - int(a[3:]) + 1 for a, b, year in tidy.SCOTTISH_RUNS}
    assert (counts["S01", "2001"], counts["S01", "2011"]) == (6505, 6976)
    assert (counts["S01", "2022"], counts["S02", "2011"], counts["S02", "2022"]) == (7392, 1279, 1334)


def test_a_zone_outside_every_run_has_no_vintage_and_a_note_says_so():
    row = {
        "refArea": f"{sparql.GEOGRAPHY}S02000001",
        "refPeriod": f"{YEAR}2005",
        "measureType": f"{sparql.MEASURES}count",
        "value": "3",
    }
    fetched = read([row], [REPLY], AREAS, "d", tidy.cite(REPLY, "p", "t", "l"))
    assert fetched.figures.frame.iloc[0]["vintage"] == ""
    assert any("do not tell the year" in note for note in fetched.notes)


def test_areas_without_a_level_are_left_out_and_counted():
    rows = [
        {
            "refArea": f"{sparql.GEOGRAPHY}{code}",
            "refPeriod": f"{YEAR}2005",
            "measureType": f"{sparql.MEASURES}count",
            "value": "3",
        }
        for code in ("S99000001", ABERDEEN)
    ]
    fetched = read(rows, [REPLY], AREAS, "d", tidy.cite(REPLY, "p", "t", "l"))
    assert list(fetched.figures.frame["area_code"]) == [ABERDEEN]
    assert "S99000001" in fetched.unresolved
    assert any(note.startswith("1 figure left out") for note in fetched.notes)
