"""A Word file as parts and relations: hostile and damaged ones refused, untouched parts kept."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import docx
import pytest

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.word import package as word_package
from mmethics_cli.formats.word.archive import zipped
from mmethics_cli.formats.word.markup import text_below
from mmethics_cli.formats.word.namespaces import NAMESPACES
from mmethics_cli.formats.word.package import Relation, opened
from mmethics_cli.formats.word.reading import read


def plain(text: str = "正文") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def with_body(body: str, doctype: str = "") -> bytes:
    """A file whose document.xml holds this body, after a document type declaration."""
    xml = f'{doctype}<w:document xmlns:w="{NAMESPACES["w"]}"><w:body>{body}</w:body></w:document>'
    parts = opened(plain()).parts
    return zipped({**parts, "word/document.xml": xml.encode()})


def test_what_nobody_changes_keeps_its_bytes() -> None:
    package = opened(plain())
    before = dict(package.parts)
    link = Relation("hyperlink", f"{NAMESPACES['r']}/hyperlink", "https://example.org", True)
    id_ = package.relate(package.main, link)
    after = opened(package.saved())
    assert after.relations(after.main)[id_] == link
    changed = [name for name in before if before[name] != after.parts[name]]
    assert changed == ["word/_rels/document.xml.rels"]
    assert opened(package.saved()).saved() == package.saved()


def test_a_damaged_file_is_always_the_same_error() -> None:
    """Zip files are damaged in many ways, and the library has an exception for each."""
    data, chance = plain(), random.Random(7)
    directory = data.index(b"PK\x01\x02")
    refused = 0
    for _ in range(600):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 1, 3))):
            place = chance.randrange(chance.choice((0, directory)), len(data))
            damaged[place] = chance.choice((0, 12, 14, 128, 255, chance.randrange(256)))
        try:
            opened(bytes(damaged))
        except DocumentError:
            refused += 1
    assert refused > 200


def test_a_file_that_grows_beyond_bounds_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = plain("长" * 100_000)
    opened(data)
    monkeypatch.setattr(word_package, "_MOST_BYTES", 100_000)
    with pytest.raises(DocumentError, match="大得不合常理"):
        opened(data)
    monkeypatch.undo()
    monkeypatch.setattr(word_package, "_MOST_PARTS", 3)
    with pytest.raises(DocumentError, match="大得不合常理"):
        opened(data)


def test_no_entity_is_expanded_and_no_file_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("不该读到", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE d [<!ENTITY l0 "哈">{laughs}<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    paragraph = "<w:p><w:r><w:t>正文{}</w:t></w:r></w:p>"
    for entity in ("&l11;", "&file;"):
        data = with_body(paragraph.format(entity), doctype)
        try:
            reader = read(data, "文件")
        except DocumentError:
            continue
        assert reader.text(reader.package.body) == text_below(reader.package.body) == "正文"


def test_very_deep_nesting_is_an_error() -> None:
    with pytest.raises(DocumentError, match="document.xml"):
        opened(with_body("<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000))


def test_a_zip_of_something_else_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(DocumentError, match="内容类型表"):
        opened(data.getvalue())
    workbook = {name: part for name, part in opened(plain()).parts.items() if "word/" not in name}
    with pytest.raises(DocumentError, match="没有正文"):
        opened(zipped(workbook))
