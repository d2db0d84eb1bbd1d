"""StatsWales: each request and each answer of the stand-in is held against the recorded OpenAPI description."""

import json
import re
from datetime import date
from urllib.parse import parse_qsl

import pytest
from answering import client_that
from jsonschema import Draft202012Validator

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services.statswales import NOTE_CODES, PAGE, StatsWales

ID = "141baa8a-2ed0-45cb-ad4a-83de8c2333b5"
AREAS = AreaRegister.of(
    [
        Area("W92000004", "Wales", "nation", "2023"),
        Area("W06000001", "Isle of Anglesey", "district", "2023", "W92000004"),
        Area("W06000002", "Gwynedd", "district", "2023", "W92000004"),
        Area("W06000003", "Conwy", "district", "2023", "W92000004"),
    ]
)
FILTERS = [
    {
        "factTableColumn": "AreaCode",
        "columnName": "Area",
        "values": [
            {
                "reference": "W92000004",
                "description": "Wales",
                "children": [
                    {"reference": "W06000001", "description": "Isle of Anglesey"},
                    {"reference": "W06000002", "description": "Gwynedd"},
                ],
            }
        ],
    },
    {
        "factTableColumn": "YearCode",
        "columnName": "Year",
        "values": [
            {"reference": "202122", "description": "2021-22"},
            {"reference": "202223", "description": "2022-23"},
        ],
    },
    {
        "factTableColumn": "SexCode",
        "columnName": "Sex",
        "values": [{"reference": "T", "description": "All"}, {"reference": "F", "description": "Female"}],
    },
    {
        "factTableColumn": "MeasureCode",
        "columnName": "Data description",
        "values": [
            {"reference": "1", "description": "People"},
            {"reference": "2", "description": "Percentage of people"},
        ],
    },
]
ABOUT = {
    "id": ID,
    "published_revision": {
        "revision_index": 5,
        "publish_at": "2026-06-30T08:30:00Z",
        "rounding_applied": True,
        "metadata": [
            {"language": "cy-GB", "title": "Pobl"},
            {"language": "en-GB", "title": "People in work", "rounding_description": "Rounded to the nearest 100."},
        ],
    },
    "publisher": {"organisation": {"name": "Welsh Government"}},
}


def row(area="W06000001", year="202122", sex="T", measure="1", data=100.0, note=None):
    start, end = {"202122": ("2021-04-01", "2022-03-31"), "202223": ("2022-04-01", "2023-03-31")}[year]
    return {
        "AreaCode": area,
        "YearCode": year,
        "SexCode": sex,
        "MeasureCode": measure,
        "Data": data,
        "NoteCodes": note,
        "YearCode_Start date": f"{start}T00:00:00.000Z",
        "YearCode_End date": f"{end}T23:59:59.000Z",
    }


class Wales:
    """The service: what it is asked must be in the OpenAPI description, and so must what it answers."""

    def __init__(self, shared, rows, filters=FILTERS):
        path = shared / "recorded" / "wales" / "statswales_v2_openapi-en.json"
        self.api = nullable_as_types(json.loads(path.read_text("utf-8")))
        self.rows = rows
        self.filters = filters
        self.total = len(rows)
        self.bodies = []

    def __call__(self, request):
        path = request.url.path.removeprefix("/v2")
        template, operation = self.operation(request.method, path)
        self.check_parameters(operation, dict(parse_qsl(request.url.query.decode())))
        if request.method == "POST":
            body = json.loads(request.content)
            self.check(body, operation["requestBody"]["content"]["application/json"]["schema"])
            self.bodies.append(body)
        said = self.answer(template, dict(parse_qsl(request.url.query.decode())), path)
        if not isinstance(said, tuple | bytes):
            self.check(said, operation["responses"]["200"]["content"]["application/json"]["schema"])
        return said

    def answer(self, template, query, path):
        if not path.startswith(f"/{ID}") and "{dataset_id}" in template:
            return (404, {"message": "Not found"})
        return {
            "/": lambda: {"data": [{"id": ID, "title": "People in work"}], "count": 731},
            "/search": lambda: {
                "data": [
                    {
                        "id": ID,
                        "title": "People in work",
                        "last_updated_at": "2026-06-30T08:30:00Z",
                        "archived_at": None,
                    }
                ],
                "count": 1,
            },
            "/{dataset_id}": lambda: ABOUT,
            "/{dataset_id}/filters": lambda: self.filters,
            "/{dataset_id}/data": lambda: {"filterId": "a1b2c3d4e5f6"},
            "/{dataset_id}/query/{filter_id}": lambda: {
                "id": "a1b2c3d4e5f6",
                "datasetId": ID,
                "totalLines": self.total,
            },
            "/{dataset_id}/data/{filter_id}": lambda: self.page(int(query["page_number"]), int(query["page_size"])),
        }[template]()

    def page(self, number, size):
        return self.rows[(number - 1) * size : number * size]

    def operation(self, method, path):
        for template, operations in self.api["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                if template.startswith("/{") and path.split("/")[1] in ("search", "topic"):
                    continue
                return template, operations[method.lower()]
        raise AssertionError(f"{method} {path} is not in the description")

    def check_parameters(self, operation, query):
        known = {}
        for reference in operation.get("parameters", []):
            parameter = self.api["components"]["parameters"][reference["$ref"].rsplit("/", 1)[1]]
            if parameter["in"] == "query":
                known[parameter["name"]] = parameter
                assert not parameter["required"] or parameter["name"] in query, parameter["name"]
        for name, value in query.items():
            schema = known[name]["schema"]
            Draft202012Validator(schema).validate(int(value) if schema["type"] == "integer" else value)

    def check(self, value, schema):
        Draft202012Validator({**self.api, **schema}).validate(value)


def nullable_as_types(schema):
    """OpenAPI 3.0 says ``nullable`` where JSON Schema says a type of null."""
    if isinstance(schema, list):
        return [nullable_as_types(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    done = {k: nullable_as_types(v) for k, v in schema.items()}
    if done.get("nullable") is True:
        if "oneOf" in done:
            done["oneOf"] = [*done["oneOf"], {"type": "null"}]
        else:
            done["type"] = [done["type"], "null"]
    return done


@pytest.fixture
def wales(shared):
    def made(rows, **more):
        server = Wales(shared, rows, **more)
        return StatsWales(client_that(server)[0]), server

    return made


pytestmark = pytest.mark.shared


def test_search_and_probe_ask_as_the_description_says(wales):
    service, _ = wales([])
    found = service.search("people work")
    assert [(f.id, f.title, f.note) for f in found] == [(ID, "People in work", "updated 30 June 2026")]
    assert service.probe() == "StatsWales lists 731 data sets."


def test_a_description_tells_areas_time_measure_and_breakdowns_apart(wales):
    said = wales([])[0].describe(ID)
    assert {d.id: d.role for d in said.dimensions} == {
        "AreaCode": "area",
        "YearCode": "time",
        "SexCode": "breakdown",
        "MeasureCode": "measure",
    }
    assert [(c.id, c.parent) for c in said.dimension("area").codes][:2] == [
        ("W92000004", ""),
        ("W06000001", "W92000004"),
    ]
    assert said.dimension("SexCode").default == "T"
    assert said.updated == date(2026, 6, 30)
    assert said.notes == ("Rounded to the nearest 100.",)
    assert said.citation.publisher == "Welsh Government"


def test_the_figures_of_a_query(wales):
    service, server = wales(
        [row(data=41200.0), row(area="W92000004", data=1452300.0), row(sex="F", measure="2", data="48.5")]
    )
    query = Query(
        dataset=ID,
        areas=("W06000001", "W92000004"),
        periods=("2021-22",),
        choices=(Choice(dimension="SexCode", codes=("T", "F")), Choice(dimension="Data description", codes=("1", "2"))),
    )
    fetched = service.fetch(query, AREAS)
    frame = fetched.figures.frame.set_index(["area_code", "measure", "sex"])
    assert frame.loc[("W06000001", "people_in_work_people", "All"), "value"] == 41200
    percent = frame.loc[("W06000001", "people_in_work_percentage_of_people", "Female")]
    assert (percent["value"], percent["unit"]) == (48.5, "percent")
    assert (percent["period_start"].date(), percent["period_end"].date()) == (date(2021, 4, 1), date(2022, 3, 31))
    assert server.bodies == [
        {
            "filters": [
                {"SexCode": ["T", "F"]},
                {"MeasureCode": ["1", "2"]},
                {"AreaCode": ["W92000004", "W06000001"]},
                {"YearCode": ["202122"]},
            ],
            "options": {"use_raw_column_names": True, "use_reference_values": True, "data_value_type": "raw_extended"},
        }
    ]
    cited = fetched.figures.citation()
    assert (cited.title, cited.edition) == ("People in work", "revision 5")
    assert "a1b2c3d4e5f6" in cited.locator


@pytest.mark.parametrize(
    ("note", "flag"),
    [
        ("c", "suppressed"),
        ("p", "provisional"),
        ("e", "estimated"),
        ("u", "unreliable"),
        ("x", "not available"),
        ("p,u", "provisional;unreliable"),
        ("low_reliability", "unreliable"),
        ("Confidential", "suppressed"),
        ("break_in_series", "noted"),
        ("t", ""),
    ],
)
def test_note_codes_become_flags(wales, note, flag):
    fetched = wales([row(note=note)])[0].fetch(Query(dataset=ID), AREAS)
    assert fetched.figures.frame.iloc[0]["flag"] == flag


def test_every_note_code_of_the_research_is_known():
    named = "confidential low_figure not_statistically_significant provisional revised missing_data not_recorded "
    named += "not_applicable estimated average forecast total low_reliability break_in_series"
    assert {n.replace("_", " ") for n in named.split()} <= {name for name, _, _ in NOTE_CODES.values()}


def test_an_unknown_note_code_is_kept_in_words_and_flags_the_figure(wales):
    fetched = wales([row(note="qq")])[0].fetch(Query(dataset=ID), AREAS)
    assert fetched.figures.frame.iloc[0]["flag"] == "noted"
    assert "1 figure: marked “qq”, a note that is not known here." in fetched.notes


@pytest.mark.parametrize("data", [None, 0, "0"])
def test_a_confidential_figure_is_missing_and_never_zero(wales, data):
    frame = wales([row(data=data, note="c")])[0].fetch(Query(dataset=ID), AREAS).figures.frame
    assert frame["value"].isna().all()
    assert frame.iloc[0]["flag"] == "suppressed"


def test_an_empty_cell_without_a_note_is_not_available(wales):
    frame = wales([row(data=None)])[0].fetch(Query(dataset=ID), AREAS).figures.frame
    assert frame.iloc[0]["flag"] == "not available"


def with_names(*names):
    """The filters of a table that names its areas by number and in words."""
    values = [{"reference": str(500 + n), "description": name} for n, name in enumerate(names)]
    return [{"factTableColumn": "AreaCode", "columnName": "Area", "values": values}, *FILTERS[1:]]


def test_names_of_areas_are_resolved_exactly_or_reported(wales):
    names = with_names("Isle of Anglesey", "Gwynedd ", "Conwy and others")
    service, _ = wales([row(area="500", data=1.0), row(area="501", data=2.0), row(area="502", data=3.0)], filters=names)
    fetched = service.fetch(Query(dataset=ID), AREAS)
    assert list(fetched.figures.frame["area_code"]) == ["W06000001"]
    assert fetched.unresolved == ("Gwynedd ", "Conwy and others")
    assert any(note.startswith("2 figures left out") for note in fetched.notes)


def test_two_areas_of_one_name_are_not_chosen_between(wales):
    twice = AreaRegister.of([*AREAS.areas.values(), Area("W05000001", "Conwy", "ward", "2022")])
    service, _ = wales([row(area="500")], filters=with_names("Conwy"))
    assert len(service.fetch(Query(dataset=ID), twice).figures) == 0


def test_areas_within_another_are_asked_for_by_name_where_the_table_has_no_codes(wales):
    service, server = wales([row(area="500")], filters=with_names("Isle of Anglesey", "Elsewhere"))
    service.fetch(Query(dataset=ID, within=("W92000004",)), AREAS)
    assert server.bodies[0]["filters"] == [{"AreaCode": ["500"]}]


def test_pages_are_read_until_the_total(wales):
    years = [f"{y}-{m:02}" for y in range(1900, 2000) for m in range(1, 13)]
    filters = [
        FILTERS[0],
        {**FILTERS[1], "values": [{"reference": y, "description": y} for y in years]},
        {**FILTERS[2], "values": [{"reference": str(n), "description": f"Group {n}"} for n in range(10)]},
        FILTERS[3],
    ]
    rows = [
        {"AreaCode": "W06000001", "YearCode": y, "SexCode": str(n), "MeasureCode": "1", "Data": 1.0, "NoteCodes": None}
        for y in years
        for n in range(10)
    ]
    service, _ = wales(rows, filters=filters)
    told = []
    fetched = service.fetch(Query(dataset=ID), AREAS, told.append)
    assert len(fetched.figures) == 12_000 > PAGE
    assert [(p.done, p.of) for p in told] == [(0, 12_000), (10_000, 12_000), (12_000, 12_000)]


@pytest.mark.parametrize("total", [1, 3])
def test_fewer_or_more_rows_than_the_total_are_no_table(wales, total):
    service, server = wales([row(), row(sex="F")])
    server.total = total
    with pytest.raises(SourceUnavailable, match="another number"):
        service.fetch(Query(dataset=ID), AREAS)


def test_a_row_that_comes_twice_is_no_table(wales):
    with pytest.raises(SourceUnavailable, match="twice"):
        wales([row(), row()])[0].fetch(Query(dataset=ID), AREAS)


@pytest.mark.parametrize("lost", ["AreaCode", "YearCode", "SexCode", "Data"])
def test_a_changed_column_name_is_an_error(wales, lost):
    changed = {("Other" if k == lost else k): v for k, v in row().items()}
    with pytest.raises(SourceUnavailable, match=lost if lost != "Data" else "known to hold the values"):
        wales([changed])[0].fetch(Query(dataset=ID), AREAS)


def test_a_year_that_could_be_two_things_needs_its_dates(wales):
    bare = {k: v for k, v in row().items() if "date" not in k}
    with pytest.raises(SourceUnavailable, match="2021-22"):
        wales([bare])[0].fetch(Query(dataset=ID), AREAS)


def test_an_unknown_id_code_or_period_is_told(wales):
    service, server = wales([row()])
    with pytest.raises(Refused, match="not the id"):
        service.fetch(Query(dataset="People in work"), AREAS)
    with pytest.raises(Refused, match="404"):
        service.fetch(Query(dataset=ID.replace("1", "2")), AREAS)
    with pytest.raises(Refused, match="no SexCode X"):
        service.fetch(Query(dataset=ID, choices=(Choice(dimension="Sex", codes=("X",)),)), AREAS)
    with pytest.raises(Refused, match="lacks a period"):
        service.fetch(Query(dataset=ID, periods=("1999",)), AREAS)
    with pytest.raises(Refused, match="does not name Conwy"):
        service.fetch(Query(dataset=ID, areas=("W06000003",)), AREAS)
    assert server.bodies == []


def test_too_many_requests_are_tried_again(wales, shared):
    server = Wales(shared, [row()])
    refused = iter([(429, {"message": "Too many requests, please try again later."})])
    client, asked = client_that(lambda request: next(refused, None) or server(request))
    assert len(StatsWales(client).fetch(Query(dataset=ID), AREAS).figures) == 1
    assert asked[0].url == asked[1].url


@pytest.mark.parametrize("body", [b"", b"[{", b"<html>Sorry</html>", b'{"message": "no"}', b'[["W06000001", 3]]'])
def test_status_200_with_something_else_is_an_error(wales, shared, body):
    server = Wales(shared, [row()])
    client, _ = client_that(lambda r: body if "/data/" in r.url.path else server(r))
    with pytest.raises(SourceUnavailable):
        StatsWales(client).fetch(Query(dataset=ID), AREAS)
