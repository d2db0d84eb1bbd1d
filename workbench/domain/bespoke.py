"""Areas that a partnership makes by combining published ones. What can be said of them: ``bespoke_figures``."""

from __future__ import annotations

from workbench.domain.base import Entity


class BespokeArea(Entity):
    """An area made of others, named and kept in the project.

    Attributes
    ----------
    id : str
        Not a GSS code; it begins with ``own-``.
    name : str
    level, vintage : str
        Of the parts: all of one level and one set of boundaries.
    parts : tuple of str
        GSS codes, no two overlapping.
    """

    name: str = ""
    level: str = ""
    vintage: str = ""
    parts: tuple[str, ...] = ()
