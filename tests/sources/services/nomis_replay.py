"""A small Nomis on this machine: it answers from rows as the real one does, its cap and its silences included.

The columns are those of a recorded reply. Definitions and code lists are in the form of one recorded definition and of
the code lists that clients of the service describe; what they hold is worked out from the rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from misbehaving import Asked, Say

BEFORE = ("DATE", "GEOGRAPHY")
AFTER = (
    "OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME", "URN", "RECORD_OFFSET", "RECORD_COUNT",
)  # fmt: skip
ENDINGS = ("", "_NAME", "_CODE", "_TYPE", "_TYPECODE", "_SORTORDER")


@dataclass
class Replay:
    """One data set.

    Attributes
    ----------
    id, name : str
    rows : list of dict
        Texts by column, as in a reply; numbering is done here.
    dimensions : tuple of str
        In capitals, areas and time apart.
    labels : dict
        More codes than the rows have: dimension to code to label.
    kinds : dict
        TYPE to Nomis's label.
    times : dict
        Date to its annotations.
    annotations : dict
        Of the definition.
    areas : dict
        GSS code to (number, TYPE), for the search of an area.
    cap : int
        Rows of a page at most.
    spoil : callable or None
        Changes an answer of data: given the question and the answer.
    """

    id: str
    name: str
    rows: list[dict[str, str]]
    dimensions: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    cap: int = 25_000
    spoil: Callable[[Asked, Say], Say] | None = None

    @classmethod
    def of_csv(cls, id: str, name: str, text: str, **more: object) -> Replay:
        """A data set whose rows are those of a reply in CSV."""
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(reader)
        names = [n.removesuffix("_SORTORDER") for n in reader.fieldnames or () if n.endswith("_SORTORDER")]
        return cls(id, name, rows, (*(n for n in names if n not in BEFORE), "MEASURES"), **more)

    def __call__(self, asked: Asked) -> Say:
        """The answer to a question."""
        base = f"/dataset/{self.id}"
        if asked.path == f"{base}.data.csv":
            answer = self.data(asked.query)
            return self.spoil(asked, answer) if self.spoil else answer
        if asked.path in (f"{base}/def.sdmx.json", "/dataset/def.sdmx.json"):
            return Say.json(self.definition())
        part = asked.path.removeprefix(f"{base}/").removesuffix(".def.sdmx.json")
        if part == "geography/TYPE":
            return Say.json(codelist((k, v, {}) for k, v in self.kinds.items()))
        if part.startswith("geography/"):
            return Say.json(codelist(self.found(part.removeprefix("geography/"), asked.query.get("search", ""))))
        if part == "time":
            return Say.json(codelist((k, k, v) for k, v in self.times.items()))
        if part.upper() in self.dimensions:
            held = {r[part.upper()]: r[f"{part.upper()}_NAME"] for r in self.rows} | self.labels.get(part, {})
            return Say.json(codelist((k, v, {}) for k, v in held.items()))
        return Say.json({"error": "Cannot create query"})

    def found(self, kind, search):
        """Areas of a kind that a search finds."""
        return [(n, g, {"GeogCode": g}) for g, (n, k) in self.areas.items() if k == kind and g == search]

    def data(self, query: Mapping[str, str]) -> Say:
        """A page; an empty body where a dimension is missing, as on Nomis."""
        if not {d.lower() for d in self.dimensions} <= set(query):
            return Say.csv("")
        rows = [r for r in self.rows if self.matches(r, query)]
        start, most = int(query.get("RecordOffset", 0)), min(int(query.get("RecordLimit", self.cap)), self.cap)
        numbered = [{**r, "RECORD_OFFSET": str(n), "RECORD_COUNT": str(len(rows))} for n, r in enumerate(rows)]
        return Say.csv(written(self.header(), numbered[start : start + most]))

    def header(self) -> list[str]:
        """The columns as the service orders them."""
        coded = [f"{d}{e}" for d in (*BEFORE, *self.dimensions) if d != "MEASURES" for e in ENDINGS]
        return [*coded, "MEASURES", "MEASURES_NAME", *AFTER]

    def matches(self, row, query) -> bool:
        """Whether a row is asked for."""
        chosen = all(row[d] in query[d.lower()].split(",") for d in self.dimensions)
        wanted = query["geography"].split(",")
        kind = f"TYPE{row['GEOGRAPHY_TYPECODE']}"
        area = {row["GEOGRAPHY_CODE"], row["GEOGRAPHY"], kind} & set(wanted) or any(
            w.endswith(kind) and w[: -len(kind)].isdigit() for w in wanted
        )
        newest = max(r["DATE"] for r in self.rows)
        dates = [newest if d == "latest" else d for d in query["date"].split(",")]
        return bool(chosen and area and row["DATE"] in dates)

    def definition(self) -> dict[str, object]:
        """In the form of the recorded one."""
        noted = [{"annotationtitle": k, "annotationtext": v} for k, v in self.annotations.items()]
        concepts = [{"conceptref": d} for d in ("GEOGRAPHY", *self.dimensions)]
        family = {
            "id": self.id,
            "name": {"value": self.name, "lang": "en"},
            "annotations": {"annotation": noted},
            "components": {
                "dimension": [*concepts, {"conceptref": "FREQ", "isfrequencydimension": "true"}],
                "timedimension": {"conceptref": "TIME"},
            },
        }
        return {"structure": {"keyfamilies": {"keyfamily": [family]}}}


def codelist(items) -> dict[str, object]:
    """A code list; without codes it has no such member, as on Nomis."""
    listed = [
        {
            "value": value,
            "description": {"value": label},
            "annotations": {"annotation": [{"annotationtitle": k, "annotationtext": v} for k, v in noted.items()]},
        }
        for value, label, noted in items
    ]
    return {"structure": {"codelists": {"codelist": [{"code": listed} if listed else {}]}}}


def written(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as the service writes them."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, quoting=csv.QUOTE_ALL, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(date: str, area: tuple[str, str, str, str], codes: Mapping[str, tuple[str, str]], value: str, **more: str):
    """One row: ``area`` is number, name, GSS code, number of the TYPE; ``codes`` is dimension to code and label."""
    number, name, gss, kind = area
    made = {
        "DATE": date, "DATE_NAME": more.pop("date_name", date), "GEOGRAPHY": number, "GEOGRAPHY_NAME": name,
        "GEOGRAPHY_CODE": gss, "GEOGRAPHY_TYPECODE": kind, "OBS_VALUE": value, "OBS_STATUS": "A",
        "OBS_STATUS_NAME": "Normal Value", "OBS_CONF": "F", "OBS_CONF_NAME": "Free (free for publication)",
    }  # fmt: skip
    for dimension, (code, label) in codes.items():
        made |= {dimension: code, f"{dimension}_NAME": label}
    return made | more
