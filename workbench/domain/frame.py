"""Step 1: the problem, the people, the places and the partners; and whether this is data sharing at all."""

from __future__ import annotations

from typing import Literal

from workbench.domain.base import Entity, Value

Nation = Literal["England", "Wales", "Scotland", "Northern Ireland"]
Answer = Literal["", "yes", "no", "not sure"]
PartnerKind = Literal[
    "",
    "council",
    "combined authority",
    "DWP or Jobcentre Plus",
    "NHS body",
    "charity",
    "provider",
    "college or training provider",
    "housing association",
    "other",
]


class Partner(Entity):
    """A body in the partnership. ``role`` says what it does with the data, in the partnership's words."""

    name: str = ""
    kind: PartnerKind = ""
    role: str = ""
    receives_data: Answer = ""


class Place(Entity):
    """An area the proposal is about; ``id`` is its GSS code."""

    name: str = ""


class Frame(Value):
    """What the partnership wants to change, and for whom.

    Attributes
    ----------
    problem, people, change : str
        What is wrong; who it is wrong for; what would be done differently with better data.
    nation : str
        Which nation's rules apply.
    needs_individuals : Answer
        Must somebody act on, contact or link particular people (rather than count them)?
    identifiable : Answer
        Could a person be told apart from what is asked for?
    social_security : Answer
        Is it information DWP holds about benefits?
    held_by_partner : Answer
        Does a partner already hold it (housing benefit, council tax reduction, referrals)?
    held_where : str
        Which partner, which records.
    research_only : Answer
        Would an answer for research, with nobody contacted, be enough?
    existing_feed : Answer
        Does a feed or a referral route already carry it?
    existing_feed_name : str
    """

    problem: str = ""
    people: str = ""
    change: str = ""
    nation: Nation | Literal[""] = ""
    places: tuple[Place, ...] = ()
    partners: tuple[Partner, ...] = ()
    needs_individuals: Answer = ""
    identifiable: Answer = ""
    social_security: Answer = ""
    held_by_partner: Answer = ""
    held_where: str = ""
    research_only: Answer = ""
    existing_feed: Answer = ""
    existing_feed_name: str = ""
