"""Every fault of a service, once for each adapter, over real sockets: asked again where that helps, else one error."""

import re

import pytest
from misbehaving import Say

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Query
from workbench.errors import SourceUnavailable, WorkbenchError
from workbench.sources.services.cache import ReplyCache
from workbench.sources.services.client import HttpClient
from workbench.sources.services.fingertips import Fingertips
from workbench.sources.services.keys import Secret
from workbench.sources.services.lginform import LgInform
from workbench.sources.services.ons import Ons
from workbench.sources.services.scotland import Scotland
from workbench.sources.services.statswales import StatsWales

LIST = "URI,Name,Publisher\r\nhttp://statistics.gov.scot/data/a,A,B\r\n"
KEYS = (Secret("a-key-of-a-test"), Secret("a-secret-of-a-test"))
SERVICES = {
    "scotland": (Scotland, Say.csv(LIST), "statistics.gov.scot lists 1 data sets."),
    "statswales": (
        StatsWales,
        Say.json({"data": [{"id": "1", "title": "A"}], "count": 1}),
        "StatsWales lists 1 data sets.",
    ),
    "ons": (Ons, Say.json({"items": [{"id": "a"}], "total_count": 1}), "The ONS API lists 1 data sets."),
    "fingertips": (Fingertips, Say.json([{"Id": 15, "Name": "England"}]), "Fingertips lists 1 kinds of area."),
    "lginform": (
        lambda client, base_url: LgInform(client, *KEYS, base_url),
        Say.json({"metricType-array": [{"identifier": 1, "label": "A"}]}),
        "LG Inform Plus lists 1 indicators.",
    ),
}


@pytest.fixture(params=SERVICES)
def adapter(request, server, tmp_path):
    """A service at the misbehaving server, its good answer, and what it then says."""
    make, good, said = SERVICES[request.param]
    client = HttpClient(request.param, ReplyCache(tmp_path / "cache"), sleep=lambda _: None)
    return make(client, base_url=server.url), good, said


@pytest.mark.parametrize(
    "fault",
    [
        Say(500),
        Say(503, headers={"Retry-After": "1"}),
        Say(429, b'{"message":"Too many requests, please try again later."}', {"Retry-After": "1"}),
        Say(429),
        Say(reset=True),
        Say(body=b"URI,Name", length=5000),
        Say(body=b"URI,Name,Publisher", broken_after=4),
        Say.page(),
        Say(body=b""),
    ],
    ids=["500", "503", "429 with Retry-After", "429", "reset", "cut off", "broken off", "web page", "empty"],
)
def test_one_fault_and_then_the_answer_is_the_answer(adapter, server, fault):
    service, good, said = adapter
    server.will(fault, good)
    assert service.probe() == said
    assert len(server.asked) == 2


def test_an_answer_packed_and_cut_off_is_asked_for_again(adapter, server):
    service, good, said = adapter
    server.will(good.packed(cut=6), good.packed())
    assert service.probe() == said


@pytest.mark.parametrize(
    "fault",
    [
        *(Say(status, b"No.") for status in (400, 401, 403, 404, 422)),
        Say(500),
        Say.page(),
        Say(body=b""),
        Say.json({"error": "Query is incomplete"}),
        Say.json({"error": {"code": 400, "message": "no", "details": []}}),
        Say(body=b"\x00\xff\xfe binary"),
        Say.csv("Other,Columns\r\n1,2\r\n"),
    ],
)
def test_a_fault_that_stays_is_one_error_in_words_and_is_not_kept(adapter, server, fault):
    service, good, said = adapter
    server.answers(lambda asked: fault)
    with pytest.raises(SourceUnavailable) as refused:
        service.probe()
    assert re.match(r"[A-Z“]", refused.value.message)
    assert refused.value.remedy
    for secret in KEYS:
        assert secret.reveal() not in f"{refused.value}"
    server.answers(lambda asked: good)
    assert service.probe() == said


def test_a_good_answer_is_kept_and_not_asked_for_again(adapter, server):
    service, good, said = adapter
    server.will(good)
    assert service.probe() == said == service.probe()
    assert len(server.asked) == 1


# --- a long pull goes on where it stopped -----------------------------------------------------------------------------

AREAS = AreaRegister.of([Area("S12000033", "Aberdeen City", "district", "2019")])
STRUCTURE = "dimension,label\r\n" + "".join(
    f"http://purl.org/linked-data/{end},\r\n"
    for end in ("sdmx/2009/dimension#refArea", "sdmx/2009/dimension#refPeriod", "cube#measureType")
)


def observations(count):
    rows = (
        "http://statistics.gov.scot/id/statistical-geography/S12000033,"
        f"http://reference.data.gov.uk/id/day/2001-{1 + n // 28 % 12:02}-{1 + n % 28:02},"
        f"http://statistics.gov.scot/def/measure-properties/m{n // 336},,{n}"
        for n in range(count)
    )
    return list(rows)


def test_an_interrupted_pull_reads_what_it_had_from_the_cache(server, tmp_path):
    rows = observations(12_000)
    broken = {"at": 10_000}

    def answer(asked):
        query = asked.body.decode()
        if "COUNT" in query:
            return Say.csv(f"rows\r\n{len(rows)}\r\n")
        if "dimension" in query and "OFFSET" not in query and "structure" in query:
            return Say.csv(STRUCTURE)
        if "OFFSET" not in query:
            return Say.csv(LIST)
        start = int(re.search(r"OFFSET\+(\d+)", query)[1])
        if start == broken["at"]:
            return Say(reset=True)
        page = "\r\n".join(["refArea,refPeriod,measureType,unitMeasure,value", *rows[start : start + 10_000]])
        return Say.csv(f"{page}\r\n")

    server.answers(answer)
    service = Scotland(HttpClient("Scotland", ReplyCache(tmp_path), sleep=lambda _: None), base_url=server.url)
    with pytest.raises(WorkbenchError):
        service.fetch(Query(dataset="a"), AREAS)
    broken["at"] = -1
    before = len(server.asked)
    fetched = service.fetch(Query(dataset="a"), AREAS)
    assert len(fetched.figures) == 12_000
    assert len(server.asked) == before + 1
    assert [r.cached for r in fetched.replies] == [True, True, False]
    assert len({r.sha256 for r in fetched.replies}) == 3
