"""The ONS API, in the shapes of ONS's own documentation. No reply is recorded; the figures are invented."""

import itertools
import json
import re
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from answering import client_that

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services.contract import Reply
from workbench.sources.services.ons import MOST_QUESTIONS, Ons
from workbench.sources.services.ons_read import CENSUS_DAY, LIMIT, days

AREAS = AreaRegister.of(
    [
        Area("E92000001", "England", "nation", "2023"),
        Area("E08000001", "Bolton", "district", "2023", "E92000001"),
        Area("E08000003", "Manchester", "district", "2023", "E92000001"),
    ]
)
REPLY = Reply("https://api.beta.ons.gov.uk/v1/x", 200, {}, b"", datetime(2026, 1, 1, tzinfo=UTC), "")
OPTIONS = {
    "geography": {"E08000001": "Bolton", "E08000003": "Manchester", "E07000223": "Adur"},
    "time": {"year-2021": "2021", "year-2022": "2022"},
    "estimate": {"average-mean": "Average (mean)", "poor": "Poor"},
    "sex": {"1": "Male", "2": "Female"},
}
EARNINGS, CENSUS = "wellbeing-local-authority", "TS008"


def item(key, label=None, **more):
    return {"id": key, "label": label or key, **more}


class Api:
    """The service: observations of every combination, unless a test says otherwise."""

    def __init__(self, observation="7.5", metadata=None, change=None, total=2):
        self.observation, self.metadata, self.change, self.total = (
            observation,
            metadata or {},
            change or (lambda body: body),
            total,
        )
        self.asked = []

    def __call__(self, request):
        path = request.url.path.removeprefix("/v1/")
        query = dict(parse_qsl(request.url.query.decode()))
        if path == "datasets":
            every = [
                item(
                    EARNINGS,
                    title="Personal well-being by local authority",
                    keywords=["happiness"],
                    release_frequency="Annual",
                ),
                item(CENSUS, title="Sex", type="cantabular_multivariate_table"),
            ]
            start = int(query["offset"])
            return {"items": every[start : start + int(query["limit"])], "count": 2, "total_count": self.total}
        if found := re.fullmatch(r"datasets/([\w-]+)", path):
            return self.dataset(found[1])
        if re.fullmatch(r"datasets/[\w-]+/editions/[\w-]+/versions/\d+", path):
            census = CENSUS in path
            names = ["ltla", "sex"] if census else ["time", "geography", "estimate"]
            return {
                "dimensions": [{"name": n, "label": n.title()} for n in names],
                "release_date": "2022-11-25T00:00:00.000Z",
            }
        if found := re.fullmatch(r".*/dimensions/(\w+)/options", path):
            options = [{"option": o, "label": label} for o, label in OPTIONS[found[1]].items()]
            return {"items": options, "total_count": len(options)}
        if path.endswith("/area-types"):
            return {"items": [item("ltla", "Lower tier local authorities"), item("lsoa", "LSOAs")], "total_count": 2}
        self.asked.append(query)
        return self.change(self.observations(query) if path.endswith("/observations") else self.cells(query))

    def dataset(self, id_):
        if id_ not in (EARNINGS, CENSUS):
            return (404, "dataset not found")
        edition, kind = ("2021", "cantabular_multivariate_table") if id_ == CENSUS else ("time-series", "v4")
        href = f"https://api.beta.ons.gov.uk/v1/datasets/{id_}/editions/{edition}/versions/3"
        based = {"is_based_on": {"@type": kind, "@id": "UR"}} if id_ == CENSUS else {}
        unit = "Person" if id_ == CENSUS else ""
        return {"id": id_, "title": "Sex" if id_ == CENSUS else "Personal well-being by local authority", "type": kind,
                "unit_of_measure": unit, "links": {"latest_version": {"href": href, "id": "3"}}, **based}  # fmt: skip

    def observations(self, query):
        wild = [n for n, v in query.items() if v == "*"]
        assert len(wild) <= 1
        codes = OPTIONS[wild[0]] if wild else {"": ""}
        return {
            "dimensions": {n: {"option": {"href": f"http://x/{v}", "id": v}} for n, v in query.items() if v != "*"},
            "limit": LIMIT,
            "observations": [
                {
                    **({"dimensions": {wild[0]: {"href": "http://x", "id": code, "label": label}}} if wild else {}),
                    "metadata": self.metadata,
                    "observation": self.observation,
                }
                for code, label in codes.items()
            ],
            "offset": 0,
            "total_observations": len(codes),
        }

    def cells(self, query):
        kind, *codes = query["area-type"].split(",")
        areas = codes or list(OPTIONS["geography"])
        cells = [int(a[-1]) * 10 + int(s) for a, s in itertools.product(areas, OPTIONS["sex"])]
        return {
            "dimensions": [
                {"dimension_name": kind, "options": [{"href": "", "id": a} for a in areas]},
                {"dimension_name": "sex", "options": [{"href": "", "id": s} for s in OPTIONS["sex"]]},
            ],
            "observations": cells,
            "total_observations": len(cells),
        }


def asking(api, **query):
    service = Ons(client_that(api)[0])
    return service.fetch(Query(service="ons", **{"dataset": EARNINGS, **query}), AREAS)


MEAN = (Choice(dimension="estimate", codes=("average-mean",)),)


def test_all_areas_come_with_one_wildcard():
    api = Api()
    fetched = asking(api, periods=("2022",), choices=MEAN)
    assert api.asked == [{"time": "2022", "estimate": "average-mean", "geography": "*"}]
    frame = fetched.figures.frame
    assert list(frame["area_code"]) == ["E08000001", "E08000003", "E07000223"]
    one = frame.iloc[0]
    assert (one["value"], one["area_name"], one["vintage"], one["estimate"]) == (7.5, "Bolton", "2023", "average-mean")
    assert (one["period_start"].date(), one["period_end"].date()) == (date(2022, 1, 1), date(2022, 12, 31))
    assert fetched.unresolved == ("E07000223",)
    cited = fetched.figures.citation()
    assert (cited.publisher, cited.edition) == ("Office for National Statistics", "time-series, version 3")
    assert cited.locator == f"ONS API {EARNINGS}, time 2022, geography all, estimate average-mean"


def test_areas_named_are_the_only_ones_kept_and_one_that_gave_nothing_is_told():
    fetched = asking(Api(), periods=("2022",), choices=MEAN, areas=("E08000003", "W06000001"))
    assert list(fetched.figures.frame["area_code"]) == ["E08000003"]
    assert "1 area gave no figure: W06000001." in fetched.notes


def test_all_periods_of_one_area_are_one_question():
    api = Api()
    frame = asking(api, choices=MEAN, areas=("E08000001",)).figures.frame
    assert api.asked == [{"geography": "E08000001", "estimate": "average-mean", "time": "*"}]
    assert [p.year for p in frame["period_end"]] == [2021, 2022]


def test_several_values_of_two_dimensions_are_several_questions():
    api = Api()
    both = (Choice(dimension="estimate", codes=("average-mean", "poor")),)
    assert len(asking(api, periods=("2021", "2022"), choices=both).figures) == 12
    assert len(api.asked) == 4
    assert {q["geography"] for q in api.asked} == {"*"}


def test_a_dimension_left_open_or_unknown_is_told_before_anything_is_read():
    api = Api()
    with pytest.raises(Refused, match="estimate must be chosen"):
        asking(api, periods=("2022",))
    with pytest.raises(Refused, match="no dimension sex"):
        asking(api, periods=("2022",), choices=(*MEAN, Choice(dimension="sex", codes=("1",))))
    with pytest.raises(Refused, match="not the id"):
        asking(api, dataset="../../datasets")
    with pytest.raises(Refused, match="404"):
        asking(api, dataset="unknown")
    many = tuple(str(n) for n in range(MOST_QUESTIONS + 1))
    with pytest.raises(Refused, match="401 questions"):
        asking(api, periods=many, choices=MEAN)
    assert api.asked == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: {**b, "total_observations": 4}, "says 4 observations and sent 3"),
        (lambda b: {**b, "observations": b["observations"][:1]}, "and sent 1"),
        (lambda b: {**b, "limit": 3}, "reaches the limit"),
        (lambda b: {**b, "dimensions": {**b["dimensions"], "time": {"option": {"id": "2021"}}}}, "another question"),
        (lambda b: {**b, "observations": [{"observation": "1"}] * 3}, "does not say what it is about"),
        (lambda b: {**b, "observations": [*b["observations"][:2], b["observations"][0]]}, "same key"),
        (lambda b: {"errors": [{"message": "no"}]}, "lacks"),
        (lambda b: b"", "empty"),
        (lambda b: json.dumps(b).encode()[:-9], "not send whole JSON"),
        (lambda b: "<html>Too busy</html>", "web page"),
    ],
)
def test_status_200_with_something_else_is_an_error(change, said):
    with pytest.raises(SourceUnavailable, match=said):
        asking(Api(change=change), periods=("2022",), choices=MEAN)


@pytest.mark.parametrize(
    ("marking", "flag"),
    [("p", "provisional"), ("[c]", "suppressed"), ("x", "not available"), ("u", "unreliable"), ("", "")],
)
def test_data_markings_become_flags(marking, flag):
    frame = asking(Api(metadata={"Data Marking": marking}), periods=("2022",), choices=MEAN).figures.frame
    assert set(frame["flag"]) == {flag}


def test_an_unknown_marking_is_kept_in_words_and_an_empty_observation_is_missing():
    fetched = asking(Api("", {"data_marking": "**"}), periods=("2022",), choices=MEAN)
    assert fetched.figures.frame["value"].isna().all()
    assert set(fetched.figures.frame["flag"]) == {"noted"}
    assert "3 figures: marked “**” by the publisher." in fetched.notes
    with pytest.raises(SourceUnavailable, match="where a number belongs"):
        asking(Api(".."), periods=("2022",), choices=MEAN)


def test_limits_are_kept_only_where_they_say_95():
    named = asking(Api(metadata={"Lower 95% limit": "7.1", "Upper 95% limit": "7.9"}), periods=("2022",), choices=MEAN)
    assert set(zip(named.figures.frame["lower"], named.figures.frame["upper"], strict=True)) == {(7.1, 7.9)}
    silent = asking(
        Api(metadata={"Lower limit": "7.1", "Upper limit": "7.9", "CV": "2"}), periods=("2022",), choices=MEAN
    )
    assert silent.figures.frame["lower"].isna().all()
    assert any("Coefficients of variation" in note for note in silent.notes)


# --- the census -------------------------------------------------------------------------------------------------------


def test_a_census_table_is_read_cell_by_cell():
    api = Api()
    fetched = asking(api, dataset=CENSUS, level="ltla", areas=("E08000001", "E08000003"))
    assert api.asked == [{"area-type": "ltla,E08000001,E08000003"}]
    frame = fetched.figures.frame.set_index(["area_code", "sex"])
    assert frame["value"].to_dict() == {
        ("E08000001", "Male"): 11,
        ("E08000001", "Female"): 12,
        ("E08000003", "Male"): 31,
        ("E08000003", "Female"): 32,
    }
    assert set(frame["unit"]) == {"people"}
    assert set(frame["period_end"].dt.date) == {CENSUS_DAY}
    assert fetched.notes[0].startswith("Take care.")


def test_census_areas_are_asked_for_in_parts_and_breakdowns_chosen_here():
    many = AreaRegister.of(
        [
            Area("E92000001", "England", "nation"),
            *(Area(f"E07{n:06}", f"D{n}", "district", "2023", "E92000001") for n in range(250)),
        ]
    )
    api = Api()
    query = Query(dataset=CENSUS, level="ltla", within=("E92000001",), choices=(Choice(dimension="sex", codes=("2",)),))
    fetched = Ons(client_that(api)[0]).fetch(query, many)
    assert [len(q["area-type"].split(",")) - 1 for q in api.asked] == [100, 100, 50]
    assert len(fetched.figures) == 250
    assert set(fetched.figures.frame["sex"]) == {"Female"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: {**b, "observations": b["observations"][:-1], "total_observations": 3}, "3 cells of a table of 4"),
        (lambda b: {**b, "total_observations": 5}, "4 cells"),
        (lambda b: {**b, "dimensions": b["dimensions"][::-1]}, "other areas"),
        (lambda b: {**b, "observations": {}}, "unknown shape"),
        (lambda b: {"errors": ["maximum variables exceeded"]}, "lacks"),
    ],
)
def test_a_census_table_that_does_not_fit_is_an_error(change, said):
    with pytest.raises(SourceUnavailable, match=said):
        asking(Api(change=change), dataset=CENSUS, level="ltla", areas=("E08000001", "E08000003"))


def test_census_tables_want_a_kind_of_area_and_an_edition_whose_day_is_known():
    with pytest.raises(Refused, match="needs a kind of area"):
        asking(Api(), dataset=CENSUS)
    with pytest.raises(Refused, match="edition 2031"):
        asking(Api(), dataset=f"{CENSUS}/2031/1", level="ltla")


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_search_describe_and_probe():
    service = Ons(client_that(Api())[0])
    assert [(f.id, f.note) for f in service.search("happiness")] == [(EARNINGS, "Annual")]
    said = service.describe(EARNINGS)
    assert {d.id: d.role for d in said.dimensions} == {"time": "time", "geography": "area", "estimate": "breakdown"}
    assert [c.id for c in said.dimension("time").codes] == ["2021", "2022"]
    assert said.updated == date(2022, 11, 25)
    census = service.describe(CENSUS)
    assert [(k.id, k.level, k.vintage) for k in census.kinds] == [("ltla", "district", ""), ("lsoa", "LSOA", "2021")]
    assert census.notes == ("Unit: Person.",)
    assert service.probe() == "The ONS API lists 2 data sets."


def test_a_list_that_ends_early_is_an_error():
    with pytest.raises(SourceUnavailable, match="says 3 items and sent 2"):
        Ons(client_that(Api(total=3))[0]).search("sex")


def test_the_service_is_told_who_asks_as_it_wishes():
    client, asked = client_that(Api())
    Ons(client).probe()
    assert re.fullmatch(r"[\w-]+/[\w.]+ \(.+\)", asked[0].headers["user-agent"])


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("Aug-16", "2016-08-01", "2016-08-31"),
        ("Jan-96", "1996-01-01", "1996-01-31"),
        ("Feb-59", "2059-02-01", "2059-02-28"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("2016 Q1", "2016-01-01", "2016-03-31"),
        ("January 2017 - December 2017", "2017-01-01", "2017-12-31"),
    ],
)
def test_time_labels_are_turned_into_days(label, first, last):
    assert days(label, REPLY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("label", ["2011-12", "2011/12", "Spring 2011", "Xyz-16", "201112"])
def test_a_label_that_needs_a_guess_is_refused(label):
    with pytest.raises(SourceUnavailable):
        days(label, REPLY)
