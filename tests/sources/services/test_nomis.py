"""Nomis: whole tables or an error, every dimension named, missing never zero, four rows of the survey one figure."""

import csv
import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from answering import client_that
from hypothesis import assume, given
from hypothesis import strategies as st
from misbehaving import Say
from nomis_replay import Replay, row, written

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.nomis import NomisFacts
from workbench.domain.queries import Choice, Query
from workbench.errors import Cancelled, FigureMissing, Refused, SourceUnavailable, UnknownArea
from workbench.reference.load import load_datasets
from workbench.reference.services_nomis import load_nomis
from workbench.sources.services.cache import ReplyCache
from workbench.sources.services.client import HttpClient
from workbench.sources.services.contract import Reply
from workbench.sources.services.keys import Secret
from workbench.sources.services.nomis import Nomis
from workbench.sources.services.nomis_pages import Changed, pull

NOBODY = AreaRegister()
BOLTON = ("1778384897", "Bolton", "E08000001", "424")
BURY = ("1778384898", "Bury", "E08000002", "424")
DISTRICTS = {"TYPE424": "local authorities: district / unitary (as of April 2023)", "TYPE480": "regions"}
VALUE = {"MEASURES": ("20100", "Value")}


def choices(**codes):
    return tuple(Choice(dimension=d, codes=tuple(c.split(","))) for d, c in codes.items())


def service(server, replay, **more):
    server.answers(replay)
    return Nomis(HttpClient("Nomis", sleep=lambda _: None), server.url, load_nomis(), **more)


# --- the recorded reply -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(shared):
    """80 real rows of 11,178 of population by age: regions, combined authorities and districts, 2021."""
    return (shared / "recorded" / "nomis" / "NM_2002_1.data.csv").read_text("utf-8")


@pytest.fixture
def population(recorded):
    kinds = {
        "TYPE480": "regions",
        "TYPE432": "local authorities: district / unitary (as of April 2021)",
        "TYPE442": "combined authorities",
    }
    return Replay.of_csv("NM_2002_1", "Population estimates", recorded, kinds=kinds)


def everything(replay, **more):
    """A query for all that the recorded excerpt holds."""
    held = {d: ",".join(sorted({r[d] for r in replay.rows})) for d in replay.dimensions}
    areas = tuple(dict.fromkeys(r["GEOGRAPHY_CODE"] for r in replay.rows))
    return Query(
        service="nomis",
        dataset=replay.id,
        areas=areas,
        periods=tuple(sorted({r["DATE"] for r in replay.rows})),
        choices=choices(**{d.lower(): c for d, c in held.items()}),
    ).with_(**more)


@pytest.mark.shared
def test_the_recorded_reply_is_an_excerpt_and_so_is_refused(server, population, recorded):
    population.spoil = lambda *_: Say.csv(recorded)
    with pytest.raises(SourceUnavailable, match="not numbered one after the other from 0"):
        service(server, population).fetch(everything(population), NOBODY)


@pytest.mark.shared
def test_its_first_rows_alone_are_refused_as_cut_off(server, population, recorded):
    """Rows 0 to 39 are in order; what comes after them is asked for, and does not come."""
    head = "".join(recorded.splitlines(keepends=True)[:41])
    empty = recorded.splitlines(keepends=True)[0]
    population.spoil = lambda asked, _: Say.csv(head if asked.query["RecordOffset"] == "0" else empty)
    with pytest.raises(SourceUnavailable, match="breaks off after 40 of 11,178 rows"):
        service(server, population).fetch(everything(population), NOBODY)


@pytest.mark.shared
@pytest.mark.parametrize("cap", [80, 79, 7, 1])
def test_replayed_page_by_page_it_gives_the_published_figures(server, population, cap):
    population.cap = cap
    found = service(server, population).fetch(everything(population), NOBODY)
    frame = found.figures.frame
    assert len(frame) == 80
    assert len(found.replies) == math.ceil(80 / cap)
    expected = [
        (r["GEOGRAPHY_CODE"], "" if r["C_AGE"] == "200" else r["C_AGE_NAME"], float(r["OBS_VALUE"]))
        for r in population.rows
    ]
    assert list(frame[["area_code", "c_age", "value"]].itertuples(index=False, name=None)) == expected
    north_east = frame.iloc[0]
    assert (north_east.area_name, north_east.level, north_east.value) == ("North East", "region", 2646772)
    assert (north_east.measure, north_east.unit, north_east.flag) == ("population", "people", "")
    assert north_east.period_start == north_east.period_end == pd.Timestamp("2021-06-30")
    assert frame.value.sum() == 33_496_493  # added up from the file with awk and bc
    oxford = frame[(frame.area_code == "E07000178") & (frame.c_age == "Age 19")].iloc[0]
    assert (oxford.value, oxford.level, oxford.vintage) == (6271, "district", "2021")
    assert "gender" not in frame.columns


@pytest.mark.shared
def test_ages_make_the_working_age_measure(server, population):
    """Code 203 is not in the excerpt: a row of it stands for both measures' rule."""
    rows = [{**r, "C_AGE": "203", "C_AGE_NAME": "Aged 16 to 64"} for r in population.rows if r["C_AGE"] == "200"]
    population.rows = population.rows[:1] + rows
    frame = service(server, population).fetch(everything(population), NOBODY).figures.frame
    assert list(frame.measure) == ["population", *["population_16_64"] * 5]
    assert "c_age" not in frame.columns


@pytest.mark.shared
def test_the_recorded_definition_is_read(shared):
    text = (shared / "recorded" / "nomis" / "NM_2021_1.def.sdmx.json").read_text("utf-8")
    lists = {
        "c2021_restype_3": [(0, "Total: All usual residents"), (1, "Lives in a household")],
        "measures": [(20100, "Value"), (20301, "Percent")],
        "time": [("2021", "2021")],
        "TYPE": [("TYPE151", "2021 super output areas - lower layer"), ("TYPE999", "something new")],
    }

    def answer(request):
        part = request.url.path.rsplit("/", 1)[1].removesuffix(".def.sdmx.json")
        if part == "def.sdmx.json":
            return text
        listed = [{"value": v, "description": {"value": n}} for v, n in lists[part]]
        return {"structure": {"codelists": {"codelist": [{"code": listed}]}}}

    client, _ = client_that(answer)
    said = Nomis(client, "https://nomis.example", load_nomis()).describe("NM_2021_1")
    assert said.title == "TS001 - Number of usual residents in households and communal establishments"
    assert said.updated == date(2022, 11, 2)
    assert [d.id for d in said.dimensions] == ["date", "geography", "c2021_restype_3", "measures"]
    assert [(d.role, d.default) for d in said.dimensions] == [
        ("time", ""), ("area", ""), ("breakdown", "0"), ("measure", "20100"),
    ]  # fmt: skip
    assert [(k.id, k.level, k.vintage) for k in said.kinds] == [("TYPE151", "LSOA", "2021"), ("TYPE999", "", "")]
    assert any("random changes" in note for note in said.notes)
    assert any("All usual residents" in note for note in said.notes)


# --- paging -----------------------------------------------------------------------------------------------------------

DIMENSIONS = ("gender", "measures")
TABLE = [
    row("2026-07", (str(n), f"Area {n}", f"E0800{n:04}", "424"), {"GENDER": ("0", "Total"), **VALUE}, str(n * 5))
    for n in range(30)
]


def page(rows, start, count):
    numbered = [{**r, "RECORD_OFFSET": str(start + i), "RECORD_COUNT": str(count)} for i, r in enumerate(rows)]
    replay = Replay("NM_1_1", "", TABLE, ("GENDER", "MEASURES"))
    content = written(replay.header(), numbered).encode()
    return Reply("https://nomis.example/x", 200, {}, content, datetime(2026, 11, 25, tzinfo=UTC), "")


@given(st.integers(1, 30), st.lists(st.integers(1, 9), min_size=30, max_size=30))
def test_any_split_into_pages_gives_the_same_table(size, steps):
    rows = TABLE[:size]

    def ask(offset):
        return page(rows[offset : offset + steps[offset]], offset, size)

    told = []
    table, replies = pull(ask, DIMENSIONS, lambda done, of: told.append((done, of)))
    assert list(table.GEOGRAPHY_CODE) == [r["GEOGRAPHY_CODE"] for r in rows]
    assert list(table.OBS_VALUE) == [r["OBS_VALUE"] for r in rows]
    assert told[-1] == (size, size)
    assert len(told) == len(replies)


def line(content, *numbers):
    """These lines of a page: 0 is its header."""
    lines = content.decode().splitlines(keepends=True)
    return "".join(lines[n] for n in numbers if -len(lines) <= n < len(lines)).encode()


DAMAGE = {
    "nothing": lambda content: b"",
    "a web page": lambda content: b"<!DOCTYPE html><html>RECORD_COUNT</html>",
    "an error in JSON": lambda content: b'{"error":"Query is incomplete"}',
    "cut off within quotation marks": lambda content: content[:-3],
    "cut off between two cells": lambda content: content[: content.rindex(b",")],
    "cut off in the header": lambda content: content[:40],
    "its first row lost": lambda content: line(content, 0, *range(2, 40)) if content.count(b"\n") > 2 else b"",
    "its last row twice": lambda content: content + line(content, -1),
    "its last row first": lambda content: line(content, 0, -1, *range(1, content.count(b"\n") - 1)),
    "a row that says another count": lambda content: content.replace(b'"6"\n', b'"7"\n', 1),
    "more rows than it says": lambda content: content.replace(b'"6"\n', b'"1"\n'),
    "a column of another name": lambda content: content.replace(b'"OBS_VALUE"', b'"VALUE"'),
    "a column less": lambda content: content.replace(b'"OBS_CONF"', b'"OBS_ROUND"'),
    "a dimension that nobody named": lambda content: content.replace(b'"URN"', b'"AGE"'),
    "two columns of one name": lambda content: content.replace(b'"URN"', b'"DATE"'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@given(step=st.integers(2, 6), which=st.integers(0, 2))
def test_any_damage_to_a_page_is_an_error(damage, step, which):
    """The whole table or none."""
    pages = {start: page(TABLE[start : min(start + step, 6)], start, 6) for start in range(0, 6, step)}
    start = sorted(pages)[min(which, len(pages) - 1)]
    damaged = damage(pages[start].content)
    assume(damaged != pages[start].content)
    asked = {**pages, start: replace(pages[start], content=damaged)}
    with pytest.raises((SourceUnavailable, Changed)):
        pull(lambda offset: asked[offset], DIMENSIONS, lambda *_: None)


@given(st.permutations([0, 2, 4]).filter(lambda order: order != [0, 2, 4]))
def test_pages_out_of_turn_are_an_error(order):
    """A page that comes twice, or in place of another."""
    pages = {start: page(TABLE[said : said + 2], said, 6) for start, said in zip((0, 2, 4), order, strict=True)}
    with pytest.raises(SourceUnavailable, match="not numbered one after the other"):
        pull(lambda offset: pages[offset], DIMENSIONS, lambda *_: None)
    first = page(TABLE[:2], 0, 6)
    with pytest.raises(SourceUnavailable, match="from 2"):
        pull(lambda _: first, DIMENSIONS, lambda *_: None)


def test_columns_are_read_in_any_case():
    reply = page(TABLE[:3], 0, 3)
    header, rest = reply.content.split(b"\n", 1)
    small = replace(reply, content=header.lower() + b"\n" + rest)
    assert len(pull(lambda _: small, DIMENSIONS, lambda *_: None)[0]) == 3


def test_a_table_of_another_count_on_the_next_page_has_changed():
    pages = {0: page(TABLE[:5], 0, 10), 5: page(TABLE[5:10], 5, 11)}
    with pytest.raises(Changed):
        pull(pages.get, DIMENSIONS, lambda *_: None)


# --- claimant count ---------------------------------------------------------------------------------------------------


def claimants(*rows, **more):
    times = {"2026-06": {}, "2026-07": {"start period": "2026-07-01", "end period": "2026-07-31"}}
    more = {"kinds": DISTRICTS, "times": times, **more}
    labels = {
        "gender": {"0": "Total", "1": "Male"},
        "age": {"0": "All categories: Age 16+"},
        "measure": {"1": "a", "2": "b"},
    }
    return Replay("NM_162_1", "Claimant count", list(rows), ("GENDER", "AGE", "MEASURE", "MEASURES"), labels, **more)


def claimant(area, value, when="2026-07", measure="1", gender=("0", "Total"), **more):
    codes = {
        "GENDER": gender,
        "AGE": ("0", "All categories: Age 16+"),
        "MEASURE": (measure, {"1": "Claimant count", "2": "Claimants as a proportion"}.get(measure, "?")),
        **VALUE,
    }
    return row(when, area, codes, value, date_name={"2026-07": "July 2026", "2026-06": "June 2026"}[when], **more)


ASKED = Query(
    service="nomis",
    dataset="NM_162_1",
    level="TYPE424",
    periods=("2026-06", "2026-07"),
    choices=choices(gender="0", age="0", measure="1,2", measures="20100"),
)


def test_counts_are_flagged_as_rounded_and_the_newest_as_provisional(server):
    replay = claimants(
        claimant(BOLTON, "9000"), claimant(BOLTON, "8000", "2026-06"), claimant(BOLTON, "5.1", measure="2")
    )
    found = service(server, replay).fetch(ASKED, NOBODY)
    frame = found.figures.frame.set_index(["measure", "period_start"])
    newest, before = pd.Timestamp("2026-07-01"), pd.Timestamp("2026-06-01")
    assert frame.loc[("claimant_count", newest), "flag"] == "rounded-5;provisional"
    assert frame.loc[("claimant_count", before), "flag"] == "rounded-5"
    assert frame.loc[("claimant_rate", newest), "flag"] == "provisional"
    assert frame.loc[("claimant_count", newest), "value"] == 9000
    assert list(frame.unit) == ["people", "people", "percent"]
    assert set(frame.vintage) == {"2023"}
    assert set(frame.level) == {"district"}
    assert frame.loc[("claimant_count", newest), "period_end"] == pd.Timestamp("2026-07-31")
    assert found.titles["claimant_rate"] == "Claimants as a share of residents aged 16 to 64"
    assert found.figures.citation().locator == "NM_162_1"
    assert found.figures.citation().url.startswith(server.url)
    assert found.unresolved == ("E08000001",)


def test_a_breakdown_is_a_column_and_the_total_an_empty_text(server):
    replay = claimants(claimant(BOLTON, "9000"), claimant(BOLTON, "5000", gender=("1", "Male")))
    query = ASKED.with_(choices=choices(gender="0,1", age="0", measure="1", measures="20100"))
    frame = service(server, replay).fetch(query, NOBODY).figures.frame
    assert list(frame.gender) == ["", "Male"]
    assert "age" not in frame.columns


def test_a_total_can_be_asked_for_by_name(server):
    replay = claimants(claimant(BOLTON, "9000"), claimant(BOLTON, "5000", gender=("1", "Male")))
    chosen = (Choice(dimension="gender", codes=("1",), total=True), *ASKED.choices[1:])
    frame = service(server, replay).fetch(ASKED.with_(choices=chosen), NOBODY).figures.frame
    assert list(frame.gender) == ["", "Male"]


def test_every_dimension_and_the_paging_are_sent(server):
    service(server, claimants(claimant(BOLTON, "9000"))).fetch(ASKED, NOBODY)
    sent = server.asked[-1].query
    assert sent["geography"] == "TYPE424"
    assert {k: sent[k] for k in ("gender", "age", "measure", "measures", "date")} == {
        "gender": "0", "age": "0", "measure": "1,2", "measures": "20100", "date": "2026-06,2026-07",
    }  # fmt: skip
    assert (sent["RecordLimit"], sent["RecordOffset"]) == ("25000", "0")
    assert sent["select"].endswith("record_offset,record_count")
    assert "uid" not in sent


def test_missing_is_never_zero(server):
    replay = claimants(
        claimant(BOLTON, "", OBS_STATUS="Q", OBS_STATUS_NAME="These figures are missing."),
        claimant(BURY, "0"),
        claimant(BOLTON, "", "2026-06"),
    )
    found = service(server, replay).fetch(ASKED, NOBODY)
    frame = found.figures.frame
    assert frame.value.isna().tolist() == [True, False, True]
    assert frame.value[1] == 0
    assert frame.flag.tolist() == ["not available", "rounded-5;provisional", "not available"]
    assert "1 figure: These figures are missing." in found.notes


@pytest.mark.parametrize(
    ("status", "flag", "value"),
    [
        (("Q", "These figures are missing.", "F", "Free"), "not available", math.nan),
        (("X", "These figures are suppressed as statistically unreliable", "F", "Free"), "unreliable", 7),
        (("P", "Provisional value", "F", "Free"), "provisional", 7),
        (("Z", "Broken series", "F", "Free"), "broken series", 7),
        (("Z", "", "F", "Free"), "status z", 7),
        (("A", "Normal Value", "C", "Confidential statistical information"), "suppressed", math.nan),
        (("A", "Normal Value", "", ""), "suppressed", math.nan),
    ],
)
def test_only_a_and_f_make_a_plain_figure(server, status, flag, value):
    names = ("OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME")
    replay = claimants(claimant(BOLTON, "7", "2026-06", "2", **dict(zip(names, status, strict=True))))
    figure = service(server, replay).fetch(ASKED, NOBODY).figures.frame.iloc[0]
    assert figure.flag == flag
    assert figure.value == pytest.approx(value, nan_ok=True)


def test_text_where_a_number_belongs_is_refused(server):
    with pytest.raises(SourceUnavailable, match="“n/a” stands where a number belongs"):
        service(server, claimants(claimant(BOLTON, "n/a"))).fetch(ASKED, NOBODY)


def test_areas_of_another_kind_are_refused(server):
    replay = claimants(claimant(BOLTON, "5"))
    mixed = written(
        replay.header(),
        [
            {**claimant(a, "5"), "RECORD_OFFSET": str(i), "RECORD_COUNT": "2"}
            for i, a in enumerate((BOLTON, (*BURY[:3], "423")))
        ],
    )
    replay.spoil = lambda *_: Say.csv(mixed)
    with pytest.raises(SourceUnavailable, match="another kind than TYPE424: TYPE423"):
        service(server, replay).fetch(ASKED, NOBODY)


def test_an_area_that_comes_under_two_kinds_is_taken_once(server):
    replay = claimants(claimant(BOLTON, "5"), claimant((*BOLTON[:3], "423"), "5"))
    found = service(server, replay).fetch(ASKED.with_(level="", areas=("E08000001",)), NOBODY)
    assert len(found.figures) == 1
    assert any("came twice" in note for note in found.notes)
    replay.rows[1]["OBS_VALUE"] = "6"
    with pytest.raises(SourceUnavailable, match="twice for 2026-07, with different values"):
        service(server, replay).fetch(ASKED.with_(level="", areas=("E08000001",)), NOBODY)


def test_areas_that_gave_nothing_are_named(server):
    areas = AreaRegister.of([Area("E08000002", "Bury", "district", "2023")])
    query = ASKED.with_(level="", areas=("E08000001", "E08000002"))
    found = service(server, claimants(claimant(BOLTON, "5"))).fetch(query, areas)
    assert "Take care. No figure came for Bury (E08000002)." in found.notes


def test_no_row_at_all_is_no_figure(server):
    with pytest.raises(FigureMissing, match="no figure for this question"):
        service(server, claimants(claimant(BOLTON, "5"))).fetch(ASKED.with_(periods=("2026-06",)), NOBODY)


def test_nothing_in_the_body_is_an_error(server):
    replay = claimants(claimant(BOLTON, "5"), spoil=lambda *_: Say.csv(""))
    with pytest.raises(SourceUnavailable, match="nothing at all"):
        service(server, replay).fetch(ASKED, NOBODY)


def test_areas_without_a_gss_code_are_left_out_and_said(server):
    town = ("1119881364", "Some built-up area", "", "424")
    other = ("1119881365", "Another", "", "424")
    replay = claimants(claimant(BOLTON, "5"), claimant(town, "6"), claimant(other, "7"))
    found = service(server, replay).fetch(ASKED, NOBODY)
    assert list(found.figures.frame.area_code) == ["E08000001"]
    assert any(note.startswith("2 figures left out") for note in found.notes)


def test_a_zero_of_a_district_that_is_gone_is_no_figure(server):
    gone, scilly = ("1", "Allerdale", "E07000026", "424"), ("2", "Isles of Scilly", "E06000053", "424")
    elsewhere = ("3", "Eden", "E07000030", "424")
    areas = AreaRegister.of(
        [
            Area("E07000026", "Allerdale", "district", "2021"),
            Area("E06000053", "Isles of Scilly", "district", "2023"),
        ]
    )
    replay = claimants(claimant(gone, "0"), claimant(scilly, "0"), claimant(elsewhere, "0"))
    found = service(server, replay).fetch(ASKED, areas)
    frame = found.figures.frame.set_index("area_name")
    assert math.isnan(frame.value["Allerdale"])
    assert frame.flag["Allerdale"] == "not available"
    assert frame.value["Isles of Scilly"] == 0
    assert any("Allerdale no longer existed" in note for note in found.notes)
    assert any("Eden is 0" in note for note in found.notes)


# --- the survey -------------------------------------------------------------------------------------------------------

SURVEY = {"20599": "Variable", "21001": "Numerator", "21002": "Denominator", "21003": "Confidence"}
UK = ("2092957697", "United Kingdom", "K02000001", "499")
SHEFFIELD = ("1778384919", "Sheffield", "E08000019", "424")


def survey(times=None):
    """Figures that a public client of Nomis printed for April 2025 to March 2026."""
    said = {
        SHEFFIELD: ("71.6", "278000", "388400", "3.3"),
        UK: ("75.4", "", "", "0.3"),
    }
    rows = []
    for area, values in said.items():
        for (code, name), value in zip(SURVEY.items(), values, strict=True):
            codes = {"VARIABLE": ("45", "Employment rate - aged 16-64"), "MEASURES": (code, name)}
            missing = {} if value else {"OBS_STATUS": "Q", "OBS_STATUS_NAME": "These figures are missing."}
            rows.append(row("2026-03", area, codes, value, date_name="Apr 2025-Mar 2026", **missing))
    kinds = {**DISTRICTS, "TYPE499": "countries"}
    return Replay(
        "NM_17_5", "annual population survey", rows, ("VARIABLE", "MEASURES"), {}, kinds, times or {"2026-03": {}}
    )


RATES = Query(
    service="nomis", dataset="NM_17_5", areas=("E08000019", "K02000001"), periods=("2026-03",),
    choices=choices(variable="45", measures="20599,21001,21002,21003"),
)  # fmt: skip


@pytest.mark.parametrize(
    "noted",
    [
        {},
        {"start period": "2025-04-01", "end period": "2026-03-31"},
        {"start period": "apsStartDate", "end period": "apsEndDate"},
        {"start period": "2025-04-01", "end period": "2026-03-01"},
    ],
)
def test_four_rows_of_the_survey_are_one_figure(server, noted):
    found = service(server, survey({"2026-03": noted})).fetch(RATES, NOBODY)
    assert len(found.figures) == 2
    sheffield = found.figures.frame.iloc[0]
    assert (sheffield.measure, sheffield.value, sheffield.unit) == ("employment_rate", 71.6, "percent")
    assert (sheffield.numerator, sheffield.denominator) == (278_000, 388_400)
    assert (sheffield.lower, sheffield.upper) == (pytest.approx(68.3), pytest.approx(74.9))
    assert (sheffield.confidence, sheffield.method, sheffield.flag) == (0.95, "published half-width", "")
    assert (sheffield.period_start, sheffield.period_end) == (pd.Timestamp("2025-04-01"), pd.Timestamp("2026-03-31"))
    uk = found.figures.frame.iloc[1]
    assert (uk.value, uk.upper, uk.level) == (75.4, pytest.approx(75.7), "nation")
    assert math.isnan(uk.numerator)


def test_a_rate_alone_has_no_interval(server):
    query = RATES.with_(choices=choices(variable="45", measures="20599"))
    figure = service(server, survey()).fetch(query, NOBODY).figures.frame.iloc[0]
    assert figure.value == 71.6
    assert math.isnan(figure.lower)
    assert math.isnan(figure.confidence)
    assert figure.method == ""


def test_a_numerator_alone_is_not_taken_for_the_rate(server):
    query = RATES.with_(areas=("E08000019",), choices=choices(variable="45", measures="21001"))
    found = service(server, survey()).fetch(query, NOBODY)
    assert list(found.figures.frame.measure) == ["nm_17_5_variable_45_measures_21001"]
    assert found.titles["nm_17_5_variable_45_measures_21001"].endswith("Employment rate - aged 16-64: Numerator")


def test_a_rate_that_is_missing_keeps_no_interval(server):
    replay = survey()
    replay.rows[0] |= {"OBS_VALUE": "", "OBS_STATUS": "X", "OBS_STATUS_NAME": "suppressed as statistically unreliable"}
    figure = service(server, replay).fetch(RATES, NOBODY).figures.frame.iloc[0]
    assert math.isnan(figure.value)
    assert math.isnan(figure.upper)
    assert figure.flag == "unreliable"
    assert figure.numerator == 278_000


def test_a_period_that_is_not_a_year_is_refused(server):
    replay = survey({"2026-03": {"start period": "2026-01-01", "end period": "2026-03-31"}})
    with pytest.raises(SourceUnavailable, match="cannot be told for sure"):
        service(server, replay).fetch(RATES, NOBODY)


def test_model_based_rates_have_their_interval(server):
    rows = [
        row("2026-03", BOLTON, {"ITEM": ("2", "rate"), "MEASURES": m}, v, date_name="March 2026")
        for m, v in ((("20100", "Value"), "5.2"), (("20701", "Confidence"), "0.9"))
    ]
    replay = Replay(
        "NM_127_1",
        "model-based",
        rows,
        ("ITEM", "MEASURES"),
        kinds=DISTRICTS,
        times={"2026-03": {"start period": "apsStartDate"}},
    )
    query = everything(replay, areas=(), level="TYPE424")
    figure = service(server, replay).fetch(query, NOBODY).figures.frame.iloc[0]
    assert (figure.measure, figure.value, figure.flag) == ("unemployment_rate_modelled", 5.2, "estimated")
    assert (figure.lower, figure.upper) == (pytest.approx(4.3), pytest.approx(6.1))
    assert figure.period_start == pd.Timestamp("2025-04-01")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"choices": choices(gender="0", age="0", measure="1")},
            "leaves out the dimension measures. Its codes are: 20100 Value",
        ),
        ({"choices": (*ASKED.choices, *choices(sex="7"))}, "no dimension sex"),
        ({"choices": (*ASKED.choices, *choices(GENDER="1"))}, "gender twice"),
        ({"choices": (*choices(gender="9"), *ASKED.choices[1:])}, "no code 9"),
        (
            {"choices": (Choice(dimension="measure", total=True), *ASKED.choices[:2], ASKED.choices[3])},
            "leaves out the dimension measure",
        ),
        ({"periods": ()}, "no period"),
        ({"level": ""}, "no area"),
        ({"areas": ("E08000001",)}, "one by one and a kind"),
        ({"level": "TYPE298"}, "does not have the kind of area TYPE298. It has: TYPE424"),
        ({"dataset": "NM_9_9"}, "Cannot create query"),
        ({"dataset": "claimants"}, "no id of a data set"),
    ],
)
def test_a_query_that_does_not_fit_is_refused_before_it_is_asked(server, change, words):
    with pytest.raises(Refused) as raised:
        service(server, claimants(claimant(BOLTON, "5"))).fetch(ASKED.with_(**change), NOBODY)
    assert words in str(raised.value)
    assert not [a for a in server.asked if a.path.endswith(".csv")]


def test_every_fault_of_a_query_is_said_at_once(server):
    with pytest.raises(Refused) as raised:
        service(server, claimants(claimant(BOLTON, "5"))).fetch(Query(service="nomis", dataset="NM_162_1"), NOBODY)
    for said in ("no area", "no period", "gender", "age", "measure"):
        assert said in str(raised.value)


# --- parts of an area -------------------------------------------------------------------------------------------------


def test_parts_of_an_area_are_asked_for_by_its_number(server):
    query = ASKED.with_(within=("E12000002",))
    areas = AreaRegister.of(
        [
            Area("E12000002", "North West", "region", "2023"),
            Area("E08000001", "Bolton", "district", "2023", "E12000002"),
            Area("E08000002", "Bury", "district", "2023", "E12000002"),
        ]
    )
    found = service(server, claimants(claimant(BOLTON, "5"))).fetch(query, areas)
    assert server.asked[-1].query["geography"] == "2013265922TYPE424"
    assert "Take care. No figure came for Bury (E08000002)." in found.notes


def test_a_number_that_is_not_known_is_searched_for(server):
    kinds = {**DISTRICTS, "TYPE298": "2011 super output areas - lower layer"}
    lsoa = ("1249905234", "Bolton 001A", "E01004768", "298")
    replay = claimants(claimant(lsoa, "5"), kinds=kinds, areas={"E08000001": (1778384897, "TYPE424")})
    query = ASKED.with_(within=("E08000001",), level="TYPE298")
    figure = service(server, replay).fetch(query, NOBODY).figures.frame.iloc[0]
    assert (figure.level, figure.vintage) == ("LSOA", "2011")
    assert server.asked[-1].query["geography"] == "1778384897TYPE298"
    with pytest.raises(UnknownArea, match="does not know E08000003"):
        service(server, replay).fetch(query.with_(within=("E08000003",)), NOBODY)


def test_many_areas_are_asked_for_in_lots(server):
    areas = [(str(n), f"Area {n}", f"E08{n:06}", "424") for n in range(1, 402)]
    replay = claimants(*(claimant(a, "5") for a in areas))
    told = []
    query = ASKED.with_(level="", areas=tuple(a[2] for a in areas))
    found = service(server, replay).fetch(query, NOBODY, told.append)
    assert len(found.figures) == 401
    assert len(found.replies) == 3
    assert max(len(a.target) for a in server.asked) < 4000
    assert (told[-1].done, told[-1].of, told[-1].unit) == (401, 401, "rows")


# --- long pulls -------------------------------------------------------------------------------------------------------


def keeping(server, replay, folder, **more):
    server.answers(replay)
    client = HttpClient("Nomis", ReplyCache(folder), sleep=lambda _: None, **more)
    return Nomis(client, server.url, load_nomis().with_(rows_per_page=2))


def many(n):
    return claimants(*(claimant((str(i), f"Area {i}", f"E0800{i:04}", "424"), str(5 * i)) for i in range(n)), cap=2)


def test_a_pull_that_broke_off_goes_on_where_it_stopped(server, tmp_path):
    replay = many(7)
    replay.spoil = lambda asked, say: Say(503) if int(asked.query["RecordOffset"]) >= 4 else say
    with pytest.raises(SourceUnavailable, match="Nomis"):
        keeping(server, replay, tmp_path).fetch(ASKED, NOBODY)
    replay.spoil, before, told = None, len(server.asked), []
    found = keeping(server, replay, tmp_path).fetch(ASKED, NOBODY, told.append)
    assert len(found.figures) == 7
    assert [a.query["RecordOffset"] for a in server.asked[before:]] == ["4", "6"]
    assert [(p.done, p.of) for p in told] == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_a_pull_can_be_stopped_by_whoever_is_told(server, tmp_path):
    def stop(progress):
        if progress.done >= 4:
            raise Cancelled("It was stopped.", "Go on later.")

    with pytest.raises(Cancelled):
        keeping(server, many(7), tmp_path).fetch(ASKED, NOBODY, stop)
    assert [a.query["RecordOffset"] for a in server.asked if "RecordOffset" in a.query] == ["0", "2"]


def test_pages_of_two_releases_are_not_put_together(server, tmp_path):
    """Two pages kept this morning, a release at noon, the rest now: the kept ones are asked for again."""
    times = [datetime(2026, 11, 25, 8, tzinfo=UTC)]
    replay = many(5)
    replay.spoil = lambda asked, say: Say(503) if asked.query["RecordOffset"] == "4" else say
    with pytest.raises(SourceUnavailable):
        keeping(server, replay, tmp_path, now=lambda: times[0]).fetch(ASKED, NOBODY)
    times[0] += timedelta(hours=5)
    revised = many(5)
    for one in revised.rows:
        one["OBS_VALUE"] = str(int(one["OBS_VALUE"]) + 1000)
    found = keeping(server, revised, tmp_path, now=lambda: times[0]).fetch(ASKED, NOBODY)
    assert list(found.figures.frame.value) == [1000, 1005, 1010, 1015, 1020]


def test_a_table_that_keeps_changing_is_an_error(server, tmp_path):
    seen = []

    def grow(asked, say):
        seen.append(asked)
        return replace(say, body=say.body.replace(b'"5"\n', f'"{5 + len(seen)}"\n'.encode()))

    replay = many(5)
    replay.spoil = grow
    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        keeping(server, replay, tmp_path).fetch(ASKED, NOBODY)


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_the_account_id_is_sent_and_shows_nowhere(server, tmp_path):
    server.answers(claimants(claimant(BOLTON, "5")))
    client = HttpClient("Nomis", ReplyCache(tmp_path))
    found = Nomis(client, server.url, load_nomis(), Secret("0xabc123")).fetch(ASKED, NOBODY)
    assert {a.query["uid"] for a in server.asked} == {"0xabc123"}
    shown = [
        repr(found.replies),
        repr(found.figures.citations),
        *(p.read_text("utf-8") for p in tmp_path.rglob("*.json")),
    ]
    assert not [text for text in shown if "0xabc123" in text]


def test_without_facts_figures_still_come_under_keys_made_of_codes(server):
    replay = claimants(claimant(BOLTON, "5"), annotations={"Units": "Persons"})
    server.answers(replay)
    found = Nomis(HttpClient("Nomis"), server.url).fetch(ASKED, NOBODY)
    figure = found.figures.frame.iloc[0]
    assert (figure.measure, figure.unit, figure.flag) == ("nm_162_1_measure_1", "people", "")
    assert found.titles == {"nm_162_1_measure_1": "Claimant count: Claimant count"}
    assert figure.period_end == pd.Timestamp("2026-07-31")


def test_search_finds_by_every_word(server):
    server.answers(
        claimants(
            claimant(BOLTON, "5"),
            annotations={"Keywords": "JSA,Universal Credit", "LastUpdated": "2026-08-18 07:00:00"},
        )
    )
    nomis = Nomis(HttpClient("Nomis"), server.url)
    assert [f.id for f in nomis.search("universal claimant")] == ["NM_162_1"]
    assert server.asked[0].query["search"] == "*universal*"
    assert "2026-08-18" in nomis.search("claimant")[0].note
    assert nomis.search("housing") == ()
    assert nomis.search("  * ") == ()
    assert [f.id for f in nomis.search("nm_162_1")] == ["NM_162_1"]


@pytest.mark.parametrize("structure", [{}, {"keyfamilies": None}, {"keyfamilies": {"keyfamily": []}}])
def test_a_search_without_a_match_finds_nothing(structure):
    client, _ = client_that(lambda _: {"structure": structure})
    assert Nomis(client).search("nothing") == ()


def test_the_probe_says_what_was_answered(server):
    uk = ("2092957697", "United Kingdom", "K02000001", "499")
    said = service(server, claimants(claimant(uk, "1690000"))).probe()
    assert said == "Nomis answered: United Kingdom, July 2026: 1690000 (NM_162_1)."
    assert server.asked[-1].query["RecordLimit"] == "1"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"{}",
        b'{"structure": []}',
        b'{ "error" : "Failed to convert Generic SDMX to JSON" }',
    ],
)
def test_a_structure_that_is_none_is_an_error(body):
    client, _ = client_that(lambda _: body)
    with pytest.raises(SourceUnavailable):
        Nomis(client).describe("NM_162_1")


# --- what is known ----------------------------------------------------------------------------------------------------


def test_known_measures_have_the_keys_of_the_catalogue():
    known = {m.key for d in load_nomis().datasets for m in d.measures}
    assert {"claimant_count", "claimant_rate", "employment_rate", "inactivity_rate", "population_16_64"} <= known
    assert {d.measure for d in load_datasets()} & known >= {"claimant_count", "claimant_rate", "employment_rate"}


def test_every_known_measure_can_have_a_value():
    assert all("value" in m.parts.values() for d in load_nomis().datasets for m in d.measures)


@pytest.mark.shared
def test_kinds_of_area_have_the_names_that_nomis_gives_them(shared):
    with (shared / "recorded" / "nomis" / "sgapi_geography_types_by_dataset.csv").open(encoding="utf-8") as file:
        names = {(r["type"], r["name"]) for r in csv.DictReader(file)}
    assert {(k.id, k.label) for k in load_nomis().kinds} <= names
    by_id = {k.id: (k.level, k.vintage) for k in load_nomis().kinds}
    assert by_id["TYPE424"] == ("district", "2023")
    assert by_id["TYPE304"] == ("LSOA", "2001")
    assert by_id["TYPE151"] == ("LSOA", "2021")


def test_facts_are_a_value_that_can_be_kept():
    facts = load_nomis(today=date(2026, 11, 25))
    assert NomisFacts.model_validate(json.loads(facts.model_dump_json())) == facts
