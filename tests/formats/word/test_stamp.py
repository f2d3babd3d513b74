"""The approval in the footer: what else the Word file holds stays byte for byte."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.word.package import opened
from mmethics_cli.formats.word.stamp import with_footer_line
from tests.program import mmethics
from tests.validator import errors_of

LINE = "批准日期：2027年3月20日　<&>"


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def plain() -> bytes:
    """A file as another program makes it: without any footer."""
    document = docx.Document()
    document.add_paragraph("正文")
    document.add_section()
    document.add_paragraph("第二节")
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def with_own_footer() -> bytes:
    document = docx.Document(io.BytesIO(plain()))
    document.sections[0].footer.paragraphs[0].text = "本院页脚"
    document.sections[1].footer.is_linked_to_previous = False
    document.sections[1].footer.paragraphs[0].text = ""
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def footers(data: bytes) -> list[str]:
    found = docx.Document(io.BytesIO(data))
    return ["".join(one.text for one in section.footer.paragraphs) for section in found.sections]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("stamp")
    day = ("--today", "2027-03-01")
    assert mmethics(*day, "new", "d", "--example", "prospective-ecg", cwd=folder).returncode == 0
    done = mmethics(*day, "render", "d", "--only", "application_form", "--out", "o", cwd=folder)
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "o").glob("*.docx")
    return path.read_bytes()


def test_only_the_footer_of_ours_changes(ours: bytes) -> None:
    before, after = parts(ours), parts(with_footer_line(ours, LINE))
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["word/footer1.xml"]
    (footer,) = footers(with_footer_line(ours, LINE))
    assert footer.startswith("第 ") and footer.endswith(f"页　　{LINE}")
    assert with_footer_line(ours, LINE) == with_footer_line(ours, LINE)


def test_each_footer_of_an_edited_file_gets_the_line() -> None:
    data = with_own_footer()
    stamped = with_footer_line(data, LINE)
    assert footers(stamped) == [f"本院页脚　　{LINE}", LINE]
    assert parts(stamped)["word/document.xml"] == parts(data)["word/document.xml"]


def test_a_file_without_a_footer_gets_one() -> None:
    stamped = with_footer_line(plain(), LINE)
    assert footers(stamped) == [LINE, LINE]
    texts = [one.text for one in docx.Document(io.BytesIO(stamped)).paragraphs]
    assert texts == [one.text for one in docx.Document(io.BytesIO(plain())).paragraphs]


def test_pages_of_every_kind_get_one_where_they_have_none() -> None:
    document = docx.Document(io.BytesIO(plain()))
    document.settings.odd_and_even_pages_header_footer = True
    document.sections[1].different_first_page_header_footer = True
    document.sections[1].footer.is_linked_to_previous = False
    document.sections[1].footer.paragraphs[0].text = "本院页脚"
    data = io.BytesIO()
    document.save(data)
    found = docx.Document(io.BytesIO(with_footer_line(data.getvalue(), LINE)))
    one, two = found.sections
    shown = [one.footer, one.even_page_footer, two.first_page_footer, two.footer]
    assert [part.paragraphs[0].text for part in shown] == [LINE, LINE, LINE, f"本院页脚　　{LINE}"]
    assert two.even_page_footer.is_linked_to_previous  # it has that of the section before
    assert one.first_page_footer.is_linked_to_previous  # it has no first page of its own


def test_a_footer_that_is_referred_to_twice_gets_the_line_once() -> None:
    package = opened(with_own_footer())
    relations = package.relations(package.main).values()
    package.relate(package.main, next(one for one in relations if one.kind == "footer"))
    assert footers(with_footer_line(package.saved(), LINE)) == [f"本院页脚　　{LINE}", LINE]


@pytest.mark.parametrize("data", [b"", b"PK no", b"mine"])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        with_footer_line(data, LINE)


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(DocumentError):
        with_footer_line(data.getvalue(), LINE)


@pytest.mark.openxml
def test_stamped_files_are_valid(ours: bytes, tmp_path: Path) -> None:
    paths = []
    for name, data in {"ours": ours, "plain": plain(), "own": with_own_footer()}.items():
        path = tmp_path / f"{name}.docx"
        path.write_bytes(with_footer_line(data, LINE))
        paths.append(path)
    assert errors_of(paths) == []
