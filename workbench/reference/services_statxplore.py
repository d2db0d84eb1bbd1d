"""The loader of what is known of Stat-Xplore beyond its replies."""

from __future__ import annotations

from datetime import date

from workbench.domain.statxplore import StatXploreFacts
from workbench.reference.schema import read_yaml


def load_statxplore(*, today: date | None = None) -> StatXploreFacts:
    """Facts about Stat-Xplore, for the constructor of the service.

    Parameters
    ----------
    today : datetime.date, optional
        When given, a citation dated later than this is refused.

    Raises
    ------
    ReferenceDataError
        When the file is damaged or a fact has no source.

    Examples
    --------
    >>> facts = load_statxplore()
    >>> facts.is_perturbed("UC_Monthly"), facts.database("UC_Households").unit
    (True, 'households')
    >>> facts.kind_of("V_C_MASTERGEOG21_LSOA_TO_MSOA").label
    'Lower layer super output areas and data zones of 2021'
    """
    return read_yaml("services/statxplore.yaml", StatXploreFacts, today=today)
