"""Stat-Xplore: recorded tables come out exactly, nothing is left to the service, and no part passes for the whole."""

import csv
import itertools
import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import Say
from superstar import COUNT, DB, DISTRICTS, GEO, LA, LSOA, LSOAS, MEAN, MONTH, SEX, SEXES, SuperStar, nest

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import Cancelled, DataError, KeyMissing, Refused, SourceUnavailable, UnknownArea
from workbench.reference.services_statxplore import load_statxplore
from workbench.sources.services.cache import ReplyCache
from workbench.sources.services.client import HttpClient
from workbench.sources.services.keys import Secret
from workbench.sources.services.statxplore import StatXplore
from workbench.sources.services.statxplore_figures import COMBINED, Figures, Roles, period
from workbench.sources.services.statxplore_schema import Field
from workbench.sources.services.statxplore_table import Ask, Part, check_answers, parse

FACTS = load_statxplore()
AREAS = AreaRegister.of(
    [Area("E12000001", "North East", "region", "2023", "E92000001"), Area("E92000001", "England", "nation", "2023"),
     Area("E08000001", "Bolton", "district", "2023", "E47000001"),
     Area("E08000002", "Bury", "district", "2023", "E47000001"),
     Area("E47000001", "Greater Manchester", "combined authority", "2023"),
     Area("E01000001", "Bolton 001A", "LSOA", "2021", "E08000001", vintages=("2011", "2021"))]
)  # fmt: skip
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AUGUST = f"str:value:{MONTH}:C_UC_DATE:202608"
LEVEL = f"str:valueset:{LA}"


@pytest.fixture
def star(server):
    """A small Stat-Xplore on this machine."""
    made = SuperStar()
    server.answers(made)
    return made


@pytest.fixture
def service(server):
    """The service under test, asking that server."""

    def make(key="the-key", client=None, facts=FACTS, **more):
        client = client or HttpClient("DWP Stat-Xplore", sleep=lambda _: None)
        secret = Secret(key) if key else None
        return StatXplore(client, facts, secret, f"{server.url}/webapi/rest/v1", sleep=lambda _: None, **more)

    return make


def asking(*, measures=(COUNT,), periods=(AUGUST,), level=LEVEL, areas=("E08000001",), within=(), choices=()):
    """A query of the small Stat-Xplore."""
    said = (Choice(dimension="measures", codes=measures), *choices)
    return Query(
        service="statxplore", dataset=DB, level=level, areas=areas, within=within, periods=periods, choices=said
    )


# --- recorded tables --------------------------------------------------------------------------------------------------


def as_query(body):
    """The query of the workbench that means a recorded body: its fields are told apart by their names only."""
    areas, periods, choices = [], [], [Choice(dimension="measures", codes=tuple(body["measures"]))]
    for (uri,) in body["dimensions"]:
        codes = tuple("+".join(group) for group in body["recodes"][uri]["map"])
        total = body["recodes"][uri]["total"]
        if "DATE" in uri:
            periods += codes
        elif uri.endswith(("COA_CODE", "PARLC_CODE")):
            areas += codes
            choices.append(Choice(dimension=uri, total=total))
        else:
            choices.append(Choice(dimension=uri, codes=codes, total=total))
    return Query(dataset=body["database"], areas=tuple(areas), periods=tuple(periods), choices=tuple(choices))


@pytest.fixture
def recorded(shared, server, service):
    """Fetch a recorded query from a server that has just its recorded reply."""

    def fetch(letter):
        folder = shared / "recorded" / "statxplore"
        body = json.loads((folder / f"commons_example_{letter}_query.json").read_text("utf-8"))
        reply = (folder / f"commons_example_{letter}_response.json").read_bytes()
        head = json.loads((folder / f"commons_example_{letter}_response_headers.json").read_text("utf-8"))["headers"]
        sent = {k: v[0] for k, v in head.items() if k.startswith(("x-rate", "content-type"))}
        server.answers(lambda asked: Say(200, reply, sent) if asked.json == body else Say(422, b"another question"))
        # The schema was not recorded: whether a total is of all there is cannot be checked here.
        server.will(*[Say(404)] * (letter != "b"))
        return service().fetch(as_query(body), AREAS)

    return fetch


@pytest.mark.shared
def test_recording_a_comes_out_exactly(recorded):
    frame = recorded("a").figures.frame
    assert len(frame) == 240
    first = frame.iloc[0]
    assert (first["area_code"], first["value"], first["family_type"]) == (
        "E12000001",
        36_393,
        "Single, no child dependant",
    )
    assert (first["period_start"].date(), first["period_end"].date()) == (date(2018, 5, 1), date(2018, 5, 31))
    assert (first["level"], first["unit"], first["flag"]) == ("region", "households", "perturbed")
    assert frame["value"].notna().all()
    assert (frame["value"] == 0).sum() == 40
    assert frame.loc[frame["value"] == 0, "flag"].unique().tolist() == ["nil;perturbed"]


@pytest.mark.shared
def test_totals_are_dwps_own_and_not_the_sum_of_the_parts(recorded):
    frame = recorded("a").figures.frame
    total = frame["family_type"].str.startswith("Total")
    keys = ["area_code", "period_start"]
    summed = frame.loc[~total].groupby(keys)["value"].sum()
    given_total = frame.loc[total].set_index(keys)["value"].sort_index()
    off = (summed - given_total).abs()
    assert (len(off), (off > 0).sum(), off.max()) == (40, 37, 7)


@pytest.mark.shared
def test_a_total_that_could_not_be_checked_does_not_pass_for_the_whole(recorded):
    fetched = recorded("a")
    assert "" not in set(fetched.figures.frame["family_type"])
    assert any("not checked" in note for note in fetched.notes)


@pytest.mark.shared
def test_recording_b_has_two_measures_each_with_its_unit(recorded):
    fetched = recorded("b")
    frame = fetched.figures.frame
    assert len(frame) == 80
    count, mean = (frame.loc[frame["unit"] == unit] for unit in ("households", "£ a month"))
    assert (len(count), count.iloc[0]["value"]) == (40, 50_001)
    assert mean.iloc[0]["value"] == pytest.approx(457.297, abs=0.0005)
    assert any("Averages" in note for note in fetched.notes)
    assert set(fetched.titles.values()) == {
        "Households on Universal Credit: Households on Universal Credit",
        "Households on Universal Credit: Mean of Payment Amount",
    }


@pytest.mark.shared
def test_the_counts_of_b_are_the_totals_of_a(recorded):
    keys = ["area_code", "period_start"]
    a, b = recorded("a").figures.frame, recorded("b").figures.frame
    of_a = a.loc[a["family_type"].str.startswith("Total")].set_index(keys)["value"]
    of_b = b.loc[b["unit"] == "households"].set_index(keys)["value"]
    assert of_a.sort_index().equals(of_b.sort_index())


@pytest.mark.shared
def test_recording_c_has_merged_ages_and_constituencies(recorded):
    frame = recorded("c").figures.frame
    assert len(frame) == 1_905
    first = frame.iloc[0]
    assert (first["area_code"], first["area_name"], first["level"]) == (
        "E14000554",
        "Berwick-upon-Tweed",
        "constituency",
    )
    assert first["value"] == 2_566
    ages = "Under 25 + 25 to 34 + 35 to 44 + 45 to 49 + 50 to 54 + 55 to 59 + 60 to 64"
    assert first["age_of_claimant_bands_only"] == ages
    assert first["period_start"].date() == date(2018, 11, 1)
    assert frame.loc[frame["level"] == "elsewhere", "area_name"].unique().tolist() == ["Abroad", "Unknown"]


@pytest.mark.shared
def test_the_total_of_the_areas_is_an_area_of_its_own_and_no_region(recorded):
    frame = recorded("b").figures.frame
    total = frame.loc[frame["level"] == COMBINED]
    assert len(total) == 8
    assert total["area_code"].str.startswith("own-").all()
    assert set(total["area_name"]) == {"Total of 9 areas"}


@pytest.mark.shared
def test_what_a_reader_must_know_is_said(recorded):
    fetched = recorded("a")
    said = "\n".join(fetched.notes)
    assert "adjusts these figures at random" in said
    assert "40 figures of 0" in said
    assert "Revised since the release before: May 2018, June 2018, July 2018, August 2018." in said
    assert "DWP says: Data for more recent months" in said
    assert fetched.unresolved == tuple(f"E1200000{n}" for n in range(2, 10))


@pytest.mark.shared
def test_a_figure_is_traced_to_the_reply(recorded):
    fetched = recorded("b")
    assert len(fetched.replies) == 1
    assert fetched.figures.citation().locator == "str:database:UC_Households"
    assert "the-key" not in repr(fetched)


# --- any order of fields ----------------------------------------------------------------------------------------------


@st.composite
def tables(draw):
    """A reply as a mapping from cells to values, and the same written with its fields in another order."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    names = [GEO, MONTH, *[f"UC_Monthly:V_F:X{n}" for n in range(len(sizes))]]
    districts, months = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    items = [
        [(f"str:value:{LA}:E0800000{n}",) for n in range(1, districts + 1)],
        [(f"str:value:{MONTH}:C_UC_DATE:20260{n}",) for n in range(6, 6 + months)],
    ]
    for name, size in zip(names[2:], sizes, strict=True):
        items.append([(f"str:value:{name}:C:{n}",) for n in range(size)] + [()] * draw(st.integers(0, 1)))
    cells = list(itertools.product(*items))
    values = draw(st.lists(st.none() | st.floats(0, 1e6), min_size=len(cells), max_size=len(cells)))
    order = draw(st.permutations(range(len(names))))
    return names, items, dict(zip(cells, values, strict=True)), order


def written(names, items, cells, order):
    """The reply with its fields in this order."""
    labels = {"202606": "June 2026", "202607": "July 2026", "202608": "August 2026"}

    def item(uris):
        if not uris:
            return {"type": "Total", "labels": ["Total"]}
        code = uris[0].rpartition(":")[2]
        return {"type": "RecodeItem", "uris": list(uris), "labels": [labels.get(code, code)]}

    fields = [{"uri": f"str:field:{names[i]}", "label": names[i], "items": [item(u) for u in items[i]]} for i in order]
    flat = []
    for shuffled in itertools.product(*(items[i] for i in order)):
        back = dict(zip(order, shuffled, strict=True))
        flat.append(cells[tuple(back[i] for i in range(len(names)))])
    return json.dumps(
        {"database": {"uri": DB, "label": "X"}, "measures": [{"uri": COUNT, "label": "N", "function": "COUNT"}],
         "fields": fields, "cubes": {COUNT: {"values": nest(flat, [len(items[i]) for i in order])}}}
    ).encode()  # fmt: skip


def figures_of(content, names):
    whole = {f"str:field:{name}": True for name in names[2:]}
    made = Figures(FACTS, AREAS, Roles(f"str:field:{GEO}", f"str:field:{MONTH}", whole), "s")
    rows = made.rows(parse(content))
    return sorted((sorted((k, str(v)) for k, v in row.items()) for row in rows), key=str)


@given(tables())
def test_any_order_of_fields_gives_the_same_figures(drawn):
    names, items, cells, order = drawn
    straight = figures_of(written(names, items, cells, range(len(names))), names)
    assert figures_of(written(names, items, cells, order), names) == straight
    assert len(straight) == len(cells)


@given(tables())
def test_every_value_keeps_its_cell(drawn):
    names, items, cells, order = drawn
    for cell in parse(written(names, items, cells, order)).cells():
        assert cell.value == cells[tuple(cell.items[f"str:field:{name}"].uris for name in names)]


# --- a reply that is not whole ----------------------------------------------------------------------------------------

ITEMS = [{"type": "RecodeItem", "uris": [AUGUST], "labels": ["August 2026"]}, {"type": "Total", "labels": ["Total"]}]
MONTH_FIELD = {"uri": f"str:field:{MONTH}", "label": "Month", "items": ITEMS}
WHOLE = {"database": {"uri": DB, "label": "X"}, "measures": [{"uri": COUNT, "label": "N", "function": "COUNT"}],
         "fields": [MONTH_FIELD], "cubes": {COUNT: {"values": [1.0, 2.0]}}}  # fmt: skip
ASKED = Ask(DB, (COUNT,), (Part(f"str:field:{MONTH}", ((AUGUST,),), total=True),))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cubes": {COUNT: {"values": [1.0]}}}, "holds 1 where its field has 2 items"),
        ({"cubes": {COUNT: {"values": [1.0, 2.0, 3.0]}}}, "holds 3 where its field has 2 items"),
        ({"cubes": {COUNT: {"values": [[1.0], [2.0]]}}}, "stands where a figure belongs"),
        ({"cubes": {COUNT: {"values": [1.0, "2"]}}}, "“2” stands where a figure belongs"),
        ({"cubes": {COUNT: {"values": [1.0, True]}}}, "stands where a figure belongs"),
        ({"cubes": {}}, "measures and its cubes are not the same"),
        ({"fields": None}, "fields is missing"),
        ({"fields": [{**MONTH_FIELD, "items": [{"type": "RecodeItem", "labels": ["x"]}] * 2}]}, "names no value"),
        ({"database": None}, "database is missing"),
        ({"cubes": {COUNT: {"values": [1.0, 2.0], "annotations": [["r"]]}}}, "annotations of"),
    ],
)
def test_a_damaged_table_is_refused(change, said):
    with pytest.raises(SourceUnavailable, match=said):
        parse(json.dumps({**WHOLE, **change}).encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"database": {"uri": "str:database:JSA"}}, "it is of str:database:JSA"),
        ({"fields": [{**MONTH_FIELD, "uri": "str:field:x"}]}, "was not asked for"),
        ({"fields": [{**MONTH_FIELD, "items": MONTH_FIELD["items"][:1]}], "cubes": {COUNT: {"values": [1.0]}}},
         "of Month, a total is missing"),
        ({"fields": [{**MONTH_FIELD, "items": MONTH_FIELD["items"][:1] * 2}]}, "a total is missing"),
        ({"fields": [{**MONTH_FIELD, "items": [MONTH_FIELD["items"][0], *MONTH_FIELD["items"]]}],
          "cubes": {COUNT: {"values": [1.0, 1.0, 2.0]}}}, "came twice"),
    ],
)  # fmt: skip
def test_a_table_of_something_else_is_refused(change, said):
    table = parse(json.dumps({**WHOLE, **change}).encode())
    with pytest.raises(SourceUnavailable, match=said):
        check_answers(table, ASKED)


def test_a_month_that_the_service_added_is_refused():
    added = {
        "uri": "str:field:UC_Monthly:F_B:C",
        "label": "Month",
        "items": [{"type": "RecodeItem", "uris": ["str:x"]}],
    }
    table = parse(
        json.dumps({**WHOLE, "fields": [added, MONTH_FIELD], "cubes": {COUNT: {"values": [[1, 2]]}}}).encode()
    )
    with pytest.raises(SourceUnavailable, match="F_B:C was not asked for"):
        check_answers(table, ASKED)


def test_annotations_of_cells_are_told_by_their_text():
    table = parse(
        json.dumps(
            {**WHOLE, "annotationMap": {"XXI": "Provisional figure"},
             "cubes": {COUNT: {"values": [None, 0.0], "annotations": [["XXI"], None]}}}
        ).encode()
    )  # fmt: skip
    one, two = table.cells()
    assert (one.value, one.notes) == (None, ("Provisional figure",))
    assert (two.value, two.notes) == (0.0, ())


@pytest.mark.parametrize(
    ("keys", "said"),
    [("r", ["Revised"]), (["r", "p"], ["Revised", "P"]), ("r, p", ["Revised", "P"]), ("q", ["annotation q"]),
     (None, []), ([], [])],
)  # fmt: skip
def test_keys_of_annotations_may_be_one_or_several(keys, said):
    database = {"uri": DB, "annotationKeys": keys}
    reply = {**WHOLE, "annotationMap": {"r": "Revised", "p": "P"}, "database": database}
    table = parse(json.dumps(reply).encode())
    assert list(table.notes) == said


# --- nothing is left to the service -----------------------------------------------------------------------------------


def test_a_query_without_a_period_is_refused_before_anything_is_asked(service, star):
    with pytest.raises(DataError, match="No period is named"):
        service().fetch(asking(periods=()), AREAS)
    assert star.tables == []


def test_a_query_without_a_measure_is_refused(service, star):
    with pytest.raises(DataError, match="No measure is named"):
        service().fetch(asking(measures=()), AREAS)


def test_latest_is_looked_up_and_named(service, star):
    frame = service().fetch(asking(periods=("latest", "202606")), AREAS).figures.frame
    (body,) = star.tables
    stem = f"str:value:{MONTH}:C_UC_DATE"
    assert body["recodes"][f"str:field:{MONTH}"] == {"map": [[f"{stem}:202608"], [f"{stem}:202606"]], "total": False}
    assert sorted(frame["period_start"].dt.strftime("%Y-%m")) == ["2026-06", "2026-08"]


def test_a_period_there_is_not_is_refused_with_the_last_there_is(service, star):
    with pytest.raises(DataError, match="no one period “202701”") as caught:
        service().fetch(asking(periods=("202701",)), AREAS)
    assert "August 2026" in caught.value.remedy


def test_a_total_of_months_is_refused(service, star):
    with pytest.raises(DataError, match="total of months"):
        service().fetch(asking(choices=(Choice(dimension=f"str:field:{MONTH}", total=True),)), AREAS)


def test_months_among_the_choices_are_refused_and_not_dropped(service, star):
    with pytest.raises(DataError, match="Months are among the choices"):
        service().fetch(asking(choices=(Choice(dimension=f"str:field:{MONTH}", codes=(AUGUST,)),)), AREAS)


def test_a_breakdown_without_codes_takes_every_value_and_its_total_is_the_whole(service, star):
    frame = service().fetch(asking(choices=(Choice(dimension="Sex", total=True),)), AREAS).figures.frame
    assert frame["sex"].tolist() == ["Male", "Female", "Unknown or missing", ""]


def test_a_total_of_some_is_not_the_whole(service, star):
    choices = (Choice(dimension=f"str:field:{SEX}", codes=("1", "2"), total=True),)
    fetched = service().fetch(asking(choices=choices), AREAS)
    assert fetched.figures.frame["sex"].tolist() == ["Male", "Female", "Total of those asked for"]


def test_codes_joined_by_plus_are_one_item(service, star):
    fetched = service().fetch(
        asking(areas=("E08000001+E08000002",), choices=(Choice(dimension="SEX", codes=("1+2", "99")),)), AREAS
    )
    frame = fetched.figures.frame
    assert frame["sex"].tolist() == ["Male + Female", "Unknown or missing"]
    assert set(frame["level"]) == {COMBINED}
    assert set(frame["area_name"]) == {"District 1 + District 2"}
    assert len(star.tables[0]["recodes"][f"str:field:{GEO}"]["map"][0]) == 2


def test_a_code_that_is_not_there_is_refused(service, star):
    with pytest.raises(DataError, match="“7” fits no code"):
        service().fetch(asking(choices=(Choice(dimension="SEX", codes=("7",)),)), AREAS)


def test_a_code_of_another_field_is_refused(service, star):
    with pytest.raises(DataError, match="is not a value of"):
        service().fetch(asking(choices=(Choice(dimension=f"str:field:{SEX}", codes=(AUGUST,)),)), AREAS)


# --- areas ------------------------------------------------------------------------------------------------------------


def test_the_valueset_gives_the_vintage_of_small_areas(service, star):
    query = asking(level=f"str:valueset:{LSOA}", areas=(), within=("E08000001",))
    frame = service().fetch(query, AREAS).figures.frame
    assert frame[["area_code", "level", "vintage"]].to_numpy().tolist() == [["E01000001", "LSOA", "2021"]]


def test_a_level_of_the_workbench_is_enough_where_it_fits_one_kind(service, star):
    assert len(service().fetch(asking(level="district"), AREAS).figures) == 1
    with pytest.raises(DataError, match="“ward” fits no valueset"):
        service().fetch(asking(level="ward"), AREAS)


def test_every_area_of_a_kind_over_several_pages(service, star):
    fetched = service().fetch(asking(level=f"str:valueset:{LSOA}", areas=()), AREAS)
    assert sorted(fetched.figures.frame["area_code"]) == sorted(LSOAS)
    assert len(fetched.unresolved) == 249


def test_parts_of_an_area_that_is_not_held_are_refused(service, star):
    with pytest.raises(UnknownArea, match="No LSOA of 2021 within E08000009"):
        service().fetch(asking(level=f"str:valueset:{LSOA}", areas=(), within=("E08000009",)), AREAS)


def test_districts_of_other_years_are_left_out_and_told(service, star):
    old = AreaRegister.of([*AREAS.areas.values(), Area("E08999999", "Old", "district", "1999", "E47000001")])
    fetched = service().fetch(asking(areas=(), within=("E47000001",)), old)
    assert sorted(fetched.figures.frame["area_code"]) == ["E08000001", "E08000002"]
    assert "Not in this set of areas of Stat-Xplore, and so without figures: E08999999." in fetched.notes


def test_a_gss_code_without_a_kind_of_area_is_refused(service, star):
    with pytest.raises(DataError, match="kind of area of E08000001 is not named"):
        service().fetch(asking(level=""), AREAS)


def test_a_table_without_areas_is_of_no_area(service, star):
    frame = service().fetch(asking(level="", areas=()), AREAS).figures.frame
    assert frame["level"].tolist() == [COMBINED]


# --- what figures carry -----------------------------------------------------------------------------------------------


def test_a_cell_without_a_figure_is_missing_and_never_zero(service, star):
    star.number = lambda _, uris: None if any(u.endswith("E08000002") for group in uris for u in group) else 0.0
    fetched = service().fetch(asking(areas=("E08000001", "E08000002"), periods=("202607",)), AREAS)
    zero, missing = fetched.figures.frame.to_dict("records")
    assert (zero["value"], zero["flag"]) == (0.0, "nil;perturbed")
    assert np.isnan(missing["value"])
    assert missing["flag"] == "not available"
    assert any(note.startswith("1 figure missing") for note in fetched.notes)


def test_a_provisional_month_is_flagged(service, star):
    fetched = service().fetch(asking(), AREAS)
    assert fetched.figures.frame["flag"].tolist() == ["perturbed;provisional"]
    assert "Take care. Provisional: August 2026 (p)." in fetched.notes


def test_a_database_that_is_not_adjusted_is_not_flagged_so(service, star):
    plain = FACTS.with_(databases=(FACTS.database("UC_Monthly").with_(perturbed=False),))
    fetched = service(facts=plain).fetch(asking(periods=("202607",)), AREAS)
    assert fetched.figures.frame["flag"].tolist() == [""]
    assert not any("adjusts" in note for note in fetched.notes)


def test_a_mean_has_its_own_unit_and_is_said_to_be_an_average(service, star):
    fetched = service().fetch(asking(measures=(COUNT, MEAN)), AREAS)
    assert set(fetched.figures.frame["unit"]) == {"people", "£ a month"}
    assert any("cannot be added or averaged" in note for note in fetched.notes)


# --- too large --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", [Say.json({"errorType": "CELL_COUNT"}, 400), Say(504, b"Gateway Time-out")])
def test_a_table_that_is_too_large_is_asked_for_in_parts(service, star, says):
    star.too_large, star.too_large_says = 4, says
    told = []
    choices = (Choice(dimension="SEX", codes=("1", "2")), Choice(dimension=f"str:field:{GEO}", total=True))
    fetched = service().fetch(asking(areas=tuple(DISTRICTS), choices=choices), AREAS, told.append)
    frame = fetched.figures.frame
    assert len(frame) == (len(DISTRICTS) + 1) * 2
    assert frame.loc[frame["level"] == COMBINED, "area_name"].unique().tolist() == ["Total of 6 areas"]
    assert (told[-1].done, told[-1].of) == (7, 7)


def test_parts_and_whole_give_the_same_areas(service, star):
    star.number = lambda _, uris: float(sum(int(u[-1]) for group in uris for u in group if "MASTERGEOG" in u))
    whole = service().fetch(asking(areas=tuple(DISTRICTS)), AREAS).figures.frame
    star.too_large = 2
    parts = service().fetch(asking(areas=tuple(DISTRICTS)), AREAS).figures.frame
    assert parts.equals(whole)


def test_the_number_of_cells_is_counted_before_asking(service, star):
    small = FACTS.with_(cells_per_request=6)
    service(facts=small).fetch(asking(areas=tuple(DISTRICTS), choices=(Choice(dimension="SEX"),)), AREAS)
    assert [len(body["recodes"][f"str:field:{GEO}"]["map"]) for body in star.tables] == [2, 2, 2]


def test_one_area_that_is_too_large_is_refused_with_what_to_do(service, star):
    star.too_large = 2
    with pytest.raises(SourceUnavailable, match="even for one area") as caught:
        service().fetch(asking(choices=(Choice(dimension="SEX"),)), AREAS)
    assert "fewer months" in caught.value.remedy


def test_a_pull_that_was_stopped_goes_on_from_what_is_kept(service, star, tmp_path):
    small = FACTS.with_(cells_per_request=2)
    kept = HttpClient("DWP Stat-Xplore", ReplyCache(tmp_path))

    def stop(progress):
        if progress.done >= 4:
            raise Cancelled("It was stopped.")

    query = asking(areas=tuple(DISTRICTS))
    with pytest.raises(Cancelled):
        service(client=kept, facts=small).fetch(query, AREAS, stop)
    assert len(star.tables) == 2
    assert len(service(client=kept, facts=small).fetch(query, AREAS).figures) == 6
    assert len(star.tables) == 3


# --- the allowance ----------------------------------------------------------------------------------------------------


def limits(left, minutes):
    """Headers as recorded in 2019, with so many tables left and so many minutes to go."""
    reset = str(int((NOON + timedelta(minutes=minutes)).timestamp() * 1000))
    return {"x-ratelimit": "10000", "x-ratelimit-remaining": "9994", "x-ratelimit-reset": reset,
            "x-ratelimit-table": "1000", "x-ratelimit-remaining-table": str(left),
            "x-ratelimit-reset-table": reset}  # fmt: skip


def test_what_is_left_is_told(service, star):
    star.headers = limits(998, 30)
    told = []
    small = FACTS.with_(cells_per_request=1)
    service(facts=small, now=lambda: NOON).fetch(asking(areas=("E08000001", "E08000002")), AREAS, told.append)
    assert "Stat-Xplore still answers 998 of 1,000 tables until 12:30 UTC" in [p.doing for p in told]


def test_a_short_wait_is_waited_for_and_told(service, star):
    star.headers = limits(0, 1)
    told = []
    small = FACTS.with_(cells_per_request=1)
    service(facts=small, now=lambda: NOON).fetch(asking(areas=("E08000001", "E08000002")), AREAS, told.append)
    assert sum(p.doing.startswith("Waiting until") for p in told) == 60
    assert len(star.tables) == 2


def test_a_long_wait_is_an_error_that_says_when(service, star):
    star.headers = limits(0, 45)
    small = FACTS.with_(cells_per_request=1)
    with pytest.raises(SourceUnavailable, match="no more questions") as caught:
        service(facts=small, now=lambda: NOON).fetch(asking(areas=("E08000001", "E08000002")), AREAS)
    assert "after 12:45 UTC on 25 November 2026" in caught.value.remedy
    assert len(star.tables) == 1


# --- keys and refusals ------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_asked(service, server):
    for call in (
        lambda s: s.search("x"),
        lambda s: s.describe(DB),
        lambda s: s.fetch(asking(), AREAS),
        StatXplore.probe,
    ):
        with pytest.raises(KeyMissing, match="wants a key") as caught:
            call(service(key=""))
        assert "Register free of charge" in caught.value.remedy
        assert "WORKBENCH_STATXPLORE_KEY" in caught.value.remedy
    assert server.asked == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted(service, server, status):
    server.answers(lambda _: Say.json({"message": "no"}, status))
    for call in (lambda s: s.describe(DB), lambda s: s.fetch(asking(), AREAS)):
        with pytest.raises(KeyMissing) as caught:
            call(service(key="another-key"))
        assert "Register free of charge" in caught.value.remedy
        assert "another-key" not in str(caught.value)


def test_a_refused_uri_is_named(service, server):
    said = {"errorType": "INVALID_URI", "message": f"{AUGUST} is not known"}
    server.answers(lambda _: Say.json(said, 422))
    with pytest.raises(Refused, match=f"does not know {AUGUST}") as caught:
        service().fetch(asking(), AREAS)
    assert "case-sensitive" in caught.value.remedy


def test_a_refusal_that_names_nothing_says_where_to_look(service, server):
    server.answers(lambda _: Say.json({"errorType": "INVALID"}, 422))
    with pytest.raises(Refused, match="one of 6 ids in str:database:UC_Monthly"):
        service().fetch(asking(), AREAS)


@pytest.mark.parametrize(
    "bad", [Say.page("Down for maintenance"), Say(200, b""), Say(200, b'{"database": {'), Say.json({"error": "no"})]
)
def test_a_reply_that_is_no_table_is_refused(service, server, bad):
    server.answers(lambda _: bad)
    with pytest.raises(SourceUnavailable):
        service().fetch(asking(), AREAS)


def test_a_reply_that_lost_a_row_is_refused_and_asked_for_again(service, star):
    def lose(table):
        if len(star.tables) == 1:
            table["cubes"][COUNT]["values"] = table["cubes"][COUNT]["values"][:1]
        return table

    star.change = lose
    assert len(service().fetch(asking(areas=tuple(DISTRICTS)), AREAS).figures) == 6
    assert len(star.tables) == 2


# --- the schema -------------------------------------------------------------------------------------------------------


def test_search_walks_folders_and_knows_other_words(service, star):
    found = service().search("universal credit people")
    assert [f.id for f in found] == [DB]
    assert found[0].note.startswith("Universal Credit")
    assert [f.id for f in service().search("unemployed")] == ["str:database:JSA"]
    assert service().search("no such database") == ()


def test_describe_opens_groups_and_lists_kinds(service, star):
    said = service().describe(DB)
    assert [(d.label, d.role, len(d.codes)) for d in said.dimensions] == [
        ("What is counted", "measure", 2),
        ("Geography: National - Regional - LA - OAs", "area", 0),
        ("Month", "time", 3),
        ("Sex", "breakdown", len(SEXES)),
    ]
    assert [(k.level, k.vintage) for k in said.kinds] == [("district", ""), ("LSOA", "2021")]
    assert said.dimensions[0].default == COUNT
    assert any("adjusts these figures" in note for note in said.notes)


def test_ids_are_case_sensitive(service, star):
    assert service().describe("UC_Monthly").title == "People on Universal Credit"
    assert service().describe("uc_monthly").title == "Another of the same name"


def test_pages_of_a_mirror_that_name_the_original_are_asked_of_the_mirror(service, star, server):
    star.host = "https://stat-xplore.dwp.gov.uk"
    fetched = service().fetch(asking(level=f"str:valueset:{LSOA}", areas=()), AREAS)
    assert len(fetched.figures) == len(LSOAS)


@pytest.mark.parametrize("page", ["1", "2"])
def test_pages_that_repeat_are_refused(service, star, server, page):
    def loop(asked):
        say = star(asked)
        link = f'<{server.url}{asked.path}?page={page}>; rel="next"'
        return Say(say.status, say.body, {**say.headers, "Link": link})

    server.answers(loop)
    with pytest.raises(SourceUnavailable, match=r"came twice|do not come to an end"):
        service().describe(DB)


def test_another_thing_than_the_one_asked_for_is_refused(service, server):
    server.answers(lambda _: Say.json({"id": "str:database:JSA", "type": "DATABASE", "children": []}))
    with pytest.raises(SourceUnavailable, match="was asked for and str:database:JSA came"):
        service().describe(DB)


def test_the_probe_says_what_was_answered(service, star):
    assert service().probe() == "DWP Stat-Xplore answered: 2 folders of data sets."


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "label", "kind", "first", "last"),
    [
        ("201805", "May 2018", "", date(2018, 5, 1), date(2018, 5, 31)),
        ("201811", "201811 (Nov-18)", "", date(2018, 11, 1), date(2018, 11, 30)),
        ("202302", "Feb-23 (p)", "", date(2023, 2, 1), date(2023, 2, 28)),
        ("199908", "Aug-99", "", date(1999, 8, 1), date(1999, 8, 31)),
        ("202306", "Jun-23", "quarter", date(2023, 4, 1), date(2023, 6, 30)),
        ("202303", "Mar-23", "quarter", date(2023, 1, 1), date(2023, 3, 31)),
        ("200209", "Jan-02 to Sep-02", "quarter", date(2002, 1, 1), date(2002, 9, 30)),
        ("2022", "2021/22", "", date(2021, 4, 1), date(2022, 3, 31)),
        ("1", "2011-12", "", date(2011, 4, 1), date(2012, 3, 31)),
        ("1", "2008/9", "", date(2008, 4, 1), date(2009, 3, 31)),
        ("2021", "Mid-2021", "", date(2021, 6, 30), date(2021, 6, 30)),
    ],
)
def test_periods(code, label, kind, first, last):
    assert period(code, label, kind) == (first, last)


@pytest.mark.parametrize(
    ("code", "label"), [("201805", "June 2018"), ("201813", "x"), ("1", "Autumn 2010 trial area"), ("1", "2011/13")]
)
def test_a_period_that_is_not_understood_is_refused(code, label):
    with pytest.raises(SourceUnavailable, match=r"not understood|do not agree"):
        period(code, label)


@pytest.mark.shared
def test_all_but_five_labels_of_the_recorded_schema_are_periods(shared):
    refused = set()
    with (shared / "recorded/statxplore/jrf_insight_schema_metadata_2023.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                period("", row["dates_date"])
            except SourceUnavailable:
                refused.add(row["dates_date"])
    assert refused == {
        "On-flow", "Off-flow", "Autumn 2010 trial area", "2008 Mesothelioma Scheme",
        "Pneumoconiosis (Worker's Compensation) Act 1979",
    }  # fmt: skip


@pytest.mark.shared
def test_fields_of_time_are_told_from_others_in_the_recorded_schema(shared):
    folder = shared / "recorded/statxplore"
    with (folder / "database_cheatsheet_2023.csv").open(encoding="utf-8") as file:
        dates = {uri for row in csv.DictReader(file) for uri in row["date_fields"].split()}
    with (folder / "jrf_insight_schema_fields_2023.csv").open(encoding="utf-8") as file:
        fields = [Field(row["dimension"], row["dimension_name"]) for row in csv.DictReader(file)]
    times = {f.id for f in fields if f.is_time}
    assert dates <= times
    assert not [f for f in fields if f.is_time and "AGE" in f.id.rpartition(":")[2]]
    assert len(times) < 130
