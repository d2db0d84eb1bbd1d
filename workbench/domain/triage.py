"""Whether this is data sharing at all, and which of six routes to try first, lightest first.

“Data sharing” is meant as in DWP’s guide for local partners (2013), section 3: passing individual customers’ personal
social security data between DWP and another body. Nothing here is legal advice, and no route is a promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.domain import words
from workbench.domain.areas import NATION_BY_LETTER, level_of
from workbench.domain.frame import Answer, Frame
from workbench.domain.sufficiency import Verdict
from workbench.errors import Fault, UnknownArea

Sharing = Literal["yes", "no", "not yet known"]
RungKey = Literal["published", "held", "ad hoc", "research", "feed", "share"]
RungStatus = Literal["answers it", "worth trying first", "does not fit", "not known yet"]

CAUTION = (
    "Take care. This is not legal advice. Whether the law lets anyone disclose or re-use personal data is a question "
    "for a solicitor and for the body that holds it."
)
REUSE = "Re-use for a new purpose is a question of law even inside one council: ask your data protection officer."

# Field of the frame, what it settles, and what finding out takes.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("needs_individuals", "whether somebody must act on particular people", "Say what would be done, and to whom."),
    ("identifiable", "whether a person could be told apart", "Think of the smallest group, not only of names."),
    ("social_security", "whether it is information that DWP holds about benefits", "Ask your Jobcentre Plus partner."),
    ("held_by_partner", "whether a partner already holds it", "Ask the benefits and council tax teams first."),
    ("research_only", "whether an answer for research would be enough", "Say whether anybody would be contacted."),
    ("existing_feed", "whether a feed or a referral route carries it", "Ask the benefits team which feeds DWP sends."),
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One route, from the lightest to the heaviest.

    Attributes
    ----------
    key : str
    title : str
    status : str
    reason : str
        Sentences.
    """

    key: RungKey
    title: str
    status: RungStatus
    reason: str

    @property
    def fits(self) -> bool:
        """Whether it answers the need or is worth trying."""
        return self.status in ("answers it", "worth trying first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What kind of question this is, and the ladder of routes.

    Attributes
    ----------
    sharing : str
        ``yes``, ``no`` or ``not yet known``.
    because : str
    rungs : tuple of Rung
        All six, lightest first.
    recommended : str
        Key of the first rung that fits; empty when none does yet.
    faults : tuple of Fault
        Answers that are missing or at odds, each with the path of its field.
    caution : str
    """

    sharing: Sharing
    because: str
    rungs: tuple[Rung, ...]
    recommended: RungKey | Literal[""]
    faults: tuple[Fault, ...]
    caution: str

    @property
    def recommended_rung(self) -> Rung | None:
        """The first rung that fits."""
        return next((rung for rung in self.rungs if rung.key == self.recommended), None)

    @property
    def headline(self) -> str:
        """The result as a sentence, for a title."""
        first = {
            "yes": "This is data sharing",
            "no": "This is not data sharing as DWP means it",
            "not yet known": "Whether this is data sharing is not known yet",
        }[self.sharing]
        rung = self.recommended_rung
        if rung is None:
            return f"{first}; no route fits yet"
        name = f"{rung.title[:1].lower()}{rung.title[1:]}"
        if rung.key == "share":
            return f"{first}; what remains is {name}"
        lighter = self.rungs[: self.rungs.index(rung)]
        hedge = "as far as is known, " if any(r.status == "not known yet" for r in lighter) else ""
        return f"{first}; {hedge}first try {name}"


def triage(frame: Frame, verdicts: Sequence[Verdict]) -> Triage:
    """Place a proposal on the ladder of routes.

    Parameters
    ----------
    frame : Frame
    verdicts : sequence of Verdict
        What published figures do for each need.

    Returns
    -------
    Triage
        The recommended rung is the first that fits. A new share is only offered when every lighter route is ruled out.
    """
    sharing, because = _sharing(frame)
    left = _Left.of(verdicts)
    lighter = (
        _published(frame, left),
        _held(frame),
        _ad_hoc(frame, left),
        _research(frame),
        _feed(frame),
    )
    rungs = (*lighter, _share(sharing, lighter))
    return Triage(
        sharing=sharing,
        because=because,
        rungs=rungs,
        recommended=next((rung.key for rung in rungs if rung.fits), ""),
        faults=_answer_faults(frame),
        caution=CAUTION,
    )


# --- is it data sharing? ----------------------------------------------------------------------------------------------


def _sharing(frame: Frame) -> tuple[Sharing, str]:
    tests: tuple[tuple[Answer, str, str], ...] = (
        (frame.needs_individuals, "it is about particular people", "nobody acts on particular people"),
        (frame.identifiable, "a person could be told apart", "no person could be told apart"),
        (frame.social_security, "it is information about benefits", "it is not information DWP holds about benefits"),
    )
    against = [no for answer, _, no in tests if answer == "no"]
    if _contradicts(frame):
        return "not yet known", "Somebody must act on particular people, and yet no person could be told apart."
    if against:
        return "no", words.sentence(words.listed(against))
    if all(answer == "yes" for answer, _, _ in tests):
        return "yes", words.sentence(words.listed([yes for _, yes, _ in tests]))
    open_ = [what for field, what, _ in QUESTIONS[:3] if getattr(frame, field) != "yes"]
    return "not yet known", words.sentence(f"it is open {words.listed(open_)}")


def _contradicts(frame: Frame) -> bool:
    return frame.needs_individuals == "yes" and frame.identifiable == "no"


# --- the ladder -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Left:
    """Needs counted by what published figures do for them."""

    total: int
    met: int
    partly: int
    unknown: int
    counts: int
    people: int

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> _Left:
        unmet = [v for v in verdicts if v.status == "not met"]
        people = sum(any(c.name == "individuals" for c in v.criteria) for v in unmet)
        return cls(
            total=len(verdicts),
            met=sum(v.status == "met" for v in verdicts),
            partly=sum(v.status == "partly" for v in verdicts),
            unknown=sum(v.status == "unknown" for v in verdicts),
            counts=len(unmet) - people,
            people=people,
        )

    @property
    def unmet(self) -> int:
        return self.counts + self.people


def _needs(n: int) -> str:
    return words.counted(n, "need", spelt=True)


def _published(frame: Frame, left: _Left) -> Rung:
    def rung(status: RungStatus, reason: str) -> Rung:
        return Rung("published", "Published figures", status, reason)

    if left.total == 0:
        return rung("not known yet", "No need has been tested against published figures. Add one in step 2.")
    does = words.sentence(
        f"they answer {words.number(left.met)} of {_needs(left.total)}"
        if left.met
        else f"they answer none of {_needs(left.total)} as published"
    )
    if left.partly:
        does += f" {words.sentence(f'{words.number(left.partly)} more if adapted')}"
    if left.unmet:
        rest = "is" if left.unmet == 1 else "are"
        return rung("does not fit", f"{does} {words.sentence(f'{_needs(left.unmet)} {rest} left')}")
    if frame.needs_individuals == "yes":
        return rung("does not fit", f"{does} But somebody must act on particular people, and figures cannot say which.")
    if left.unknown:
        return rung("not known yet", f"{does} {words.sentence(f'{_needs(left.unknown)} cannot be judged yet')}")
    if left.partly:
        return rung("worth trying first", f"{does} Nothing needs to be asked for.")
    return rung("answers it", f"{does} Nothing needs to be asked for.")


def _held(frame: Frame) -> Rung:
    return _answered(
        ("held", "Data a partner already holds and may re-use"),
        frame.held_by_partner,
        yes=f"{_named('A partner already holds it', frame.held_where)} {REUSE}",
        no="No partner holds it.",
        unknown="It is not known whether a partner holds it.",
    )


def _ad_hoc(frame: Frame, left: _Left) -> Rung:
    key: RungKey = "ad hoc"
    title = "An ad-hoc table"
    serves = f" It would serve the {_needs(left.counts)} that figures could answer." if left.counts else ""
    if frame.needs_individuals == "yes" or left.people:
        return Rung(key, title, "does not fit", f"A table counts people; it cannot say which people.{serves}")
    if frame.needs_individuals != "no":
        return Rung(key, title, "not known yet", "It is not known whether somebody must act on particular people.")
    if left.counts:
        reason = words.sentence(f"{_needs(left.counts)} could be answered by a table that is not published")
        return Rung(key, title, "worth trying first", f"{reason} DWP may make one if asked, at a cost to ask about.")
    if left.total == 0 or left.unknown:
        return Rung(key, title, "not known yet", "It depends on which needs published figures leave open.")
    return Rung(key, title, "does not fit", "Published figures leave no need open that a table could answer.")


def _research(frame: Frame) -> Rung:
    name: tuple[RungKey, str] = ("research", "Research in a safe setting")
    if frame.needs_individuals == "yes" and frame.research_only == "yes":
        return Rung(*name, "not known yet", "Two answers are at odds: act on particular people, or contact nobody.")
    return _answered(
        name,
        frame.research_only,
        yes="Nobody would be contacted, so accredited researchers may find the answer in de-identified records.",
        no="Somebody would be contacted or treated differently, which research settings rule out.",
        unknown="It is not known whether research would be enough.",
    )


def _feed(frame: Frame) -> Rung:
    carried = _named("A feed or referral route carries it", frame.existing_feed_name)
    return _answered(
        ("feed", "A feed that already exists"),
        frame.existing_feed,
        yes=f"{carried} Check that its terms allow this use. {REUSE}",
        no="No feed or referral route carries it.",
        unknown="It is not known whether a feed carries it.",
    )


def _named(said: str, name: str) -> str:
    return words.sentence(f"{said}: {name.strip()}" if name.strip() else said)


def _answered(name: tuple[RungKey, str], answer: Answer, *, yes: str, no: str, unknown: str) -> Rung:
    if answer == "yes":
        return Rung(*name, "worth trying first", yes)
    if answer == "no":
        return Rung(*name, "does not fit", no)
    return Rung(*name, "not known yet", unknown)


def _share(sharing: Sharing, lighter: Sequence[Rung]) -> Rung:
    def rung(status: RungStatus, reason: str) -> Rung:
        return Rung("share", "A new share", status, reason)

    if sharing == "no":
        return rung("does not fit", "This is not data sharing as DWP means it, so no share has to be asked for.")
    first = [r for r in lighter if r.fits]
    unknown = [r for r in lighter if r.status == "not known yet"]
    if first:
        return rung(
            "not known yet",
            words.sentence(f"only if this does not serve: {first[0].title[:1].lower()}{first[0].title[1:]}"),
        )
    if unknown:
        return rung("not known yet", f"{words.sentence(_open_words(unknown))} Settle this first.")
    if sharing == "not yet known":
        return rung("not known yet", "It is not known yet whether this is data sharing.")
    return rung(
        "worth trying first",
        "No lighter route fits. Whether a law lets DWP disclose it is looked at in step 4; this is not legal advice.",
    )


def _open_words(unknown: Sequence[Rung]) -> str:
    names = [f"{r.title[:1].lower()}{r.title[1:]}" for r in unknown]
    return f"{words.counted(len(names), 'lighter route', spelt=True)} still open: {words.listed(names)}"


# --- what is missing --------------------------------------------------------------------------------------------------


def _answer_faults(frame: Frame) -> tuple[Fault, ...]:
    faults = []
    for field, what, remedy in QUESTIONS:
        answer = getattr(frame, field)
        if answer == "":
            faults.append(Fault(f"frame/{field}", words.sentence(f"it is not said {what}"), remedy))
        elif answer == "not sure":
            faults.append(Fault(f"frame/{field}", words.sentence(f"you are not sure {what}"), remedy))
    if _contradicts(frame):
        faults.append(
            Fault(
                "frame/identifiable",
                "Somebody must act on particular people, and yet no person could be told apart.",
                "Change one of the two answers.",
            )
        )
    if frame.needs_individuals == "yes" and frame.research_only == "yes":
        faults.append(
            Fault(
                "frame/research_only",
                "Somebody must act on particular people, and yet research with nobody contacted would be enough.",
                "Change one of the two answers.",
            )
        )
    return tuple(faults)


def frame_faults(frame: Frame) -> tuple[Fault, ...]:
    """What is missing before step 1 is completed, each with the path of its field.

    Returns
    -------
    tuple of Fault
        Empty when the step is complete.
    """
    return (*_text_faults(frame), *_place_faults(frame), *_partner_faults(frame), *_answer_faults(frame))


def _text_faults(frame: Frame) -> list[Fault]:
    wanted = [
        ("problem", frame.problem, "The problem is not described.", "Say what is wrong, in a sentence or two."),
        ("people", frame.people, "It is not said who the people are.", "Say for whom it is wrong."),
        ("change", frame.change, "The purpose is missing.", "Say what would be done differently with better data."),
        ("nation", frame.nation, "The nation is not chosen.", "Choose it: the rules differ between nations."),
    ]
    if frame.held_by_partner == "yes":
        wanted.append(("held_where", frame.held_where, "It is not said which partner holds it.", "Name the records."))
    if frame.existing_feed == "yes":
        wanted.append(
            ("existing_feed_name", frame.existing_feed_name, "The feed or route is not named.", "Name the feed.")
        )
    return [Fault(f"frame/{field}", said, remedy) for field, given, said, remedy in wanted if not given.strip()]


def _place_faults(frame: Frame) -> list[Fault]:
    if not frame.places:
        return [Fault("frame/places", "No place is chosen.", "Choose at least one area.")]
    faults = []
    for place in frame.places:
        where = f"frame/places/{place.id}"
        try:
            level_of(place.id)
        except UnknownArea as error:
            faults.append(Fault(where, error.message, error.remedy))
            continue
        nation = NATION_BY_LETTER[place.id[0]]
        if frame.nation and nation not in (frame.nation, "United Kingdom"):
            said = f"{place.name or place.id} is in {nation}, but the nation chosen is {frame.nation}."
            faults.append(Fault(where, said, "Change the place or the nation."))
    return faults


def _partner_faults(frame: Frame) -> list[Fault]:
    if not frame.partners:
        return [Fault("frame/partners", "No partner is named.", "Add at least one body of the partnership.")]
    faults = []
    for partner in frame.partners:
        where = f"frame/partners/{partner.id}"
        if not partner.name.strip():
            faults.append(Fault(f"{where}/name", "A partner has no name.", "Name the body."))
        if not partner.kind:
            who = partner.name.strip() or "a partner"
            said = words.sentence(f"it is not said what kind of body {who} is")
            faults.append(Fault(f"{where}/kind", said, "Choose a kind: the law differs by kind of body."))
    return faults
