"""The loader of what is known of Nomis beyond its replies."""

from __future__ import annotations

from datetime import date

from workbench.domain.base import Value
from workbench.domain.nomis import NomisFacts
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind
from workbench.reference.schema import read_yaml


class _Kinds(Value):
    checked: date
    citation: Citation
    unverified: str
    kinds: tuple[AreaKind, ...]


def load_nomis(*, today: date | None = None) -> NomisFacts:
    """Facts about Nomis, for the constructor of the service.

    Parameters
    ----------
    today : datetime.date, optional
        When given, a citation dated later than this is refused.

    Raises
    ------
    ReferenceDataError
        When a file is damaged or a fact has no source.

    Examples
    --------
    >>> facts = load_nomis()
    >>> [m.key for m in facts.dataset("NM_162_1").measures][:2]
    ['claimant_count', 'claimant_rate']
    >>> facts.kind("TYPE298", "2011 super output areas - lower layer").vintage
    '2011'
    """
    facts = read_yaml("services/nomis.yaml", NomisFacts, today=today)
    return facts.with_(kinds=read_yaml("services/nomis_types.yaml", _Kinds, today=today).kinds)
