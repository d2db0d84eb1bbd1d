"""Areas by GSS code: level, nation, parents. Names and parents are handed in; nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.errors import UnknownArea

# Entity prefixes of the ONS Register of Geographic Codes that the workbench meets.
LEVEL_BY_PREFIX: Mapping[str, str] = {
    "E00": "OA", "W00": "OA", "S00": "OA", "N00": "OA",
    "E01": "LSOA", "W01": "LSOA", "S01": "LSOA", "N20": "LSOA",
    "E02": "MSOA", "W02": "MSOA", "S02": "MSOA", "N21": "MSOA",
    "E05": "ward", "W05": "ward", "S13": "ward", "N08": "ward",
    "E06": "district", "E07": "district", "E08": "district", "E09": "district",
    "W06": "district", "S12": "district", "N09": "district",
    "E10": "county", "E12": "region", "E47": "combined authority",
    "E92": "nation", "W92": "nation", "S92": "nation", "N92": "nation",
    "K02": "nation", "K03": "nation", "K04": "nation",
}  # fmt: skip

NATION_BY_LETTER: Mapping[str, str] = {
    "E": "England",
    "W": "Wales",
    "S": "Scotland",
    "N": "Northern Ireland",
    "K": "United Kingdom",
}


def level_of(code: str) -> str:
    """The level of an area, from the prefix of its GSS code.

    Parameters
    ----------
    code : str
        Nine characters, for example ``E08000001``.

    Returns
    -------
    str
        One of the levels of :data:`LEVEL_BY_PREFIX`.

    Raises
    ------
    UnknownArea
        When the code is not nine characters with a prefix the workbench knows.

    Examples
    --------
    >>> level_of("E05000650")
    'ward'
    """
    if len(code) == 9 and code[:3] in LEVEL_BY_PREFIX and code[3:].isdigit():
        return LEVEL_BY_PREFIX[code[:3]]
    raise UnknownArea(
        f"“{code}” is not a GSS code the workbench knows.",
        "Use a nine-character code such as E08000001 (Bolton) or E47000001 (Greater Manchester).",
    )


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
    """The areas that are held, by code."""

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

    def within(self, code: str, level: str, vintage: str = "") -> tuple[Area, ...]:
        """Every held area of a level within an area, in order of code; the area itself when it is of that level.

        Parameters
        ----------
        code, level : str
        vintage : str, optional
            Only areas of these boundaries. Areas of two vintages overlap: give it wherever areas are drawn or counted.
        """
        if code in self.areas and self.areas[code].level == level:
            return (self.areas[code],)
        found = (
            a
            for a in self.areas.values()
            if a.level == level and (not vintage or a.is_of(vintage)) and self._is_in(a, code)
        )
        return tuple(sorted(found, key=lambda a: a.code))

    def _is_in(self, area: Area, code: str) -> bool:
        seen: set[str] = set()
        while area.parent and area.parent not in seen:
            if area.parent == code:
                return True
            seen.add(area.parent)
            above = self.areas.get(area.parent)
            if above is None:
                return False
            area = above
        return False
