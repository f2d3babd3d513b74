"""Each page check on small documents that fail it, then all of them on every worked example."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Cm

from tests import pages
from tests.printed import Converted, convert
from tests.program import EXAMPLES

pytestmark = pytest.mark.libreoffice

SENTENCE = "本人已阅读并理解上述内容，自愿参加本研究。"


def page_of_text(document: Document) -> None:
    for _ in range(5):
        document.add_paragraph("研究参与者的影像与文本数据 (MRI) 经去标识化后用于分析。")


def signature_block(document: Document) -> None:
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "主要研究者签名：________"
    table.cell(0, 1).text = "日期：____年__月__日"


def good(document: Document) -> None:
    page_of_text(document)
    document.add_paragraph(SENTENCE)
    signature_block(document)


def thin(document: Document) -> None:
    page_of_text(document)
    document.add_paragraph("附件").paragraph_format.page_break_before = True


def left(document: Document) -> None:
    page_of_text(document)
    document.add_paragraph("越过左边界的一行").paragraph_format.left_indent = Cm(-2)


def right(document: Document) -> None:
    page_of_text(document)
    paragraph = document.add_paragraph("越过右边界的一行文字" * 8)
    paragraph.paragraph_format.right_indent = Cm(-2)


def torn(document: Document) -> None:
    page_of_text(document)
    document.add_paragraph(SENTENCE).add_run().add_break(WD_BREAK.PAGE)
    signature_block(document)
    page_of_text(document)


def parted(document: Document) -> None:
    page_of_text(document)
    document.add_paragraph(SENTENCE)
    signature_block(document)
    document.add_paragraph("见证人签字：________").paragraph_format.page_break_before = True
    page_of_text(document)


MADE: dict[str, Callable[[Document], None]] = {
    build.__name__: build for build in (good, thin, left, right, torn, parted)
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Converted]:
    folder = tmp_path_factory.mktemp("made")
    for name, build in MADE.items():
        document = a4()
        build(document)
        document.save(str(folder / f"{name}.docx"))
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in range(4):
        sheet.append([f"要点 {row}", "符合"])
    sheet.page_setup.paperSize = 9
    workbook.save(folder / "sheet.xlsx")
    sources = sorted(folder.iterdir())
    return {item.source.stem: item for item in convert(sources, tmp_path_factory.mktemp("pdf"))}


def a4() -> Document:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.8)
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "宋体")
    return document


@pytest.mark.parametrize("name", ["good", "sheet"])
def test_a_good_document_has_no_fault(made: dict[str, Converted], name: str) -> None:
    assert pages.faults(made[name]) == []


def test_the_fonts_of_the_templates_are_mapped(made: dict[str, Converted]) -> None:
    assert b"NotoSerifCJK" in made["good"].pdf.read_bytes()


def test_a_page_with_one_line_is_thin(made: dict[str, Converted]) -> None:
    assert list(pages.thin_pages(made["thin"])) == ["page 2 has 1 lines"]


@pytest.mark.parametrize("side", ["left", "right"])
def test_ink_beyond_the_margin_is_seen(made: dict[str, Converted], side: str) -> None:
    assert list(pages.beyond_margins(made[side])) == [f"page 1: ink beyond the {side} margin"]


@pytest.mark.parametrize("name", ["torn", "parted"])
def test_a_torn_signature_block_is_seen(made: dict[str, Converted], name: str) -> None:
    (fault,) = pages.torn_signatures(made[name])
    assert "自愿参加本研究。" in fault
    assert "主要研究者签名：" in fault


def test_an_unreadable_file_is_not_taken_for_converted(tmp_path: Path) -> None:
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(AssertionError, match="no PDF of"):
        convert([broken], tmp_path)


@pytest.mark.parametrize(
    "text", ["值：None", "{{ project.title }}", "【待填：题目】", "【待定：年龄】"]
)
def test_stray_text_is_seen_across_runs(tmp_path: Path, text: str) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for letter in text:
        paragraph.add_run(letter)
    document.save(str(tmp_path / "a.docx"))
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append([text])
    workbook.save(tmp_path / "a.xlsx")
    assert len(list(pages.stray_text(tmp_path / "a.docx"))) == 1
    assert len(list(pages.stray_text(tmp_path / "a.xlsx"))) == 1


def test_a_draft_watermark_is_stray(tmp_path: Path) -> None:
    document = docx.Document()
    run = document.sections[0].header.paragraphs[0].add_run()
    shape = run._r.makeelement("{urn:schemas-microsoft-com:vml}textpath", {"string": "草稿"})
    run._r.append(shape)
    document.add_paragraph("Nonetheless 无他")
    document.save(str(tmp_path / "a.docx"))
    (fault,) = pages.stray_text(tmp_path / "a.docx")
    assert fault.startswith("草稿 left in word/header1.xml")


def test_han_in_a_latin_font_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_with_han_in("DejaVuSans"))
    (tmp_path / "b.pdf").write_bytes(pdf_with_han_in("NotoSerifCJKsc-Regular"))
    assert list(pages.han_outside_cjk_fonts(tmp_path / "a.pdf")) == [
        "page 1: 中 is drawn in /DejaVuSans"
    ]
    assert list(pages.han_outside_cjk_fonts(tmp_path / "b.pdf")) == []


def pdf_with_han_in(font: str) -> bytes:
    """A PDF of one page that shows 中 by a font of this name."""
    mapping = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"1 beginbfchar <41> <4E2D> endbfchar\nendcmap end end"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        _stream(b"BT /F 12 Tf 72 700 Td (A) Tj ET"),
        f"<</Type/Font/Subtype/TrueType/BaseFont/{font}/ToUnicode 6 0 R>>".encode(),
        _stream(mapping),
    ]
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        data
        + b"xref\n0 7\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
    )


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sealed_documents", "committee_papers"])
def test_every_worked_example_is_clean_on_paper(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    files: list[Path] = request.getfixturevalue(kind)
    assert len(files) >= len(EXAMPLES) > 0
    word_files = [path for path in files if path.suffix == ".docx"]
    assert any(list(pages.signatures(path)) for path in word_files)
    found = [fault for item in convert(files, tmp_path) for fault in pages.faults(item)]
    assert found == []
