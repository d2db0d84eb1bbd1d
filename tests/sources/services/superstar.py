"""A small Stat-Xplore for the tests: a schema in pages, and tables worked out from the question.

It is written from the vendor's description and from the recorded replies, and shares no code with the reader.
"""

from __future__ import annotations

import itertools
import json
from urllib.parse import unquote

from misbehaving import Asked, Say

DB = "str:database:UC_Monthly"
COUNT = "str:count:UC_Monthly:V_F_UC_CASELOAD_FULL"
MEAN = "str:statfn:UC_Monthly:V_F_UC_CASELOAD_FULL:HNTOTAL_PAYMENT_AMOUNT:MEAN"
GEO = "UC_Monthly:V_F_UC_CASELOAD_FULL:COA_CODE"
MONTH = "UC_Monthly:F_UC_DATE:DATE_NAME"
SEX = "UC_Monthly:V_F_UC_CASELOAD_FULL:SEX"
LA, LSOA = f"{GEO}:V_C_MASTERGEOG21_LA_TO_REGION", f"{GEO}:V_C_MASTERGEOG21_LSOA_TO_MSOA"

DISTRICTS = {f"E0800000{n}": f"District {n}" for n in range(1, 7)}
LSOAS = {f"E010{n:05d}": f"LSOA {n}" for n in range(250)}
MONTHS = {"202606": "June 2026", "202607": "July 2026", "202608": "August 2026 (p)"}
SEXES = {"1": "Male", "2": "Female", "99": "Unknown or missing"}


def valueset(name: str, values: dict[str, str]) -> dict:
    """A valueset and its values."""
    return {
        "id": f"str:valueset:{name}", "label": name.rpartition(":")[2], "type": "VALUESET",
        "children": [{"id": f"str:value:{name}:{c}", "label": w, "type": "VALUE"} for c, w in values.items()],
    }  # fmt: skip


SETS = {
    LA: DISTRICTS, LSOA: LSOAS,
    f"{MONTH}:C_UC_DATE": MONTHS,
    f"{SEX}:C_UC_SEX": SEXES,
}  # fmt: skip


def field(name: str, label: str) -> dict:
    """A field and its valuesets."""
    sets = [valueset(s, values) for s, values in SETS.items() if s.startswith(f"{name}:")]
    return {"id": f"str:field:{name}", "label": label, "type": "FIELD", "children": sets}


TREE = {
    "id": "str:folder:root", "label": "Root", "type": "FOLDER",
    "children": [
        {
            "id": "str:folder:UC", "label": "Universal Credit", "type": "FOLDER",
            "children": [
                {
                    "id": DB, "label": "People on Universal Credit", "type": "DATABASE",
                    "children": [
                        {"id": COUNT, "label": "People on Universal Credit", "type": "COUNT"},
                        {"id": "str:measure:UC_Monthly:V_F_UC_CASELOAD_FULL:HNTOTAL_PAYMENT_AMOUNT",
                         "label": "Payment", "type": "MEASURE",
                         "children": [{"id": MEAN, "label": "Mean of Payment", "type": "STAT_FUNCTION"}]},
                        {"id": "str:group:UC_Monthly:Geography", "label": "Geography", "type": "GROUP",
                         "children": [field(GEO, "National - Regional - LA - OAs")]},
                        field(MONTH, "Month"),
                        field(SEX, "Sex"),
                    ],
                },
                {"id": "str:database:uc_monthly", "label": "Another of the same name", "type": "DATABASE"},
            ],
        },
        {"id": "str:database:JSA", "label": "Jobseekers Allowance", "type": "DATABASE"},
    ],
}  # fmt: skip


def find(tree: dict, id: str) -> dict | None:
    """The thing of this id."""
    if tree["id"] == id:
        return tree
    return next((found for child in tree.get("children", ()) if (found := find(child, id))), None)


class SuperStar:
    """Answers ``/schema`` in pages of 100 and ``/table`` from the question.

    ``number`` gives a figure from a measure and the uris of a cell (an empty tuple for a total).
    """

    def __init__(self, number=None, host: str = "") -> None:
        self.number = number or (lambda measure, uris: float(sum(map(len, map(str, uris))) % 97 + 5))
        self.host = host
        self.headers: dict[str, str] = {}
        self.change = lambda table: table
        self.too_large = 10**9
        self.too_large_says = Say.json({"errorType": "CELL_COUNT"}, 400)
        self.tables: list[dict] = []

    def __call__(self, asked: Asked) -> Say:
        if asked.headers.get("APIKey") != "the-key":
            return Say.json({"message": "Not authorised"}, 401)
        if asked.path.endswith("/table"):
            return self._table(asked.json)
        return self._schema(asked)

    def _schema(self, asked: Asked) -> Say:
        id = unquote(asked.path.partition("/schema")[2].removeprefix("/"))
        node = find(TREE, id) if id else TREE
        if node is None:
            return Say.json({"errorType": "NOT_FOUND", "message": f"{id} does not exist"}, 404)
        page = int(asked.query.get("page", "1"))
        children = [{k: v for k, v in c.items() if k != "children"} for c in node.get("children", ())]
        shown = {**node, "children": children[(page - 1) * 100 : page * 100]}
        headers = {"Content-Type": "application/json"}
        if page * 100 < len(children):
            host = self.host or f"http://{asked.headers['Host']}"
            headers["Link"] = f'<{host}/webapi/rest/v1/schema/{id}?page={page + 1}>; rel="next"'
        return Say(200, json.dumps(shown).encode(), headers)

    def _table(self, query: dict) -> Say:
        self.tables.append(query)
        fields = [self._field(axis[0], query["recodes"].get(axis[0])) for axis in query["dimensions"]]
        keys = list(itertools.product(*([tuple(i.get("uris", ())) for i in f["items"]] for f in fields)))
        if len(keys) * len(query["measures"]) > self.too_large:
            return self.too_large_says
        shape = [len(f["items"]) for f in fields]
        cubes = {
            m: {"values": nest([self.number(m, key) for key in keys], shape), "precision": 0} for m in query["measures"]
        }
        table = {
            "query": query,
            "database": {"id": "UC_Monthly", "uri": query["database"], "label": "People on Universal Credit",
                         "annotationKeys": ["I"]},
            "measures": [{"uri": m, "label": find(TREE, m)["label"], "measure": m,
                          "function": "MEAN" if m == MEAN else "COUNT"} for m in query["measures"]],
            "fields": fields,
            "cubes": cubes,
            "annotationMap": {"I": '".." denotes a nil or negligible number of claimants.'},
        }  # fmt: skip
        return Say(200, json.dumps(self.change(table)).encode(), {"Content-Type": "application/json", **self.headers})

    def _field(self, uri: str, recode: dict) -> dict:
        items = [
            {"type": "RecodeItem", "uris": list(group), "labels": [find(TREE, u)["label"] for u in group]}
            for group in recode["map"]
        ]
        if recode["total"]:
            items.append({"type": "Total", "labels": ["Total"]})
        return {"uri": uri, "label": find(TREE, uri)["label"], "items": items}


def nest(flat: list, shape: list[int]) -> list:
    """Values in nested lists, the last field innermost."""
    if len(shape) <= 1:
        return flat
    step = len(flat) // shape[0]
    return [nest(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
