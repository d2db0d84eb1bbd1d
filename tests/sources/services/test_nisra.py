"""The NISRA Data Portal against replies recorded in March and June 2025, which lie in ../shared."""

import hashlib
import json
from datetime import UTC, date, datetime

import pytest
import yaml
from misbehaving import Say

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.errors import DataError, FigureMissing, Refused, SourceUnavailable
from workbench.sources.services.client import HttpClient
from workbench.sources.services.contract import Reply
from workbench.sources.services.nisra import BASE_URL, Nisra
from workbench.sources.services.pxstat import period

BELFAST, NI = "N09000003", "N92000002"
AREAS = AreaRegister.of([Area(NI, "Northern Ireland", "nation"), Area(BELFAST, "Belfast City", "district", "2014", NI)])


class Recorded:
    """A client that has these replies and no others; it checks each as the real one does."""

    def __init__(self, replies):
        self.replies = replies
        self.asked = []

    def get(self, url, params=None, *, check, **_):
        self.asked.append(url)
        status, content = self.replies[url]
        reply = Reply(url, status, {}, content, datetime(2025, 3, 26, tzinfo=UTC), hashlib.sha256(content).hexdigest())
        check(reply)
        return reply


def cassette(shared, name):
    """Address, status and body of a recorded VCR file."""
    path = shared / "recorded" / "nisra" / f"nisrarr_{name}.yml"
    one = yaml.safe_load(path.read_text("utf-8"))["http_interactions"][0]
    response = one["response"]
    return {one["request"]["uri"]: (response["status"]["status_code"], response["body"]["string"].encode())}


@pytest.fixture
def claimants(shared):
    return Nisra(Recorded(cassette(shared, "nisra_read_dataset")))


@pytest.fixture
def benefits(shared):
    return Nisra(Recorded(cassette(shared, "geography")))


def altered(shared, name, **changes):
    """A recorded reply with some keys changed."""
    ((url, (status, content)),) = cassette(shared, name).items()
    return Nisra(Recorded({url: (status, json.dumps({**json.loads(content), **changes}).encode())}))


# --- whole tables -----------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_the_whole_table_comes_with_its_figures(claimants):
    frame = claimants.fetch(Query(dataset="CCMLGD"), AREAS).figures.frame
    assert len(frame) == 5_808
    first = frame.iloc[0]
    assert (first["value"], first["area_code"], first["level"]) == (29_573, NI, "nation")
    assert (first["measure"], first["unit"], first["flag"]) == ("CCMLGD.CCN", "count", "")
    assert (first["period_start"].date(), first["period_end"].date()) == (date(2005, 1, 1), date(2005, 1, 31))
    assert frame["value"].notna().all()
    assert frame.loc[frame["measure"] == "CCMLGD.CCP", "unit"].unique().tolist() == ["percent"]


@pytest.mark.shared
def test_the_recorded_json_and_the_cassette_say_the_same(claimants, shared):
    url = f"{BASE_URL}/PxStat.Data.Cube_API.ReadDataset/CCMLGD/JSON-stat/2.0/en"
    other = Nisra(Recorded({url: (200, (shared / "recorded/nisra/CCMLGD_jsonstat2.json").read_bytes())}))
    one, two = (s.fetch(Query(dataset="CCMLGD"), AREAS).figures.frame for s in (claimants, other))
    assert one.equals(two)


@pytest.mark.shared
def test_the_break_in_the_series_is_told(claimants):
    fetched = claimants.fetch(Query(dataset="CCMLGD"), AREAS)
    (note,) = [n for n in fetched.notes if "Universal Credit" in n]
    assert note.startswith("NISRA says: ")
    assert "from September 2017" in note
    assert "[url" not in note


@pytest.mark.shared
def test_areas_that_the_register_does_not_hold_are_kept_and_named(claimants):
    fetched = claimants.fetch(Query(dataset="CCMLGD", periods=("2025M02",)), AREAS)
    assert len(fetched.unresolved) == 10
    frame = fetched.figures.frame.set_index("area_code")
    assert set(frame.loc[[BELFAST], "area_name"]) == {"Belfast City"}
    assert set(frame.loc[["N09000001"], "area_name"]) == {"Antrim and Newtownabbey"}
    assert set(frame.loc[["N09000001"], "vintage"]) == {"2014"}


@pytest.mark.shared
def test_every_figure_says_where_it_came_from(claimants):
    fetched = claimants.fetch(Query(dataset="CCMLGD"), AREAS)
    citation = fetched.figures.citation()
    assert (citation.locator, citation.title) == ("CCMLGD", "Claimant Count Monthly Data")
    assert (citation.published, citation.retrieved) == (date(2025, 3, 21), date(2025, 3, 26))
    assert [r.sha256 for r in fetched.replies] == [hashlib.sha256(fetched.replies[0].content).hexdigest()]


# --- the query's choices ----------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_choices_are_taken_from_the_whole_table(claimants):
    query = Query(
        dataset="CCMLGD", areas=(BELFAST,), periods=("2025M01", "latest"),
        choices=(Choice(dimension="STATISTIC", codes=("CCN",)),),
    )  # fmt: skip
    frame = claimants.fetch(query, AREAS).figures.frame
    assert frame["period_start"].dt.strftime("%Y-%m").tolist() == ["2025-01", "2025-02"]
    assert frame["area_code"].unique().tolist() == [BELFAST]


@pytest.mark.shared
def test_the_districts_of_northern_ireland(claimants):
    query = Query(dataset="CCMLGD", level="LGD2014", within=(NI,), periods=("latest",))
    assert claimants.fetch(query, AREAS).figures.frame["area_code"].nunique() == 11


@pytest.mark.shared
def test_all_that_is_missing_is_named_at_once(claimants):
    query = Query(
        dataset="CCMLGD", level="DZ2021", areas=("E08000001",), periods=("2031M01",),
        choices=(Choice(dimension="SEX", codes=("1",)), Choice(dimension="STATISTIC", codes=("CCX",))),
    )  # fmt: skip
    with pytest.raises(FigureMissing) as caught:
        claimants.fetch(query, AREAS)
    for missing in ("DZ2021", "E08000001", "2031M01", "SEX", "CCX"):
        assert missing in caught.value.message


@pytest.mark.shared
def test_a_total_that_the_publisher_gives_can_be_asked_for(claimants):
    query = Query(
        dataset="CCMLGD", periods=("latest",),
        choices=(Choice(dimension="LGD2014", total=True), Choice(dimension="STATISTIC")),
    )  # fmt: skip
    frame = claimants.fetch(query, AREAS).figures.frame
    assert frame["area_code"].unique().tolist() == [NI]
    assert len(frame) == 2


@pytest.mark.shared
def test_a_total_that_there_is_not_is_refused(claimants):
    with pytest.raises(FigureMissing, match="a total of Statistic"):
        claimants.fetch(Query(dataset="CCMLGD", choices=(Choice(dimension="STATISTIC", total=True),)), AREAS)


# --- what a reader must know ------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_rows_that_are_no_area_are_kept_apart_and_told(benefits):
    fetched = benefits.fetch(Query(dataset="BSAA"), AREAS)
    frame = fetched.figures.frame
    assert len(frame) == 1_400
    assert frame.loc[frame["area_code"] == "Unknown", "level"].unique().tolist() == ["elsewhere"]
    assert "Unknown" in fetched.unresolved
    assert any(note.startswith("UNKNOWN is among the areas, without a GSS code") for note in fetched.notes)


@pytest.mark.shared
def test_constituencies_are_kept_under_a_level_of_their_own(benefits):
    frame = benefits.fetch(Query(dataset="BSAA", areas=("N06000002",)), AREAS).figures.frame
    assert frame["level"].unique().tolist() == ["constituency"]


@pytest.mark.shared
def test_rounding_that_the_publisher_states_is_flagged(benefits):
    assert benefits.fetch(Query(dataset="BSAA"), AREAS).figures.frame["flag"].unique().tolist() == ["rounded-10"]


@pytest.mark.shared
def test_a_cell_that_is_not_there_stays_missing(shared):
    cube = json.loads((shared / "recorded/nisra/CCMLGD_jsonstat2.json").read_bytes())
    nisra = altered(
        shared, "nisra_read_dataset", value=[None, *cube["value"][1:]], status={"0": "suppressed", "1": "x"}
    )
    fetched = nisra.fetch(Query(dataset="CCMLGD"), AREAS)
    first, second = fetched.figures.frame.iloc[0], fetched.figures.frame.iloc[1]
    assert first[["value"]].isna().all()
    assert (first["flag"], second["flag"]) == ("suppressed", "")
    assert any("suppressed, x" in note for note in fetched.notes)


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_an_unknown_table_is_told_by_its_code(shared):
    with pytest.raises(SourceUnavailable, match="There is no table notacode"):
        Nisra(Recorded(cassette(shared, "missing_dataset"))).fetch(Query(dataset="notacode"), AREAS)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["nisra_data_portal_application_error", "nisra_data_portal_request_uses_parameters"])
def test_a_refused_method_is_told_in_the_services_words(shared, name):
    ((_, answer),) = cassette(shared, name).items()
    url = f"{BASE_URL}/PxStat.Data.Cube_API.ReadDataset/CCMLGD/JSON-stat/2.0/en"
    with pytest.raises(SourceUnavailable, match="answered 400 and said “RESTful method not found”"):
        Nisra(Recorded({url: answer})).fetch(Query(dataset="CCMLGD"), AREAS)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["missing_dataset", "nisra_data_portal_application_error"])
def test_recorded_refusals_over_the_wire_are_not_asked_again(shared, server, name):
    ((_, (status, content)),) = cassette(shared, name).items()
    server.answers(lambda _: Say(status, content))
    nisra = Nisra(HttpClient("NISRA", sleep=lambda _: None), f"{server.url}/public/api.restful")
    with pytest.raises(Refused) as caught:
        nisra.fetch(Query(dataset="notacode"), AREAS)
    assert content.decode() in caught.value.message
    assert len(server.asked) == 1


@pytest.mark.shared
def test_a_table_over_the_wire(shared, server):
    ((uri, (_, content)),) = cassette(shared, "nisra_read_dataset").items()
    server.answers(lambda asked: Say(200, content) if uri.endswith(asked.path) else Say(404))
    nisra = Nisra(HttpClient("NISRA", sleep=lambda _: None), f"{server.url}/public/api.restful")
    told = []
    fetched = nisra.fetch(Query(dataset="CCMLGD"), AREAS, told.append)
    assert (len(fetched.figures), fetched.figures.frame["value"].iloc[0]) == (5_808, 29_573)
    assert (told[-1].done, told[-1].of) == (1, 1)


@pytest.mark.shared
def test_a_web_page_in_place_of_a_table_is_refused(server):
    server.answers(lambda _: Say.page("Down for maintenance"))
    with pytest.raises(SourceUnavailable, match="not whole JSON"):
        Nisra(HttpClient("NISRA", sleep=lambda _: None), server.url).fetch(Query(dataset="CCMLGD"), AREAS)


@pytest.mark.shared
def test_another_table_than_the_one_asked_for_is_refused(shared):
    with pytest.raises(SourceUnavailable, match="CCMLGD was asked for and “BSAA” came"):
        altered(shared, "nisra_read_dataset", extension={"matrix": "BSAA"}).fetch(Query(dataset="CCMLGD"), AREAS)


@pytest.mark.shared
def test_a_table_cut_short_is_refused(shared):
    with pytest.raises(SourceUnavailable, match="holds 3 of value where its sizes say 5,808"):
        altered(shared, "nisra_read_dataset", value=[1, 2, 3]).fetch(Query(dataset="CCMLGD"), AREAS)


def test_a_code_that_would_leave_the_address_is_refused():
    client = Recorded({})
    with pytest.raises(DataError, match="not the code of a table"):
        Nisra(client).describe("../../other")
    assert client.asked == []


# --- search and describe ----------------------------------------------------------------------------------------------


@pytest.fixture
def catalogue(shared):
    return Nisra(Recorded(cassette(shared, "nisra_search")), since="2024-10-14")


@pytest.mark.shared
def test_search_finds_by_code_title_and_dimension(catalogue):
    found = catalogue.search("claimant count")
    assert found[0].title.startswith("Claimant Count")
    assert catalogue.search("ccmlgd")[0].id == "CCMLGD"
    assert "Local Government District" in catalogue.search("claimant district")[0].note
    assert catalogue.search("no such table anywhere") == ()


@pytest.mark.shared
def test_describe_lists_dimensions_kinds_and_the_code_for_all(shared):
    ((_, answer),) = cassette(shared, "nisra_read_dataset").items()
    url = f"{BASE_URL}/PxStat.Data.Cube_API.ReadMetadata/CCMLGD/JSON-stat/2.0/en"
    nisra = Nisra(Recorded({url: answer}))
    said = nisra.describe("CCMLGD")
    assert [(d.id, d.role, len(d.codes)) for d in said.dimensions] == [
        ("STATISTIC", "measure", 2), ("TLIST(M1)", "time", 242), ("LGD2014", "area", 12),
    ]  # fmt: skip
    assert said.dimensions[2].default == NI
    assert [(k.id, k.level, k.vintage) for k in said.kinds] == [("LGD2014", "district", "2014")]
    assert "runs to 2025M02" in nisra.probe()


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "label", "first", "last"),
    [
        ("2023", "Year", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023M02", "Month", date(2023, 2, 1), date(2023, 2, 28)),
        ("2023Q4", "Quarter", date(2023, 10, 1), date(2023, 12, 31)),
        ("2023H2", "Half year", date(2023, 7, 1), date(2023, 12, 31)),
        ("2020W53", "Week", date(2020, 12, 28), date(2021, 1, 3)),
        ("2022/23", "Academic Year", date(2022, 8, 1), date(2023, 7, 31)),
        ("2019/20-2021/22", "Grouped Financial Year", date(2019, 4, 1), date(2022, 3, 31)),
        ("1999/00", "Financial year", date(1999, 4, 1), date(2000, 3, 31)),
        ("2017-19", "Grouped Year", date(2017, 1, 1), date(2019, 12, 31)),
    ],
)
def test_periods(code, label, first, last):
    assert period(code, label) == (first, last)


@pytest.mark.parametrize(
    ("code", "label"),
    [("2022/23", "Year"), ("2022/24", "Financial Year"), ("2023M13", "Month"), ("2023Q5", "Quarter"),
     ("2021W54", "Week"), ("Spring", "Term"), ("2019-17", "Grouped Year")],
)  # fmt: skip
def test_a_period_that_is_not_understood_is_refused(code, label):
    with pytest.raises(SourceUnavailable, match="is not understood"):
        period(code, label)


@pytest.mark.shared
def test_every_period_code_of_the_recorded_list_is_understood(shared):
    ((_, (_, content)),) = cassette(shared, "nisra_search").items()
    for item in json.loads(content)["link"]["item"]:
        for name, dimension in item["dimension"].items():
            if name.startswith("TLIST"):
                for code in dimension["category"].get("index", []):
                    first, last = period(code, dimension["label"])
                    assert first < last
