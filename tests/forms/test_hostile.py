"""Hostile forms: a clear refusal, or a harmless copy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from tests.forms.made import TABLE, form_bytes, mapped_dossier
from tests.program import mmethics


def changed(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A package with its parts changed, and with more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, body in more.items():
            new.writestr(name, body)
    return out.getvalue()


def of_document(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, data: data.replace(old, new, 1) if name == "word/document.xml" else data


def of_types(name: str, data: bytes) -> bytes:
    """The list of types of a document that may hold macros."""
    plain = b"officedocument.wordprocessingml.document.main+xml"
    macro = b"ms-word.document.macroEnabled.main+xml"
    wanted = name == "[Content_Types].xml"
    return data.replace(b"vnd.openxmlformats-" + plain, b"vnd." + macro) if wanted else data


NESTED = 3_000
DEEP = b"<w:sdt><w:sdtContent>" * NESTED, b"</w:sdtContent></w:sdt>" * NESTED


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 not a package",
        form_bytes(*TABLE)[:2000],
        changed(form_bytes(*TABLE), of_document(b"<w:body>", b"<w:body><w:sdt>")),
        changed(form_bytes(*TABLE), of_document(b"</w:body>", b"")),
        changed(form_bytes(*TABLE), of_document(b"<w:body>", b"<w:body>" + DEEP[0] + DEEP[1])),
        changed(form_bytes(*TABLE), of_types),
    ],
    ids=["no zip", "cut", "unbalanced control", "no end", "deep", "with macros"],
)
def test_a_broken_form_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "坏表.docx").write_bytes(data)
    done = mmethics("form", "read", "坏表.docx", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "坏表.docx" in done.stderr and "Traceback" not in done.stderr


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    head = b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    data = changed(form_bytes(*TABLE), of_document(head, head + BOMB))
    data = changed(data, of_document("研究项目名称".encode(), b"&b;"))
    (tmp_path / "表.docx").write_bytes(data)
    done = mmethics("form", "read", "表.docx", "--format", "json", cwd=tmp_path)
    assert "aaaa" not in done.stdout


def test_a_package_that_unfolds_too_far_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO(form_bytes(*TABLE))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(3):
            package.writestr(f"word/media/{number}.bin", b"\0" * 100_000_000)
    (tmp_path / "炸弹.docx").write_bytes(out.getvalue())
    done = mmethics("form", "read", "炸弹.docx", cwd=tmp_path)
    assert done.returncode == 2 and "炸弹.docx" in done.stderr


def test_what_a_form_brings_along_stays_as_it_was_and_runs_nowhere(tmp_path: Path) -> None:
    mapped_dossier(tmp_path, "prospective-ecg")
    blank = tmp_path / "pack" / "forms" / "本院申请表.docx"
    relation = (
        b'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/attachedTemplate" Target="http://example.invalid/x.dotm" '
        b'TargetMode="External"/></Relationships>'
    )

    def add(name: str, data: bytes) -> bytes:
        if name == "word/_rels/document.xml.rels":
            return data.replace(b"</Relationships>", relation)
        return data

    blank.write_bytes(changed(blank.read_bytes(), add, **{"word/vbaProject.bin": b"macro"}))
    done = mmethics("form", "fill", "study", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with (
        zipfile.ZipFile(blank) as before,
        zipfile.ZipFile(tmp_path / "out" / "本院申请表（草稿）.docx") as after,
    ):
        names = set(before.namelist()) - {"word/document.xml"}
        assert all(before.read(name) == after.read(name) for name in names)


@pytest.mark.parametrize("text", ["=1+1", "<w:p/>", "&amp;"])
def test_words_of_a_dossier_are_words_in_a_form(tmp_path: Path, text: str) -> None:
    study = mapped_dossier(tmp_path, "prospective-ecg")
    answers = study / "dossier.yaml"
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("  number:"))
    lines[at] = f'  number: "{text}"\n'
    answers.write_text("".join(lines), encoding="utf-8")
    done = mmethics("form", "fill", "study", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    table = docx.Document(str(tmp_path / "out" / "本院申请表（草稿）.docx")).tables[0]
    assert table.cell(2, 1).text == text
