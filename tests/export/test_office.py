"""Word and OpenDocument files are whole: page, language, headers, alternatives, links, and the text as it was typed."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from awkward import TEXTS, awkward_document
from fixed_proposal import fixed_document

from workbench.domain.document import Table, lines
from workbench.export import write_document
from workbench.export.docx import W
from workbench.export.look import PAGE_MM
from workbench.export.odt import NS

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
TABLES = [b for s in fixed_document().sections for b in s.blocks if isinstance(b, Table)]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def docx(tmp_path_factory, pictures) -> Path:
    return write_document(fixed_document(), pictures, tmp_path_factory.mktemp("word") / "proposal.docx")


@pytest.fixture(scope="module")
def odt(tmp_path_factory, pictures) -> Path:
    return write_document(fixed_document(), pictures, tmp_path_factory.mktemp("odf") / "proposal.odt")


@pytest.fixture(scope="module")
def word(docx) -> ET.Element:
    return ET.fromstring(parts(docx)["word/document.xml"])


@pytest.fixture(scope="module")
def content(odt) -> ET.Element:
    return ET.fromstring(parts(odt)["content.xml"])


def style_of(paragraph: ET.Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def told(element: ET.Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


# --- Word -------------------------------------------------------------------------------------------------------------


def test_word_pages_are_a4_with_a_footer_that_counts_them(docx, word):
    size = word.find(f".//{W}sectPr/{W}pgSz")
    mm = [round(int(size.get(f"{W}{side}")) / 1440 * 25.4) for side in ("w", "h")]
    assert tuple(mm) == PAGE_MM
    reference = word.find(f".//{W}sectPr/{W}footerReference").get(f"{R}id")
    files = parts(docx)
    relations = ET.fromstring(files["word/_rels/document.xml.rels"])
    target = next(r.get("Target") for r in relations if r.get("Id") == reference)
    footer = files[f"word/{target}"].decode()
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert fixed_document().title in footer
    assert f"/word/{target}" in files["[Content_Types].xml"].decode()


def test_word_is_told_that_the_language_is_british_english(docx):
    files = parts(docx)
    styles = ET.fromstring(files["word/styles.xml"])
    languages = {found.get(f"{W}val") for found in styles.iter(f"{W}lang")}
    assert languages == {"en-GB"}
    assert b"en-US" not in files["word/settings.xml"]
    assert b"en-GB" in files["docProps/core.xml"]


def test_word_tables_have_captions_repeated_headers_whole_rows_and_the_widths_of_the_tree(word):
    tables = list(word.iter(f"{W}tbl"))
    assert len(tables) == len(TABLES)
    for element, table in zip(tables, TABLES, strict=True):
        rows = element.findall(f"{W}tr")
        assert [r.find(f"{W}trPr/{W}tblHeader") is not None for r in rows] == [True] + [False] * len(table.rows)
        assert all(r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows)
        grid = [int(c.get(f"{W}w")) for c in element.find(f"{W}tblGrid")]
        assert [round(100 * w / sum(grid)) for w in grid] == list(table.widths)
        assert all([int(c.get(f"{W}w")) for c in r.iter(f"{W}tcW")] == grid for r in rows)
        assert {style_of(p) for p in rows[0].iter(f"{W}p")} == {"TableHead"}
        assert {style_of(p) for r in rows[1:] for p in r.iter(f"{W}p")} == {"TableText"}
    captions = [told(p) for p in word.iter(f"{W}p") if style_of(p) == "TableCaption"]
    assert captions == [t.label for t in TABLES]


def test_word_numbers_stand_right(word):
    table = next(t for t in TABLES if "Benefit–cost ratio" in t.header)
    element = list(word.iter(f"{W}tbl"))[TABLES.index(table)]
    sides = [[jc.get(f"{W}val") for jc in row.iter(f"{W}jc")] for row in element.findall(f"{W}tr")]
    assert all(row == list(table.aligns) for row in sides)


def test_word_pictures_have_alternatives_captions_and_sources_and_fit_the_page(word):
    document = fixed_document()
    inline = list(word.iter(f"{WP}inline"))
    assert [i.find(f"{WP}docPr").get("descr") for i in inline] == [p.alt for p in document.pictures]
    inner = [i.find(f".//{PIC}cNvPr") for i in inline]
    assert [(x.get("name"), x.get("descr")) for x in inner] == [
        (f"Figure {p.number}", p.alt) for p in document.pictures
    ]
    for shape in inline:
        extent = shape.find(f"{WP}extent")
        cm = [int(extent.get(side)) / 360000 for side in ("cx", "cy")]
        assert cm[0] <= 17.01
        assert cm[1] <= 20.01
    assert [told(p) for p in word.iter(f"{W}p") if style_of(p) == "FigureCaption"] == [
        p.label for p in document.pictures
    ]
    sources = [told(p) for p in word.iter(f"{W}p") if style_of(p) == "FigureSource"]
    assert all(source.startswith(p.source) for source, p in zip(sources, document.pictures, strict=True))


def test_word_holds_no_path_of_the_machine_that_made_it(docx):
    everything = b"".join(parts(docx).values())
    assert tempfile.gettempdir().encode() not in everything
    assert b"workbench-" not in everything


def test_word_links_lead_to_bookmarks_and_bookmarks_have_one_name(word):
    names = [b.get(f"{W}name") for b in word.iter(f"{W}bookmarkStart")]
    anchors = {link.get(f"{W}anchor") for link in word.iter(f"{W}hyperlink") if link.get(f"{W}anchor")}
    assert len(set(names)) == len(names)
    assert anchors <= set(names)
    assert {f"note-{n.number}" for n in fixed_document().notes} <= anchors


def test_word_headings_stay_with_what_follows_and_every_style_in_use_is_there(docx, word):
    styles = {s.get(f"{W}styleId"): s for s in ET.fromstring(parts(docx)["word/styles.xml"]).iter(f"{W}style")}
    for name in ("Heading1", "Heading2", "TableCaption", "FigureCaption", "FigureImage"):
        assert styles[name].find(f"{W}pPr/{W}keepNext") is not None
    used = {s.get(f"{W}val") for tag in ("pStyle", "rStyle", "tblStyle") for s in word.iter(f"{W}{tag}")}
    assert used <= set(styles)


ORDER = re.findall(
    r"\w+",
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
)
"""CT_PPr of ECMA-376, Part 1: Word calls a file damaged when properties stand in another order."""


def test_word_properties_stand_in_the_order_that_the_standard_fixes(docx):
    files = parts(docx)
    footers = [name for name in files if name.startswith("word/footer")]
    for name in ("word/document.xml", "word/styles.xml", *footers):
        for properties in ET.fromstring(files[name]).iter(f"{W}pPr"):
            places = [ORDER.index(child.tag.removeprefix(W)) for child in properties]
            assert places == sorted(set(places)), name


def test_word_contents_are_a_field_filled_with_links_to_every_section(word):
    codes = "".join(i.text or "" for i in word.iter(f"{W}instrText"))
    assert "TOC" in codes
    marks = [f.get(f"{W}fldCharType") for f in word.iter(f"{W}fldChar")]
    assert marks == ["begin", "separate", "end"]
    lines_ = [told(p) for p in word.iter(f"{W}p") if style_of(p) == "ContentsLine"]
    assert [re.sub(r"\s+", " ", line) for line in lines_] == [
        s.title for s in fixed_document().sections if s.level == 1
    ]


def test_the_summary_and_the_annexes_begin_a_page(word):
    begin = [told(p) for p in word.iter(f"{W}p") if p.find(f"{W}pPr/{W}pageBreakBefore") is not None]
    assert begin == ["1 Summary", "A What is missing and what a reviewer will ask"]


# --- OpenDocument -----------------------------------------------------------------------------------------------------


def test_odf_type_stands_first_so_that_the_file_can_be_told(odt):
    with zipfile.ZipFile(odt) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text"


def test_odf_pictures_have_alternatives(content):
    frames = [f for f in content.iter(f"{NS['draw']}frame") if f.find(f"{NS['draw']}image") is not None]
    alternatives = [[d.text for d in f.findall(f"{NS['svg']}desc")] for f in frames]
    assert alternatives == [[p.alt] for p in fixed_document().pictures]


def test_odf_pages_are_a4_in_british_english_with_page_numbers(odt):
    files = parts(odt)
    styles = ET.fromstring(files["styles.xml"])
    layouts = list(styles.iter(f"{NS['style']}page-layout-properties"))
    assert {(x.get(f"{NS['fo']}page-width"), x.get(f"{NS['fo']}page-height")) for x in layouts} == {
        ("21.0cm", "29.7cm")
    }
    for default in styles.iter(f"{NS['style']}default-style"):
        for text in default.findall(f"{NS['style']}text-properties"):
            assert (text.get(f"{NS['fo']}language"), text.get(f"{NS['fo']}country")) == ("en", "GB")
    assert b"en-GB" in files["meta.xml"]
    assert len(list(styles.iter(f"{NS['text']}page-number"))) == len(list(styles.iter(f"{NS['text']}page-count"))) == 1


def test_odf_tables_repeat_their_headers_and_have_the_widths_of_the_tree(content):
    tables = list(content.iter(f"{NS['table']}table"))
    widths = {
        s.get(f"{NS['style']}name"): p.get(f"{NS['style']}column-width")
        for s in content.iter(f"{NS['style']}style")
        for p in s.findall(f"{NS['style']}table-column-properties")
    }
    for element, table in zip(tables, TABLES, strict=True):
        assert len(element.findall(f"{NS['table']}table-header-rows/{NS['table']}table-row")) == 1
        columns = element.findall(f"{NS['table']}table-column")
        sizes = [float(widths[c.get(f"{NS['table']}style-name")].removesuffix("cm")) for c in columns]
        assert sizes == pytest.approx([17 * w / 100 for w in table.widths], abs=0.001)


def test_odf_links_lead_to_bookmarks(content):
    names = {
        b.get(f"{NS['text']}name") for tag in ("bookmark", "bookmark-start") for b in content.iter(f"{NS['text']}{tag}")
    }
    links = {a.get(f"{NS['xlink']}href", "").removeprefix("#") for a in content.iter(f"{NS['text']}a")}
    assert links <= names


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_whatever_is_typed_or_pasted_is_in_the_file(suffix, tmp_path, pictures):
    path = write_document(awkward_document(), {"p": pictures["tornado"]}, tmp_path / f"x{suffix}")
    name = "word/document.xml" if suffix == ".docx" else "content.xml"
    root = ET.fromstring(parts(path)[name])
    # A space is written as text in Word, as an element in OpenDocument; compare without.
    everything = re.sub(r"\s", "", "".join(root.itertext()))
    for text in TEXTS:
        wanted = re.sub(r"\s", "", "".join(lines(text)))
        assert everything.count(wanted) >= 8, text
    assert "wordwithcontrolcharacters" in everything


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_the_same_document_gives_the_same_file(suffix, tmp_path, pictures):
    one, two = (write_document(fixed_document(), pictures, tmp_path / f"{n}{suffix}") for n in "ab")
    assert parts(one) == parts(two)
    with zipfile.ZipFile(one) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}  # else it would only hold within a second
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_libreoffice_opens_the_file_and_shows_every_section_on_a4(suffix, docx, odt, soffice, pdftotext, tmp_path):
    path = docx if suffix == ".docx" else odt
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path],
        check=True,
        capture_output=True,
        timeout=110,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    pdf = tmp_path / "proposal.pdf"
    box = subprocess.run([pdftotext, "-bbox", pdf, "-"], check=True, capture_output=True, text=True, timeout=30).stdout
    sizes = {
        (round(float(w)), round(float(h))) for w, h in re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', box)
    }
    assert sizes == {(595, 842)}
    text = subprocess.run([pdftotext, pdf, "-"], check=True, capture_output=True, text=True, timeout=30).stdout
    flat = re.sub(r"\s+", " ", text)
    for section in fixed_document().sections:
        assert section.title in flat
    assert "Page 2 of " in flat
    assert "Error" not in flat
