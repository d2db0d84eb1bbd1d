"""The parts every page is made of, as HTML: fields with hint and error, cards, tags, tables, charts.

They follow the GOV.UK order (label, hint, error, control) and escape every text they are given, because people paste
from Word. Everything returns a string; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Literal

Choices = Sequence[tuple[str, str]]


def esc(text: object) -> str:
    """Text made safe to stand in HTML, in an element or an attribute.

    Examples
    --------
    >>> esc('<b>"5 < 6"</b>')
    '&lt;b&gt;&quot;5 &lt; 6&quot;&lt;/b&gt;'
    """
    return escape(str(text), quote=True)


def join(parts: Iterable[str]) -> str:
    """Several pieces of HTML as one."""
    return "".join(parts)


def ident(name: str) -> str:
    """An element id made from a field path."""
    return "f-" + "".join(c if c.isalnum() else "-" for c in name)


def attrs(**pairs: object) -> str:
    """Attributes as text; None and False are left out, True stands alone. ``_`` becomes ``-``.

    Examples
    --------
    >>> attrs(id="a", hidden=True, title=None, data_id="x")
    ' id="a" hidden data-id="x"'
    """
    out = []
    for key, value in pairs.items():
        if value is None or value is False:
            continue
        name = key.rstrip("_").replace("_", "-")
        out.append(f" {name}" if value is True else f' {name}="{esc(value)}"')
    return "".join(out)


# --- controls ---------------------------------------------------------------------------------------------------------


def _wrap(name: str, label: str, control: str, *, hint: str, error: str, small: bool = False) -> str:
    key = ident(name)
    hint_html = f'<p class="wb-hint" id="{key}-hint">{esc(hint)}</p>' if hint else ""
    error_html = f'<p class="wb-error" id="{key}-error"><b>There is a problem.</b> {esc(error)}</p>' if error else ""
    classes = "wb-field" + (" wb-bad" if error else "")
    label_class = "wb-label wb-small" if small else "wb-label"
    return (
        f'<div class="{classes}"><label class="{label_class}" for="{key}">{esc(label)}</label>'
        f"{hint_html}{error_html}{control}</div>"
    )


def _described(name: str, hint: str, error: str) -> str | None:
    key = ident(name)
    ids = [f"{key}-hint"] * bool(hint) + [f"{key}-error"] * bool(error)
    return " ".join(ids) or None


def text_field(
    name: str,
    label: str,
    value: object = "",
    *,
    hint: str = "",
    error: str = "",
    width: Literal["", "short", "medium"] = "",
    numeric: bool = False,
    local: bool = False,
    submit: bool = False,
    small: bool = False,
    suffix: str = "",
) -> str:
    """A one-line field. ``local`` fields belong to an action's form and are not saved by themselves."""
    shown = "" if value is None else value
    control = "<input" + attrs(
        id=ident(name),
        name=name,
        type="text",
        value=shown,
        class_=f"wb-input {width and 'wb-' + width}".strip(),
        inputmode="decimal" if numeric else None,
        autocomplete="off",
        aria_describedby=_described(name, hint, error),
        aria_invalid="true" if error else None,
        data_local=local,
        data_submit=submit,
    )
    control += ">"
    if suffix:
        control = f'<span class="wb-suffix">{control}<span aria-hidden="true">{esc(suffix)}</span></span>'
    return _wrap(name, label, control, hint=hint, error=error, small=small)


def text_area(
    name: str, label: str, value: str = "", *, hint: str = "", error: str = "", rows: int = 3, small: bool = False
) -> str:
    """A field of several lines."""
    described = _described(name, hint, error)
    control = (
        f"<textarea{attrs(id=ident(name), name=name, rows=rows, class_='wb-input', aria_describedby=described)}>"
        # A first line break inside a textarea is dropped by the parser, so one is put before the text.
        f"\n{esc(value)}</textarea>"
    )
    return _wrap(name, label, control, hint=hint, error=error, small=small)


def select(
    name: str,
    label: str,
    value: str,
    choices: Choices,
    *,
    hint: str = "",
    error: str = "",
    local: bool = False,
    small: bool = False,
) -> str:
    """A list to choose one from."""
    known = {key for key, _ in choices}
    options = list(choices) if value in known else [*choices, (value, value)]
    body = join(f"<option{attrs(value=k, selected=k == value)}>{esc(text)}</option>" for k, text in options)
    described = _described(name, hint, error)
    opening = attrs(id=ident(name), name=name, class_="wb-input", aria_describedby=described, data_local=local)
    return _wrap(name, label, f"<select{opening}>{body}</select>", hint=hint, error=error, small=small)


def radios(name: str, legend: str, value: str, choices: Choices, *, hint: str = "", error: str = "") -> str:
    """A question with a few answers, side by side."""
    key = ident(name)
    buttons = join(
        f'<label class="wb-choice"><input{attrs(type="radio", name=name, value=k, checked=k == value)}>'
        f"<span>{esc(text)}</span></label>"
        for k, text in choices
    )
    hint_html = f'<p class="wb-hint" id="{key}-hint">{esc(hint)}</p>' if hint else ""
    error_html = f'<p class="wb-error" id="{key}-error"><b>There is a problem.</b> {esc(error)}</p>' if error else ""
    return (
        f'<fieldset class="wb-field{" wb-bad" if error else ""}" id="{key}"'
        f"{attrs(aria_describedby=_described(name, hint, error))}>"
        f'<legend class="wb-label">{esc(legend)}</legend>{hint_html}{error_html}'
        f'<div class="wb-choices">{buttons}</div></fieldset>'
    )


def checks(
    name: str, legend: str, values: Sequence[str], choices: Choices, *, hint: str = "", small: bool = False
) -> str:
    """A question with several answers at once."""
    key = ident(name)
    boxes = join(
        f'<label class="wb-choice">'
        f"<input{attrs(type='checkbox', name=name, value=k, checked=k in values, data_group=True)}>"
        f"<span>{esc(text)}</span></label>"
        for k, text in choices
    )
    hint_html = f'<p class="wb-hint" id="{key}-hint">{esc(hint)}</p>' if hint else ""
    body = boxes or '<p class="wb-hint">Nothing to choose from yet.</p>'
    return (
        f'<fieldset class="wb-field" id="{key}"{attrs(aria_describedby=_described(name, hint, ""))}>'
        f'<legend class="wb-label{" wb-small" if small else ""}">{esc(legend)}</legend>{hint_html}'
        f'<div class="wb-choices wb-down">{body}</div></fieldset>'
    )


def tick(name: str, label: str, value: bool) -> str:
    """One box to tick."""
    return (
        f'<label class="wb-choice"><input{attrs(type="checkbox", name=name, checked=value, id=ident(name))}>'
        f"<span>{esc(label)}</span></label>"
    )


def button(
    text: str,
    action: str,
    *,
    id: str = "",
    value: str = "",
    kind: Literal["main", "quiet", "link", "chip", "warn"] = "main",
    label: str = "",
    pressed: bool | None = None,
    expanded: bool | None = None,
    disabled: bool = False,
) -> str:
    """A button that does something. Its text is a verb; ``label`` is a longer name for a screen reader."""
    classes = {
        "main": "wb-btn",
        "quiet": "wb-btn wb-quiet",
        "link": "wb-link",
        "chip": "wb-chip",
        "warn": "wb-btn wb-warn",
    }
    opening = attrs(
        type="button",
        class_=classes[kind],
        data_action=action,
        data_id=id or None,
        data_value=value or None,
        aria_label=label or None,
        aria_pressed=None if pressed is None else str(pressed).lower(),
        aria_expanded=None if expanded is None else str(expanded).lower(),
        aria_disabled="true" if disabled else None,
    )
    return f"<button{opening}>{esc(text)}</button>"


# --- blocks -----------------------------------------------------------------------------------------------------------


def card(title: str, *body: str, id: str = "", lead: str = "", action: str = "") -> str:
    """A white card with a heading. ``body`` and ``action`` are HTML."""
    key = id or ident(title)
    lead_html = f'<p class="wb-lead2">{esc(lead)}</p>' if lead else ""
    head = f'<div class="wb-cardhead"><h2 id="{key}-h">{esc(title)}</h2>{action}</div>' if action else (
        f'<h2 id="{key}-h">{esc(title)}</h2>'
    )  # fmt: skip
    return f'<section class="wb-card" id="{key}" aria-labelledby="{key}-h">{head}{lead_html}{join(body)}</section>'


def columns(*body: str) -> str:
    """Cards side by side where there is room."""
    return f'<div class="wb-two">{join(body)}</div>'


def grid(*fields: str) -> str:
    """Short fields side by side where there is room."""
    return f'<div class="wb-grid">{join(fields)}</div>'


VERDICT_MARKS: Mapping[str, tuple[str, str]] = {
    "met": ("wb-met", "●"),
    "partly": ("wb-part", "◐"),
    "not met": ("wb-not", "○"),
    "unknown": ("wb-unk", "?"),
}


def tag(status: str, text: str) -> str:
    """A verdict: colour, shape and words. ``status`` is met, partly, not met or unknown."""
    style, mark = VERDICT_MARKS[status]
    return f'<span class="wb-tag {style}"><span aria-hidden="true">{mark}</span>{esc(text)}</span>'


def take_care(text: str) -> str:
    """A caution. It begins "Take care."."""
    body = text.removeprefix("Take care.").strip()
    return f'<p class="wb-note"><b>Take care.</b> {esc(body)}</p>'


def notice(text: str, kind: Literal["info", "bad", "good"] = "info") -> str:
    """A sentence that stands out."""
    return f'<p class="wb-notice wb-{kind}">{esc(text)}</p>'


def table(
    caption: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    hide_caption: bool = True,
    row_ids: Sequence[str] = (),
    keep: bool = False,
    widths: Sequence[int] = (),
) -> str:
    """A table whose cells are HTML. The first cell of a row is its heading; columns in ``right`` hold numbers.

    ``widths`` are shares of 100, so that tables under one another line up.

    On a phone each row becomes a block with its headings, unless ``keep`` says that it stays a table.
    """
    head = join(
        f'<th scope="col"{attrs(class_="wb-num" if i in right else None)}>{esc(h)}</th>' for i, h in enumerate(headers)
    )
    body = []
    for number, row in enumerate(rows):
        cells = []
        for i, cell in enumerate(row):
            kind, scope = ("th", ' scope="row"') if i == 0 else ("td", "")
            cells.append(
                f"<{kind}{scope} "
                f'data-h="{esc(headers[i])}"{attrs(class_="wb-num" if i in right else None)}>{cell}</{kind}>'
            )
        key = attrs(id=row_ids[number]) if row_ids else ""
        body.append(f"<tr{key}>{join(cells)}</tr>")
    hidden = ' class="wb-hide"' if hide_caption else ""
    style = "wb-table" + " wb-keep" * keep + " wb-fixed" * bool(widths)
    shares = join(f'<col style="width:{width}%">' for width in widths)
    return (
        f'<div class="wb-scroll"><table class="{style}"><caption{hidden}>{esc(caption)}</caption>'
        f"{f'<colgroup>{shares}</colgroup>' if widths else ''}"
        f"<thead><tr>{head}</tr></thead><tbody>{join(body)}</tbody></table></div>"
    )


def details(summary: str, *body: str, id: str = "", open: bool = False) -> str:
    """Something that can be opened, closed at first."""
    return (
        f"<details{attrs(class_='wb-details', id=id or None, open=open)}><summary>{esc(summary)}</summary>"
        f"<div>{join(body)}</div></details>"
    )


def chart(key: str, title: str, caption: str, alt: str, *, table_html: str = "", height: int = 320) -> str:
    """A chart with its title, source line, text alternative and the table behind it.

    ``key`` names the figure handed to :meth:`workbench.widgets.live.LiveView.show`; the space is held at once.
    """
    more = details("Table", table_html, id=f"{ident(key)}-t") if table_html else ""
    download = button(
        "Download the figures", "download-figures", id=key, kind="link", label=f"Download the figures: {title}"
    )
    return (
        f'<figure class="wb-figure"><figcaption>{esc(title)}</figcaption>'
        f'<div role="img" aria-label="{esc(alt)}" data-figure="{esc(key)}" style="min-height:{height}px"></div>'
        f'<p class="wb-src">{esc(caption)}</p><div class="wb-more">{more}{download}</div></figure>'
    )


def empty(text: str, example: str, action: str) -> str:
    """An empty state: what will stand here, an example, one button (HTML)."""
    return f'<div class="wb-empty"><p>{esc(text)}</p><p class="wb-hint">For example: {esc(example)}</p>{action}</div>'


def bullets(items: Iterable[str]) -> str:
    """A list of HTML items."""
    return f'<ul class="wb-list">{join(f"<li>{item}</li>" for item in items)}</ul>'
