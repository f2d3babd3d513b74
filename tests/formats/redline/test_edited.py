"""Files that people have edited, or broken, against new ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.shared import Cm
from lxml import etree

from mmethics_cli.errors import DocumentError, EthicsError
from mmethics_cli.formats.redline.changes import changed
from mmethics_cli.formats.redline.redline import redline
from mmethics_cli.formats.word.revisions import accepted, rejected
from tests.formats.redline.blocks import (
    BASE,
    DAY,
    NAMESPACES,
    document,
    marked,
    para,
    run,
    texts,
    with_parts,
)
from tests.formats.redline.revised import W, said
from tests.render.small import PICTURES, word
from tests.validator import errors


def edited(content: str) -> bytes:
    """What Word makes of a paragraph by editing: ids, remarks, open revisions, wrappers."""
    return document(
        '<w:p w:rsidR="00A1" w14:paraId="1A2B3C4D"><w:pPr><w:pStyle w:val="BodyIndent"/></w:pPr>'
        '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:proofErr w:type="spellStart"/>'
        f"{content}"
        '<w:bookmarkEnd w:id="0"/></w:p>'
    )


@pytest.mark.parametrize(
    "content",
    [
        f'<w:r w:rsidRPr="00B2"><w:t xml:space="preserve">共 </w:t></w:r>{run("3")}{run("0 人")}',
        f"<w:r><w:lastRenderedPageBreak/></w:r>{run('共 30 人')}"
        '<w:r><w:commentReference w:id="1"/></w:r>',
        f'<w:ins w:id="1" w:author="x">{run("共 30 人")}</w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>无</w:delText></w:r></w:del>',
        f'<w:smartTag w:element="y"><w:smartTagPr/>{run("共 30")}</w:smartTag>{run(" 人")}',
    ],
)
def test_traces_of_editing_are_no_changes(content: str) -> None:
    new = document(para("共 30 人"))
    assert redline(edited(content), new, "申请人", DAY) == new
    assert not changed(edited(content), new)


def foreign() -> bytes:
    """A file with much of what Word offers."""
    made = docx.Document()
    made.add_heading("封面", 0)
    made.add_paragraph("第一条", style="List Number")
    made.add_paragraph("引文", style="Intense Quote")
    made.add_picture(io.BytesIO(PICTURES["pictures/stop.png"]), width=Cm(1))
    outer = made.add_table(2, 2, style="Light Grid Accent 1")
    outer.cell(0, 0).merge(outer.cell(0, 1)).text = "合并"
    outer.cell(1, 1).add_table(1, 1).cell(0, 0).text = "套表"
    made.add_section()
    made.add_paragraph("第二节")
    made.sections[0].header.paragraphs[0].text = "旧页眉"
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].first_page_header.paragraphs[0].text = "首页页眉"
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def test_a_file_edited_by_hand_with_all_that_word_offers() -> None:
    old = foreign()
    new = word("# 新标题\n\n第一条\n\n第二节", draft=False)
    data = redline(old, new, "申请人", DAY)
    assert said(accepted(data)) == said(new)
    back = docx.Document(io.BytesIO(rejected(data)))
    lines = [one.text for one in back.paragraphs]
    assert [one for one in lines if one] == ["封面", "第一条", "引文", "第二节"]
    styles = {one.style.name for one in back.paragraphs if one.style is not None}
    assert {"List Number", "Intense Quote", "Title"} <= styles
    assert [cell.text for cell in back.tables[0]._cells][:2] == ["合并", "合并"]
    assert back.sections[0].header.paragraphs[0].text == "旧页眉"
    assert back.sections[1].header.paragraphs[0].text == "旧页眉"
    assert back.sections[0].first_page_header.paragraphs[0].text == "首页页眉"
    assert changed(old, new)


def by_hand(change: Callable[[Word], object]) -> bytes:
    """A paper of ours into which somebody put something more."""
    made = docx.Document(io.BytesIO(word("# 标题\n\n第一条", draft=False)))
    change(made)
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def logo_in_header(made: Word) -> None:
    picture = io.BytesIO(PICTURES["pictures/stop.png"])
    made.sections[0].header.paragraphs[0].add_run().add_picture(picture, width=Cm(1))


def link_in_footer(made: Word) -> None:
    footer = made.sections[0].footer
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    id_ = footer.part.relate_to("https://example.org/", kind, is_external=True)
    link = etree.fromstring(
        f'<w:hyperlink {NAMESPACES} r:id="{id_}">{run("本院网址")}</w:hyperlink>'
    )
    footer.paragraphs[0]._p.append(link)


@pytest.mark.openxml
@pytest.mark.parametrize("change", [logo_in_header, link_in_footer])
def test_what_people_put_into_a_header_or_footer_is_brought_along(
    change: Callable[[Word], object], tmp_path: Path
) -> None:
    old = by_hand(change)
    data = redline(old, word("# 标题\n\n第二条", draft=False), "申请人", DAY)
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    assert errors(path) == []
    back = docx.Document(io.BytesIO(rejected(data)))
    parts = [back.sections[0].header.part, back.sections[0].footer.part]
    assert any(part.rels for part in parts)


def with_part(data: bytes, name: str, xml: str) -> bytes:
    """The file with a part of that kind added to its body."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations, types = (
            archive.read(one).decode()
            for one in ("word/_rels/document.xml.rels", "[Content_Types].xml")
        )
    relation = f'<Relationship Id="rId{name}" Type="{office}/{name}" Target="{name}.xml"/>'
    override = f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>'
    return with_parts(
        data,
        {
            f"word/{name}.xml": xml,
            "word/_rels/document.xml.rels": relations.replace("</Rel", f"{relation}</Rel"),
            "[Content_Types].xml": types.replace("</Types>", f"{override}</Types>"),
        },
    )


def noted(words: str, note: str, numerals: str) -> bytes:
    """A file with a numbered paragraph and a footnote."""
    reference = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    numbered = para(words, reference).replace("</w:pPr>", f"{number}</w:pPr>")
    notes = (
        f'<w:footnotes {NAMESPACES}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="1"><w:p>{run(note)}</w:p></w:footnote></w:footnotes>'
    )
    numbering = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{numerals}"/><w:lvlText w:val="%1."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    plain = document(numbered, para("完"))
    return with_part(with_part(plain, "footnotes", notes), "numbering", numbering)


@pytest.mark.parametrize(
    "new", [document(para("毫不相干"), para("完")), noted("全然不同", "新注", "upperRoman")]
)
def test_notes_and_numbers_of_what_was_taken_out_stay_its_own(new: bytes) -> None:
    data = marked(noted("老的一条", "旧注", "decimal"), new)
    back = docx.Document(io.BytesIO(rejected(data)))
    parts = {
        one.reltype.rpartition("/")[2]: one.target_part.blob for one in back.part.rels.values()
    }
    (note,) = back.element.iter(f"{W}footnoteReference")
    notes = etree.fromstring(parts["footnotes"])
    (found,) = notes.findall(f"{W}footnote[@{W}id='{note.get(f'{W}id')}']")
    assert found.findtext(f".//{W}t") == "旧注"
    (number,) = back.element.iter(f"{W}numId")
    numbering = etree.fromstring(parts["numbering"])
    num = numbering.find(f"{W}num[@{W}numId='{number.get(f'{W}val')}']")
    assert num is not None
    (abstract,) = num
    shape = numbering.find(f"{W}abstractNum[@{W}abstractNumId='{abstract.get(f'{W}val')}']")
    assert shape is not None
    assert [one.get(f"{W}val") for one in shape.iter(f"{W}numFmt")] == ["decimal"]


@pytest.mark.openxml
def test_what_was_brought_along_is_valid(tmp_path: Path) -> None:
    new = noted("全然不同", "新注", "upperRoman")
    for at, old in enumerate((foreign(), noted("老的一条", "旧注", "decimal"))):
        for name, data in (
            (f"{at}.docx", redline(old, new, "申请人", DAY)),
            (f"{at}b.docx", redline(new, old, "申请人", DAY)),
        ):
            (tmp_path / name).write_bytes(data)
            assert errors(tmp_path / name) == []


def test_the_strict_form_of_a_file_is_read() -> None:
    new = document(para("共 30 人"))
    strict = with_parts(
        new,
        {
            name: zipfile.ZipFile(io.BytesIO(new))
            .read(name)
            .decode()
            .replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                "http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            for name in ("word/document.xml", "_rels/.rels", "word/_rels/document.xml.rels")
        },
    )
    assert not changed(strict, new)
    assert texts(redline(strict, document(para("共 31 人")), "申请人", DAY), "del") == ["30"]


def zip_of(**parts: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/").replace("_x", ".x"), body)
    return data.getvalue()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0 an old .doc",
        BASE[: len(BASE) // 2],
        zip_of(word__document_xml=b"<a/>"),
        with_parts(BASE, {"word/document.xml": "<w:document"}),
        with_parts(BASE, {"word/header1.xml": "no xml"}),
        with_parts(BASE, {"word/document.xml": f"<w:document {NAMESPACES}/>"}),
        with_parts(BASE, {"[Content_Types].xml": "<"}),
        with_parts(BASE, {"_rels/.rels": "<"}),
    ],
)
def test_a_broken_file_gets_one_clear_error(broken: bytes) -> None:
    with pytest.raises(DocumentError, match="修改前的文件") as raised:
        redline(broken, BASE, "申请人", DAY)
    assert isinstance(raised.value, EthicsError)
    with pytest.raises(DocumentError, match="修改前的文件"):
        changed(broken, BASE)
    with pytest.raises(DocumentError, match="修改后的文件"):
        redline(BASE, broken, "申请人", DAY)
