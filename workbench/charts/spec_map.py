"""The thematic map as a frozen value: areas in classes, drawn by their boundaries, by points or as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from workbench.charts.spec import ClassedMap

Ring = npt.NDArray[np.float64]
"""A closed line: shape (n, 2), longitude and latitude in WGS 84 degrees; outer rings run against the clock."""

Form = Literal["polygons", "points", "picture"]


@dataclass(frozen=True, slots=True, eq=False)
class MapArea:
    """One area with its boundary, or with its centroid where no boundary is at hand.

    ``klass`` counts from 0; None: no figure, and ``note`` says why.
    """

    area_code: str
    name: str
    value: float | None
    klass: int | None
    group: str = ""
    note: str = ""
    rings: tuple[Ring, ...] = ()
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaMap(ClassedMap):
    """Areas in their true places, coloured by class.

    Attributes
    ----------
    form : {"polygons", "points", "picture"}
        Boundaries that can be pointed at; a dot at each centroid; or one picture made on the server, for so many areas
        that a browser would be slow. A picture cannot be pointed at: the table and the area picker choose an area.
    own : str
        Code of the area the reader is about, always outlined.
    """

    kind: ClassVar[str] = "area map"
    areas: tuple[MapArea, ...]
    form: Form = "polygons"
    own: str = ""

    @property
    def places(self) -> tuple[MapArea, ...]:
        """The areas of the map."""
        return self.areas

    @property
    def outlined(self) -> tuple[str, ...]:
        """The codes of the areas that are outlined: the selected one last, so that it lies on top."""
        return tuple(dict.fromkeys(c for c in (self.own, self.selected) if c))

    def _form(self) -> str:
        return "a dot each" if self.form == "points" else "by their boundaries"
