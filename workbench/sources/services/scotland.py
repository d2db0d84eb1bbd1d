"""statistics.gov.scot: data cubes of the Scottish Government and others as linked data, asked in SPARQL.

The questions are written here. A table is counted first, then read in slices with a fixed order, and is whole only when
as many rows came as were counted. A slice that is too large for the service is asked for again in smaller ones.

Verified against replies recorded in 2020 and later: the list of data sets, the components of a structure, lists of
concepts, tables of figures with and without a breakdown (numbers such as ``2.29E0``; calendar and government years),
and status 400 “Response too large”. The questions ran against another SPARQL engine too (rdflib 7.6, a small cube).
Still wants a live run: the count, the slices, units, labels, the kinds of area of a data set, periods other than years,
and how the address answers today (it was reported broken at times in July 2025).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar

from workbench.domain import words
from workbench.domain.areas import LEVEL_BY_PREFIX, AreaRegister
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services import sparql, tidy
from workbench.sources.services.contract import Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.sparql import AREA, DATA, GEOGRAPHY, MEASURE, PERIOD, TIME
from workbench.sources.services.tidy import Days, Places

BASE_URL = "https://statistics.gov.scot"
FIRST_SLICE, LEAST_SLICE = 10_000, 50


class Scotland:
    """statistics.gov.scot as a statistics service.

    A data set is named by the end of its address, for example ``average-household-size``. ``level`` of a query is the
    id of one of the kinds that :meth:`describe` names: a prefix of GSS codes, with the year where codes tell it
    (``S01-2011``). Codes of choices are whole addresses, or their ends where they lie under the dimension's own.

    Parameters
    ----------
    client : Client
    base_url : str
    """

    key: ClassVar[str] = "scotland"
    name: ClassVar[str] = "statistics.gov.scot"

    def __init__(self, client: Client, base_url: str = BASE_URL) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")

    def search(self, words: str) -> tuple[Found, ...]:
        """Data sets whose title, name or publisher hold every word.

        Raises
        ------
        SourceUnavailable
        """
        _, rows = self._ask(sparql.all_datasets(), "URI", "Name", "Publisher")
        found = (
            (r["Name"], Found(service=self.key, id=r["URI"].removeprefix(DATA), title=r["Name"], note=r["Publisher"]))
            for r in rows
            if tidy.matches(words, r["Name"], r["URI"].removeprefix(DATA), r["Publisher"])
        )
        return tuple(tidy.by_title(words, found))

    def describe(self, dataset: str) -> Description:
        """Dimensions, codes and kinds of area of a data set.

        Raises
        ------
        SourceUnavailable
            Also when there is no data set of this name.
        """
        title, publisher = self._title(dataset)
        reply, dimensions = self._dimensions(dataset)
        described = [self._describe_dimension(dataset, uri, label) for uri, label in dimensions.items()]
        return Description(
            service=self.key,
            id=dataset,
            title=title,
            dimensions=tuple(described),
            kinds=self._kinds(dataset),
            notes=("Take care. Zones of 2001, 2011 and 2022 are different areas: do not compare them.",),
            citation=tidy.cite(reply, publisher, title, f"{self.name} {dataset}"),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole.

        Raises
        ------
        SourceUnavailable
            When as many rows as were counted did not come, or a row cannot be read.
        UnknownArea
        Cancelled
        """
        title, publisher = self._title(query.dataset)
        _, dimensions = self._dimensions(query.dataset)
        kind = query.level.partition("-")[0]
        chosen = tidy.wanted(query, areas, LEVEL_BY_PREFIX.get(kind, ""))
        pattern = sparql.pattern(query, dimensions, chosen)
        count, rows, replies = self._slices(pattern, list(dimensions), tell)
        if chosen is not None:
            rows = [r for r in rows if r["refArea"].removeprefix(GEOGRAPHY) in chosen]
        locator = f"{self.name} {query.dataset}, {_said(query)}, {count:,} observations"
        cited = tidy.cite(replies[-1], publisher, title, locator)
        return read(rows, replies, areas, query.dataset, cited)

    def probe(self) -> str:
        """Ask how many data sets there are."""
        _, rows = self._ask(sparql.all_datasets(), "URI")
        return f"statistics.gov.scot lists {len(rows):,} data sets."

    # --- questions ----------------------------------------------------------------------------------------------------

    def _ask(self, query: str, *needed: str) -> tuple[Reply, list[dict[str, str]]]:
        def check(reply: Reply) -> None:
            tidy.table_of(reply, *needed)

        try:
            reply = self._client.post(
                f"{self.base_url}/sparql", form={"query": query}, headers={"accept": "text/csv"}, check=check
            )
        except SourceUnavailable as error:
            if re.search(r"too large|request timeout", error.message, re.IGNORECASE):
                raise TooLarge(
                    "The answer is too large for statistics.gov.scot.", "Ask for fewer areas or periods.", self.name
                ) from error
            raise
        return reply, tidy.table_of(reply, *needed)[1]

    def _title(self, dataset: str) -> tuple[str, str]:
        _, rows = self._ask(sparql.all_datasets(), "URI", "Name", "Publisher")
        for row in rows:
            if row["URI"] == DATA + dataset:
                return row["Name"], row["Publisher"] or self.name
        raise Refused(
            f"statistics.gov.scot has no data set “{dataset}”.",
            "Search for it by its title and use its name.",
            self.name,
        )

    def _dimensions(self, dataset: str) -> tuple[Reply, dict[str, str]]:
        """Addresses of the dimensions, in order, with their labels."""
        reply, rows = self._ask(sparql.structure(dataset), "dimension", "label")
        found: dict[str, str] = {}
        for row in rows:
            if row["dimension"] and not found.get(row["dimension"]):
                found[row["dimension"]] = row["label"] or sparql.end(row["dimension"])
        if not {AREA, PERIOD, MEASURE} <= found.keys():
            tidy.refuse(reply, "The data set has no areas, no periods or no measures.")
        if len({sparql.variable(uri) for uri in found}) < len(found):
            tidy.refuse(reply, "Two dimensions of the data set have one name.")
        return reply, found

    def _describe_dimension(self, dataset: str, uri: str, label: str) -> Dimension:
        role = sparql.ROLES.get(uri, "breakdown")
        codes: tuple[Code, ...] = ()
        if role != "area":
            _, rows = self._ask(sparql.concepts(dataset, uri), "concept", "label")
            codes = tuple(Code(id=r["concept"], label=r["label"] or sparql.end(r["concept"])) for r in rows)
        whole = [c.id for c in codes if sparql.end(c.id) in ("all", "total", "persons", "people")]
        return Dimension(id=uri, label=label, role=role, codes=codes, default=whole[0] if len(whole) == 1 else "")

    def _kinds(self, dataset: str) -> tuple[AreaKind, ...]:
        _, rows = self._ask(sparql.prefixes(dataset), "prefix", "first", "last")
        return tuple(kind for r in rows for kind in _kinds_of(r["prefix"], r["first"], r["last"]))

    def _slices(
        self, pattern: str, dimensions: Sequence[str], tell: Tell
    ) -> tuple[int, list[dict[str, str]], list[Reply]]:
        """Every row of a pattern, counted first."""
        counted, answer = self._ask(f"SELECT (COUNT(*) AS ?rows) WHERE {{ {pattern} }}", "rows")
        count = _whole_number(counted, answer)
        rows: list[dict[str, str]] = []
        replies = [counted]
        size = FIRST_SLICE
        columns = [*map(sparql.variable, dimensions), "unitMeasure", "value"]
        while len(rows) < count:
            tell(Progress(len(rows), count, "observations", "Reading statistics.gov.scot"))
            one = f"SELECT {' '.join(f'?{c}' for c in columns)} WHERE {{ {pattern} }} ORDER BY ?obs ?unitMeasure"
            try:
                reply, more = self._ask(f"{one} LIMIT {size} OFFSET {len(rows)}", *columns)
            except TooLarge:
                if size <= LEAST_SLICE:
                    raise
                size = max(LEAST_SLICE, size // 4)
                continue
            if len(more) != min(size, count - len(rows)):
                tidy.refuse(reply, f"It counted {count:,} observations and sent another number of them.")
            replies.append(reply)
            rows += more
        if len({tuple(row.values()) for row in rows}) < count:
            tidy.refuse(replies[-1], "It sent an observation twice.")
        tell(Progress(count, count, "observations", "Reading statistics.gov.scot"))
        return count, rows, replies


class TooLarge(Refused):
    """The service says that its answer would be too large."""


# --- reading ----------------------------------------------------------------------------------------------------------


def read(
    rows: Sequence[Mapping[str, str]], replies: Sequence[Reply], areas: AreaRegister, dataset: str, cited: Citation
) -> Fetched:
    """Rows of observations as figures.

    Parameters
    ----------
    rows : sequence of mapping
        With ``refArea``, ``refPeriod``, ``measureType``, ``value``, perhaps ``unitMeasure``, and a column a breakdown.
    replies : sequence of Reply
    areas : AreaRegister
    dataset : str
    cited : Citation

    Raises
    ------
    SourceUnavailable
    """
    places, figures, titles = Places(areas), [], {}
    breakdowns = [c for c in (rows[0] if rows else {}) if c not in _OWN]
    reply = replies[-1]
    days = {uri: period(uri, reply) for uri in {row["refPeriod"] for row in rows}}
    for row in rows:
        place = places.find(row["refArea"].removeprefix(GEOGRAPHY))
        if place is None:
            continue
        kind = sparql.end(row["measureType"])
        measure = tidy.slug(f"{dataset} {kind}")
        titles[measure] = f"{cited.title} ({kind})"
        figures.append(
            tidy.figure(
                place,
                measure,
                days[row["refPeriod"]],
                tidy.number(row["value"], reply),
                {tidy.slug(_words(b)): _breakdown(row[b]) for b in breakdowns},
                unit=unit(row.get("unitMeasure", ""), kind),
                source_id=dataset,
            )
        )
    untold = {f["area_code"] for f in figures if str(f["area_code"])[:3] in ("S01", "S02") and not f["vintage"]}
    notes = list(places.notes())
    if untold:
        notes.append(
            f"Take care. The codes of {words.counted(len(untold), 'zone')} do not tell the year of their boundaries."
        )
    if not rows:
        notes.append("No figure answers this question.")
    checked = tidy.figure_set(figures, {dataset: cited}, dataset)
    return Fetched(checked, titles, tuple(replies), tuple(notes), tuple(places.unresolved))


_OWN = ("refArea", "refPeriod", "measureType", "unitMeasure", "value")


def period(uri: str, reply: Reply) -> Days:
    """First and last day of a period of reference.data.gov.uk.

    Raises
    ------
    SourceUnavailable
        When it is of a kind that is not known here.
    """
    kind, _, text = uri.removeprefix(TIME).partition("/")
    for known, pattern, days in _PERIODS:
        if kind in known and (found := re.fullmatch(pattern, text, re.ASCII)):
            try:
                return days([int(part) for part in found.groups()])
            except ValueError:
                break
    return tidy.refuse(reply, f"The period “{uri}” is of a kind that the workbench does not know.")


def unit(uri: str, kind: str) -> str:
    """The unit of a figure: “percent” for every percentage, else the end of the unit's address, else the measure.

    Examples
    --------
    >>> unit("http://statistics.gov.scot/def/concept/measure-units/percent-of-children", "ratio"), unit("", "count")
    ('percent', 'count')
    """
    name = sparql.end(uri) or kind
    return "percent" if re.match(r"(percent|per-?cent)", name) else name.replace("-", " ")


def _government_year(first: int, last: int, quarter: int = 0) -> Days:
    if last != first + 1:
        raise ValueError("a government year ends in the next")
    return tidy.months(first, 3 * quarter + 1, 3) if quarter else tidy.months(first, 4, 12)


def _run(year: int, month: int, day: int, count: int) -> Days:
    if day != 1:
        raise ValueError("a run of months begins on the first")
    return tidy.months(year, month, count)


def _days(year: int, month: int, day: int, count: int) -> Days:
    start = date(year, month, day)
    return start, start + timedelta(days=count - 1)


_MONTH = r"(\d{4})-(0[1-9]|1[0-2])"
_START = _MONTH + r"-(\d{2})T00:00:00/P(\d+)"
_PERIODS: tuple[tuple[tuple[str, ...], str, Callable[[list[int]], Days]], ...] = (
    (("year", "gregorian-year"), r"(\d{4})", lambda p: tidy.months(p[0], 1, 12)),
    (("government-year",), r"(\d{4})-(\d{4})", lambda p: _government_year(*p)),
    (("government-quarter",), r"(\d{4})-(\d{4})/Q([1-4])", lambda p: _government_year(*p)),
    (("half", "gregorian-half"), r"(\d{4})-H([12])", lambda p: tidy.months(p[0], 6 * p[1] - 5, 6)),
    (("quarter", "gregorian-quarter"), r"(\d{4})-Q([1-4])", lambda p: tidy.months(p[0], 3 * p[1] - 2, 3)),
    (("month", "gregorian-month"), _MONTH, lambda p: tidy.months(p[0], p[1], 1)),
    (("day", "gregorian-day"), r"(\d{4})-(\d{2})-(\d{2})", lambda p: _days(p[0], p[1], p[2], 1)),
    (("gregorian-interval",), f"{_START}Y", lambda p: _run(p[0], p[1], p[2], 12 * p[3])),
    (("gregorian-interval",), f"{_START}M", lambda p: _run(p[0], p[1], p[2], p[3])),
    (("gregorian-interval",), f"{_START}D", lambda p: _days(*p)),
)


def _whole_number(reply: Reply, rows: Sequence[Mapping[str, str]]) -> int:
    if len(rows) != 1 or not rows[0]["rows"].isdigit():
        tidy.refuse(reply, "It did not say how many observations there are.")
    return int(rows[0]["rows"])


def _kinds_of(prefix: str, first: str, last: str) -> Iterator[AreaKind]:
    """The kinds behind a prefix: one for each census whose run of codes the data set reaches into."""
    level = LEVEL_BY_PREFIX.get(prefix, "")
    runs = [(a, b, year) for a, b, year in tidy.SCOTTISH_RUNS if a.startswith(prefix) and first <= b and last >= a]
    names = {"S01": "Data zones", "S02": "Intermediate zones", "S00": "Output areas"}
    for _, _, year in runs:
        yield AreaKind(id=f"{prefix}-{year}", label=f"{names[prefix]} of {year}", level=level, vintage=year)
    if not runs and prefix:
        yield AreaKind(id=prefix, label=_LABELS.get(prefix, f"Areas with codes {prefix}"), level=level)


_LABELS = {
    "S92": "Scotland",
    "S12": "Council areas",
    "S13": "Wards",
    "S08": "Health boards",
    "S14": "UK Parliament constituencies",
    "S16": "Scottish Parliament constituencies",
    "S37": "Health and social care partnerships",
}


def _words(name: str) -> str:
    """The words of a name such as ``vaccinationUptake``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r" \1", name)


def _breakdown(uri: str) -> str:
    """A breakdown in words; empty for the whole."""
    name = sparql.end(uri)
    return "" if name in ("all", "total") else name.replace("-", " ")


def _said(query: Query) -> str:
    parts = [query.level or "all kinds of area", tidy.short(query.periods) if query.periods else "all periods"]
    parts += [f"{sparql.end(c.dimension)} {tidy.short([sparql.end(code) for code in c.codes])}" for c in query.choices]
    return ", ".join(parts)
