"""Areas and small files for the readers. The files are written here: the tests need no download."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from workbench.domain.areas import Area, AreaRegister


@pytest.fixture
def areas():
    """A district, its nation, two wards and an LSOA that kept its code."""
    return AreaRegister.of(
        [
            Area("E92000001", "England", "nation", "2023"),
            Area("E47000001", "Greater Manchester", "combined authority", "2023", "E92000001"),
            Area("E08000001", "Bolton", "district", "2023", "E47000001"),
            Area("E08000003", "Manchester", "district", "2023", "E47000001"),
            Area("E05000650", "Astley Bridge", "ward", "2017", "E08000001"),
            Area("E05000651", "Bradshaw", "ward", "2017", "E08000001"),
            Area("E01004768", "Bolton 001A", "LSOA", "2021", "E08000001", vintages=("2011", "2021")),
        ]
    )


@pytest.fixture
def write(tmp_path):
    """Write a text file and give its path."""

    def write_text(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write_text


@pytest.fixture
def workbook(tmp_path):
    """Write an XLSX of one sheet by hand, with whatever dimension it shall claim, and give its path."""

    def write_workbook(name, rows, dimension="A1"):
        path = tmp_path / name
        path.write_bytes(xlsx(rows, dimension))
        return path

    return write_workbook


XML = '<?xml version="1.0" encoding="UTF-8"?>'
PACKAGED = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-"
SHEET_MAIN = KIND + "officedocument.spreadsheetml.sheet.main+xml"


def related(kind, target):
    """A relationships part with one relationship."""
    one = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGED}/relationships">{one}</Relationships>'


def xlsx(rows, dimension):
    """The bytes of a workbook with one sheet named Data."""
    cells = "".join(
        f'<row r="{r}">' + "".join(cell(value, r, c) for c, value in enumerate(row) if value != "") + "</row>"
        for r, row in enumerate(rows, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGED}/content-types">'
        f'<Default Extension="rels" ContentType="{KIND}package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_MAIN}"/></Types>',
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{cells}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, part in parts.items():
            file.writestr(name, XML + part)
    return buffer.getvalue()


def cell(value, row, column):
    """One cell as XML."""
    place = f"{chr(65 + column // 26 - 1) if column >= 26 else ''}{chr(65 + column % 26)}{row}"
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
