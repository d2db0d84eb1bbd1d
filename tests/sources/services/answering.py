"""A service inside the test: the real client, and a function in place of the network."""

import json

import httpx

from workbench.sources.services.client import HttpClient


class Asked(list):
    """The requests that went out, in order."""


def client_that(answer):
    """A client whose questions ``answer(request)`` answers with bytes, text, JSON or (status, one of these).

    Returns
    -------
    tuple of HttpClient and Asked
    """
    asked = Asked()

    def handle(request):
        request.read()
        asked.append(request)
        status, body = 200, answer(request)
        if isinstance(body, tuple):
            status, body = body
        content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))  # the client reads it raw, as from a socket

    return HttpClient("Test", transport=httpx.MockTransport(handle), sleep=lambda _: None), asked
