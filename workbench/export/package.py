"""Office files are zip archives of XML: parts are read, changed and put back, always in one order and with one time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from xml.etree import ElementTree as ET

Edit = Callable[[bytes], bytes]
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: no file tells when it was made


def edited(package: bytes, edits: Mapping[str, Edit], added: Mapping[str, bytes] | None = None) -> bytes:
    """The archive with some parts changed and some added.

    Parameters
    ----------
    package : bytes
    edits : mapping of part name to function
        Every part named must be there.
    added : mapping of part name to bytes, optional

    Raises
    ------
    KeyError
        When a part is not in the archive.
    """
    with zipfile.ZipFile(BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    for name, edit in edits.items():
        parts[name] = edit(parts[name])
    parts |= added or {}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        # OpenDocument wants its type first and uncompressed, so that it can be told by its first bytes.
        for name in sorted(parts, key=lambda n: (n != "mimetype", n != "[Content_Types].xml", n)):
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _TIME), parts[name], compress_type=how)
    return out.getvalue()


def parse(xml: bytes) -> ET.Element:
    """An XML part; its prefixes are kept when it is written again."""
    for _, (prefix, uri) in ET.iterparse(BytesIO(xml), events=("start-ns",)):
        ET.register_namespace(prefix, uri)
    return ET.fromstring(xml)


def written(root: ET.Element) -> bytes:
    """An XML part as bytes."""
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))
