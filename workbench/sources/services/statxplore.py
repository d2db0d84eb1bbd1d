"""DWP Stat-Xplore: search and describe by the schema, tables by POST, in pieces where a table is too large.

A query names everything: the month (``latest`` is looked up), each measure, and for each breakdown its items and
whether a total is wanted. Totals are asked for and never added up here, because DWP adjusts cells at random. Several
codes joined by ``+`` make one item, so that a partnership's areas come as one figure of DWP's own.

In a query ``level`` is the uri of a valueset of areas (or its last part, or a level of the workbench, where only one
valueset fits); ``areas`` are GSS codes or uris; the measures are a choice of the dimension ``measures``.

Verified against recorded queries and replies of March 2019, whose figures come out exactly, and a schema dump of 2023.
Wants a live run with a key: the shape of ``/schema``, the ``Link`` header, bodies of errors (401, 422, 429), the number
of cells that is too large and how the service says so (504 seen by others, ``CELL_COUNT`` on the same platform
elsewhere), valuesets of 2021 areas, and whether an item that merges all areas equals their total.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from workbench.domain.areas import AreaRegister
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query
from workbench.domain.statxplore import StatXploreFacts
from workbench.domain.words import counted, day
from workbench.errors import KeyMissing, Refused, SourceUnavailable
from workbench.sources.services import statxplore_table as tables
from workbench.sources.services.contract import Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.keys import Secret
from workbench.sources.services.statxplore_figures import Figures, Roles
from workbench.sources.services.statxplore_query import MEASURES, Resolved, resolve
from workbench.sources.services.statxplore_schema import Field, Keyed, Node, Schema
from workbench.sources.services.tidy import figure_set

BASE_URL = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1"
MOST_FOUND = 50
_TOO_LARGE = ("(504)", "CELL_COUNT")


class StatXplore:
    """Stat-Xplore as a statistics service.

    Parameters
    ----------
    client : Client
    facts : StatXploreFacts
        What its replies do not say.
    key : Secret or None
        Of the Open Data API. Without one every question ends in ``KeyMissing``.
    base_url : str
    longest_wait : float
        Seconds that are waited when the service's allowance is used up; beyond that it is an error that says when to
        come back.
    sleep : callable
    now : callable
        The time, with its zone.
    """

    key: ClassVar[str] = "statxplore"
    name: ClassVar[str] = "DWP Stat-Xplore"

    def __init__(
        self,
        client: Client,
        facts: StatXploreFacts,
        key: Secret | None,
        base_url: str = BASE_URL,
        *,
        longest_wait: float = 120,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._facts = facts
        self._secret = key
        self.base_url = base_url.rstrip("/")
        self._allowance = _Allowance(longest_wait, sleep, now)

    # --- search and describe ------------------------------------------------------------------------------------------

    def search(self, words: str) -> tuple[Found, ...]:
        """Databases whose label, folder or known keywords hold every word, best first.

        Raises
        ------
        KeyMissing, SourceUnavailable
        """
        wanted = words.lower().split()
        scored: list[tuple[int, int, Found]] = []
        for place, (path, node) in enumerate(self._schema().databases()):
            known = self._facts.database(node.id.rpartition(":")[2])
            extra = f"{path} {known.keywords if known else ''} {node.id}".lower()
            label = node.label.lower()
            if all(word in label or word in extra for word in wanted):
                note = "; ".join([path, *(known.cautions if known else ())])
                score = sum(word in label for word in wanted)
                scored.append((score, -place, Found(service=self.key, id=node.id, title=node.label, note=note)))
        return tuple(found for *_, found in sorted(scored, key=lambda s: s[:2], reverse=True)[:MOST_FOUND])

    def describe(self, dataset: str) -> Description:
        """Measures, fields, their values, and kinds of area of a database.

        Values of areas are not listed: there are tens of thousands.

        Raises
        ------
        KeyMissing, SourceUnavailable
        """
        schema = self._schema()
        node, fields, measures = schema.contents(database_uri(dataset))
        codes = tuple(Code(id=m.id, label=m.label) for m in measures)
        default = next((m.id for m in measures if m.type == "COUNT"), "")
        dimensions = [Dimension(id=MEASURES, label="What is counted", role="measure", codes=codes, default=default)]
        kinds: list[AreaKind] = []
        for field in fields:
            sets = schema.valuesets(field.id)
            here = [self._kind(field, s) for s in sets]
            kinds += [k for k in here if k is not None]
            dimensions.append(_dimension(schema, field, sets, is_area=any(here)))
        known = self._facts.database(node.id.rpartition(":")[2])
        perturbed = (self._facts.perturbed_note,) if self._facts.is_perturbed(node.id.rpartition(":")[2]) else ()
        return Description(
            service=self.key,
            id=node.id,
            title=node.label,
            dimensions=tuple(dimensions),
            kinds=tuple(kinds),
            notes=(*perturbed, *(f"Take care. {c}" for c in (known.cautions if known else ()))),
            citation=self._citation(node.id, node.label, schema.replies[0]),
        )

    def _kind(self, field: Field, valueset: Node) -> AreaKind | None:
        kind = self._facts.kind_of(valueset.id.rpartition(":")[2])
        if kind is None:
            return None
        return AreaKind(id=valueset.id, label=f"{kind.label} ({field.label})", level=kind.level, vintage=kind.vintage)

    # --- fetch --------------------------------------------------------------------------------------------------------

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, asked for in as many pieces as it takes.

        Raises
        ------
        KeyMissing
        DataError
            When the query leaves something to the service: no period, no measure, a code that fits several things.
        Refused
            When the service does not know a uri; it is named where the service names it.
        SourceUnavailable
            When a reply is not exactly the table that was asked for, or the allowance is used up; it says when to come
            back.
        """
        tell(Progress(0, 0, "areas", f"Looking up {query.dataset}"))
        resolved = resolve(query, areas, self._schema(), self._facts)
        pieces = _pieces(resolved, self._facts.cells_per_request)
        source = f"statxplore-{resolved.ask.database.rpartition(':')[2]}"
        figures = Figures(self._facts, areas, Roles(resolved.area, resolved.time, resolved.whole), source)
        rows: list[dict[str, object]] = []
        replies: list[Reply] = []
        title, general = "", dict[str, None]()
        done, of = 0, sum(piece.weight for piece in pieces)
        while pieces:
            piece = pieces.pop(0)
            tell(Progress(done, of, "areas", self._allowance.said or f"Asking for {counted(piece.ask.cells, 'cell')}"))
            try:
                reply, table = self._ask(piece.ask, tell)
            except SourceUnavailable as error:
                pieces[:0] = _smaller(piece, error)
                continue
            rows += figures.rows(table, piece.all_areas)
            replies.append(reply)
            title = table.label
            general |= dict.fromkeys(f"DWP says: {note}" for note in table.notes)
            done += piece.weight
        tell(Progress(done, of, "areas", f"Read {counted(len(rows), 'figure')}"))
        citation = self._citation(resolved.ask.database, title, replies[-1])
        notes = (*self._general_notes(resolved), *figures.notes.sentences(self._facts), *general)
        found = figure_set(rows, {source: citation}, f"{self.name}, {title}")
        if len(rows) != resolved.ask.cells:
            raise SourceUnavailable(
                f"{counted(len(rows), 'figure')} came where {resolved.ask.cells:,} were asked for.",
                "Try again later.",
                self.name,
            )
        return Fetched(found, figures.titles, tuple(replies), notes, tuple(figures.notes.unresolved))

    def probe(self) -> str:
        """Ask for the root of the schema."""
        root = self._schema().node()
        return f"DWP Stat-Xplore answered: {counted(len(root.children), 'folder')} of data sets."

    # --- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, ask: tables.Ask, tell: Tell) -> tuple[Reply, tables.Table]:
        url = f"{self.base_url}/table"

        def check(reply: Reply) -> None:
            if reply.status != 200:
                raise SourceUnavailable(f"It answered {reply.status}.", tables.REMEDY, url)
            tables.check_answers(tables.parse(reply.content, url), ask, url)

        self._allowance.wait(tell)
        try:
            reply = self._keyed().post(url, check=check, json=ask.body())
        except Refused as error:
            if any(sign in error.message for sign in _TOO_LARGE):
                raise
            raise _which(error, ask) from None
        if not reply.cached:
            self._allowance.read(reply)
        return reply, tables.parse(reply.content, url)

    def _keyed(self) -> Keyed:
        if self._secret is None:
            raise KeyMissing("Stat-Xplore wants a key, and none was given.", self._facts.how_to_get_a_key, self.name)
        return Keyed(self._client, self._secret, self._facts.how_to_get_a_key)

    def _schema(self) -> Schema:
        return Schema(self._keyed(), self.base_url)

    def _citation(self, database: str, title: str, reply: Reply) -> Citation:
        return Citation(
            publisher="Department for Work and Pensions",
            title=f"Stat-Xplore, {title}",
            locator=database,
            retrieved=reply.fetched.date(),
            url=self._facts.url,
            licence=self._facts.licence,
        )

    def _general_notes(self, resolved: Resolved) -> tuple[str, ...]:
        database = resolved.ask.database.rpartition(":")[2]
        known = self._facts.database(database)
        perturbed = (self._facts.perturbed_note,) if self._facts.is_perturbed(database) else ()
        cautions = tuple(f"Take care. {c}" for c in (known.cautions if known else ()))
        doubt = (f"Not verified: {known.unverified}.",) if known and known.unverified else ()
        return (*perturbed, *cautions, *doubt, *resolved.notes)


def database_uri(dataset: str) -> str:
    """The uri of a database, from it or from its last part."""
    return dataset if dataset.startswith("str:") else f"str:database:{dataset}"


def _dimension(schema: Schema, field: Field, sets: Sequence[Node], *, is_area: bool) -> Dimension:
    label = f"{field.group}: {field.label}" if field.group else field.label
    if is_area:
        return Dimension(id=field.id, label=label, role="area")
    codes = tuple(Code(id=v.id, label=v.label, parent=s.label) for s in sets for v in schema.values(s.id))
    return Dimension(id=field.id, label=label, role="time" if field.is_time else "breakdown", codes=codes)


def _which(error: Refused, ask: tables.Ask) -> Refused:
    """A refusal that names the uris the service names, or else says where to look."""
    uris = [ask.database, *ask.measures, *(p.field for p in ask.parts)]
    uris += [uri for p in ask.parts for group in p.groups for uri in group]
    named = [uri for uri in uris if uri in error.message]
    if "(422)" not in error.message:
        return error
    longest = [uri for uri in named if not any(uri != other and uri in other for other in named)]
    where = ", ".join(dict.fromkeys(longest)) or f"one of {counted(len(uris), 'id')} in {ask.database}"
    return Refused(
        f"Stat-Xplore does not know {where}. {error.message}",
        "Search for the database again and choose codes anew. They are case-sensitive and change from year to year.",
        "DWP Stat-Xplore",
    )


# --- pieces -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """A question that is part of a query; ``all_areas`` when its one item is the total of these areas."""

    ask: tables.Ask
    area: str
    all_areas: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How many areas it brings."""
        return next((p.size for p in self.ask.parts if p.field == self.area), 1)


def _pieces(resolved: Resolved, most: int) -> list[_Piece]:
    """A query as questions of no more than so many cells, split by area."""
    whole = _Piece(resolved.ask, resolved.area)
    if resolved.ask.cells <= most:
        return [whole]
    each = resolved.ask.cells // max(1, whole.weight)
    return _split(whole, max(1, most // max(1, each))) or [whole]


def _split(piece: _Piece, size: int) -> list[_Piece]:
    """A piece in parts of so many areas; a total of them is asked for as one item that merges them all."""
    part = next((p for p in piece.ask.parts if p.field == piece.area), None)
    if part is None or part.size < 2:
        return []

    def with_groups(groups: tuple[tables.Group, ...]) -> tables.Ask:
        parts = tuple(replace(p, groups=groups, total=False) if p is part else p for p in piece.ask.parts)
        return replace(piece.ask, parts=parts)

    found = [
        _Piece(with_groups(part.groups[i : i + size]), piece.area) for i in range(0, len(part.groups), size)
    ]  # fmt: skip
    if part.total:
        merged = tuple(dict.fromkeys(uri for group in part.groups for uri in group))
        found.append(_Piece(with_groups((merged,)), piece.area, merged))
    return found


def _smaller(piece: _Piece, error: SourceUnavailable) -> list[_Piece]:
    """The halves of a piece that was too large; any other error, and a piece of one area, ends the query."""
    if not any(sign in error.message for sign in _TOO_LARGE):
        raise error
    halves = _split(piece, max(1, piece.weight // 2))
    if not halves:
        raise SourceUnavailable(
            f"The table is too large for Stat-Xplore, even for one area. {error.message}",
            "Ask for fewer months or fewer breakdowns at once.",
            "DWP Stat-Xplore",
        ) from error
    return halves


# --- the allowance ----------------------------------------------------------------------------------------------------


class _Allowance:
    """How many questions the service still answers, as its last reply said."""

    def __init__(self, longest_wait: float, sleep: Callable[[float], None], now: Callable[[], datetime]) -> None:
        self._longest = longest_wait
        self._sleep = sleep
        self._now = now
        self._empty_until: datetime | None = None
        self.said = ""

    def read(self, reply: Reply) -> None:
        """Remember what the headers say; a service that says nothing is not waited for."""
        self._empty_until, self.said = None, ""
        for part, what in (("", "questions"), ("-table", "tables")):
            left = _count(reply.headers, f"x-ratelimit-remaining{part}")
            limit = _count(reply.headers, f"x-ratelimit{part}")
            reset = _count(reply.headers, f"x-ratelimit-reset{part}")
            if left is None:
                continue
            until = datetime.fromtimestamp(reset / 1000, UTC) if reset is not None else None
            of = f" of {limit:,}" if limit is not None else ""
            when = f" until {until:%H:%M} UTC" if until else ""
            self.said = f"Stat-Xplore still answers {left:,}{of} {what}{when}"
            if left == 0 and until is not None:
                self._empty_until = max(until, self._empty_until or until)

    def wait(self, tell: Tell) -> None:
        """Wait until the service answers again, within bounds.

        Raises
        ------
        SourceUnavailable
            When that is too long; it says when.
        """
        if self._empty_until is None:
            return
        seconds = (self._empty_until - self._now()).total_seconds()
        if seconds > self._longest:
            raise SourceUnavailable(
                "Stat-Xplore answers no more questions with this key for now.",
                f"Run it again after {self._empty_until:%H:%M} UTC on {day(self._empty_until.date())}. "
                "What was fetched is kept.",
                "DWP Stat-Xplore",
            )
        while seconds > 0:
            tell(Progress(0, 0, "seconds", f"Waiting until Stat-Xplore answers again, {round(seconds)} seconds"))
            self._sleep(min(1.0, seconds))
            seconds -= 1
        self._empty_until = None


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
