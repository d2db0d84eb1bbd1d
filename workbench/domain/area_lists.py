"""A list of areas as people paste it: codes or names, a line each or in cells of a spreadsheet. Nothing is guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.domain.area_codes import CODE, describe_code
from workbench.domain.area_index import Wanted, plain

if TYPE_CHECKING:
    from workbench.domain.areas import Area, AreaRegister

_NUMBER = re.compile(r"[-+£]?[\d,. ]+%?", re.ASCII)
CANDIDATES = 50
"""Areas of one name that are listed at most."""


@dataclass(frozen=True)
class Resolved:
    """What became of a pasted list.

    Attributes
    ----------
    found : tuple of Area
        In the order of the list, each once.
    ambiguous : mapping of str to tuple of Area
        Names that several areas bear, as written, with the candidates.
    unknown : tuple of str
        What stands for no area that fits, as written.
    why : mapping of str to str
        For each that is unknown, what is known of it: “a ward in England, not in the register”.
    """

    found: tuple[Area, ...] = ()
    ambiguous: Mapping[str, tuple[Area, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)


def resolve(text: str, register: AreaRegister, wanted: Wanted) -> Resolved:
    """Find the areas of a list; see :meth:`~workbench.domain.areas.AreaRegister.resolve_list`."""
    reading = _Reading(register, wanted)
    for line in text.splitlines():
        if line.strip():
            reading.line(line)
    return Resolved(tuple(reading.found.values()), reading.ambiguous, tuple(reading.unknown), reading.unknown)


class _Reading:
    """A list under way."""

    def __init__(self, register: AreaRegister, wanted: Wanted) -> None:
        self.register = register
        self.wanted = wanted
        self.found: dict[str, Area] = {}
        self.ambiguous: dict[str, tuple[Area, ...]] = {}
        self.unknown: dict[str, str] = {}

    def line(self, line: str) -> None:
        """A line is one area when it can be: names have commas. Else each of its cells is."""
        codes = CODE.findall(line)
        if codes:  # “E08000001 : Bolton”, or a row with a column of codes; the rest of it describes them
            for code in codes:
                self._code(code.upper())
            self._contradicted([code.upper() for code in codes], line)
            return
        for split in (_whole, _tabs, _commas):
            cells = [cell for cell in split(line) if cell]
            if any(self._named(cell) for cell in cells):
                break
        for cell in cells:  # a count beside a name is no name; alone it stands for nothing known
            if not _NUMBER.fullmatch(cell) or len(cells) == 1:
                self._name(cell)

    def _contradicted(self, codes: list[str], line: str) -> None:
        """Take back the one code of a row that names another area of its level: one of the two is a slip."""
        area = self.found.get(codes[0]) if len(codes) == 1 else None
        if area is None:
            return
        cells = [CODE.sub("", cell).strip(' :;-–()"') for cell in _tabs(line)]
        if any(plain(cell) == plain(area.name) for cell in cells):
            return
        for cell in cells:
            others = self.register.named(cell)
            above = any(area in self.register.within(other.code, area.level, area.vintage) for other in others)
            if not above and any(other.level == area.level for other in others):
                del self.found[area.code]
                self.unknown[line.strip()] = f"the code is that of {area.name}, the name is another area's"
                return

    def _code(self, code: str) -> None:
        area = self.register.areas.get(code)
        if area is None:
            self.unknown[code] = describe_code(code)
        elif self.wanted.takes(area):
            self.found[code] = area
        else:
            self.unknown[code] = f"{self.register.describe(code)}; {_asked(self.wanted)} wanted"

    def _named(self, name: str) -> tuple[Area, ...]:
        return self.register.named(name, self.wanted.level, self.wanted.vintage, limit=CANDIDATES)

    def _name(self, name: str) -> None:
        areas = self._named(name)
        if len(areas) == 1:
            self.found[areas[0].code] = areas[0]
        elif areas:
            self.ambiguous[name] = areas
        elif plain(name):
            others = self.register.named(name, limit=1) if self.wanted != Wanted() else ()
            self.unknown[name] = (
                f"{self.register.describe(others[0].code)}; {_asked(self.wanted)} wanted"
                if others
                else "no area that is held is called so"
            )


def _asked(wanted: Wanted) -> str:
    return f"{wanted.level or 'areas'}{f' of {wanted.vintage}' if wanted.vintage else ''}"


def _whole(line: str) -> Iterator[str]:
    yield line.strip().strip('"').strip()


def _tabs(line: str) -> Iterator[str]:
    yield from (cell.strip().strip('"').strip() for cell in line.split("\t"))


def _commas(line: str) -> Iterator[str]:
    for cell in line.split("\t"):
        try:
            yield from (part.strip() for row in csv.reader([cell], skipinitialspace=True) for part in row)
        except csv.Error:
            yield cell.strip()
