"""What the browser fixtures promise: a page's requests and complaints are seen, and nothing leaves this machine."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.browser

PAGES = {
    "/asks-outside": b"""<!doctype html><html lang="en"><title>Asks</title><script src="http://statistics.example/a.js"></script>
        <img alt="" src="http://192.0.2.1/a.png"><img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
        <script>new WebSocket("ws://statistics.example/live");</script>""",
    "/complains": b"""<!doctype html><html lang="en"><title>Complains</title>
        <script>console.error("a complaint"); throw new Error("not caught");</script>""",
}


class Planted(http.server.BaseHTTPRequestHandler):
    """Serves the planted pages and keeps quiet about it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGES.get(self.path, b"<title>Plain</title>"))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def planted_url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Planted) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_request_to_another_machine_is_seen_and_goes_nowhere(visit, planted_url):
    failed: list[str] = []
    page = visit.open()
    page.on("requestfailed", lambda request: failed.append(request.url))
    with page.expect_websocket():
        page.goto(f"{planted_url}/asks-outside", wait_until="load")
    outside = {"http://statistics.example/a.js", "http://192.0.2.1/a.png", "ws://statistics.example/live"}
    assert set(visit.left) == outside
    assert set(failed) == {url for url in outside if url.startswith("http")}
    visit.requests.clear()  # left in, what was planted fails this test as it ends


def test_what_a_page_complains_of_is_seen(visit, planted_url):
    visit.open().goto(f"{planted_url}/complains", wait_until="load")
    assert visit.console_errors == ["a complaint", "not caught"]


def test_a_phone_is_as_narrow_as_asked_and_shares_nothing_with_the_first_page(visit, planted_url):
    desk, phone = visit.open(), visit.open(width=390, height=844)
    for page in (desk, phone):
        page.goto(planted_url)
    desk.evaluate("localStorage.setItem('mine', 'yes')")
    assert phone.evaluate("window.innerWidth") == 390
    assert phone.evaluate("localStorage.getItem('mine')") is None
