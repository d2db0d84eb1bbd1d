"""From a query to a question for Stat-Xplore in which nothing is left to the service.

What is given as a uri is taken as it is. What is given shorter – ``latest``, ``201808``, a GSS code, a level – is
looked up in the schema, and refused where it fits several things or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from workbench.domain.areas import AreaRegister
from workbench.domain.queries import Choice, Query
from workbench.domain.statxplore import StatXploreFacts
from workbench.errors import DataError, SourceUnavailable, UnknownArea
from workbench.sources.services.statxplore_schema import Field, Node, Schema
from workbench.sources.services.statxplore_table import Ask, Group, Part
from workbench.sources.services.tidy import GSS

MEASURES = "measures"
"""The dimension of a query whose codes are the uris of counts and statistics."""

VALUE, VALUESET, FIELD = "str:value:", "str:valueset:", "str:field:"
LATEST = "latest"
NAME = "DWP Stat-Xplore"


@dataclass(frozen=True)
class Resolved:
    """A question, and what its fields are.

    Attributes
    ----------
    ask : Ask
    area, time : str
        Uris of fields; ``area`` empty when the query names no areas.
    whole : dict of str to bool
        For each breakdown with a total: whether all values of its valueset were asked for.
    notes : tuple of str
        What was asked for and is not there.
    """

    ask: Ask
    area: str
    time: str
    whole: dict[str, bool] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def resolve(query: Query, areas: AreaRegister, schema: Schema, facts: StatXploreFacts) -> Resolved:
    """The question that a query means.

    Raises
    ------
    DataError
        When it names no period, no measure, or a thing that fits several of the database or none.
    UnknownArea
        When it asks for the parts of an area, and the register holds none.
    SourceUnavailable
        When the schema cannot be read.
    """
    return _Resolver(query, areas, schema, facts).resolved()


class _Resolver:
    def __init__(self, query: Query, areas: AreaRegister, schema: Schema, facts: StatXploreFacts) -> None:
        self._query = query
        self._areas = areas
        self._schema = schema
        self._facts = facts
        self._fields: tuple[Field, ...] | None = None
        self._level_uri = ""
        self._notes: list[str] = []
        dataset = query.dataset
        self._database = dataset if dataset.startswith("str:") else f"str:database:{dataset}"
        self._choices = [c for c in query.choices if c.dimension != MEASURES]

    def resolved(self) -> Resolved:
        if not self._query.dataset:
            _refuse("No database is named.", "Search for one and use its id.")
        measures = tuple(code for c in self._query.choices if c.dimension == MEASURES for code in c.codes)
        if not measures:
            _refuse(
                "No measure is named.",
                f"Choose at least one of “{MEASURES}”, for example the count of the database.",
            )
        area = self._area_part()
        time = self._time_part()
        taken = {time.field, *([area.field] if area else [])}
        breakdowns = [self._breakdown(c) for c in self._choices if self._field_uri(c.dimension) not in taken]
        if len({p.field for p in breakdowns}) < len(breakdowns):
            _refuse("A field is chosen twice.", "Put all its codes into one choice.")
        parts = (*([area] if area else []), time, *breakdowns)
        whole = {p.field: self._is_whole(p) for p in breakdowns if p.total}
        ask = Ask(self._database, tuple(dict.fromkeys(measures)), parts)
        return Resolved(ask, area.field if area else "", time.field, whole, tuple(self._notes))

    # --- areas --------------------------------------------------------------------------------------------------------

    def _area_part(self) -> Part | None:
        named = [self._area_group(code) for code in self._query.areas]
        valueset = self._valueset() if self._query.level else ""
        groups = [group if not isinstance(group, str) else (group,) for group in named]
        if self._query.level and not self._query.areas:
            groups = [(uri,) for uri in self._every_area(valueset)]
        if not groups:
            if self._query.within:
                _refuse("The kind of area is not named.", "Choose a level, for example local authorities.")
            return None
        fields = {field_of(uri) for group in groups for uri in group}
        if len(fields) > 1:
            _refuse("The areas belong to several fields.", "Ask for one kind of area at a time.")
        found = fields.pop()
        choice = next((c for c in self._choices if self._is_named(c, found)), None)
        groups += self._groups(choice, found) if choice and choice.codes else []
        return Part(found, tuple(dict.fromkeys(groups)), bool(choice and choice.total))

    def _area_group(self, given: str) -> Group:
        """One area, or several merged by ``+``, as uris."""
        uris: list[str] = []
        for code in given.split("+"):
            if code.startswith(VALUE):
                uris.append(code)
            elif not self._query.level:
                _refuse(f"The kind of area of {code} is not named.", "Choose a level, for example local authorities.")
            elif not GSS.fullmatch(code):
                _refuse(f"“{code}” is not a GSS code.", "Use codes such as E08000001.")
            else:
                uris.append(f"{self._valueset().replace(VALUESET, VALUE, 1)}:{code}")
        return tuple(uris)

    def _every_area(self, valueset: str) -> list[str]:
        stem = valueset.replace(VALUESET, VALUE, 1)
        if not self._query.within:
            return [value.id for value in self._values(valueset)]
        kind = self._facts.kind_of(valueset.rpartition(":")[2])
        level, vintage = (kind.level, kind.vintage) if kind else ("", "")
        # Where the name of the valueset gives no year, the register may hold areas of other years as well.
        there = None if vintage else {value.id for value in self._values(valueset)}
        found: list[str] = []
        for above in self._query.within:
            inside = self._areas.within(above, level, vintage) if level else ()
            if not inside:
                year = f" of {vintage}" if vintage else ""
                raise UnknownArea(
                    f"No {level or 'area'}{year} within {self._areas.name(above)} is held.",
                    "Bring the register of areas up to date (workbench areas update), or name the areas one by one.",
                    above,
                )
            found += [f"{stem}:{area.code}" for area in inside]
        missing = [uri for uri in found if there is not None and uri not in there]
        if len(missing) == len(found):
            raise UnknownArea(
                f"Stat-Xplore has none of the areas asked for in {valueset}.", "Choose another kind of area.", NAME
            )
        if missing:
            codes = ", ".join(uri.rpartition(":")[2] for uri in missing)
            self._notes.append(f"Not in this set of areas of Stat-Xplore, and so without figures: {codes}.")
        return [uri for uri in dict.fromkeys(found) if uri not in missing]

    def _valueset(self) -> str:
        """The uri of the valueset that ``level`` means."""
        if not self._level_uri:
            level = self._query.level
            self._level_uri = level if level.startswith(VALUESET) else self._look_up_level(level)
        return self._level_uri

    def _look_up_level(self, level: str) -> str:
        fits: list[str] = []
        for f in self._all_fields():
            for node in self._schema.valuesets(f.id):
                kind = self._facts.kind_of(node.id.rpartition(":")[2])
                if node.id.endswith(f":{level}") or (kind and kind.level == level):
                    fits.append(node.id)
        if len(fits) != 1:
            said = f"fits {', '.join(fits)}" if fits else "fits no valueset of areas"
            _refuse(f"The level “{level}” {said}.", "Use the id of one kind of area from the description.")
        return fits[0]

    # --- periods ------------------------------------------------------------------------------------------------------

    def _time_part(self) -> Part:
        wanted = list(self._query.periods)
        if not wanted:
            _refuse(
                "No period is named, and Stat-Xplore would add one of its own.",
                f"Name the months, or “{LATEST}”.",
            )
        uris = [p for p in wanted if p.startswith(VALUE)]
        short = [p for p in wanted if not p.startswith(VALUE)]
        if short:
            time = field_of(uris[0]) if uris else self._time_field()
            values = self._field_values(time)
            uris += [self._period(p, values) for p in short]
        fields = {field_of(uri) for uri in uris}
        if len(fields) > 1:
            _refuse("The periods belong to several fields.", "Choose periods of one field.")
        found = fields.pop()
        named = [c for c in self._choices if self._is_named(c, found)]
        if any(c.codes for c in named):
            _refuse("Months are among the choices.", "Name them as periods.")
        if any(c.total for c in named):
            _refuse(
                "A total of months was asked for.", "Ask for each month: a person may be counted in every one of them."
            )
        return Part(found, tuple((uri,) for uri in dict.fromkeys(uris)))

    def _time_field(self) -> str:
        times = [f for f in self._all_fields() if f.is_time]
        named = [f for f in times if any(self._is_named(c, f.id) for c in self._choices)]
        own_view = [f for f in times if f.id.split(":")[3].startswith("F_")]
        for fits in (named, own_view, times):
            if len(fits) == 1:
                return fits[0].id
        said = f"several fields of time: {', '.join(f.id for f in times)}" if times else "no field of time"
        return _refuse(f"The database has {said}.", "Name the periods by their uris.")

    def _period(self, given: str, values: Sequence[Node]) -> str:
        if given == LATEST:
            if not values:
                _refuse("The field of time has no values.", "Name the periods by their uris.")
            codes = [value.id.rpartition(":")[2] for value in values]
            if all(code.isascii() and code.isdigit() for code in codes):
                return max(values, key=lambda v: int(v.id.rpartition(":")[2])).id
            return values[-1].id
        fits = [v.id for v in values if given in (v.id.rpartition(":")[2], v.label)]
        if len(fits) != 1:
            last = values[-1].label if values else "none"
            _refuse(f"The database has no one period “{given}”.", f"Choose among its periods; the last is {last}.")
        return fits[0]

    # --- breakdowns ---------------------------------------------------------------------------------------------------

    def _breakdown(self, choice: Choice) -> Part:
        uri = self._field_uri(choice.dimension)
        groups = self._groups(choice, uri)
        if not groups:
            groups = [(value.id,) for value in self._field_values(uri)]
        if not groups:
            _refuse(f"{choice.dimension} has no values.", "Choose another field.")
        strays = [u for group in groups for u in group if field_of(u) != uri]
        if strays:
            _refuse(f"{strays[0]} is not a value of {uri}.", "Choose codes of that field.")
        if len(set(map(frozenset, groups))) < len(groups):
            _refuse(f"A code of {choice.dimension} is chosen twice.", "Name each once.")
        return Part(uri, tuple(groups), choice.total)

    def _groups(self, choice: Choice, uri: str) -> list[Group]:
        """Codes as groups of uris; several joined by ``+`` are one group."""
        return [tuple(self._value(one, uri) for one in code.split("+")) for code in choice.codes]

    def _value(self, code: str, uri: str) -> str:
        if code.startswith(VALUE):
            return code
        fits = [v.id for v in self._field_values(uri) if code in (v.id.rpartition(":")[2], v.label)]
        if len(fits) != 1:
            many = "several codes" if fits else "no code"
            _refuse(f"“{code}” fits {many} of {uri}.", "Use the uri of the value from the description.")
        return fits[0]

    def _is_whole(self, part: Part) -> bool:
        """Whether a total of this part is the total of all there is: every value of one valueset is in it, once."""
        asked = [uri for group in part.groups for uri in group]
        stems = {uri.rpartition(":")[0].replace(VALUE, VALUESET, 1) for uri in asked}
        if len(stems) > 1 or len(set(asked)) < len(asked):
            return False
        try:
            return {value.id for value in self._values(stems.pop())} == set(asked)
        except SourceUnavailable:
            return False  # the schema could not be asked; the figures say that it was not checked

    # --- the schema ---------------------------------------------------------------------------------------------------

    def _field_uri(self, dimension: str) -> str:
        if dimension.startswith(FIELD):
            return dimension
        fits = [f.id for f in self._all_fields() if dimension in (f.id.rpartition(":")[2], f.label)]
        if len(fits) != 1:
            many = f"fits {', '.join(fits)}" if fits else "is no field of the database"
            _refuse(f"“{dimension}” {many}.", "Use the uri of the field from the description.")
        return fits[0]

    def _is_named(self, choice: Choice, uri: str) -> bool:
        return choice.dimension == uri or (
            not choice.dimension.startswith(FIELD) and self._field_uri(choice.dimension) == uri
        )

    def _all_fields(self) -> tuple[Field, ...]:
        if self._fields is None:
            self._fields = self._schema.contents(self._database)[1]
        return self._fields

    def _field_values(self, uri: str) -> tuple[Node, ...]:
        sets = self._schema.valuesets(uri)
        if len(sets) > 1:
            _refuse(
                f"{uri} has several sets of values: {', '.join(s.id for s in sets)}.", "Name the values by their uris."
            )
        return self._values(sets[0].id)

    def _values(self, valueset: str) -> tuple[Node, ...]:
        return self._schema.values(valueset)


def field_of(uri: str) -> str:
    """The uri of the field of a value.

    Examples
    --------
    >>> field_of("str:value:UC_Households:F_UC_DATE:DATE_NAME:C_UC_DATE:201805")
    'str:field:UC_Households:F_UC_DATE:DATE_NAME'
    """
    parts = uri.split(":")
    if not uri.startswith(VALUE) or len(parts) < 7:
        _refuse(f"“{uri}” is not the uri of a value.", "Use codes of the description.")
    return ":".join(["str", "field", *parts[2:-2]])


def _refuse(message: str, remedy: str) -> NoReturn:
    raise DataError(message, remedy, NAME)
