"""Fingertips: tables as public programs read them. No reply of the live service is held; the figures are invented."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from answering import client_that
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services.contract import Reply
from workbench.sources.services.fingertips import ENGLAND, Fingertips, Indicator, days, flag_of, limits

DISTRICTS = "Districts & UAs (from Apr 2023)"
HEADER = [
    *(
        "Indicator ID",
        "Indicator Name",
        "Parent Code",
        "Parent Name",
        "Area Code",
        "Area Name",
        "Area Type",
        "Sex",
        "Age",
    ),
    *("Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit"),
    *("Lower CI 99.8 limit", "Upper CI 99.8 limit", "Count", "Denominator", "Value note", "Recent Trend"),
    *("Compared to England value or percentiles", "Time period Sortable", "New data", "Compared to goal"),
]
AREAS = AreaRegister.of(
    [
        Area("E92000001", "England", "nation", "2023"),
        Area("E08000001", "Bolton", "district", "2023", "E92000001"),
        Area("E08000003", "Manchester", "district", "2023", "E92000001"),
    ]
)
REPLY = Reply("https://fingertips.phe.org.uk/api/x", 200, {}, b"", datetime(2026, 1, 1, tzinfo=UTC), "")


def row(area="E08000001", name="Bolton", kind=DISTRICTS, **more):
    said = {
        "Indicator ID": "93014",
        "Indicator Name": "Physically active adults",
        "Parent Code": "E92000001",
        "Area Code": area,
        "Area Name": name,
        "Area Type": kind,
        "Sex": "Persons",
        "Age": "19+ yrs",
        "Time period": "2022/23",
        "Value": "61.5",
        "Lower CI 95.0 limit": "57.1",
        "Upper CI 95.0 limit": "65.7",
        "Lower CI 99.8 limit": "54",
        "Upper CI 99.8 limit": "68",
        "Count": "300",
        "Denominator": "488",
        "Time period Sortable": "20220000",
    }
    return said | {k.replace("_", " "): v for k, v in more.items()}


def table(rows, header=HEADER):
    out = io.StringIO()
    writer = csv.DictWriter(out, header, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ABOUT = [
    dict(zip(("Indicator ID", "Indicator", "Unit", "Value type", "Year type"), said, strict=True))
    for said in (
        ("93014", "Physically active adults", "%", "Proportion", "Financial"),
        ("90366", "Life expectancy at birth", "Years", "Life expectancy", "Calendar"),
    )
]
TYPES = [{"Id": 15, "Name": "England"}, {"Id": 501, "Name": DISTRICTS}, {"Id": 7, "Name": "GPs"}]


class Live:
    """The service as its API is documented."""

    def __init__(self, rows, header=HEADER):
        self.rows, self.header, self.params = rows, header, []

    def __call__(self, request):
        path = request.url.path.removeprefix("/api/")
        self.params.append((path, dict(request.url.params)))
        if path == "area_types":
            return TYPES
        if path == "available_data":
            return [{"IndicatorId": 93014, "AreaTypeId": 15}, {"IndicatorId": 93014, "AreaTypeId": 501}]
        if path.startswith("indicator_metadata/csv/"):
            wanted = request.url.params.get("indicator_ids", "93014,90366").split(",")
            return table([a for a in ABOUT if a["Indicator ID"] in wanted], list(ABOUT[0]))
        assert path == "all_data/csv/by_indicator_id"
        return table(self.rows, self.header)


def fetch(rows, header=HEADER, **query):
    service = Fingertips(client_that(Live(rows, header))[0])
    return service.fetch(Query(service="fingertips", dataset="93014", **{"level": "501", **query}), AREAS)


def test_a_figure_keeps_its_published_interval_count_and_denominator():
    fetched = fetch([row()])
    one = fetched.figures.frame.iloc[0]
    assert (one["area_code"], one["level"], one["vintage"], one["unit"]) == ("E08000001", "district", "2023", "percent")
    assert (one["value"], one["lower"], one["upper"], one["confidence"]) == (61.5, 57.1, 65.7, 0.95)
    assert (one["numerator"], one["denominator"], one["method"]) == (300, 488, "published interval")
    assert (one["period_start"].date(), one["period_end"].date()) == (date(2022, 4, 1), date(2023, 3, 31))
    assert (one["sex"], one["age"]) == ("", "19+ yrs")
    assert fetched.titles == {"fingertips_93014": "Physically active adults"}
    assert fetched.figures.citation().locator == f"Fingertips, indicator 93014, {DISTRICTS}"
    assert fetched.notes == ()


def test_it_is_asked_for_what_the_query_says():
    live = Live([row()])
    Fingertips(client_that(live)[0]).fetch(Query(dataset="93014", level="501"), AREAS)
    assert live.params[-1] == (
        "all_data/csv/by_indicator_id",
        {
            "indicator_ids": "93014",
            "child_area_type_id": "501",
            "parent_area_type_id": ENGLAND,
            "include_sortable_time_periods": "yes",
        },
    )


def test_other_kinds_of_area_are_left_out_and_counted():
    england = row("E92000001", "England", "England")
    fetched = fetch(
        [england, {**england, "Parent Code": ""}, row(), row("E12000002", "North West", "Regions (statistical)")]
    )
    assert list(fetched.figures.frame["area_code"]) == ["E08000001"]
    assert fetched.notes == ("2 rows of other kinds of area left out: England (1), Regions (statistical) (1).",)


def test_an_area_named_one_by_one_is_kept_whatever_its_kind():
    fetched = fetch(
        [row("E92000001", "England", "England"), row(), row("E08000003", "Manchester")],
        areas=("E92000001", "E08000003"),
    )
    assert list(fetched.figures.frame["area_code"]) == ["E92000001", "E08000003"]


def test_a_row_repeated_under_another_parent_counts_once_and_a_contradiction_is_an_error():
    assert len(fetch([row(), {**row(), "Parent Code": "E12000002"}]).figures) == 1
    with pytest.raises(SourceUnavailable, match="same key"):
        fetch([row(), row(Value="60")])


def test_breakdowns_and_periods_are_chosen_here():
    rows = [
        row(Sex=sex, Category_Type=kind, Category=cat, Time_period=period, Time_period_Sortable=f"{period[:4]}0000")
        for sex in ("Persons", "Male")
        for kind, cat in (("", ""), ("Deprivation deciles", "Most deprived"))
        for period in ("2021/22", "2022/23")
    ]
    assert len(fetch(rows).figures) == 8
    chosen = (Choice(dimension="Sex", codes=("Male",)), Choice(dimension="Category", codes=("",)))
    latest = fetch(rows, choices=chosen, periods=("latest",)).figures.frame
    assert list(zip(latest["sex"], latest["category"], latest["period_end"].dt.year, strict=True)) == [
        ("Male", "", 2023)
    ]
    assert len(fetch(rows, choices=chosen, periods=("2021/22",)).figures) == 1
    with pytest.raises(Refused, match="no dimension Ethnicity"):
        fetch(rows, choices=(Choice(dimension="Ethnicity"),))


@pytest.mark.parametrize(
    ("note", "flag"),
    [
        ("Value suppressed for disclosure control due to small count", "suppressed"),
        ("Value missing due to small sample size", "unreliable"),
        ("Value missing in source data", "not available"),
        ("Value estimated", "estimated"),
        ("Value for Bucks used", "noted"),
        ("Value rounded to nearest 5", "rounded-5"),
        ("Value rounded to nearest 100", "rounded-100"),
        ("", ""),
    ],
)
def test_notes_become_flags(note, flag):
    assert flag_of(note) == flag


def test_a_suppressed_figure_is_missing_and_its_note_is_told():
    note = "Value suppressed for disclosure control due to small count"
    gone = {"Value": "", "Lower CI 95.0 limit": "", "Upper CI 95.0 limit": "", "Count": "", "Value note": note}
    fetched = fetch([{**row(), **gone}])
    one = fetched.figures.frame.iloc[0]
    assert one[["value", "lower", "numerator"]].isna().all()
    assert (one["flag"], one["method"]) == ("suppressed", "")
    assert fetched.notes == (f"1 figure: the publisher notes “{note}”.",)


def test_minus_one_with_a_note_and_no_interval_is_no_value():
    mark = {"Value": "-1", "Lower CI 95.0 limit": "", "Upper CI 95.0 limit": "", "Value note": "Value not published"}
    one = fetch([{**row(), **mark}]).figures.frame.iloc[0]
    assert one[["value"]].isna().all()
    assert one["flag"] == "not available"


def test_limits_that_do_not_hold_the_value_are_left_out_and_told():
    fetched = fetch([row(Value="70")])
    assert fetched.figures.frame[["lower", "upper"]].isna().all(axis=None)
    assert "1 interval left out: the published limits do not hold the value." in fetched.notes


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Lower CI 95.0 limit", "Upper CI 95.0 limit"], True),
        (["Lower CI limit 95", "Upper CI limit 95"], True),
        (["Lower 95% CI", "Upper 95% CI", "Lower 99.8% CI"], True),
        (["Lower CI", "Upper CI"], False),
        (["Lower CI 99.8 limit", "Upper CI 99.8 limit"], False),
        (["Lower CI 95.0 limit"], False),
        (["Lower CI 95.0 limit", "Lower CI 95 old", "Upper CI 95.0 limit"], False),
    ],
)
def test_limits_are_found_by_name(names, found):
    assert limits(["Value", *names]) == ((names[0], names[1]) if found else None)


def test_without_known_limits_there_is_no_interval_and_a_note_says_so():
    header = [h for h in HEADER if "95.0" not in h]
    fetched = fetch([row()], header)
    assert fetched.figures.frame[["lower", "confidence"]].isna().all(axis=None)
    assert any("No 95% interval" in note for note in fetched.notes)


@pytest.mark.parametrize("lost", ["Area Code", "Value", "Time period", "Sex"])
def test_a_changed_column_is_an_error(lost):
    with pytest.raises(SourceUnavailable, match=lost):
        fetch([row()], [h if h != lost else "Renamed" for h in HEADER])


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"An error has occurred", HEADER[0].encode()])
def test_status_200_with_something_else_is_an_error(body):
    live = Live([row()])
    client, _ = client_that(lambda r: body if "all_data" in r.url.path else live(r))
    with pytest.raises(SourceUnavailable):
        Fingertips(client).fetch(Query(dataset="93014", level="501"), AREAS)


def test_areas_that_are_not_held_are_kept_with_the_year_of_the_kind_or_left_out():
    fetched = fetch([row("E07000223", "Adur"), row("A81005", "A surgery")])
    assert [*fetched.figures.frame[["area_name", "vintage"]].itertuples(index=False, name=None)] == [("Adur", "2023")]
    assert fetched.unresolved == ("E07000223", "A81005")
    assert any(note.startswith("1 figure left out") for note in fetched.notes)


def test_only_areas_within_are_kept():
    rows = [row(), row("E07000223", "Adur")]
    assert list(fetch(rows, within=("E92000001",)).figures.frame["area_code"]) == ["E08000001"]


def test_an_indicator_without_figures_is_told():
    service = Fingertips(client_that(Live([row()]))[0])
    fetched = service.fetch(Query(dataset="93014, 90366", level="501"), AREAS)
    assert "No figure of indicator 90366 answers this question." in fetched.notes


def test_search_describe_and_probe():
    service = Fingertips(client_that(Live([]))[0])
    assert [(f.id, f.title) for f in service.search("EXPECTANCY life")] == [("90366", "Life expectancy at birth")]
    said = service.describe("93014")
    assert [(k.id, k.level, k.vintage) for k in said.kinds] == [("15", "nation", ""), ("501", "district", "2023")]
    assert said.notes == ("Years are of the type: Financial.",)
    assert said.dimension("Sex").default == "Persons"
    assert service.probe() == "Fingertips lists 3 kinds of area."


def test_what_cannot_be_asked_is_told():
    service = Fingertips(client_that(Live([]))[0])
    with pytest.raises(Refused, match="not the number"):
        service.describe("Physically active adults")
    with pytest.raises(Refused, match="at most 100"):
        service.fetch(Query(dataset=",".join(map(str, range(101))), level="501"), AREAS)
    with pytest.raises(Refused, match="no indicator 1"):
        service.describe("1")
    with pytest.raises(Refused, match="no kind of area 999"):
        service.fetch(Query(dataset="93014", level="999"), AREAS)


# --- periods ----------------------------------------------------------------------------------------------------------


def of(year_type, starts):
    return Indicator("1", "t", "", starts, year_type)


CALENDAR, FINANCIAL, ACADEMIC, JULY = of("Calendar", 1), of("Financial", 4), of("Academic", 9), of("July-June", 7)


@pytest.mark.parametrize(
    ("label", "indicator", "first", "last"),
    [
        ("1998 - 00", CALENDAR, "1998-01-01", "2000-12-31"),
        ("2020", CALENDAR, "2020-01-01", "2020-12-31"),
        ("2001 - 03", CALENDAR, "2001-01-01", "2003-12-31"),
        ("1999 - 2001", CALENDAR, "1999-01-01", "2001-12-31"),
        ("2019/20", FINANCIAL, "2019-04-01", "2020-03-31"),
        ("1999/00", FINANCIAL, "1999-04-01", "2000-03-31"),
        ("2016/17 - 20/21", FINANCIAL, "2016-04-01", "2021-03-31"),
        ("2019/20 Q4", FINANCIAL, "2020-01-01", "2020-03-31"),
        ("2019/20", ACADEMIC, "2019-09-01", "2020-08-31"),
        ("2019/20", JULY, "2019-07-01", "2020-06-30"),
        ("2019 Q2", CALENDAR, "2019-04-01", "2019-06-30"),
        ("Jan 2020", CALENDAR, "2020-01-01", "2020-01-31"),
    ],
)
def test_periods_follow_the_year_type(label, indicator, first, last):
    assert days(label, indicator, REPLY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("label", "indicator"),
    [
        ("2019/20", CALENDAR),
        ("2019", FINANCIAL),
        ("2019/21", FINANCIAL),
        ("2003 - 01", CALENDAR),
        ("2016/17 - 20", FINANCIAL),
        ("2019/20", of("Financial single year cumulative quarter", None)),
        ("Spring 2020", CALENDAR),
        ("2016-17", CALENDAR),
    ],
)
def test_a_period_that_does_not_fit_is_not_guessed(label, indicator):
    with pytest.raises(SourceUnavailable):
        days(label, indicator, REPLY)


@given(st.integers(1990, 2040), st.sampled_from([CALENDAR, FINANCIAL, ACADEMIC, JULY]), st.integers(1, 9))
def test_pooled_years_are_whole_years_and_follow_on(year, indicator, count):
    def label(y):
        return f"{y}/{(y + 1) % 100:02}" if indicator.starts > 1 else str(y)

    last = year + count
    pooled = days(f"{label(year)} - {label(last)[2:]}", indicator, REPLY)
    assert pooled == (days(label(year), indicator, REPLY)[0], days(label(last), indicator, REPLY)[1])


@given(st.lists(st.sampled_from(HEADER), unique=True, max_size=6), st.binary(max_size=60))
def test_other_bytes_are_never_figures(columns, rest):
    live = Live([row()])
    body = ",".join(columns).encode() + b"\n" + rest
    client, _ = client_that(lambda r: body if "all_data" in r.url.path else live(r))
    with pytest.raises(SourceUnavailable):
        Fingertips(client).fetch(Query(dataset="93014", level="501"), AREAS)


def test_the_metadata_as_an_error_in_json_is_an_error():
    client, _ = client_that(lambda r: json.dumps({"Message": "An error has occurred."}))
    with pytest.raises(SourceUnavailable, match="lacks the column"):
        Fingertips(client).describe("93014")
