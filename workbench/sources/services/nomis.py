"""Nomis: labour market, population and census figures of small areas. No sign-in; an account id (``uid``) is optional.

Verified against recorded replies: the columns of a data reply and how its rows are numbered (NM_2002_1, 80 of its
11,178 rows), the definition of a data set (NM_2021_1), missing figures (NM_1_1, as a client printed them). Wants a live
run: the search, code lists, the list of kinds of area, areas within an area, ``select``, the account id, and what Nomis
says when it throttles. The codes of known measures stand in ``reference/services/nomis.yaml``, each with what is not
checked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister, level_of
from workbench.domain.nomis import NomisFacts
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Choice, Code, Description, Dimension, Found, Query
from workbench.errors import FigureMissing, Refused, SourceUnavailable, UnknownArea
from workbench.sources.services import nomis_codes as codes
from workbench.sources.services import nomis_figures, tidy
from workbench.sources.services.contract import Check, Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.keys import Secret
from workbench.sources.services.nomis_codes import GEOGRAPHY, Definition
from workbench.sources.services.nomis_pages import Changed, columns, page_check, pull, read_page

AREAS_AT_ONCE = 150
"""How many areas stand in one address: longer ones are cut off on the way."""

ONE_PULL_HOURS = 2.0
"""Kept pages that are further apart than this may be of two releases and are asked for again."""

_ID = re.compile(r"NM_\d+_\d+", re.IGNORECASE | re.ASCII)


class Nomis:
    """The service.

    Parameters
    ----------
    client : Client
    base_url : str, optional
    facts : NomisFacts, optional
        What is known of data sets and kinds of area. Without, measures are named after their codes.
    uid : Secret, optional
        Account id; sent as a secret.
    """

    key: ClassVar[str] = "nomis"
    name: ClassVar[str] = "Nomis"

    def __init__(
        self,
        client: Client,
        base_url: str = "https://www.nomisweb.co.uk/api/v01",
        facts: NomisFacts | None = None,
        uid: Secret | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._client = client
        self._facts = facts or NomisFacts()
        self._uid = uid

    # --- what there is ------------------------------------------------------------------------------------------------

    def search(self, words: str) -> tuple[Found, ...]:
        """Data sets whose name, keywords or id match, best first.

        Raises
        ------
        SourceUnavailable
        """
        plain = [w for w in re.findall(r"[A-Za-z0-9_]+", words)]
        if not plain:
            return ()
        if _ID.fullmatch(words.strip()):
            found = self._families(f"dataset/{words.strip().upper()}/def.sdmx.json")
            return tuple(map(_found, found))
        longest = max(plain, key=len)
        families = {
            str(f.get("id")): f
            for asked in (f"*{longest}*", f"keywords-*{longest}*")
            for f in self._families("dataset/def.sdmx.json", search=asked)
        }
        fitting = []
        for family in families.values():
            said = codes.annotated(family)
            texts = (str(family.get("id")), codes.title(family), said.get("keywords", ""), said.get("mnemonic", ""))
            if tidy.matches(" ".join(plain), *texts, said.get("subdescription", "")):
                fitting.append((codes.title(family), _found(family)))
        return tuple(tidy.by_title(" ".join(plain), fitting))

    def describe(self, dataset: str) -> Description:
        """Dimensions with their codes, kinds of area and periods of a data set.

        Raises
        ------
        Refused
            When there is no such data set.
        SourceUnavailable
        """
        return self._define(dataset).description

    def probe(self) -> str:
        """Ask one small real question; a sentence that says what was answered."""
        query = self._facts.probe
        if query is None:
            reply = self._structure("dataset/def.sdmx.json", {"search": "*claimant*"}, fresh=True)
            return f"Nomis answered: {words.counted(len(codes.families(reply)), 'data set')} about claimants."
        named = [c.dimension.lower() for c in query.choices]
        params = {**_params(query), GEOGRAPHY: ",".join(query.areas), **_page(0, 1, named)}
        reply = self._get(f"dataset/{query.dataset}.data.csv", params, page_check(0, named), max_age_hours=0)
        rows = read_page(reply, 0, named).rows
        if rows.empty:
            return f"Nomis answered, and has no row for its small question ({query.dataset})."
        row = rows.iloc[0]
        return f"Nomis answered: {row['GEOGRAPHY_NAME']}, {row['DATE_NAME']}: {row['OBS_VALUE']} ({query.dataset})."

    # --- figures ------------------------------------------------------------------------------------------------------

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole.

        Raises
        ------
        Refused
            When the query leaves out a dimension or names a code that the data set does not have.
        UnknownArea
            When an area whose parts are wanted is not known to Nomis.
        FigureMissing
            When there is no figure at all for the query.
        SourceUnavailable
            When the table did not come whole.
        """
        definition = self._define(query.dataset)
        _refuse_unfit(query, definition)
        params = _params(query, definition)
        lots = list(self._lots(query, definition, areas))
        rows, replies = self._pull_lots(query.dataset, params, lots, definition, tell)
        if rows.empty:
            raise FigureMissing(
                f"Nomis holds no figure for this question of {definition.description.title}.",
                "Choose other areas or periods.",
                query.dataset,
            )
        _refuse_mixed(rows, query, replies[0])
        made = nomis_figures.make(rows, definition, areas, self._citation(definition, replies), replies[0].url)
        notes = (*definition.description.notes, *made.notes, *_not_given(query, made.figures.frame, definition, areas))
        return Fetched(made.figures, made.titles, tuple(replies), tuple(dict.fromkeys(notes)), made.unresolved)

    def _pull_lots(
        self, dataset: str, params: Mapping[str, str], lots: Sequence[str], definition: Definition, tell: Tell
    ) -> tuple[pd.DataFrame, list[Reply]]:
        """Every page of every lot of areas, of one release."""
        for max_age in (None, ONE_PULL_HOURS, 0.0):
            try:
                rows, replies = self._pull_all(dataset, params, lots, definition, tell, max_age)
            except Changed:
                continue
            if max_age is not None or not _of_two_times(replies):
                return rows, replies
        raise SourceUnavailable(
            "The table changed while it was read: a new release is coming out.", "Try again in an hour.", dataset
        )

    def _pull_all(  # noqa: PLR0917  one step of one method
        self, dataset: str, params: Mapping[str, str], lots: Sequence[str], definition: Definition, tell: Tell,
        max_age: float | None,
    ) -> tuple[pd.DataFrame, list[Reply]]:  # fmt: skip
        named = [d.id for d in definition.dimensions]
        frames, replies, before = [], [], 0
        for lot in lots:

            def ask(offset: int, lot: str = lot) -> Reply:
                page = _page(offset, self._facts.rows_per_page, named)
                sent = {**params, GEOGRAPHY: lot, **page}
                return self._get(f"dataset/{dataset}.data.csv", sent, page_check(offset, named), max_age)

            def told(done: int, of: int, before: int = before, last: bool = lot == lots[-1]) -> None:
                tell(Progress(before + done, before + of if last else 0, "rows", f"Reading {dataset} from Nomis"))

            rows, came = pull(ask, named, told)
            before += len(rows)
            frames.append(rows)
            replies += came
        return pd.concat(frames, ignore_index=True), replies

    def _lots(self, query: Query, definition: Definition, areas: AreaRegister) -> Iterator[str]:
        """What is asked for as ``geography``, in lots that fit into an address."""
        if query.areas:
            for start in range(0, len(query.areas), AREAS_AT_ONCE):
                yield ",".join(query.areas[start : start + AREAS_AT_ONCE])
        elif query.within:
            yield ",".join(f"{self._area_id(code, definition, areas)}{query.level}" for code in query.within)
        else:
            yield query.level

    def _area_id(self, code: str, definition: Definition, areas: AreaRegister) -> int:
        """The number of an area on Nomis."""
        if code in self._facts.area_ids:
            return self._facts.area_ids[code]
        held = areas.areas.get(code)
        level = held.level if held else level_of(code)
        kinds = sorted((k for k in definition.description.kinds if k.level == level), key=lambda k: k.vintage)
        for kind in reversed(kinds):
            path = f"dataset/{definition.description.id}/{GEOGRAPHY}/{kind.id}.def.sdmx.json"
            reply = self._structure(path, {"search": code})
            for item in codes.codes(reply):
                if codes.annotated(item).get("geogcode") == code and str(item["value"]).isdigit():
                    return int(item["value"])
        raise UnknownArea(
            f"Nomis does not know {areas.name(code)} as an area of {definition.description.title}.",
            "Name the areas one by one, or ask for them everywhere.",
            code,
        )

    # --- asking -------------------------------------------------------------------------------------------------------

    def _define(self, dataset: str) -> Definition:
        if not _ID.fullmatch(dataset):
            raise Refused(f"“{dataset}” is no id of a data set of Nomis.", "Use one such as NM_162_1.", "dataset")
        path = f"dataset/{dataset}"
        reply = self._structure(f"{path}/def.sdmx.json")
        found = codes.families(reply)
        if [str(f.get("id")) for f in found] != [dataset]:
            raise Refused(f"Nomis has no data set {dataset}.", "Search for it by a word of its name.", reply.url)
        known = self._facts.dataset(dataset)
        dimensions = tuple(
            codes.dimension(
                concept, tuple(map(codes.code, codes.codes(self._structure(f"{path}/{concept}.def.sdmx.json")))), known
            )
            for concept in codes.concepts(found[0], reply)
            if concept != GEOGRAPHY
        )
        kinds = codes.codes(self._structure(f"{path}/{GEOGRAPHY}/TYPE.def.sdmx.json"))
        times = codes.codes(self._structure(f"{path}/time.def.sdmx.json"))
        return codes.definition(reply, dimensions, tuple(codes.kind(k, self._facts) for k in kinds), times, known)

    def _families(self, path: str, search: str = "") -> list[dict[str, object]]:
        return codes.families(self._structure(path, {"search": search} if search else None))

    def _structure(self, path: str, params: Mapping[str, str] | None = None, *, fresh: bool = False) -> Reply:
        return self._get(path, params or {}, codes.is_structure, 0 if fresh else None)

    def _get(self, path: str, params: Mapping[str, str], check: Check, max_age_hours: float | None = None) -> Reply:
        secret = {"uid": self._uid.reveal()} if self._uid else None
        return self._client.get(
            f"{self.base_url}/{path}", params, check=check, secret_params=secret, max_age_hours=max_age_hours
        )

    def _citation(self, definition: Definition, replies: Sequence[Reply]) -> Citation:
        said = definition.description.citation
        return said.with_(url=replies[0].url, retrieved=max(r.fetched for r in replies).date())


def _found(family: Mapping[str, object]) -> Found:
    said = codes.annotated(family)
    updated = said.get("lastupdated", "")[:10]
    parts = (said.get("subdescription", ""), said.get("units", ""), f"updated {updated}" if updated else "")
    return Found(
        service=Nomis.key, id=str(family.get("id")), title=codes.title(family), note="; ".join(p for p in parts if p)
    )


def _page(offset: int, limit: int, named: Sequence[str]) -> dict[str, str]:
    select = ",".join(c.lower() for c in columns(named))
    return {"select": select, "RecordLimit": str(limit), "RecordOffset": str(offset)}


def _params(query: Query, definition: Definition | None = None) -> dict[str, str]:
    """Dates and codes as they are sent."""
    sent = {"date": ",".join(query.periods)}
    for choice in query.choices:
        chosen = list(choice.codes)
        held = definition.description.dimension(choice.dimension.lower()) if definition else None
        if choice.total and held and held.default and held.default not in chosen:
            chosen.append(held.default)
        sent[choice.dimension.lower()] = ",".join(chosen)
    return sent


# --- what is refused before it is asked -------------------------------------------------------------------------------


def _refuse_unfit(query: Query, definition: Definition) -> None:
    """Refuse a query that does not say everything, or names what there is not; every fault at once."""
    faults = [*_faults_of_areas(query, definition), *_faults_of_choices(query, definition)]
    if not query.periods:
        faults.append("It names no period.")
    if faults:
        raise Refused(" ".join(faults), "Correct the query.", definition.description.id)


def _faults_of_areas(query: Query, definition: Definition) -> Iterator[str]:
    if query.areas and (query.level or query.within):
        yield "It names areas one by one and a kind of area too."
    if not query.areas and not query.level:
        yield "It names no area and no kind of area."
    kinds = definition.description.kinds
    if query.level and kinds and query.level not in {k.id for k in kinds}:
        yield f"The data set does not have the kind of area {query.level}. It has: {_listed_kinds(kinds)}."


def _faults_of_choices(query: Query, definition: Definition) -> Iterator[str]:
    chosen: dict[str, Choice] = {}
    for choice in query.choices:
        name = choice.dimension.lower()
        if name in chosen:
            yield f"It names the dimension {name} twice."
        chosen[name] = choice
    there = {d.id: d for d in definition.dimensions}
    for name in chosen:
        if name not in there:
            yield f"The data set has no dimension {name}. It has: {', '.join(there)}."
    for name, dimension in there.items():
        choice = chosen.get(name, Choice(dimension=name))
        if not choice.codes and not (choice.total and dimension.default):
            yield f"It leaves out the dimension {name}. Its codes are: {_listed_codes(dimension.codes)}."
        elif choice.total and not dimension.default:
            yield f"The dimension {name} has no code that stands for the total."
        yield from _unknown_codes(choice, dimension)


def _unknown_codes(choice: Choice, dimension: Dimension) -> Iterator[str]:
    held = [c.id for c in dimension.codes]
    for code in choice.codes:
        if held and code not in held:
            near = difflib.get_close_matches(code, held, n=3) or held[:3]
            yield f"The dimension {dimension.id} has no code {code}. Near it: {', '.join(near)}."


def _listed_codes(listed: Sequence[Code], most: int = 12) -> str:
    shown = "; ".join(f"{c.id} {c.label}" for c in listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown


def _listed_kinds(kinds: Sequence[AreaKind]) -> str:
    known = [k for k in kinds if k.level] or list(kinds)
    return "; ".join(f"{k.id} {k.label}" for k in known[:20])


# --- what is looked at afterwards -------------------------------------------------------------------------------------


def _refuse_mixed(rows: pd.DataFrame, query: Query, reply: Reply) -> None:
    """One kind of area was asked for: another in the reply means that something else was answered."""
    wanted = query.level.removeprefix("TYPE")
    if wanted and (other := sorted(set(rows["GEOGRAPHY_TYPECODE"]) - {wanted})):
        raise SourceUnavailable(
            f"Nomis sent areas of another kind than {query.level}: TYPE{', TYPE'.join(other)}.", tidy.RETRY, reply.url
        )


def _of_two_times(replies: Sequence[Reply]) -> bool:
    """Whether kept and new pages lie so far apart that a release may lie between them."""
    times = [reply.fetched for reply in replies]
    kept = any(reply.cached for reply in replies)
    return kept and max(times) - min(times) > timedelta(hours=ONE_PULL_HOURS)


def _not_given(query: Query, frame: pd.DataFrame, definition: Definition, areas: AreaRegister) -> Iterator[str]:
    """Areas that were asked for and gave nothing."""
    came = set(frame["area_code"])
    lost = [code for code in query.areas if tidy.GSS.fullmatch(code) and code not in came]
    if query.within:
        kind = next((k for k in definition.description.kinds if k.id == query.level), None)
        if kind and kind.level:
            held = (a for outer in query.within for a in areas.within(outer, kind.level, kind.vintage))
            lost += [a.code for a in held if a.code not in came]
    if lost:
        names = [f"{areas.name(code)} ({code})" if code in areas.areas else code for code in lost]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield f"Take care. No figure came for {words.listed(names[:5])}{more}."
