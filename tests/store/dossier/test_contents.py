"""Attachments looked at: what a file is, whether it is whole and opens, and near names."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from mmethics_cli.core.checks.attachments import unfit_files
from mmethics_cli.core.checks.documents import FileState
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.store.dossier.attachments import file_states
from mmethics_cli.store.dossier.contents import look_at
from tests.program import STUDIES
from tests.studies import facts_of, standard

DOCX = next((STUDIES / "prospective-ecg" / "attachments").glob("研究方案.docx")).read_bytes()
PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 9 + b"IEND\xaeB`\x82"
PDF = b"%%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R%s>>\nstartxref\n9\n%%%%EOF\n"


def zipped(members: Mapping[str, bytes], flags: int = 0) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    data = held.getvalue()
    at = data.index(b"PK\x01\x02") + 8
    return data[:at] + struct.pack("<H", flags) + data[at + 2 :]


def ole(*streams: str, held: bytes = b"") -> bytes:
    """The header and the directory of an OLE file; its directory is the first sector.

    What the first stream holds begins in the second sector.
    """
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 0)
    entries = b""
    for name in ("Root Entry", *streams):
        text = name.encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + bytes(50)
        entries += struct.pack("<III", 1, 4096 if held and name == streams[0] else 0, 0)
    return bytes(header) + entries.ljust(512, b"\0") + (held.ljust(4096, b"\0") if held else b"")


def word_97(flags: int) -> bytes:
    return struct.pack("<HHHHHH", 0xA5EC, 193, 0, 2052, 0, flags)


def excel_97(*records: tuple[int, int]) -> bytes:
    return b"".join(struct.pack("<HH", kind, length) + bytes(length) for kind, length in records)


MACROS = {"word/document.xml": b"x", "word/vbaProject.bin": b"x"}
EXE = b"MZ\x90\0" + bytes(60) + b"PE\0\0"
FILES: list[tuple[str, bytes, str | None]] = [
    ("方案.docx", DOCX, None),
    ("方案.DOCX", DOCX, None),
    ("方案.docx", DOCX[:-400], "error file_cut"),
    ("方案.docx", DOCX[: len(DOCX) // 2], "error file_cut"),
    ("方案.doc", DOCX, "warning file_mistaken"),
    ("方案", DOCX, "warning file_mistaken"),
    ("方案.pdf", DOCX, "warning file_mistaken"),
    ("方案.docx", "方案的正文".encode(), "error file_mistaken"),
    ("方案.docx", "方案的正文".encode("gb18030"), "error file_mistaken"),
    ("方案.docx", bytes(range(256)) * 9, "error file_mistaken"),
    ("方案.docx", ole("EncryptionInfo", "EncryptedPackage"), "error file_unfit"),
    ("方案.docx", zipped(MACROS), "error file_unfit"),
    ("方案.docm", zipped(MACROS), "error file_unfit"),
    ("~$方案.docx", b"\x03abc" + bytes(160), "error file_unfit"),
    ("._方案.docx", b"\0\5\x16\7" + bytes(160), "error file_unfit"),
    ("方案.pdf", EXE, "error file_unfit"),
    ("方案.exe", EXE, "error file_unfit"),
    ("方案.JS", b"alert(1)", "error file_unfit"),
    ("方案.txt", b"#!/bin/sh\nrm x", "error file_unfit"),
    ("方案.txt", b"MZ is no program without zero bytes", None),
    ("方案.doc", ole("WordDocument", "1Table"), None),
    ("方案.wps", ole("WordDocument"), None),
    ("方案.doc", ole("WordDocument", held=word_97(0x0200)), None),
    ("方案.doc", ole("WordDocument", held=word_97(0x0300)), "error file_locked"),
    ("方案.wps", ole("WordDocument", "1Table", held=word_97(0x8100)), "error file_locked"),
    ("表.xls", ole("Workbook", held=excel_97((0x0809, 16), (0x00E1, 2), (0x002F, 6))), None),
    ("表.xls", ole("Workbook", held=excel_97((0x0809, 16), (0x002F, 6))), "warning file_locked"),
    ("表.xls", ole("Book", held=excel_97((0x0809, 8), (0x0086, 0), (0x002F, 4))),
     "warning file_locked"),
    ("方案.doc", ole("WordDocument", "Macros"), "warning file_unfit"),
    ("方案.doc", ole(*"ABC"), None),
    ("方案.doc", b"\xef\xbb\xbf<html><body>x", "warning file_mistaken"),
    ("方案.pdf", PDF % b"", None),
    ("方案.pdf", b"\n" * 200 + PDF % b"" + b"\0" * 900, None),
    ("方案.pdf", (PDF % b"")[:-10], "error file_cut"),
    ("方案.pdf", PDF % b"/Encrypt 5 0 R", "warning file_locked"),
    ("方案.pdf", PDF % b"/EncryptMetadata true", None),
    ("方案.pdf", b"plain text", "error file_mistaken"),
    ("图.png", PNG, None),
    ("图.jpg", PNG, "warning file_mistaken"),
    ("图.png", PNG[:-12], "error file_cut"),
    ("图.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9", None),
    ("图.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "warning file_cut"),
    ("片.dcm", bytes(128) + b"DICM" + bytes(40), None),
    ("片.dcm", bytes(400), "warning file_mistaken"),
    ("切片.svs", b"II*\0" + bytes(40), None),
    ("表.zip", zipped({"a.txt": b"x"}), None),
    ("表.zip", zipped({"a.txt": b"x"}, flags=1), "error file_locked"),
    ("表.7z", bytes.fromhex("377abcaf271c") + bytes(40), "warning file_unfit"),
    ("表.csv", "编号,年龄\n1,50\n".encode("gb18030"), None),
    ("波形.dat", bytes(range(256)), None),
]  # fmt: skip


def found(folder: Path, entry: Element) -> list[str]:
    states = file_states(folder, [entry], (), standard().file_kinds.values())
    findings = unfit_files(facts_of({"attachments": [{"id": "p", "title": "方案"}]}), states)
    return [f"{one.severity} {one.id}" for one in findings]


@pytest.mark.parametrize(("name", "data", "said"), FILES)
def test_what_a_file_is(tmp_path: Path, name: str, data: bytes, said: str | None) -> None:
    (tmp_path / name).write_bytes(data)
    assert found(tmp_path, Element("p", {"file": name})) == ([said] if said else [])
    (tmp_path / "whole.docx").write_bytes(DOCX)
    marked = Element("p", {"file": "whole.docx", "marked_file": name})
    assert found(tmp_path, marked) == ([said] if said else []), "the marked version too"


def test_a_fault_says_what_the_file_is_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "方案.pdf").write_bytes(DOCX)
    kinds = standard().file_kinds
    states = {"p": FileState(looks=(look_at(tmp_path / "方案.pdf", kinds.values()),))}
    (one,) = unfit_files(facts_of({"attachments": [{"id": "p", "title": "研究方案"}]}), states)
    assert one.path == "attachments[p].file"
    assert one.message == (
        "附件“研究方案”的文件“方案.pdf”的内容是Word 文件（.docx），扩展名却是 .pdf"
    )
    assert "改成 .docx" in one.fix


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (unicodedata.normalize("NFD", "Résumé-方案.docx"), "Résumé-方案.docx"),
        ("方案（V1.0）.docx", "方案(V1.0).docx"),
        ("方案.docx.docx", "方案.docx"),
        ("Plan.DOCX", "plan.docx"),
        ("方案 .docx", "方案.docx"),
        ("研究方案V1.1-20270301.docx", "研究方案V1.0-20270301.docx"),
        ("方案.docx", "attachments/方案.docx "),
    ],
)
def test_a_near_name_is_offered(tmp_path: Path, there: str, said: str) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / there).write_bytes(DOCX)
    (tmp_path / "attachments" / "培训证书.docx").write_bytes(DOCX)
    state = file_states(tmp_path, [Element("p", {"file": said})], (), ())["p"]
    assert f"有一个名字相近的文件“{there}”" in state.trouble
    state = file_states(tmp_path, [Element("p", {"file": "立项.pdf"})], (), ())["p"]
    assert "相近" not in state.trouble
    alike = unicodedata.normalize("NFC", there) == said
    state = file_states(tmp_path, [Element("p", {"file": said})], (), ())["p"]
    assert ("字的编码不同" in state.trouble) is alike
