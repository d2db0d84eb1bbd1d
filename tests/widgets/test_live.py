"""LiveView: events are checked, acknowledged by number, and faults never reach the page raw."""

import logging
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.widgets.live import Event, LiveView, Reply

JS = Path(__file__).parents[2] / "workbench" / "widgets" / "js"


@pytest.fixture
def sent(monkeypatch):
    out = []
    monkeypatch.setattr(LiveView, "send", lambda self, content, buffers=None: out.append((content, buffers)))
    return out


def test_an_event_is_handed_on_and_acknowledged_under_its_number(sent):
    seen = []
    view = LiveView(lambda event, files: seen.append((event, files)) or Reply(saved="Saved 10:42"))
    view._receive(view, {"kind": "edit", "seq": 7, "name": "frame/problem", "value": "x"}, [])
    assert seen == [(Event(kind="edit", seq=7, name="frame/problem", value="x"), ())]
    assert sent == [({"kind": "ack", "seq": 7, "saved": "Saved 10:42", "problem": ""}, None)]


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "run", "seq": 1},
        {"kind": "edit", "seq": "x"},
        "edit",
        {"kind": "edit", "extra": 1},
        {"kind": "edit", "name": "x" * 301},
    ],
)
def test_what_is_not_an_event_is_refused_and_never_acknowledged(sent, forged):
    view = LiveView(lambda event, files: pytest.fail("a forged event was handed on"))
    view._receive(view, forged, [])
    assert sent == []


def test_a_fault_of_ours_is_numbered_and_logged_and_said_in_words(sent, caplog, swallowed_exceptions):
    view = LiveView(lambda event, files: 1 / 0)
    with caplog.at_level(logging.ERROR):
        view._receive(view, {"kind": "edit", "seq": 1, "name": "a"}, [])
    said = sent[0][0]["problem"]
    assert said.startswith("Not saved – something went wrong here (fault ")
    assert "ZeroDivisionError" not in said
    assert said.split("fault ")[1][:6] in caplog.text
    assert len(swallowed_exceptions) == 1
    swallowed_exceptions.clear()


def test_a_page_that_has_not_changed_is_not_sent_again():
    view = LiveView(lambda event, files: Reply())
    changes = []
    view.observe(lambda change: changes.append(change.name), names=["html", "figures"])
    view.show("<p>a</p>", {"f": {"wide": "{}", "narrow": "{}"}})
    view.show("<p>a</p>", {"f": {"wide": "{}", "narrow": "{}"}})
    assert changes == ["figures", "html"]


def test_plotly_is_sent_from_the_installed_package_when_the_page_asks(sent):
    view = LiveView(lambda event, files: Reply())
    view._receive(view, {"kind": "plotly", "seq": 0}, [])
    assert sent[0][0] == {"kind": "plotly"}
    assert b"plotly.js v" in sent[0][1][0][:2000]


def test_the_committed_script_is_built_from_its_source(tmp_path):
    if not (JS / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("node and the two packages in workbench/widgets/js are not installed (make js)")
    built = tmp_path / "live.js"
    subprocess.run(
        [
            "node_modules/.bin/esbuild",
            "live.js",
            *("--bundle", "--minify", "--format=esm", "--legal-comments=inline"),
            f"--outfile={built}",
        ],
        cwd=JS, check=True, capture_output=True,
    )  # fmt: skip
    assert built.read_text() == (JS.parent / "static" / "live.js").read_text()
