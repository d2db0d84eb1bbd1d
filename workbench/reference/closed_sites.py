"""The loader of what became of the sites that DWP's guide of 2013 names."""

from __future__ import annotations

from datetime import date

from workbench.domain.closed_sites import ClosedSite
from workbench.reference.schema import read_list


def load_closed_sites(*, today: date | None = None) -> tuple[ClosedSite, ...]:
    """Every site of the guide, for :func:`workbench.domain.closed_sites.search_closed`.

    Parameters
    ----------
    today : datetime.date, optional
        When given, a citation dated later than this is refused.

    Raises
    ------
    ReferenceDataError
        When the file is damaged, a site has no source, or a doubt is not said.

    Examples
    --------
    >>> from workbench.domain.closed_sites import closed_site
    >>> closed_site("www.sns.gov.uk", load_closed_sites()).successor
    'statistics.gov.scot'
    """
    return read_list("services/closed_sites.yaml", ClosedSite, today=today)
