"""The questions put to statistics.gov.scot, in SPARQL. Addresses and texts of a query are checked or escaped here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from workbench.domain.queries import Query, Role
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services import tidy

CUBE = "http://purl.org/linked-data/cube#"
AREA = "http://purl.org/linked-data/sdmx/2009/dimension#refArea"
PERIOD = "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod"
MEASURE = f"{CUBE}measureType"
UNIT = "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
GEOGRAPHY = "http://statistics.gov.scot/id/statistical-geography/"
DATA = "http://statistics.gov.scot/data/"
MEASURES = "http://statistics.gov.scot/def/measure-properties/"
TIME = "http://reference.data.gov.uk/id/"

LONGEST_LIST = 400
"""Areas named in one question. More are asked for by the run of their codes, and chosen from what comes."""

ROLES: Mapping[str, Role] = {AREA: "area", PERIOD: "time", MEASURE: "measure"}
_NOT_IN_AN_ADDRESS = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def iri(address: str) -> str:
    """An address as SPARQL writes it.

    Raises
    ------
    Refused
        When it holds a character that would end it: nothing of a question's own can follow.

    Examples
    --------
    >>> iri("http://example.org/a")
    '<http://example.org/a>'
    """
    if _NOT_IN_AN_ADDRESS.search(address) or not address:
        raise Refused(f"“{address}” cannot be part of an address.", "Choose a code from the description.", "Scotland")
    return f"<{address}>"


def literal(text: str) -> str:
    r"""A text as SPARQL writes it, with everything escaped that would end it.

    Examples
    --------
    >>> print(literal('a" . } #'))
    "a\" . } #"
    """
    return '"' + "".join(_ESCAPES.get(c, c) for c in text) + '"'


def all_datasets() -> str:
    """Every data set: ``URI``, ``Name``, ``Publisher``."""
    return (
        f"SELECT DISTINCT ?URI ?Name ?Publisher WHERE {{ ?URI a <{CUBE}DataSet> . ?URI <{LABEL}> ?Name . "
        f"OPTIONAL {{ ?URI <http://purl.org/dc/terms/publisher>/<{LABEL}> ?Publisher }} }} ORDER BY ?URI"
    )


def structure(dataset: str) -> str:
    """The dimensions of a data set in order: ``dimension``, ``label``."""
    return (
        f"SELECT ?dimension ?label WHERE {{ {iri(DATA + dataset)} <{CUBE}structure>/<{CUBE}component> ?part . "
        f"?part <{CUBE}dimension> ?dimension . OPTIONAL {{ ?part <{CUBE}order> ?order }} "
        f"OPTIONAL {{ ?dimension <{LABEL}> ?label }} }} ORDER BY ?order ?dimension"
    )


def concepts(dataset: str, dimension: str) -> str:
    """The codes of a dimension: ``concept``, ``label``."""
    return (
        f"SELECT DISTINCT ?concept ?label WHERE {{ {iri(DATA + dataset)} <{CUBE}structure>/<{CUBE}component> ?part . "
        f"?part <{CUBE}dimension> {iri(dimension)} . ?part <{CUBE}codeList> ?list . "
        f"?list <http://www.w3.org/2004/02/skos/core#member> ?concept . OPTIONAL {{ ?concept <{LABEL}> ?label }} }} "
        "ORDER BY ?concept"
    )


def prefixes(dataset: str) -> str:
    """The kinds of area of a data set, by prefix: ``prefix``, and the ``first`` and ``last`` code."""
    return (
        f"SELECT ?prefix (MIN(?code) AS ?first) (MAX(?code) AS ?last) WHERE {{ {{ SELECT DISTINCT ?area WHERE {{ "
        f"?obs <{CUBE}dataSet> {iri(DATA + dataset)} . ?obs <{AREA}> ?area }} }} "
        f"BIND(STRAFTER(STR(?area), {literal(GEOGRAPHY)}) AS ?code) BIND(SUBSTR(?code, 1, 3) AS ?prefix) }} "
        "GROUP BY ?prefix ORDER BY ?prefix"
    )


def pattern(query: Query, dimensions: Collection[str], areas: frozenset[str] | None) -> str:
    """What an observation of a query must look like."""
    parts = [f"?obs <{CUBE}dataSet> {iri(DATA + query.dataset)}", "?obs ?measureType ?value"]
    parts += [f"?obs {iri(uri)} ?{variable(uri)}" for uri in dimensions]
    parts.append(f"OPTIONAL {{ ?obs <{UNIT}> ?unitMeasure }}")
    unknown = [c.dimension for c in query.choices if _address_of(c.dimension, dimensions) is None]
    if unknown:
        raise Refused(
            f"The data set has no dimension {', '.join(unknown)}.", "Choose from its description.", query.dataset
        )
    for choice in query.choices:
        uri = _address_of(choice.dimension, dimensions) or ""
        parts.append(_values(variable(uri), [_code_address(uri, code) for code in choice.codes]))
    if odd := [p for p in query.periods if not re.match(r"[a-z-]+/\d|https?:", p)]:
        raise Refused(
            f"“{odd[0]}” is not a period of this service.", "Use one such as year/2018.", "statistics.gov.scot"
        )
    parts.append(_values("refPeriod", [p if ":" in p else f"{TIME}{p}" for p in query.periods]))
    parts += _area_parts(query.level, areas)
    return " . ".join(p for p in parts if p)


def _area_parts(level: str, areas: frozenset[str] | None) -> list[str]:
    if areas is not None and len(areas) <= LONGEST_LIST:
        return [_values("refArea", [GEOGRAPHY + code for code in sorted(areas)])]
    prefix, _, year = level.partition("-")
    if areas is not None:
        return [_between(min(areas), max(areas))]
    for first, last, of in tidy.SCOTTISH_RUNS:
        if first.startswith(prefix) and prefix and of == year:
            return [_between(first, last)]
    return [f"FILTER(STRSTARTS(STR(?refArea), {literal(GEOGRAPHY + prefix)}))"] if prefix else []


def _between(first: str, last: str) -> str:
    low, high = literal(GEOGRAPHY + first), literal(GEOGRAPHY + last)
    return f"FILTER(STR(?refArea) >= {low} && STR(?refArea) <= {high})"


def _values(variable: str, addresses: Sequence[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(map(iri, addresses))} }}" if addresses else ""


def _address_of(dimension: str, dimensions: Collection[str]) -> str | None:
    return next((uri for uri in dimensions if dimension in (uri, end(uri))), None)


def _code_address(dimension: str, code: str) -> str:
    """A code as an address: a bare code is one of the dimension's own concepts."""
    if ":" in code:
        return code
    if dimension == MEASURE:
        return MEASURES + code
    if dimension in ROLES:
        return (GEOGRAPHY if dimension == AREA else TIME) + code
    folder = re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", end(dimension)).lower()
    return f"http://statistics.gov.scot/def/concept/{folder}/{code}"


def variable(uri: str) -> str:
    """The name of a dimension in a question: the end of its address."""
    name = end(uri)
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or name in ("obs", "value", "unitMeasure"):
        raise SourceUnavailable(f"The dimension {uri} cannot be asked for.", tidy.RETRY, "statistics.gov.scot")
    return name


def end(uri: str) -> str:
    """The last part of an address."""
    return re.split(r"[/#]", uri)[-1]
