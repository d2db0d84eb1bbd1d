"""ONS Open Geography: a small ArcGIS server as Esri describes it. No reply of the live service is held."""

import json

import pytest
from misbehaving import Say

from workbench.domain.area_tables import AreasRecipe, TableRecipe
from workbench.errors import Cancelled, Refused, SourceUnavailable, UnknownArea
from workbench.sources.areas_build import NotWhole
from workbench.sources.services.cache import ReplyCache
from workbench.sources.services.client import HttpClient
from workbench.sources.services.geography import OpenGeography, update_areas

ROWS = [
    {"ObjectId": n, "LSOA11CD": f"E0100000{n}", "LSOA21CD": f"E0100000{n}", "CHGIND": "U", "LAD22CD": "E09000001"}
    for n in range(1, 6)
]
LADS = [{"ObjectId": n, "LAD25CD": f"E0800000{n}", "LAD25NM": f"District {n}"} for n in range(1, 6)]
SQUARE = {"type": "Polygon", "coordinates": [[[-2.5, 53.5], [-2.4, 53.5], [-2.4, 53.6], [-2.5, 53.5]]]}


class ArcGis:
    """Services that a test can spoil: each has rows, a kind of geometry and at most two rows a page."""

    def __init__(self, page=2):
        self.page = page
        self.services = {
            "LSOA11_LSOA21_LAD22_EW_LU": (ROWS, None),
            "LAD_MAY_2025_UK_BUC": (LADS, "esriGeometryPolygon"),
            "LAD_PWC": (LADS, "esriGeometryPoint"),
        }
        self.spoil = {}  # by what is asked: list, root, layer, count, page

    def __call__(self, asked):
        path, query = asked.path.strip("/").split("/"), asked.query
        kind, said = self.answer(path, query)
        spoil = self.spoil.get(kind)
        said = spoil(said, query) if spoil else said
        return said if isinstance(said, Say) else Say.json(said)

    def answer(self, path, query):
        if path == [""]:
            listed = [{"name": n, "type": "FeatureServer", "url": "x"} for n in self.services]
            return "list", {"services": [*listed, {"name": "Map", "type": "MapServer", "url": "x"}]}
        if path[0] not in self.services:
            return "none", {"error": {"code": 400, "message": "Invalid URL", "details": []}}
        rows, geometry = self.services[path[0]]
        part = [{"id": 0, "name": path[0]}]
        if path[-1] == "FeatureServer":
            return "root", {"layers": part if geometry else [], "tables": [] if geometry else part}
        if path[-1] != "query":
            fields = [{"name": n, "type": "esriFieldTypeOID" if n == "ObjectId" else "text"} for n in rows[0]]
            return "layer", {"fields": fields, "maxRecordCount": self.page, "geometryType": geometry}
        return self.rows(rows, geometry, query)

    def rows(self, rows, geometry, query):
        if " IN (" in query["where"]:
            column, codes = query["where"].split(" IN ")
            rows = [r for r in rows if f"'{r[column]}'" in codes]
        if "returnCountOnly" in query:
            return "count", {"count": len(rows)}
        assert query["orderByFields"] == "ObjectId"
        start, most = int(query["resultOffset"]), int(query["resultRecordCount"])
        some = rows[start : start + most]
        if query["f"] == "json":
            return "page", {"features": [{"attributes": r} for r in some]}
        assert query["outSR"] == "4326"
        shape = SQUARE if geometry == "esriGeometryPolygon" else {"type": "Point", "coordinates": [-2.4, 53.6]}
        features = [{"type": "Feature", "properties": r, "geometry": shape} for r in some]
        return "page", {"type": "FeatureCollection", "features": features}


@pytest.fixture
def gis(server):
    answers = ArcGis()
    server.answers(answers)
    return answers


@pytest.fixture
def client(tmp_path):
    return HttpClient("ONS Open Geography", ReplyCache(tmp_path / "cache"), sleep=lambda _: None)


@pytest.fixture
def service(server, gis, client):
    return OpenGeography(client, server.url)


def test_services_are_found_by_words_of_their_names(service):
    assert [f.id for f in service.search("lad 2025")] == ["LAD_MAY_2025_UK_BUC"]
    assert "Map" not in service.names()
    assert service.probe() == "ONS Open Geography lists 3 services."


def test_an_empty_list_is_asked_for_again(server, service):
    server.will(Say.json({"services": []}))
    assert len(service.names()) == 3
    server.answers(lambda asked: Say.json({"services": []}))
    with pytest.raises(SourceUnavailable, match="empty"):
        OpenGeography(HttpClient("x", sleep=lambda _: None), server.url).names()


def test_a_table_is_read_page_by_page_to_the_number_counted_first(server, service):
    told = []
    table = service.table("LSOA11_LSOA21_LAD22_EW_LU", lambda done, of: told.append((done, of)))
    assert list(table.rows) == ROWS
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len(table.replies) == 4
    assert [a.query["resultOffset"] for a in server.asked if "resultOffset" in a.query] == ["0", "2", "4"]


def test_points_stand_beside_the_attributes(service):
    table = service.table("LAD_PWC")
    assert (table.rows[0]["geometry_x"], table.rows[0]["geometry_y"]) == (-2.4, 53.6)


def cut(said, query):
    return {**said, "features": said["features"][:-1]}


def first_again(said, query):
    return {"features": [{"attributes": r} for r in ROWS[: len(said["features"])]]}


def error(said, query):
    return {"error": {"code": 500, "message": "Cannot perform query", "details": []}}


def page(said, query):
    return Say.page()


def nothing(said, query):
    return Say(200, b"")


def half(said, query):
    body = json.dumps(said).encode()
    return Say(200, body[: len(body) // 2])


def other_columns(said, query):
    return {"features": [{"attributes": {"FID": 1}} for _ in said["features"]]}


@pytest.mark.parametrize("fault", [cut, first_again, error, page, nothing, half, other_columns])
def test_a_page_that_is_not_whole_is_never_taken(service, gis, fault):
    gis.spoil["page"] = fault
    with pytest.raises(SourceUnavailable):
        service.table("LSOA11_LSOA21_LAD22_EW_LU")
    gis.spoil.clear()
    assert len(service.table("LSOA11_LSOA21_LAD22_EW_LU").rows) == 5


@pytest.mark.parametrize("kind", ["list", "root", "layer", "count"])
@pytest.mark.parametrize("fault", [error, page, nothing, half])
def test_a_fault_that_goes_away_is_got_over(service, gis, kind, fault):
    def once(said, query):
        gis.spoil.clear()
        return fault(said, query)

    gis.spoil[kind] = once
    service.names()
    assert len(service.table("LSOA11_LSOA21_LAD22_EW_LU").rows) == 5


def test_pages_that_were_kept_and_do_not_fit_are_asked_for_again(service, gis):
    def once(said, query):
        if query["resultOffset"] == "2":
            gis.spoil.clear()
            return first_again(said, query)
        return said

    gis.spoil["page"] = once
    assert list(service.table("LSOA11_LSOA21_LAD22_EW_LU").rows) == ROWS


def test_a_page_that_is_too_short_without_a_reason_is_asked_for_again(server, service, gis):
    def once(said, query):
        gis.spoil.clear()
        return cut(said, query)

    gis.spoil["page"] = once
    assert list(service.table("LSOA11_LSOA21_LAD22_EW_LU").rows) == ROWS
    assert [a.query["resultOffset"] for a in server.asked if "resultOffset" in a.query] == ["0", "0", "2", "4"]


def test_a_page_that_stopped_early_and_says_so_is_gone_on_from(service, gis):
    def short(said, query):
        left = cut(said, query) if len(said["features"]) > 1 else said
        return {**left, "exceededTransferLimit": True}

    gis.spoil["page"] = short
    assert list(service.table("LSOA11_LSOA21_LAD22_EW_LU").rows) == ROWS


def test_a_service_that_is_not_there_is_said(service):
    with pytest.raises(Refused, match="Search"):
        service.table("LAD_MAY_1999")


def test_boundaries_come_as_geojson_of_the_areas_asked_for(service):
    shapes, replies = service.boundaries("LAD_MAY_2025_UK_BUC", ["E08000001", "E08000004", "E08000005"])
    assert [f["properties"]["LAD25CD"] for f in shapes["features"]] == ["E08000001", "E08000004", "E08000005"]
    assert shapes["features"][0]["geometry"] == SQUARE
    assert len(replies) == 3
    assert len(service.boundaries("LAD_MAY_2025_UK_BUC")[0]["features"]) == 5


@pytest.mark.parametrize("service_name", ["LAD_MAY_2025_UK_BUC", "LAD_PWC"])
@pytest.mark.parametrize("coordinates", [[[[447160, 531474], [447161, 531474]]], [53.5, -2.5], [], [["x", 1]]])
def test_shapes_in_metres_or_turned_round_are_refused(service, gis, service_name, coordinates):
    def spoil(said, _):
        return {**said, "features": [{**f, "geometry": {"coordinates": coordinates}} for f in said["features"]]}

    gis.spoil["page"] = spoil
    ask = service.table if service_name == "LAD_PWC" else service.boundaries
    with pytest.raises(SourceUnavailable, match="WGS 84"):
        ask(service_name)


@pytest.mark.parametrize("codes", [["E08000099"], ["E08000001' OR '1'='1"], ["x"]])
def test_boundaries_of_what_is_no_area_there_are_refused(service, codes):
    with pytest.raises(UnknownArea):
        service.boundaries("LAD_MAY_2025_UK_BUC", codes)


def test_boundaries_are_not_asked_of_a_lookup(service):
    with pytest.raises(Refused, match="no boundaries"):
        service.boundaries("LSOA11_LSOA21_LAD22_EW_LU")


# --- the register -----------------------------------------------------------------------------------------------------

RECIPE = {
    "title": "Small",
    "tables": [
        {
            "id": "lookup", "title": "Lookup", "url": "x", "files": ["lookup.csv"],
            "services": ["LSOA11_LSOA21_LAD22_EW_LU_v9", "LSOA11_LSOA21_LAD22_EW_LU"],
            "areas": [
                {"level": "LSOA", "vintage": "2021", "code": ["LSOA21CD"], "parent": ["LAD22CD"]},
                {"level": "district", "vintage": "2022", "code": ["LAD22CD"]},
            ],
        },
        {
            "id": "places", "title": "Places", "url": "x", "search": "LAD PWC", "needed": False,
            "areas": [
                {"level": "district", "vintage": "", "code": ["LAD25CD"], "lon": ["geometry_x"],
                 "lat": ["geometry_y"], "of_another": True},
            ],
        },
        {"id": "zones", "title": "Zones of Scotland", "url": "x", "files": ["zones.csv"], "needed": False},
    ],
    "expected": [
        {
            "level": "LSOA", "vintage": "2021", "count": 5, "table": "lookup",
            "source": {"publisher": "ONS", "title": "t"},
        },
    ],
}  # fmt: skip


def recipe(count=5):
    said = json.loads(json.dumps(RECIPE))
    said["expected"][0]["count"] = count
    return AreasRecipe.model_validate_json(json.dumps(said))


def test_the_register_is_built_from_the_services_of_the_recipe(server, gis, client):
    told = []
    tables = update_areas(client, recipe(), lambda *said: told.append(said), base_url=server.url)
    assert len(tables.areas) == 6
    assert tables.areas[0].parent == "E09000001"
    first = tables.sources[0]
    assert (first.name, first.rows, len(first.sha256)) == ("LSOA11_LSOA21_LAD22_EW_LU", 5, 64)
    assert first.url.startswith(server.url)
    assert "Zones of Scotland: not there when the register was built." in tables.notes
    assert (0, 3, "Lookup: 4 of 5 rows") in told


def test_a_register_that_was_stopped_goes_on_from_what_is_kept(server, gis, client):
    def stop(done, of, doing):
        if "4 of 5" in doing:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        update_areas(client, recipe(), stop, base_url=server.url)
    before = [a.target for a in server.asked]
    update_areas(client, recipe(), base_url=server.url)
    again = [a.target for a in server.asked[len(before) :]]
    assert not set(before) & set(again)


def test_a_register_of_another_size_is_refused(server, gis, client):
    with pytest.raises(NotWhole, match="5 areas where ONS counts 6"):
        update_areas(client, recipe(6), base_url=server.url)


def test_a_file_of_the_folder_comes_before_the_service(server, gis, client, tmp_path):
    rows = "\n".join(f"E0100000{n},E09000001" for n in range(1, 6))
    (tmp_path / "lookup.csv").write_text(f"LSOA21CD,LAD22CD\n{rows}\n", encoding="utf-8")
    tables = update_areas(client, recipe(), folder=tmp_path, base_url=server.url)
    assert tables.sources[0].name == "lookup.csv"


def test_words_that_find_several_services_choose_none(service):
    assert service.locate(TableRecipe(id="a", title="t", url="x", search="LAD")) == ""
    assert service.locate(TableRecipe(id="a", title="t", url="x", search="LAD BUC")) == "LAD_MAY_2025_UK_BUC"
    assert service.locate(TableRecipe(id="a", title="t", url="x")) == ""
