"""Lets the tests of export use the awkward document beside them and the fixed proposal of the domain's tests."""

import struct
import sys
import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "domain")]


def png(width: int = 1260, height: int = 600) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress((b"\x00" + b"\x99" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def pictures() -> dict[str, bytes]:
    """A drawing for each picture of the fixed proposal."""
    return {"comparison": png(), "logic-model": png(1000, 3000), "tornado": png(1260, 900)}
