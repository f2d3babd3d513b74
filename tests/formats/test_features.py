"""Word files with what people's programs put into them: marked, stamped, nothing lost, valid."""

from __future__ import annotations

import io
import posixpath
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.redline.changes import changed
from mmethics_cli.formats.redline.redline import redline
from mmethics_cli.formats.word.revisions import accepted, rejected
from mmethics_cli.formats.word.stamp import with_footer_line
from mmethics_cli.formats.word.watermark import without_watermark
from tests.depth import NIGHTLY
from tests.formats.features import FEATURES, built
from tests.formats.redline.blocks import DAY
from tests.formats.redline.revised import MC, REVISIONS, W
from tests.render.small import word
from tests.strict import strictly
from tests.validator import errors

Parts = Mapping[str, bytes]

OLD, NEW = "三十人", "三十一人"
PLAIN: Final = built([], "十人")
LINE: Final = "批准日期：2027年3月20日"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
P: Final = f"{W}p"


def parts_of(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def relations(parts: Parts, part: str) -> dict[str, tuple[str, str, bool]]:
    """By id: kind, target and whether that lies outside."""
    folder, _, name = part.rpartition("/")
    data = parts.get(f"{folder}/_rels/{name}.rels".lstrip("/"))
    rows = [] if data is None else list(etree.fromstring(data))
    read = {}
    for row in rows:
        outside, target = row.get("TargetMode") == "External", row.get("Target", "")
        if not outside:
            base = "" if target.startswith("/") else posixpath.dirname(part)
            target = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
        read[row.get("Id", "")] = (row.get("Type", "").rpartition("/")[2], target, outside)
    assert len(read) == len(rows), part
    return read


def assert_whole(data: bytes) -> None:
    """Every relation, note, comment and number leads somewhere; each part has a type."""
    parts = parts_of(data)
    types = etree.fromstring(parts["[Content_Types].xml"])
    given = {row.get("PartName", row.get("Extension")) for row in types}
    for name, text in parts.items():
        if name == "[Content_Types].xml":
            continue
        assert f"/{name}" in given or name.rpartition(".")[2] in given, name
        held = relations(parts, name)
        assert all(outside or target in parts for _, target, outside in held.values()), name
        if name.endswith(".xml") and b"<" in text:
            used = {
                str(value)
                for node in etree.fromstring(text).iter(etree.Element)
                for key, value in node.attrib.items()
                if str(key).startswith(R)
            }
            assert used <= held.keys(), name
    body = etree.fromstring(parts["word/document.xml"])
    own = {kind: target for kind, target, _ in relations(parts, "word/document.xml").values()}
    for kind, ref, tag in (
        ("footnotes", "footnoteReference", "footnote"),
        ("endnotes", "endnoteReference", "endnote"),
        ("comments", "commentReference", "comment"),
    ):
        assert_there(
            body, f"{W}{ref}", f"{W}id", parts.get(own.get(kind, "")), f"{W}{tag}", f"{W}id"
        )
    numbering = parts.get(own.get("numbering", ""))
    assert_there(body, f"{W}numId", f"{W}val", numbering, f"{W}num", f"{W}numId")


def assert_there(
    body: Any, reference: str, key: str, held: bytes | None, tag: str, name: str
) -> None:
    """Each thing that is referred to stands in the part that holds its kind."""
    used = {node.get(key) for node in body.iter(reference)}
    there = etree.fromstring(held) if held else ()
    assert used <= {node.get(name) for node in there if node.tag == tag}


def lines(data: bytes) -> list[str]:
    """All that a reader sees, one paragraph a line: body, then headers, footers and notes."""
    parts = parts_of(data)
    body = etree.fromstring(parts["word/document.xml"])
    assert not list(body.iter(*REVISIONS))
    seen = list(_paragraphs(body, parts, "word/document.xml"))
    held = relations(parts, "word/document.xml")
    regions = []
    for node in body.iter(f"{W}headerReference", f"{W}footerReference"):
        part = held[node.get(f"{R}id", "")][1]
        if said := list(_paragraphs(etree.fromstring(parts[part]), parts, part)):
            regions.append([str(node.tag), node.get(f"{W}type") or "", *said])
    seen += sum(sorted(regions), [])
    for kind in ("footnote", "endnote"):
        for node in body.iter(f"{W}{kind}Reference"):
            part = next(target for name, target, _ in held.values() if name == f"{kind}s")
            note = etree.fromstring(parts[part]).find(f"{W}{kind}[@{W}id='{node.get(f'{W}id')}']")
            assert note is not None
            seen += _paragraphs(note, parts, part)
    return seen


def _paragraphs(root: Any, parts: Parts, part: str) -> Iterator[str]:
    held = relations(parts, part)
    for paragraph in root.iter(P):
        if any(node.tag == f"{MC}Fallback" for node in paragraph.iterancestors()):
            continue
        said = "".join(_words(paragraph, parts, held))
        # Pages are each program's own; an empty paragraph says nothing.
        if said.strip():
            yield said


def _words(node: Any, parts: Parts, held: Mapping[str, tuple[str, str, bool]]) -> Iterator[str]:
    for child in node:
        name = str(child.tag).rpartition("}")[2]
        if name in ("p", "Fallback", "pPr", "rPr", "sdtPr", "instrText"):
            continue
        if name in ("t", "delText"):
            yield child.text or ""
        elif name in ("sym", "softHyphen", "noBreakHyphen", "ptab", "tab", "br", "cr"):
            yield f"<{name}>"
        for key, value in child.attrib.items():
            if str(key).startswith(R):
                kind, target, outside = held[value]
                yield f"<{kind} {target if outside else hash(parts[target])}>"
        yield from _words(child, parts, held)


def cases(name: str) -> dict[str, tuple[bytes, bytes]]:
    """A file with a feature against one with another word in it; it came; it went."""
    old, new = (built([FEATURES[name]], text) for text in (OLD, NEW))
    return {"changed": (old, new), "came": (PLAIN, new), "gone": (old, PLAIN)}


@pytest.mark.parametrize("name", FEATURES)
def test_what_people_put_in_is_marked_both_ways(name: str) -> None:
    for old, new in cases(name).values():
        data = redline(old, new, "申请人", DAY)
        assert lines(accepted(data)) == lines(accepted(new))
        assert lines(rejected(data)) == lines(accepted(old))
        for made in (data, accepted(data), rejected(data)):
            assert_whole(made)
        assert redline(old, new, "申请人", DAY) == data
    assert not changed(old, old)


@pytest.mark.parametrize("name", FEATURES)
def test_what_people_put_in_stays_when_the_file_is_stamped(name: str) -> None:
    data = built([FEATURES[name]], OLD)
    assert without_watermark(data) == data
    before, after = parts_of(data), parts_of(with_footer_line(data, LINE))
    assert_whole(with_footer_line(data, LINE))
    footers = {name for name, text in after.items() if b"<w:ftr" in text}
    assert all(LINE.encode() in after[name] for name in footers)
    touched = {name for name in before if before[name] != after[name]}
    if footers <= before.keys():
        assert before.keys() == after.keys() and touched == footers
    else:  # a section had none
        new = {"word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"}
        assert touched == (footers & before.keys()) | new


@pytest.mark.parametrize("name", FEATURES)
def test_the_strict_form_says_the_same(name: str) -> None:
    old, new = (built([FEATURES[name]], text) for text in (OLD, NEW))
    assert not changed(strictly(old), old)
    assert redline(strictly(old), new, "申请人", DAY) == redline(old, new, "申请人", DAY)
    stamped = with_footer_line(strictly(old), LINE)
    assert lines(accepted(stamped)) == lines(accepted(with_footer_line(old, LINE)))
    body = parts_of(stamped)["word/document.xml"]
    assert b"purl.oclc.org" not in body and b"conformance" not in body


def test_a_text_that_speaks_of_the_strict_form_is_left_alone() -> None:
    said = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    assert said in "".join(lines(with_footer_line(strictly(word(said, draft=False)), LINE)))


def test_a_file_with_macros_is_refused_with_what_to_do() -> None:
    parts = dict(parts_of(PLAIN))
    types = (
        parts["[Content_Types].xml"]
        .decode()
        .replace(
            "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
            "vnd.ms-word.document.macroEnabled.main",
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**parts, "[Content_Types].xml": types.encode()}.items():
            archive.writestr(name, data)
    for act in (without_watermark, lambda data: with_footer_line(data, LINE)):
        with pytest.raises(DocumentError, match="带有宏.*另存为不带宏的"):
            act(out.getvalue())


@pytest.mark.libreoffice
def test_what_libreoffice_saved_is_marked_both_ways(tmp_path: Path) -> None:
    new, chosen = built(FEATURES.values(), NEW), tmp_path / "old.docx"
    chosen.write_bytes(built(FEATURES.values(), OLD))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        + ["--convert-to", "docx", "--outdir", str(tmp_path / "saved"), str(chosen)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    saved = (tmp_path / "saved" / "old.docx").read_bytes()
    for old, later in ((saved, new), (new, saved), (saved, PLAIN), (PLAIN, saved)):
        data = redline(old, later, "申请人", DAY)
        assert settled(accepted(data)) == settled(accepted(later))
        assert settled(rejected(data)) == settled(accepted(old))
        assert_whole(data)
    assert_whole(with_footer_line(without_watermark(saved), LINE))


def settled(data: bytes) -> list[str]:
    """The lines without what each program works out anew: numbers of pages; a break is a break."""
    pages = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页")
    return [pages.sub("", line).replace("<cr>", "<br>") for line in lines(data)]


def described(path: Path) -> set[str]:
    """What the validator says, wherever it stands."""
    return {re.sub(r"^.*?: ", "", error) for error in errors(path)}


@pytest.mark.openxml
@pytest.mark.parametrize("names", [[name] for name in FEATURES] if NIGHTLY else [list(FEATURES)])
def test_nothing_invalid_comes_in(names: list[str], tmp_path: Path) -> None:
    chosen = [FEATURES[name] for name in names]
    old, new = built(chosen, OLD), built(chosen, NEW)
    path = tmp_path / "a.docx"
    path.write_bytes(old)
    known = described(path)
    for data in (
        redline(old, new, "申请人", DAY),
        redline(old, PLAIN, "申请人", DAY),
        redline(PLAIN, new, "申请人", DAY),
        with_footer_line(strictly(old), LINE),
    ):
        path.write_bytes(data)
        assert described(path) <= known
