"""Choosing areas: by typing, by parent, by a list pasted from Excel, and by clicking a map. One way, wherever it is.

A picker belongs to a target, which says where the chosen codes are kept: the places of the proposal, the areas of a
table, the parts of an area of one's own. What is typed and opened is the page's; what is chosen is the target's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.app.state import Action, Context, Refused, State
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.area_codes import describe_code
from workbench.domain.areas import Area, AreaRegister
from workbench.widgets import html as h
from workbench.widgets.live import Event

SHOWN = 8
"""Areas that typing shows at once."""
LISTED = 60
"""Chosen areas that are named one by one; more are counted."""
MOST = 40_000
"""Areas that may be chosen: more than the LSOAs of a nation is a slip."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where chosen codes are kept.

    Attributes
    ----------
    key : str
        Begins the names of the fields.
    get : callable
        State to chosen codes, in order.
    put : callable
        ``put(state, codes, register)`` gives the next state.
    level, vintage : str
        Areas of this kind only, when given.
    """

    key: str
    get: Callable[[State], tuple[str, ...]]
    put: Callable[[State, tuple[str, ...], AreaRegister], State]
    level: str = ""
    vintage: str = ""


def said(area: Area) -> str:
    """An area in words that tell it from others: level, boundaries and code.

    Examples
    --------
    >>> said(Area("E08000001", "Bolton", "district", "2021"))
    'district, E08000001'
    >>> said(Area("E01005065", "Manchester 013A", "LSOA", "2021", vintages=("2011", "2021")))
    'LSOA of 2011 and 2021, E01005065'
    """
    years = words.listed(list(area.vintages or (area.vintage,)))
    of = f" of {years}" if years and area.level in ("OA", "LSOA", "MSOA", "ward") else ""
    return f"{area.level}{of}, {area.code}"


def picker(view: View, target: Target, legend: str, *, hint: str = "") -> str:
    """The picker, as HTML: what is chosen, and the ways to choose more.

    Parameters
    ----------
    view : View
    target : Target
    legend : str
        What the areas are for.
    hint : str, optional
    """
    register = view.derived.library.areas
    chosen = target.get(view.state)
    body = h.join(
        (
            _chosen(target, chosen, register),
            _typing(view, target, chosen, register),
            _parts(view, target, chosen, register),
            _paste(view, target),
        )
    )
    hint_html = f'<p class="wb-hint">{h.esc(hint)}</p>' if hint else ""
    return (
        f'<fieldset class="wb-field wb-picker" id="pick-{target.key}">'
        f'<legend class="wb-label">{h.esc(legend)}</legend>{hint_html}{body}</fieldset>'
    )


def _chosen(target: Target, chosen: tuple[str, ...], register: AreaRegister) -> str:
    if not chosen:
        return '<p class="wb-hint">No area chosen yet.</p>'
    chips = h.join(
        f'<li><span>{h.esc(register.name(code))}</span><span class="wb-hint">{h.esc(code)}</span>'
        + ("" if code in register.areas else h.tag("not met", "Not held"))
        + h.button("Remove", "pick-drop", id=code, value=target.key, kind="link", label=f"Remove {register.name(code)}")
        + "</li>"
        for code in chosen[:LISTED]
    )
    more = f'<li class="wb-hint">and {len(chosen) - LISTED:,} more</li>' if len(chosen) > LISTED else ""
    clear = (
        h.button(f"Remove all {len(chosen):,}", "pick-clear", value=target.key, kind="link") if len(chosen) > 1 else ""
    )
    return f'<ul class="wb-picked" aria-label="Chosen areas">{chips}{more}</ul>{clear}'


def _typing(view: View, target: Target, chosen: tuple[str, ...], register: AreaRegister) -> str:
    path = f"ui/pick/{target.key}/words"
    typed = str(view.ui.picked.get(path.removeprefix("ui/"), ""))
    field = h.text_field(path, "Find an area", typed, hint="Type a name or a code.", width="medium", small=True)
    if not typed.strip():
        return field
    found = register.find(typed, level=target.level, vintage=target.vintage, limit=SHOWN + 1)
    new = [area for area in found if area.code not in chosen]
    if not new:
        told = "It is chosen already." if found else _unknown(typed)
        return f'{field}<p class="wb-hint" role="status">{told}</p>'
    listed = h.join(
        f"<li>{h.button(area.name, 'pick-add', id=area.code, value=target.key, kind='chip')}"
        f'<span class="wb-hint">{h.esc(_where(area, register))}</span></li>'
        for area in new[:SHOWN]
    )
    more = '<li class="wb-hint">There are more: type more of the name.</li>' if len(new) > SHOWN else ""
    return f'{field}<ul class="wb-suggest" data-suggest aria-label="Areas found">{listed}{more}</ul>'


def _unknown(typed: str) -> str:
    code = typed.strip().upper()
    if len(code) == 9 and code[1:].isdigit():
        return f"{code} is {describe_code(code)}. Check the code, or bring in figures for this area."
    return f"“{typed.strip()}” is not among the areas held. Type more of its name, or a GSS code such as E08000001."


def _where(area: Area, register: AreaRegister) -> str:
    parent = f" in {register.name(area.parent)}" if area.parent in register.areas else ""
    return f"{said(area)}{parent}"


def _parts(view: View, target: Target, chosen: tuple[str, ...], register: AreaRegister) -> str:
    """All parts of an area at once."""
    parents = [p.id for p in view.project.frame.places if p.id in register.areas]
    parents = list(dict.fromkeys([*parents, *(c for c in chosen if c in register.areas)]))[:LISTED]
    if not parents:
        return ""
    path = f"pick/{target.key}"
    parent = str(view.ui.picked.get(f"{path}/parent", parents[0]))
    kinds = kinds_within(register, parent, target)
    kind = str(view.ui.picked.get(f"{path}/kind", next(iter(kinds), "")))
    pick = h.grid(
        h.select(f"ui/{path}/parent", "Parts of", parent, [(c, register.name(c)) for c in parents], small=True),
        h.select(f"ui/{path}/kind", "Kind of area", kind, [(k, text) for k, (text, _) in kinds.items()], small=True)
        if kinds
        else "",
    )
    if kind not in kinds:
        return h.details(
            "All parts of an area", pick, '<p class="wb-hint">No parts of it are held.</p>', id=f"{path}-p"
        )
    count = kinds[kind][1]
    add = h.button(f"Add {count:,}", "pick-parts", id=f"{parent}|{kind}", value=target.key, kind="quiet")
    return h.details("All parts of an area", pick, f'<div class="wb-row">{add}</div>', id=h.ident(f"{path}-parts"))


def kinds_within(register: AreaRegister, parent: str, target: Target) -> Mapping[str, tuple[str, int]]:
    """Kinds of area that are held within an area: ``level|vintage`` to words and how many."""
    found: dict[str, tuple[str, int]] = {}
    for level in ("district", "ward", "MSOA", "LSOA"):
        if target.level and level != target.level:
            continue
        parts = [a for a in register.within(parent, level) if a.code != parent]
        for vintage in sorted({v for a in parts for v in (a.vintages or (a.vintage,))}, reverse=True):
            if target.vintage and vintage != target.vintage:
                continue
            count = sum(a.is_of(vintage) for a in parts)
            of = f" of {vintage}" if vintage else ""
            found[f"{level}|{vintage}"] = (f"{words.plural(level)[:1].upper()}{words.plural(level)[1:]}{of}", count)
    return found


def _paste(view: View, target: Target) -> str:
    path = f"ui/pick/{target.key}/list"
    refused = view.ui.refused.get(path)
    area = h.text_area(
        path,
        "Codes or names, one a line",
        str(refused.typed) if refused else "",
        hint="A column copied from Excel will do.",
        rows=4,
        small=True,
    ).replace("<textarea", "<textarea data-local")
    told = h.notice(refused.message, "bad") if refused else ""
    button = h.button("Add the list", "pick-list", value=target.key, kind="quiet")
    key = h.ident(f"pick/{target.key}/paste")
    return h.details("Paste a list", f"<div data-form>{told}{area}{button}</div>", id=key, open=bool(refused))


# --- actions ----------------------------------------------------------------------------------------------------------


def actions(targets: Callable[[State], Mapping[str, Target]]) -> dict[str, Action]:
    """The actions of every picker on the page.

    Parameters
    ----------
    targets : callable
        The targets that a state has, by key.
    """

    def on(act: Callable[[State, Event, Context, Target], State]) -> Action:
        def run(state: State, event: Event, context: Context) -> State:
            target = targets(state).get(str(event.value))
            return state if target is None else act(state, event, context, target)

        return run

    return {
        "pick-add": on(_add),
        "pick-drop": on(_drop),
        "pick-clear": on(lambda state, _, context, t: t.put(state, (), context.derived.library.areas)),
        "pick-parts": on(_add_parts),
        "pick-list": on(_add_list),
        "pick-toggle": on(_toggle),
    }


def _with(state: State, context: Context, target: Target, codes: tuple[str, ...]) -> State:
    register = context.derived.library.areas
    both = tuple(dict.fromkeys((*target.get(state), *codes)))
    if len(both) > MOST:
        told = f"These are {len(both):,} areas. Choose at most {MOST:,}, or a larger kind of area."
        return state.with_ui(notice=told, notice_kind="bad")
    return target.put(state, both, register)


def _add(state: State, event: Event, context: Context, target: Target) -> State:
    if event.id not in context.derived.library.areas.areas:
        return state
    key = f"pick/{target.key}/words"
    after = _with(state, context, target, (event.id,))
    # The field is empty again, and the next name can be typed at once.
    return after.with_ui(picked={**after.ui.picked, key: ""}, focus=f"#{h.ident(f'ui/{key}')}")


def _drop(state: State, event: Event, context: Context, target: Target) -> State:
    left = tuple(code for code in target.get(state) if code != event.id)
    return target.put(state, left, context.derived.library.areas)


def _toggle(state: State, event: Event, context: Context, target: Target) -> State:
    """A click on a map: in when it was out, out when it was in."""
    there = event.id in target.get(state)
    return _drop(state, event, context, target) if there else _with(state, context, target, (event.id,))


def _add_parts(state: State, event: Event, context: Context, target: Target) -> State:
    parent, level, vintage = (*event.id.split("|"), "", "")[:3]
    parts = context.derived.library.areas.within(parent, level, vintage)
    return _with(state, context, target, tuple(a.code for a in parts if a.code != parent))


def _add_list(state: State, event: Event, context: Context, target: Target) -> State:
    path = f"ui/pick/{target.key}/list"
    typed = str(event.inputs.get(path, ""))
    refused = {k: v for k, v in state.ui.refused.items() if k != path}
    if not typed.strip():
        told = Refused("", "Paste or type at least one code or name.")
        return state.with_ui(refused={**refused, path: told}, focus=f"#{h.ident(path)}")
    resolved = context.derived.library.areas.resolve_list(typed, level=target.level, vintage=target.vintage)
    after = _with(state, context, target, tuple(a.code for a in resolved.found))
    if not resolved.unknown and not resolved.ambiguous:
        told_well = f"{words.counted(len(resolved.found), 'area')} added."
        return after.with_ui(refused=refused, notice=told_well, notice_kind="good")
    left = [*resolved.unknown, *resolved.ambiguous]
    return after.with_ui(
        refused={**refused, path: Refused("\n".join(left), _left(resolved.unknown, resolved.ambiguous))},
        focus=f"#{h.ident(path)}",
    )


def _left(unknown: tuple[str, ...], ambiguous: Mapping[str, tuple[Area, ...]]) -> str:
    """What was not taken of a list, and what to do."""
    parts = []
    if unknown:
        parts.append(
            f"Not held: {_some(list(unknown))}. Check the spelling or the code, or bring in figures for these areas."
        )
    for name, areas in list(ambiguous.items())[:3]:
        parts.append(f"“{name}” may be {words.listed([f'{a.code} ({said(a)})' for a in areas[:4]])}: give the code.")
    return " ".join(parts)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
