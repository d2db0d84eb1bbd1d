"""Areas by GSS code: level, nation, vintages, parents; found by name, code, list or parent.

Names and parents are handed in; nothing is looked up here. What a code says by itself is in :mod:`.area_codes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbench.domain import area_lists, words
from workbench.domain.area_codes import (
    LEVEL_BY_PREFIX,
    LEVELS,
    NATION_BY_LETTER,
    article,
    census_of,
    describe_code,
    kind_of,
    level_of,
    nation_of,
)
from workbench.domain.area_index import AreaIndex, Wanted, index_of, plain
from workbench.domain.area_lists import Resolved
from workbench.errors import UnknownArea

__all__ = [
    "LEVELS",
    "LEVEL_BY_PREFIX",
    "NATION_BY_LETTER",
    "Area",
    "AreaRegister",
    "Resolved",
    "census_of",
    "describe_code",
    "kind_of",
    "level_of",
    "nation_of",
]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of one vintage.

    Attributes
    ----------
    code, name, level : str
    vintage : str
        Year of the boundaries, for example ``2011`` for LSOAs of the 2011 Census.
    parent : str
        GSS code of the area it belongs to in the register; empty at the top.
    lon, lat : float or None
        Centroid, WGS 84 degrees.
    vintages : tuple of str
        Every vintage that has this code, when there are several: an LSOA whose boundary did not change from 2011 to
        2021 kept its code. ``vintage`` is then the latest of them.
    """

    code: str
    name: str
    level: str
    vintage: str = ""
    parent: str = ""
    lon: float | None = None
    lat: float | None = None
    vintages: tuple[str, ...] = ()

    def is_of(self, vintage: str) -> bool:
        """Whether the area exists in a vintage."""
        return vintage == self.vintage or vintage in self.vintages


@dataclass(frozen=True)
class AreaRegister:
    """The areas that are held, by code.

    ``areas`` may read from disk: a search goes through its index (:class:`~.area_index.AreaIndex`) when it has one, and
    does not build every area. Only ``areas.values()`` does.
    """

    areas: Mapping[str, Area] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Iterable[Area]) -> AreaRegister:
        """A register of these areas; of two with one code the later stands."""
        return cls({a.code: a for a in areas})

    def get(self, code: str) -> Area:
        """The area of exactly this code.

        Raises
        ------
        UnknownArea
            When the code is not held. Never matched by prefix or by likeness.
        """
        area = self.areas.get(code)
        if area is None:
            raise UnknownArea(
                f"The area {code} is not held.", "Check the code, or bring in figures for this area.", code
            )
        return area

    def name(self, code: str) -> str:
        """The name of an area, or its code when it is not held."""
        area = self.areas.get(code)
        return area.name if area else code

    def describe(self, code: str) -> str:
        """An area in words, held or not: what its code alone says where nothing more is known.

        Examples
        --------
        >>> AreaRegister.of([Area("E08000001", "Bolton", "district", "2023")]).describe("E08000001")
        'Bolton, a district of 2023 in England'
        >>> AreaRegister().describe("E08000001")
        'a district in England, not in the register'
        """
        area = self.areas.get(code)
        if area is None:
            return describe_code(code)
        years = _years(area.vintages or ((area.vintage,) if area.vintage else ()))
        try:
            kind, place = kind_of(code), f" in {nation_of(code)}"
        except UnknownArea:
            kind, place = area.level, ""
        where = "" if area.level == "nation" else place
        return f"{area.name}, {article(kind)} {kind}{f' of {years}' if years else ''}{where}"

    def within(self, code: str, level: str, vintage: str = "") -> tuple[Area, ...]:
        """Every held area of a level within an area, in order of code; the area itself when it is of that level.

        Parameters
        ----------
        code, level : str
        vintage : str, optional
            Only areas of these boundaries. Areas of two vintages overlap: give it wherever areas are drawn or counted.
        """
        itself = self.areas.get(code)
        if itself is not None and itself.level == level:
            return (itself,)
        return self._index.parts(code, level, vintage)

    def at_level(self, level: str, vintage: str = "") -> tuple[Area, ...]:
        """Every held area of a level, in order of code; only those of these boundaries when they are given."""
        return self._index.of_level(level, vintage)

    def named(self, name: str, level: str = "", vintage: str = "", limit: int = 50) -> tuple[Area, ...]:
        """Areas that bear exactly this name, but for case, accents and punctuation; larger areas first.

        Examples
        --------
        >>> register = AreaRegister.of([Area("E08000013", "St. Helens", "district")])
        >>> [a.code for a in register.named("ST HELENS")], register.named("Helens")
        (['E08000013'], ())
        """
        wanted = plain(name)
        return self._index.named(wanted, Wanted(level, vintage), limit) if wanted else ()

    def find(
        self, typed: str, level: str = "", vintage: str = "", within: str = "", limit: int = 20
    ) -> tuple[Area, ...]:
        """Areas for what somebody types, best first.

        First the area of exactly this code, then those of exactly this name, then codes and names that begin so, then
        names of which some word begins with each word typed. Among equals larger areas come first.

        Parameters
        ----------
        typed : str
            A code or a name, or the beginning of one. Case, accents and punctuation do not matter; “&” is “and”,
            “St.” is “Saint”.
        level, vintage, within : str, optional
            Only areas of this level, of these boundaries, within the area of this code.
        limit : int

        Examples
        --------
        >>> wards = [Area("E05000001", "Moss Side", "ward"), Area("E05000002", "Moss", "ward")]
        >>> register = AreaRegister.of(wards)
        >>> [a.name for a in register.find("moss")], [a.code for a in register.find("side mo")]
        (['Moss', 'Moss Side'], ['E05000001'])
        """
        text, code = plain(typed), typed.strip().upper()
        if not text or limit < 1:
            return ()
        wanted, index = Wanted(level, vintage, within), self._index
        found: dict[str, Area] = {}
        exact = self.areas.get(code)
        if exact is not None and wanted.takes(exact) and (not within or exact in index.coded(code, wanted, 1)):
            found[code] = exact
        searches: tuple[Callable[[], tuple[Area, ...]], ...] = (
            lambda: index.named(text, wanted, limit),
            lambda: index.coded(code, wanted, limit) if code[:2].isalnum() and any(c.isdigit() for c in code) else (),
            lambda: index.beginning(text, wanted, limit + len(found)),
            lambda: index.worded(tuple(text.split()), wanted, limit + len(found)),
        )
        for search in searches:
            if len(found) < limit:
                found |= {area.code: area for area in search() if area.code not in found}
        return tuple(found.values())[:limit]

    def resolve_list(self, text: str, level: str = "", vintage: str = "") -> Resolved:
        r"""The areas of a pasted list: codes or names, one a line, or cells of a spreadsheet.

        A line with codes stands for those codes (“E08000001 : Bolton”, a row of a table). A line without is one name
        if such a name is held (“Bristol, City of”), else cells parted by tabs or commas. A name that several areas
        bear is ambiguous; nothing is guessed.

        Parameters
        ----------
        text : str
        level, vintage : str, optional
            Only areas of this level and these boundaries; others are told as unknown, with what they are.

        Examples
        --------
        >>> register = AreaRegister.of([Area("E08000001", "Bolton", "district"), Area("E08000002", "Bury", "district")])
        >>> list_ = register.resolve_list("e08000002\nBolton, Leeds")
        >>> [a.name for a in list_.found], list_.unknown
        (['Bury', 'Bolton'], ('Leeds',))
        """
        return area_lists.resolve(text, self, Wanted(level, vintage))

    @cached_property
    def _index(self) -> AreaIndex:
        return index_of(self.areas)


def _years(vintages: tuple[str, ...]) -> str:
    """Vintages in words; a run of three years or more by its ends.

    Examples
    --------
    >>> _years(("2016", "2017", "2018")), _years(("2011", "2021")), _years(("2011", "2021", "2022"))
    ('2016 to 2018', '2011 and 2021', '2011, 2021 and 2022')
    """
    run = all(v.isdigit() for v in vintages) and len(vintages) > 2
    if run and int(vintages[-1]) - int(vintages[0]) == len(vintages) - 1:
        return f"{vintages[0]} to {vintages[-1]}"
    return words.listed(list(vintages))
