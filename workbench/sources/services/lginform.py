"""LG Inform Plus: indicators about English local authorities, from the Local Government Association. It wants a key.

Each address is signed: Signature is the base64 form of HMAC-SHA1, keyed with the secret, of the address with its
application key. Key and signature go out as secrets and stand in no address that is kept.

Verified: the signature, against OpenSSL in the tests; the shape of a table (columns by period, rows by area, values)
and of the list of indicators, against what public programs read (Consensus 1.2 and others). No recorded reply is held.
Still wants a live run: whether the signed address is the encoded one (it matters as soon as two areas are named), the
kinds of area, which year a label such as ``2019/20`` means (it is asked for as a choice, never guessed), and the
licence of each source.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from workbench.domain import words as say
from workbench.domain.areas import AreaRegister
from workbench.domain.queries import AreaKind, Choice, Code, Description, Dimension, Found, Query
from workbench.errors import KeyMissing, Refused
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.keys import LGINFORM_KEY, NAMES, SERVICE_NAME, Secret
from workbench.sources.services.tidy import Days, Places

BASE_URL = "https://webservices.esd.org.uk"
PUBLISHER = "Local Government Association"
LICENCE = "As the source of the indicator says"
YEARS = "year type"
"""The choice that says what a year such as ``2019/20`` is."""
STARTS: Mapping[str, int] = {"financial": 4, "academic": 9}
AREAS_A_PART = 50

KINDS = (
    AreaKind(id="AllLaInCountry_England", label="Local authorities of England"),
    AreaKind(id="MLSOA", label="MSOAs within an area", level="MSOA"),
)
"""Groups of areas that public programs ask for. The service has more; their ids can be used too."""


class LgInform:
    """LG Inform Plus as a statistics service. A data set is one indicator (metric type), named by its number.

    ``level`` of a query is a group of areas as the service names it, or with ``within`` a kind of area.

    Parameters
    ----------
    client : Client
    application_key, secret : Secret or None
        Without a secret the questions go out unsigned; some are answered.
    base_url : str
    """

    key: ClassVar[str] = "lginform"
    name: ClassVar[str] = "LG Inform Plus"

    def __init__(
        self, client: Client, application_key: Secret | None, secret: Secret | None, base_url: str = BASE_URL
    ) -> None:
        self._client = client
        self._application_key = application_key
        self._secret = secret
        self.base_url = base_url.rstrip("/")

    def search(self, words: str) -> tuple[Found, ...]:
        """Indicators whose label holds every word.

        Raises
        ------
        KeyMissing
        SourceUnavailable
        """
        reply = self._get("metricTypes", check=_check_metrics)
        items = tidy.object_of(reply)["metricType-array"]
        found = (
            (i["label"], Found(service=self.key, id=str(i["identifier"]), title=i["label"], note=_discontinued(i)))
            for i in items
            if tidy.matches(words, i["label"])
        )
        return tuple(tidy.by_title(words, found))

    def describe(self, dataset: str) -> Description:
        """What the service says of an indicator.

        Raises
        ------
        KeyMissing
        SourceUnavailable
            Also when there is no such indicator.
        """
        reply, metric = self._metric(dataset)
        years = tuple(Code(id=name, label=f"{name.title()} year, from {_month(m)}") for name, m in STARTS.items())
        return Description(
            service=self.key,
            id=dataset,
            title=metric["label"],
            dimensions=(
                Dimension(id="area", label="Area", role="area"),
                Dimension(id="period", label="Period", role="time", codes=(Code(id="latest", label="Latest"),)),
                Dimension(
                    id=YEARS, label="Kind of year, where a period is such as 2019/20", role="breakdown", codes=years
                ),
            ),
            kinds=KINDS,
            notes=tuple(n for n in (_discontinued(metric),) if n),
            citation=tidy.cite(reply, PUBLISHER, metric["label"], f"{self.name}, indicator {dataset}", licence=LICENCE),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole.

        Raises
        ------
        KeyMissing
        Refused
            When no area or no period is named.
        SourceUnavailable
        Cancelled
        """
        about, metric = self._metric(query.dataset)
        starts = _starts(query.choices)
        named = _areas(query)
        if not query.periods:
            raise Refused("A period must be named.", "Use “latest”, or “latest:8” for the last eight.", self.name)
        parts = [named[i : i + AREAS_A_PART] for i in range(0, len(named), AREAS_A_PART)]
        reading = _Reading(query.dataset, metric["label"], starts, Places(areas))
        figures: list[dict[str, object]] = []
        replies = [about]
        for done, part in enumerate(parts):
            tell(Progress(done, len(parts), "parts", "Reading LG Inform Plus"))
            params = {
                "value.valueType": "raw",
                "metricType": query.dataset,
                "area": ",".join(part),
                "period": ",".join(query.periods),
                "columnGrouping": "period",
                "rowGrouping": "area",
            }
            reply = self._get("data", params, check=_check_table(query.dataset))
            replies.append(reply)
            figures += _figures(reply, reading)
        tell(Progress(len(parts), len(parts), "parts", "Reading LG Inform Plus"))
        source = f"lginform_{query.dataset}"
        what = f"{self.name}, indicator {query.dataset}, {tidy.short(named)}, {tidy.short(query.periods)}"
        cited = tidy.cite(replies[-1], PUBLISHER, metric["label"], what, licence=LICENCE)
        notes = [f"{say.counted(n, 'figure')}: shown as “{m}” by the publisher." for m, n in reading.marks.items()]
        if silent := set(query.areas) - {str(f["area_code"]) for f in figures}:
            notes.append(f"{say.counted(len(silent), 'area')} gave no figure: {tidy.short(sorted(silent))}.")
        return Fetched(
            tidy.figure_set(figures, {source: cited}, what),
            {source: metric["label"]},
            tuple(replies),
            (*notes, *reading.places.notes()),
            tuple(reading.places.unresolved),
        )

    def probe(self) -> str:
        """Ask how many indicators there are."""
        reply = self._get("metricTypes", check=_check_metrics)
        return f"LG Inform Plus lists {len(tidy.object_of(reply)['metricType-array']):,} indicators."

    # --- questions ----------------------------------------------------------------------------------------------------

    def _get(self, path: str, params: Mapping[str, str] | None = None, *, check: Check) -> Reply:
        if self._application_key is None:
            raise KeyMissing(
                f"The {NAMES[LGINFORM_KEY]} is not there.",
                f"Set the variable {LGINFORM_KEY}, or run: keyring set {SERVICE_NAME} {LGINFORM_KEY}",
                self.name,
            )
        url = f"{self.base_url}/{path}"
        secrets = {"ApplicationKey": self._application_key.reveal()}
        if self._secret is not None:
            secrets["Signature"] = signature(url, params or {}, secrets["ApplicationKey"], self._secret.reveal())
        return self._client.get(url, params, check=check, secret_params=secrets)

    def _metric(self, dataset: str) -> tuple[Reply, dict[str, Any]]:
        if not re.fullmatch(r"\d+", dataset, re.ASCII):
            raise Refused(f"“{dataset}” is not the number of an indicator.", "Search for it by its name.", self.name)
        reply = self._get(f"metricTypes/{quote(dataset)}", check=_check_metric)
        metric = tidy.object_of(reply)["metricType"]
        return reply, metric


def signature(url: str, params: Mapping[str, str], application_key: str, secret: str) -> str:
    """The signature of a question: base64 of HMAC-SHA1 of its address with the application key.

    Parameters
    ----------
    url : str
        Without parameters.
    params : mapping of str to str
        As they are sent, in order; the application key comes after them.
    application_key, secret : str

    Examples
    --------
    >>> signature("https://webservices.esd.org.uk/areas", {"searchText": "Leeds"}, "key", "secret")
    't5qEMaoaX19mZ3Xj6eEkBJTIJlc='
    """
    whole = httpx.URL(url).copy_merge_params({**params, "ApplicationKey": application_key})
    digest = hmac.digest(secret.encode(), str(whole).encode(), hashlib.sha1)
    return base64.b64encode(digest).decode("ascii")


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """What is needed to read a table, and what must be said of it."""

    dataset: str
    label: str
    starts: int | None
    places: Places
    marks: dict[str, int] = field(default_factory=dict)


def _figures(reply: Reply, reading: _Reading) -> list[dict[str, object]]:
    body = tidy.object_of(reply)
    periods = [days(str(c["period"]["label"]), reading.starts, reply) for c in body["columns"]]
    source, marks = f"lginform_{reading.dataset}", reading.marks
    figures = []
    for row in body["rows"]:
        for period, cell in zip(periods, row["values"], strict=True):
            place = reading.places.find(str(row["area"]["identifier"]), str(row["area"].get("label") or ""))
            if place is None:
                continue
            value, mark = _value(cell, reply)
            if mark:
                marks[mark] = marks.get(mark, 0) + 1
            flag = "noted" if mark else ""
            unit = "percent" if re.search(r"%|per ?cent", reading.label, re.IGNORECASE) else ""
            figures.append(tidy.figure(place, source, period, value, unit=unit, flag=flag, source_id=source))
    return figures


def _value(cell: Mapping[str, Any], reply: Reply) -> tuple[float, str]:
    """The value of a cell, and what is shown where there is none."""
    shown = str(cell.get("formatted") or "").strip()
    if "value" in cell:
        value = tidy.number(cell["value"], reply)
        return value, shown if math.isnan(value) and shown.lower() not in ("", "n/a", "na", "-") else ""
    plain = shown.replace(",", "")
    if re.fullmatch(r"-?\d+(\.\d+)?", plain, re.ASCII):
        return float(plain), ""
    return math.nan, shown if shown.lower() not in ("", "n/a", "na", "-") else ""


def days(label: str, starts: int | None, reply: Reply) -> Days:
    """First and last day of a period.

    Parameters
    ----------
    label : str
        ``2019``, ``2019/20``, ``2019/20 Q1``, ``May 2020`` and the like.
    starts : int or None
        Month in which a year such as ``2019/20`` begins, as the query says.
    reply : Reply

    Raises
    ------
    SourceUnavailable
        When it needs to be known and the query does not say, or the label is of another form.
    """
    form = re.fullmatch(r"(\d{4})/(\d\d)(?: Q([1-4]))?", label.strip(), re.ASCII)
    if form is None:
        if re.fullmatch(r"\d{4}-\d\d", label.strip(), re.ASCII):
            tidy.refuse(reply, f"“{label}” is a month or a year: it cannot be told.", "Choose another period.")
        return tidy.period(label, reply)
    if int(form[2]) != (int(form[1]) + 1) % 100:
        tidy.refuse(reply, f"“{label}” is not a year.")
    if starts is None:
        remedy = f"Choose “financial” or “academic” for the {YEARS}, as the source of the indicator says."
        tidy.refuse(reply, f"“{label}” is a financial or an academic year: the service does not say which.", remedy)
    if form[3]:
        return tidy.months(int(form[1]), starts + 3 * (int(form[3]) - 1), 3)
    return tidy.months(int(form[1]), starts, 12)


def _starts(choices: Sequence[Choice]) -> int | None:
    if unknown := [c.dimension for c in choices if c.dimension != YEARS]:
        raise Refused(
            f"LG Inform Plus has no dimension {tidy.short(unknown)}.", "Choose from the description.", "LG Inform Plus"
        )
    codes = [code for c in choices for code in c.codes]
    if not codes:
        return None
    if len(codes) > 1 or codes[0] not in STARTS:
        raise Refused(f"The {YEARS} is {tidy.short(list(STARTS))}.", "Choose one of them.", "LG Inform Plus")
    return STARTS[codes[0]]


def _areas(query: Query) -> list[str]:
    """Areas and groups of areas, as the service writes them."""
    groups = [f"{outer}:{query.level}" for outer in query.within] if query.within else [query.level]
    named = [*query.areas, *(g for g in groups if query.level)]
    if not named or (query.within and not query.level):
        raise Refused("An area or a group of areas must be named.", "Choose from the description.", "LG Inform Plus")
    if odd := [n for n in named if not re.fullmatch(r"[A-Za-z0-9_:]+", n, re.ASCII)]:
        raise Refused(f"“{odd[0]}” is not an area of LG Inform Plus.", "Choose from the description.", "LG Inform Plus")
    return list(dict.fromkeys(named))


def _discontinued(metric: Mapping[str, Any]) -> str:
    return "Discontinued by its publisher." if metric.get("discontinued") else ""


def _month(number: int) -> str:
    return {4: "April", 9: "September"}[number]


# --- checks -----------------------------------------------------------------------------------------------------------


def _check_metrics(reply: Reply) -> None:
    tidy.list_of(reply, tidy.object_of(reply, "metricType-array")["metricType-array"], "identifier", "label")


def _check_metric(reply: Reply) -> None:
    tidy.list_of(reply, [tidy.object_of(reply, "metricType")["metricType"]], "label")


def _check_table(dataset: str) -> Check:
    """A check that the reply is a table of this indicator, every row as wide as the columns."""

    def check(reply: Reply) -> None:
        body = tidy.object_of(reply, "columns", "rows")
        columns = tidy.list_of(reply, body["columns"], "period")
        tidy.list_of(reply, [c["period"] for c in columns], "label")
        about = {str(c["metricType"]["identifier"]) for c in columns if isinstance(c.get("metricType"), dict)}
        if about - {dataset}:
            tidy.refuse(reply, f"It answered for indicator {tidy.short(sorted(about))}.")
        rows = tidy.list_of(reply, body["rows"], "area", "values")
        tidy.list_of(reply, [r["area"] for r in rows], "identifier")
        for row in rows:
            if len(tidy.list_of(reply, row["values"])) != len(columns):
                tidy.refuse(reply, "A row of the table is not as wide as its columns.")
            if any("value" not in cell and "formatted" not in cell for cell in row["values"]):
                tidy.refuse(reply, "A cell of the table holds no value.")

    return check
