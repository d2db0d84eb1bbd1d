"""Step 3: the logic model, as boxes and links."""

from __future__ import annotations

from typing import Literal

from workbench.domain.base import Entity, Value

NodeLevel = Literal["input", "activity", "output", "outcome", "impact"]
LEVELS: tuple[NodeLevel, ...] = ("input", "activity", "output", "outcome", "impact")
Strength = Literal["", "none", "weak", "moderate", "strong"]
IndicatorUse = Literal["", "benefits tracking", "evaluation", "both"]


class Node(Entity):
    """One box. An outcome carries its indicator, so that it can be told whether it happened.

    Attributes
    ----------
    level : NodeLevel
    label : str
        Up to about twelve words.
    note : str
    indicator, baseline, target, indicator_source, owner, measured_by : str
        What will be measured, from where, by whom and when (``measured_by`` is a date or a period).
    indicator_use : IndicatorUse
        Benefits tracking and evaluation are two disciplines; the indicator says which it serves.
    """

    level: NodeLevel
    label: str = ""
    note: str = ""
    indicator: str = ""
    baseline: str = ""
    target: str = ""
    indicator_source: str = ""
    owner: str = ""
    measured_by: str = ""
    indicator_use: IndicatorUse = ""


class Link(Entity):
    """One arrow. Mechanism, assumption, evidence and risk belong to the link, not to the boxes."""

    source: str
    target: str
    mechanism: str = ""
    assumption: str = ""
    evidence: str = ""
    strength: Strength = ""
    risk: str = ""
    feedback: bool = False
    skip_reason: str = ""


class LogicModel(Value):
    """Boxes, links, and what is said of the model as a whole."""

    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    target_group: str = ""
    external_factors: str = ""
    unintended_effects: str = ""
    review_date: str = ""
    agreed_by: str = ""
