"""Step 6, Proposal: the document as it will be, the author's own words, and what a reviewer will ask."""

from __future__ import annotations

from workbench.app.page import heading
from workbench.app.state import Action, Context, State
from workbench.app.view import View
from workbench.domain.project import Prose, find, put
from workbench.domain.proposal import SECTIONS
from workbench.widgets import html as h
from workbench.widgets.live import Event

WEIGHTS = {"blocks": ("not met", "Blocks"), "weakens": ("partly", "Weakens"), "fine": ("met", "Fine")}

FORMATS = (
    ("docx", "Word (.docx)"),
    ("odt", "OpenDocument (.odt)"),
    ("html", "Web page (.html)"),
    ("md", "Markdown with its pictures (.zip)"),
)


def render(view: View) -> str:
    """The page of the step, as HTML."""
    return h.join(
        (
            heading(
                "Proposal",
                "Everything you have said, as one document. It exports at any time and says what is missing.",
            ),
            _download(view),
            _review(view),
            _prose(view),
            _thread(view),
            _preview(view),
        )
    )


def _download(view: View) -> str:
    first, *others = FORMATS
    buttons = h.button("Download for Word", "export", value=first[0]) + h.join(
        h.button(text, "export", value=key, kind="quiet") for key, text in others
    )
    missing = view.derived.missing
    words = (
        h.take_care(
            f"{len(missing)} thing{'s are' if len(missing) > 1 else ' is'} missing. The "
            f"document says so in each place and lists them at the end."
        )
        if missing
        else h.notice("Nothing is missing.", "good")
    )
    return h.card("Take it with you", f'<div class="wb-row">{buttons}</div>', words, id="download")


def _review(view: View) -> str:
    findings = [f for f in view.derived.review if f.weight != "fine"]
    fine = sum(1 for f in view.derived.review if f.weight == "fine")
    if not findings:
        return h.card(
            "What a reviewer will ask",
            h.notice("The checks that can be computed find nothing to ask.", "good"),
            id="review",
        )
    rows = []
    for f in findings:
        status, word = WEIGHTS[f.weight]
        rows.append(
            (
                h.tag(status, word),
                h.esc(f.message),
                h.esc(f.remedy),
                f'<a href="#{h.esc(f.step)}">Go to the step<span class="wb-hide">: {h.esc(f.message)}</span></a>',
            )
        )
    return h.card(
        f"What a reviewer will ask: {len(findings)} finding{'s' if len(findings) > 1 else ''}",
        h.table("Findings", ("Weight", "What", "What to do", "Where"), rows),
        f'<p class="wb-src">{fine} other checks find nothing. No score is given: '
        f"no count of checks says whether DWP will agree.</p>",
        id="review",
    )


def _prose(view: View) -> str:
    blocks = []
    for section in SECTIONS:
        given = find(view.project.prose, section.id)
        if given is None:
            control = h.button("Write", "write", id=section.id, kind="link", label=f"Write for {section.heading}")
            blocks.append(f'<div class="wb-unwritten"><b>{h.esc(section.heading)}</b>{control}</div>')
        else:
            blocks.append(view.area(f"prose/{section.id}/text", section.heading, hint=section.hint, rows=4))
    return h.card(
        "In your own words",
        *blocks,
        lead="Your words come first in each section; the draft made from your answers follows.",
        id="prose",
    )


def _thread(view: View) -> str:
    rows = [
        (
            h.esc(r.need or "–"),
            h.esc(r.verdict or "–"),
            h.esc(r.item or "–"),
            h.esc(r.activity or "–"),
            h.esc(r.outcome or "–"),
            h.esc(r.benefit or "–"),
            h.esc("; ".join(r.gaps)),
        )
        for r in view.derived.thread
    ]
    if not rows:
        return ""
    return h.card(
        "The thread",
        h.table(
            "From need to benefit",
            ("Need", "Published figures", "Data item", "Activity", "Outcome", "Benefit", "Gap"),
            rows,
        ),
        lead="From each need to the benefit it serves. A gap is a place a reviewer will stop.",
        id="thread",
    )


def _preview(view: View) -> str:
    return h.card(
        "The document", h.details("Read it here", f'<div class="wb-preview">{view.derived.preview}</div>', id="preview")
    )


# --- actions ----------------------------------------------------------------------------------------------------------


def _write(state: State, event: Event, _: Context) -> State:
    if event.id not in {s.id for s in SECTIONS} or find(state.project.prose, event.id):
        return state
    project = state.project.with_(prose=put(state.project.prose, Prose(id=event.id)))
    return state.with_project(project, focus=f"#f-prose-{event.id}-text")


ACTIONS: dict[str, Action] = {"write": _write}
