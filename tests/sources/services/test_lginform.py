"""LG Inform Plus, in the shapes public programs read. No reply is recorded; figures, key and secret are invented."""

import base64
import hashlib
import hmac
import json
import subprocess
import traceback
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from answering import client_that

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import KeyMissing, Refused, SourceUnavailable
from workbench.sources.services.contract import Reply
from workbench.sources.services.keys import Secret
from workbench.sources.services.lginform import LgInform, days, signature

KEY, SECRET = "AbC+dEf/123", "s3cret&more"
AREAS = AreaRegister.of(
    [Area("E92000001", "England", "nation", "2023"), Area("E08000001", "Bolton", "district", "2023", "E92000001")]
)
REPLY = Reply("https://webservices.esd.org.uk/data", 200, {}, b"", datetime(2026, 1, 1, tzinfo=UTC), "")
FINANCIAL = (Choice(dimension="year type", codes=("financial",)),)


def cell(value):
    return {"value": value, "formatted": "" if value is None else str(value)}


def table(values=((41.5, 42.0), (60.1, None)), periods=("2021/22", "2022/23"), areas=("E08000001", "E92000001")):
    return {
        "columns": [{"period": {"label": p}, "metricType": {"identifier": "3333", "label": "Rate"}} for p in periods],
        "rows": [
            {"area": {"identifier": a, "label": f"Area {a}"}, "values": [cell(v) for v in row]}
            for a, row in zip(areas, values, strict=True)
        ],
    }


class Live:
    """The service; it refuses whatever is not signed as it wishes."""

    def __init__(self, body=None, signed=True):
        self.body, self.signed, self.asked = table() if body is None else body, signed, []

    def __call__(self, request):
        query = dict(parse_qsl(request.url.query.decode()))
        self.asked.append(query)
        before, mark, _ = str(request.url).partition("&Signature=")
        if query.get("ApplicationKey") != KEY or bool(mark) != self.signed:
            return (401, "Not allowed")
        if self.signed:
            expected = base64.b64encode(hmac.new(SECRET.encode(), before.encode(), hashlib.sha1).digest()).decode()
            if query["Signature"] != expected:
                return (401, f"The signature of {before} is wrong")
        if request.url.path == "/metricTypes":
            return {
                "metricType-array": [
                    {"identifier": 3333, "label": "Adults with a qualification (%)", "discontinued": False},
                    {"identifier": 12, "label": "People out of work", "discontinued": True},
                ]
            }
        if request.url.path == "/metricTypes/3333":
            return {
                "metricType": {"identifier": 3333, "label": "Adults with a qualification (%)", "discontinued": True}
            }
        return self.body if request.url.path == "/data" else (404, "No such thing")


def service(live, key=KEY, secret=SECRET):
    client, asked = client_that(live)
    return LgInform(client, Secret(key) if key else None, Secret(secret) if secret else None), asked


def fetch(body=None, **query):
    wanted = {"areas": ("E08000001", "E92000001"), "periods": ("latest:2",), "choices": FINANCIAL, **query}
    return service(Live(body))[0].fetch(Query(service="lginform", dataset="3333", **wanted), AREAS)


# --- signing ----------------------------------------------------------------------------------------------------------


def test_the_signature_is_what_openssl_makes(program):
    openssl = program("OpenSSL", "openssl")
    url, params = "https://webservices.esd.org.uk/data", {"metricType": "3333", "area": "E08000001", "period": "latest"}
    text = f"{url}?metricType=3333&area=E08000001&period=latest&ApplicationKey=ExampleKey"
    command = [openssl, "dgst", "-sha1", "-hmac", "ExampleSecret", "-binary"]
    made = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    assert signature(url, params, "ExampleKey", "ExampleSecret") == base64.b64encode(made).decode()


def test_what_is_signed_is_what_is_sent():
    """The stand-in recomputes the signature from the address as it arrives, with a key and areas that need encoding."""
    assert len(fetch().figures) == 4


def test_without_a_secret_the_question_goes_out_unsigned():
    live = Live(signed=False)
    one, _ = service(live, secret="")
    assert one.probe() == "LG Inform Plus lists 2 indicators."
    assert "Signature" not in live.asked[0]


def test_without_a_key_nothing_is_asked():
    one, asked = service(Live(), key="")
    for call in (lambda: one.search("work"), lambda: one.describe("3333"), one.probe):
        with pytest.raises(KeyMissing, match="LG Inform Plus application key is not there"):
            call()
    assert asked == []


def test_key_secret_and_signature_show_nowhere():
    fetched = fetch()
    made = (
        [r.url for r in fetched.replies] + [c.text() for c in fetched.figures.citations.values()] + list(fetched.notes)
    )
    with pytest.raises(KeyMissing) as refused:
        service(Live(), secret="wrong")[0].fetch(
            Query(dataset="3333", areas=("E08000001",), periods=("latest",)), AREAS
        )
    made += traceback.format_exception(refused.value)
    made.append(repr(service(Live())[0].__dict__))
    for text in made:
        for hidden in (KEY, "AbC%2BdEf%2F123", SECRET, "Signature="):
            assert hidden not in text


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_is_read_row_by_column():
    fetched = fetch()
    frame = fetched.figures.frame.set_index(["area_code", "period_end"])
    assert frame.loc[("E08000001", "2023-03-31"), "value"] == 42.0
    missing = frame.loc[("E92000001", "2023-03-31")]
    assert missing[["value"]].isna().all()
    assert missing["flag"] == "not available"
    assert set(frame["unit"]) == {"percent"}
    assert set(frame["vintage"]) == {"2023"}
    cited = fetched.figures.citation()
    assert cited.title == "Adults with a qualification (%)"
    assert cited.locator == "LG Inform Plus, indicator 3333, E08000001, E92000001, latest:2"


def test_it_is_asked_for_what_the_query_says():
    live = Live()
    query = Query(dataset="3333", level="MLSOA", within=("E08000001",), periods=("latest",), choices=FINANCIAL)
    service(live)[0].fetch(query, AREAS)
    asked = {k: v for k, v in live.asked[-1].items() if k not in ("ApplicationKey", "Signature")}
    assert asked == {
        "value.valueType": "raw",
        "metricType": "3333",
        "area": "E08000001:MLSOA",
        "period": "latest",
        "columnGrouping": "period",
        "rowGrouping": "area",
    }


def test_many_areas_are_asked_for_in_parts():
    class Echo(Live):
        def __call__(self, request):
            areas = dict(parse_qsl(request.url.query.decode())).get("area", "").split(",")
            self.body = table([(1.0,)] * len(areas), ("2022",), areas)
            return super().__call__(request)

    live = Echo()
    codes = tuple(f"E07{n:06}" for n in range(120))
    fetched = service(live)[0].fetch(Query(dataset="3333", areas=codes, periods=("latest",)), AREAS)
    assert [len(q["area"].split(",")) for q in live.asked if "area" in q] == [50, 50, 20]
    assert len(fetched.figures) == 120
    assert len(fetched.unresolved) == 120


def test_an_area_that_gave_nothing_and_a_mark_in_place_of_a_figure_are_told():
    body = table(((1.5,),), ("2022",), ("E08000001",))
    body["rows"][0]["values"][0] = {"value": None, "formatted": "Suppressed"}
    fetched = fetch(body)
    assert fetched.figures.frame.iloc[0]["flag"] == "noted"
    assert fetched.notes == (
        "1 figure: shown as “Suppressed” by the publisher.",
        "1 area gave no figure: E92000001.",
    )


@pytest.mark.parametrize(("shown", "value"), [("1,234.5", 1234.5), ("-3", -3.0)])
def test_a_cell_with_only_a_shown_value_is_read(shown, value):
    body = table(((1.5,),), ("2022",), ("E08000001",))
    body["rows"][0]["values"][0] = {"formatted": shown}
    assert fetch(body).figures.frame.iloc[0]["value"] == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": ["no"]}, "lacks columns, rows"),
        ({**table(), "rows": {}}, "unknown shape"),
        (table(((1.0,),), ("2021/22", "2022/23"), ("E08000001",)), "not as wide"),
        ({**table(), "columns": [{"period": {}}, {"period": {}}]}, "lacks label"),
        (json.loads(json.dumps(table()).replace("3333", "4444")), "indicator 4444"),
        (table((("many", 42.0), (60.1, None))), "where a number belongs"),
        (table(areas=("E08000001", "E08000001")), "same key"),
        (b"", "empty"),
        (b'{"columns": [', "whole JSON"),
        (b"<html><body>Sign in</body></html>", "web page"),
    ],
)
def test_status_200_with_something_else_is_an_error(body, said):
    with pytest.raises(SourceUnavailable, match=said):
        fetch(body)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"areas": ()}, "must be named"),
        ({"areas": (), "within": ("E92000001",)}, "must be named"),
        ({"areas": ("E08000001&ApplicationKey=x",)}, "is not an area"),
        ({"periods": ()}, "A period must be named"),
        ({"choices": (Choice(dimension="sex", codes=("1",)),)}, "no dimension sex"),
        ({"choices": (Choice(dimension="year type", codes=("tax",)),)}, "financial, academic"),
    ],
)
def test_what_cannot_be_asked_is_told(query, said):
    with pytest.raises(Refused, match=said):
        fetch(**query)


def test_search_and_describe():
    one, _ = service(Live())
    assert [(f.id, f.title, f.note) for f in one.search("OUT work")] == [
        ("12", "People out of work", "Discontinued by its publisher.")
    ]
    said = one.describe("3333")
    assert said.notes == ("Discontinued by its publisher.",)
    assert [c.id for c in said.dimension("year type").codes] == ["financial", "academic"]
    with pytest.raises(Refused, match="not the number"):
        one.describe("Adults")
    with pytest.raises(Refused, match="404"):
        one.describe("1")


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "starts", "first", "last"),
    [
        ("2019", None, "2019-01-01", "2019-12-31"),
        ("2019/20", 4, "2019-04-01", "2020-03-31"),
        ("2019/20", 9, "2019-09-01", "2020-08-31"),
        ("2019/20 Q4", 4, "2020-01-01", "2020-03-31"),
        ("May 2020", None, "2020-05-01", "2020-05-31"),
        ("2020 Q2", None, "2020-04-01", "2020-06-30"),
    ],
)
def test_periods_are_turned_into_days(label, starts, first, last):
    assert days(label, starts, REPLY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(("label", "starts"), [("2019/20", None), ("2019/21", 4), ("2011-12", 4), ("Spring", 4)])
def test_a_period_that_needs_a_guess_is_refused(label, starts):
    with pytest.raises(SourceUnavailable):
        days(label, starts, REPLY)


def test_the_remedy_for_an_open_year_is_the_choice():
    with pytest.raises(SourceUnavailable) as refused:
        fetch(choices=())
    assert "Choose “financial” or “academic” for the year type" in refused.value.remedy
