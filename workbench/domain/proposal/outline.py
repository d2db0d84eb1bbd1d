"""The sections of a proposal, in order, with what each is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbench.domain.provenance import Citation

GUIDE: Final = Citation(
    publisher="Department for Work and Pensions", title="DWP guide: Data Sharing for Local Partners", edition="2013"
)
"""The guide the sections follow."""


@dataclass(frozen=True, slots=True)
class Part:
    """One section.

    Attributes
    ----------
    id : str
        The key of the author's own words: ``project.prose_for(part.id)``.
    heading : str
    hint : str
        What a reader at DWP looks for here, for the person who writes it.
    annex : bool
        Lettered instead of numbered, after the others.
    """

    id: str
    heading: str
    hint: str
    annex: bool = False


SECTIONS: Final[tuple[Part, ...]] = (
    Part(
        "summary",
        "Summary",
        "The whole case on half a page: the problem, what you ask for, what it changes, its worth.",
    ),
    Part(
        "purpose", "Purpose and problem", "A specific, well-defined purpose, and the evidence that the problem is real."
    ),
    Part("people", "People and places", "Who it is about, how many, and where; who is left out and why."),
    Part("partnership", "The partnership", "Who takes part, who leads, who was consulted, and who would see the data."),
    Part(
        "published", "Published data and why it is not enough", "What you tried first, and what it could not tell you."
    ),
    Part("alternatives", "Other ways considered", "Each lighter route, and why it does not reach the same end."),
    Part(
        "theory",
        "How the benefit comes about",
        "The theory of change: why the data leads to better lives, step by step.",
    ),
    Part("operations", "What would be done differently", "What staff and customers would see change in the service."),
    Part("data", "The data requested", "The fields you need, the least form of each, and what each is used for."),
    Part(
        "cohort", "Cohort, history and frequency", "Whose data, how many people, how far back, how often and by when."
    ),
    Part(
        "legal",
        "Legal power and lawful basis",
        "The power to share, and, apart from it, the basis under data protection law.",
    ),
    Part("considerations", "What DWP will weigh", "Anything you want to add to your answers to DWP’s considerations."),
    Part(
        "handling",
        "Handling, security and transparency",
        "Who receives it, how it is kept safe, for how long, what people are told.",
    ),
    Part(
        "value",
        "Costs and benefits",
        "What it costs and brings, to whom, against doing nothing; and what is not in money.",
    ),
    Part(
        "customers",
        "Benefit and detriment to customers",
        "How the people themselves gain, and what could go wrong for them.",
    ),
    Part(
        "proportionality",
        "Why the request is proportionate",
        "Why this much data about this many people is right for this good.",
    ),
    Part("risks", "Risks", "What could go wrong, how likely it is, and what you would do."),
    Part("timetable", "Timetable", "When the data is needed, and the steps until then. Allow months, not weeks."),
    Part(
        "evaluation",
        "Indicators and evaluation",
        "How you will know whether it worked, against what would have happened anyway.",
    ),
    Part(
        "missing",
        "What is missing and what a reviewer will ask",
        "Why something is still open, and when it will be settled.",
        True,
    ),
    Part(
        "assumptions",
        "Assumptions and guesses",
        "Anything a reader should know about how the numbers were chosen.",
        True,
    ),
    Part("thread", "From need to benefit", "Anything that helps a reader follow a field to its benefit.", True),
    Part(
        "sources", "Sources and notes", "Local documents and people you relied on that have no note of their own.", True
    ),
)
"""Every section a proposal has, always; step 6 offers one box for the author's own words for each."""
