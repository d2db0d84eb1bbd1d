"""Where the boxes and arrows of a logic model stand: a pure function, used by the SVG and by the drawing for documents.

On a page the five levels are columns. Boxes are ordered within their column so that arrows cross little: an arrow over
more than one column keeps a free lane in each column it passes, and rows are put at the mean of what they are joined to
(K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system structures", *IEEE
Transactions on Systems, Man, and Cybernetics* 11 (1981), 109–125). On a phone the levels follow one another and the
arrows run in lanes at the left. Boxes grow with their words; nothing is cut. Feedback runs back under the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from workbench.domain.logic_model import LEVELS, Link, LogicModel, Node, NodeLevel

TITLES: Mapping[NodeLevel, str] = {
    "input": "Inputs",
    "activity": "Activities",
    "output": "Outputs",
    "outcome": "Outcomes",
    "impact": "Impact",
}

TEXT = 14.0
LINE = 18.0
PAD = 9.0
EMPTY = "(no words yet)"

Point = tuple[float, float]
Kind = Literal["onward", "feedback"]


@dataclass(frozen=True, slots=True)
class Box:
    """A box in px from the top left."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link as a path. ``curve``: triples of control, control and end after the first point; else straight pieces."""

    link: Link
    points: tuple[Point, ...]
    curve: bool
    kind: Kind = "onward"


@dataclass(frozen=True, slots=True)
class Title:
    """The name of a level, at its left edge and baseline."""

    level: NodeLevel
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole drawing, without its key."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    titles: tuple[Title, ...]
    width: float
    height: float
    narrow: bool


# --- words ------------------------------------------------------------------------------------------------------------

_THIN, _SLIM, _WIDE, _BROAD = "ijl'.,:;|!", "ftr()-/ ", "mwMW@%", "ABCDEGHKNOQRUVX&"


def text_width(text: str, size: float = TEXT) -> float:
    """About how wide a text is, on the safe side: as DejaVu Sans, the widest of the stack."""
    total = 0.0
    for c in text:
        total += 0.29 if c in _THIN else 0.38 if c in _SLIM else 0.95 if c in _WIDE else 0.74 if c in _BROAD else 0.61
    return total * size


def fold(text: str, width: float) -> tuple[str, ...]:
    """Break a text into lines that fit a width; a word that is wider than a line is broken with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        trial = f"{line} {word}" if line else word
        if text_width(trial) <= width:
            line = trial
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line) > width and len(line) > 2:
            cut = next((n for n in range(len(line) - 1, 1, -1) if text_width(line[:n] + "-") <= width), 1)
            lines.append(line[:cut] + "-")
            line = line[cut:]
    return (*lines, line) if line else tuple(lines)


# --- the model, cleaned -----------------------------------------------------------------------------------------------


def links_of(model: LogicModel) -> tuple[Link, ...]:
    """The links whose two ends are there and differ, each pair once."""
    ids = {n.id for n in model.nodes}
    seen: set[tuple[str, str]] = set()
    kept = []
    for link in model.links:
        ends = (link.source, link.target)
        if link.source != link.target and set(ends) <= ids and ends not in seen:
            seen.add(ends)
            kept.append(link)
    return tuple(kept)


def runs_back(link: Link, rank: Mapping[str, int]) -> bool:
    """Whether a link is drawn as running back: it is feedback, or it goes to an earlier level."""
    return link.feedback or rank[link.target] < rank[link.source]


def layout(model: LogicModel, *, width: float = 0.0, narrow: bool = False) -> Layout:
    """Place every box and arrow.

    Parameters
    ----------
    model : LogicModel
    width : float
        Px; 980 on a page and 340 on a phone when left out.
    narrow : bool
        Levels below one another instead of side by side.

    Returns
    -------
    Layout

    Examples
    --------
    >>> nodes = (Node(id="a", level="input", label="Two officers"), Node(id="b", level="impact", label="More in work"))
    >>> placed = layout(LogicModel(nodes=nodes, links=(Link(id="l", source="a", target="b"),)))
    >>> [box.lines for box in placed.boxes], len(placed.arrows)
    ([('Two officers',), ('More in work',)], 1)
    """
    return _stacked(model, width or 340) if narrow else _columns(model, width or 980)


# --- columns ----------------------------------------------------------------------------------------------------------

TOP = 40.0
GAP_Y = 16.0
PASS = 14.0  # the height that a passing arrow keeps free
MARGIN = 22.0  # at both sides, where feedback turns

Item = str  # a node's id, or "link-id@column" where an arrow passes


def _columns(model: LogicModel, width: float) -> Layout:
    gap = 26.0 if width < 900 else 44.0
    box_w = (width - 2 * MARGIN - gap * (len(LEVELS) - 1)) / len(LEVELS)
    rank = {n.id: LEVELS.index(n.level) for n in model.nodes}
    links = links_of(model)
    columns, chains = _with_passes(model, links, rank)
    columns = _uncross(columns, chains)
    lines = {n.id: fold(n.label or EMPTY, box_w - 2 * PAD) for n in model.nodes}
    high = {n.id: LINE * len(lines[n.id]) + 2 * PAD for n in model.nodes}
    totals = [sum(high.get(i, PASS) for i in column) + GAP_Y * max(len(column) - 1, 0) for column in columns]
    tallest = max([*totals, 60.0])
    boxes: dict[str, Box] = {}
    passes: dict[Item, Point] = {}
    nodes = {n.id: n for n in model.nodes}
    for c, column in enumerate(columns):
        x, y = MARGIN + c * (box_w + gap), TOP + (tallest - totals[c]) / 2
        for item in column:
            if item in nodes:
                boxes[item] = Box(nodes[item], lines[item], x, y, box_w, high[item])
            else:
                passes[item] = (x, y + PASS / 2)
            y += high.get(item, PASS) + GAP_Y
    onward = [link for link in links if not runs_back(link, rank)]
    back = [link for link in links if runs_back(link, rank)]
    floor = TOP + tallest + 14
    arrows = [*_curves(onward, boxes, passes, chains, gap), *_under(back, boxes, floor)]
    titles = tuple(Title(level, MARGIN + c * (box_w + gap), 22) for c, level in enumerate(LEVELS))
    height = floor + 11 * len(back) + (6 if back else 0)
    order = tuple(boxes[n.id] for n in model.nodes)
    return Layout(order, tuple(arrows), titles, width, height, narrow=False)


def _with_passes(
    model: LogicModel, links: Sequence[Link], rank: Mapping[str, int]
) -> tuple[list[list[Item]], dict[str, list[Item]]]:
    """Columns of boxes and passing lanes; and for each onward link the items it goes through, ends included."""
    columns: list[list[Item]] = [[n.id for n in model.nodes if rank[n.id] == c] for c in range(len(LEVELS))]
    chains: dict[str, list[Item]] = {}
    for link in links:
        first, last = rank[link.source], rank[link.target]
        if runs_back(link, rank) or first == last:
            continue
        between = [f"{link.id}@{c}" for c in range(first + 1, last)]
        for c, item in zip(range(first + 1, last), between, strict=True):
            columns[c].append(item)
        chains[link.id] = [link.source, *between, link.target]
    return columns, chains


def _uncross(columns: list[list[Item]], chains: Mapping[str, Sequence[Item]], sweeps: int = 8) -> list[list[Item]]:
    """Order each column by the mean place of what it is joined to, to and fro; keep the order with fewest crossings."""
    before: dict[Item, list[Item]] = {}
    after: dict[Item, list[Item]] = {}
    for chain in chains.values():
        for a, b in pairwise(chain):
            after.setdefault(a, []).append(b)
            before.setdefault(b, []).append(a)
    best, fewest = columns, crossings(columns, after)
    for sweep in range(sweeps):
        joined = before if sweep % 2 == 0 else after
        ordered = [list(column) for column in columns]
        run = range(len(ordered)) if sweep % 2 == 0 else range(len(ordered) - 1, -1, -1)
        place = {item: i / max(len(column), 1) for column in ordered for i, item in enumerate(column)}
        for c in run:
            mean = {
                i: sum(place[j] for j in joined[i]) / len(joined[i]) if i in joined else place[i] for i in ordered[c]
            }
            ordered[c].sort(key=lambda i: mean[i])
            place |= {item: k / len(ordered[c]) for k, item in enumerate(ordered[c])}
        columns = ordered
        count = crossings(columns, after)
        if count < fewest:
            best, fewest = columns, count
    return best


def crossings(columns: Sequence[Sequence[Item]], after: Mapping[Item, Sequence[Item]]) -> int:
    """How many pairs of arrows cross between neighbouring columns."""
    place = {item: i for column in columns for i, item in enumerate(column)}
    total = 0
    for column in columns:
        ends = [(place[a], place[b]) for a in column for b in after.get(a, ())]
        total += sum(1 for i, (a, b) in enumerate(ends) for c, d in ends[i + 1 :] if (a - c) * (b - d) < 0)
    return total


def _ports(links: Sequence[Link], boxes: Mapping[str, Box], *, out: bool) -> dict[str, float]:
    """The height at which each link leaves (or meets) its box: spread over the side, in the order of the other ends."""
    at: dict[str, float] = {}
    for box_id, box in boxes.items():
        mine = [k for k in links if (k.source if out else k.target) == box_id]
        mine.sort(key=lambda k: boxes[k.target if out else k.source].y)
        room = min(box.h - 14, 12.0 * (len(mine) - 1))
        for i, link in enumerate(mine):
            share = i / (len(mine) - 1) - 0.5 if len(mine) > 1 else 0.0
            at[link.id] = box.y + box.h / 2 + share * room
    return at


def _curves(
    links: Sequence[Link],
    boxes: Mapping[str, Box],
    passes: Mapping[Item, Point],
    chains: Mapping[str, Sequence[Item]],
    gap: float,
) -> list[Arrow]:
    leave, meet = _ports(links, boxes, out=True), _ports(links, boxes, out=False)
    arrows = []
    for link in links:
        a, b = boxes[link.source], boxes[link.target]
        start, end = (a.x + a.w, leave[link.id]), (b.x, meet[link.id])
        if link.id not in chains:  # two boxes of one level: round the right side
            end = (b.x + b.w, meet[link.id])
            bulge = a.x + a.w + gap * 0.8
            arrows.append(Arrow(link, (start, (bulge, start[1]), (bulge, end[1]), end), curve=True))
            continue
        points = [start]
        for item in chains[link.id][1:-1]:
            x, y = passes[item]
            points += [*_bend(points[-1], (x, y)), *_bend((x, y), (x + a.w, y))]
        points += _bend(points[-1], end)
        arrows.append(Arrow(link, tuple(points), curve=True))
    return arrows


def _bend(start: Point, end: Point) -> tuple[Point, Point, Point]:
    middle = (start[0] + end[0]) / 2
    return (middle, start[1]), (middle, end[1]), end


def _under(links: Sequence[Link], boxes: Mapping[str, Box], floor: float) -> list[Arrow]:
    """Feedback: out at the right, down, back under everything, up, in at the left."""
    arrows = []
    for i, link in enumerate(links):
        a, b = boxes[link.source], boxes[link.target]
        right, left, lane = a.x + a.w + 8 + 3 * i, b.x - 10 - 3 * i, floor + 11 * i
        y_a, y_b = a.y + a.h - 8, b.y + b.h - 8
        path = ((a.x + a.w, y_a), (right, y_a), (right, lane), (left, lane), (left, y_b), (b.x, y_b))
        arrows.append(Arrow(link, path, curve=False, kind="feedback"))
    return arrows


# --- levels below one another -----------------------------------------------------------------------------------------

LANE = 10.0


def _stacked(model: LogicModel, width: float) -> Layout:
    rank = {n.id: LEVELS.index(n.level) for n in model.nodes}
    links = links_of(model)
    back = [link for link in links if runs_back(link, rank)]
    onward = [link for link in links if not runs_back(link, rank)]
    ordered = [n for level in LEVELS for n in model.nodes if n.level == level]
    place = {n.id: i for i, n in enumerate(ordered)}
    left, right = _lanes(onward, place), _lanes(back, place)
    x = 6 + LANE * (1 + max(left.values(), default=-1)) + (14 if left else 0)
    w = width - x - 6 - (LANE * (1 + max(right.values(), default=-1)) + 14 if right else 0)
    boxes, titles, y = {}, [], 0.0
    for level in LEVELS:
        y += 26
        titles.append(Title(level, x, y - 4))
        y += 4
        for node in (n for n in ordered if n.level == level):
            lines = fold(node.label or EMPTY, w - 2 * PAD)
            boxes[node.id] = Box(node, lines, x, y, w, LINE * len(lines) + 2 * PAD)
            y += boxes[node.id].h + 8
    arrows = [_in_lane(k, boxes, x - 14 - LANE * left[k.source], x, "onward") for k in onward]
    arrows += [_in_lane(k, boxes, x + w + 14 + LANE * right[k.source], x + w, "feedback") for k in back]
    return Layout(tuple(boxes[n.id] for n in model.nodes), tuple(arrows), tuple(titles), width, y + 2, narrow=True)


def _lanes(links: Sequence[Link], place: Mapping[str, int]) -> dict[str, int]:
    """One lane for all links of a source; two sources share a lane when their stretches do not meet."""
    reach: dict[str, tuple[int, int]] = {}
    for link in links:
        ends = (place[link.source], place[link.target], *reach.get(link.source, ()))
        reach[link.source] = (min(ends), max(ends))
    lanes: dict[str, int] = {}
    # Short stretches first: they lie nearest the boxes, so that lanes cross little.
    for source in sorted(reach, key=lambda s: (reach[s][1] - reach[s][0], place[s])):
        low, high = reach[source]
        taken = {lanes[s] for s in lanes if reach[s][0] <= high and low <= reach[s][1]}
        lanes[source] = next(i for i in range(len(reach) + 1) if i not in taken)
    return lanes


def _in_lane(link: Link, boxes: Mapping[str, Box], lane: float, edge: float, kind: Kind) -> Arrow:
    a, b = boxes[link.source], boxes[link.target]
    y_a = a.y + a.h / 2 + (6 if kind == "onward" else -6)
    y_b = b.y + b.h / 2 - (6 if kind == "onward" else -6)
    return Arrow(link, ((edge, y_a), (lane, y_a), (lane, y_b), (edge, y_b)), curve=False, kind=kind)
