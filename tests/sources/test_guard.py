"""Hostile files: refused with the reason, within 5 seconds and 500 MB, and never run, fetched or worked out."""

import gzip
import io
import json
import subprocess
import sys
import zipfile

import pytest

from workbench.errors import WrongFile
from workbench.sources.guard import check
from workbench.sources.read import read_figures

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}
RELATED = PARTS["xl/_rels/workbook.xml.rels"]
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>area_code</t></is></c><c r="B1" t="inlineStr"><is><t>2023 People</t>'
    '</is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>E08000001</t></is></c><c r="B2"><v>5</v></c></row>'
)
ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Data">'
)
ODS_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"


def archive(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def book(rows=ROWS, **more):
    sheet = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return archive(
        {**PARTS, "xl/worksheets/sheet1.xml": sheet, **{name.replace("__", "/"): p for name, p in more.items()}}
    )


def ods(rows):
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": ODS_HEAD + rows + ODS_FOOT})


def odf_cell(repeat=1, value=1):
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}" '
        f'table:number-columns-repeated="{repeat}"><text:p>{value}</text:p></table:table-cell>'
    )


def shared_bomb():
    """One long text that stands in many cells."""
    text = "x" * 30_000
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 100_001))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    strings = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'
    return archive({**PARTS, "xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings})


def lying(data, name):
    """An archive that says of a part that it is small."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        size = file.getinfo(name).file_size
    return data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'

HOSTILE = {
    "zip bomb.xlsx": lambda: book(f"<row>{' ' * 150_000_000}</row>"),
    "zip bomb of many.xlsx": lambda: archive(
        {f"xl/worksheets/{n}.xml": "<a>" + " " * 1000 for n in range(5000)} | PARTS
    ),
    "lying.xlsx": lambda: lying(book(ROWS + " " * 5_000_000), "xl/worksheets/sheet1.xml"),
    "nested.xlsx": lambda: book(xl__embedded__zip=b"PK", **{"xl__inner.zip": archive({"a": "b" * 1000})}),
    "far corner.xlsx": lambda: book(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far corner quoted otherwise.xlsx": lambda: book(ROWS + "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "far corner hidden.xlsx": lambda: book(ROWS + '<row r="1048576"><c s=">" r="XFD1048576"><v>1</v></c></row>'),
    "million columns.xlsx": lambda: book('<row r="1"><c r="BDWGN1"><v>1</v></c></row>'),
    "sheet elsewhere.xlsx": lambda: archive(
        {
            **PARTS,
            "xl/_rels/workbook.xml.rels": RELATED.replace("worksheets/sheet1.xml", "media/a.png"),
            "xl/media/a.png": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576">'
            '<c r="XFD1048576"><v>1</v></c></row>'
            "</sheetData></worksheet>",
        }
    ),
    "one text in every cell.xlsx": shared_bomb,
    "entities.xlsx": lambda: book(**{"xl__styles.xml": DTD + "<x>&b;</x>"}),
    "entities in utf-16.xlsx": lambda: book(**{"xl__styles.xml": (DTD + "<x>&b;</x>").encode("utf-16")}),
    "macros.xlsm": lambda: book(**{"xl__vbaProject.bin": b"\xcc\x61"}),
    "repeated columns.ods": lambda: ods(f"<table:table-row>{odf_cell(1_000_000)}</table:table-row>"),
    "repeated rows.ods": lambda: ods(
        f'<table:table-row table:number-rows-repeated="1000000">{odf_cell(16384)}</table:table-row>'
    ),
    "entities.ods": lambda: archive({"content.xml": DTD + ODS_HEAD + ODS_FOOT}),
    "damaged.ods": lambda: archive({"content.xml": ODS_HEAD + "<table:table-row>"}),
    "million empty columns.csv": lambda: b"area_code,value" + b"," * 1_000_000 + b"\nE08000001,5\n",
    "many empty columns.csv": lambda: (b"E08000001,5" + b"," * 16_000 + b"\n") * 300,
    "million columns.csv": lambda: b"a," * 1_000_000 + b"\nE08000001,5\n",
    "million empty rows.csv": lambda: b"area_code,value\nE08000001,5\n" + b"\n" * 1_100_000,
    "bomb.csv.gz": lambda: gzip.compress(b" " * 250_000_000, 1),
    "nested.csv.gz": lambda: gzip.compress(gzip.compress(b"area_code,value\n")),
    "cut.csv.gz": lambda: gzip.compress(b"area_code,value\nE08000001,5\n" * 1000)[:-20],
    "deep.json": lambda: b"[" * 500_000,
    "many.json": lambda: b"[" + b"{}," * 6_000_000 + b"{}]",
    "web page.csv": lambda: b"<!DOCTYPE html><html></html>",
    "entities.xml": (DTD + "<x>&b;</x>").encode,
    "program.csv": lambda: b"MZ\x90\x00\x03",
    "other archive.xlsx": lambda: archive({"word/document.xml": "<a/>"}),
    "locked.xls": lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
}

# Not ru_maxrss: a program that is started keeps the most that its parent had.
RUN = """
import re, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
from pathlib import Path
from workbench.domain.areas import Area, AreaRegister
from workbench.errors import WorkbenchError
from workbench.sources.read import read_figures
start = time.process_time()
try:
    read_figures(Path(sys.argv[1]), AreaRegister.of([Area("E08000001", "Bolton", "district", "2023")]))
    said = "read"
except WorkbenchError as error:
    said = "refused: " + error.message
most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(time.process_time() - start, int(most[1]) / 1000, said, sep="|")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as Linux gives it")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_time_and_memory(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    seconds, megabytes, said = done.stdout.strip().split("|")
    assert said.startswith("refused: "), said
    assert float(seconds) < 5
    assert float(megabytes) < 500


# --- what is not hostile ----------------------------------------------------------------------------------------------


@pytest.fixture
def save(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_the_plain_workbook_of_these_tests_is_read(save, areas):
    assert read_figures(save("a.xlsx", book()), areas).figures.frame["value"].tolist() == [5]


def test_a_formula_gives_its_saved_value_and_is_not_worked_out(save, areas):
    rows = ROWS.replace('<c r="B2"><v>5</v></c>', '<c r="B2"><f>2+2</f><v>7</v></c>')
    imported = read_figures(save("a.xlsx", book(rows)), areas)
    assert imported.figures.frame["value"].tolist() == [7]
    assert any("1 formula" in note for note in imported.notes)


def test_a_formula_without_a_saved_value_is_missing_and_said(save, areas):
    more = '<row r="3"><c r="A3" t="inlineStr"><is><t>E08000003</t></is></c><c r="B3"><f>1+1</f></c></row>'
    imported = read_figures(save("a.xlsx", book(ROWS + more)), areas)
    assert imported.figures.frame["area_code"].tolist() == ["E08000001"]
    assert any("no saved value (for example B3)" in note for note in imported.notes)
    assert any("not zero" in fault.message for fault in imported.refused)


def test_links_to_other_workbooks_are_not_followed(save, areas):
    data = book(**{"xl__externalLinks__externalLink1.xml": '<externalLink xmlns="x"/>'})
    assert any("not followed" in note for note in read_figures(save("a.xlsx", data), areas).notes)


def test_content_decides_and_a_wrong_name_is_said(save, areas):
    imported = read_figures(save("a.xls", b"area_code,2023 People\nE08000001,5\n"), areas)
    assert any("named .xls but holds text" in note for note in imported.notes)


def test_a_compressed_table_is_unpacked_and_that_is_said(save, areas):
    imported = read_figures(save("a.csv.gz", gzip.compress(b"area_code,2023 People\nE08000001,5\n")), areas)
    assert any("unpacked" in note for note in imported.notes)


def test_trailing_repeats_that_libreoffice_writes_are_no_bomb(save, areas):
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    empty = '<table:table-cell table:number-columns-repeated="16380"/>'
    rows = f"<table:table-row>{text.format('area_code')}{text.format('2023 People')}{empty}</table:table-row>"
    rows += f"<table:table-row>{text.format('E08000001')}{odf_cell(1, 5)}{empty}</table:table-row>"
    rows += f'<table:table-row table:number-rows-repeated="1048570">{empty}</table:table-row>'
    assert read_figures(save("a.ods", ods(rows)), areas).figures.frame["value"].tolist() == [5]


def test_json_with_numbers_that_json_does_not_have(save, areas):
    data = json.dumps([{"area_code": "E08000001", "year": "2023", "people": float("nan")}]).encode()
    with pytest.raises(WrongFile, match=r"No figure|no figures"):
        read_figures(save("a.json", data), areas)


@pytest.mark.slow
@pytest.mark.shared
def test_no_file_at_hand_is_refused_as_hostile(shared):
    for path in (shared / "data").rglob("*"):
        if path.is_file() and path.suffix != ".md":
            check(path)
