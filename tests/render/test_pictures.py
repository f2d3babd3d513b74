"""Pictures of the pack: stored once, described in words, refused where something is missing."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx.oxml.ns import qn

from mmethics_cli.formats.png import png_size
from mmethics_cli.store.pack import load
from tests.render.small import PICTURES, SHIPPED, opened, problems, study, word

STOP = "![一只张开的手](pictures/stop.png 4)"
TEMPLATE = f"""# 题

{STOP}

::: table 4 11 {{header=0}}
| {STOP.replace("4)", "3.5)")} | 你可以说“不”。 |
|---|---|
:::

句中 {STOP} 也可以，{{{{ study.title }}}}。
"""
ALONE = f"前\n\n{STOP}\n\n后"


def drawings(data: bytes) -> list[Any]:
    return list(opened(data).element.body.iter(qn("wp:inline")))


def test_each_picture_has_its_size_its_words_and_a_number_of_its_own() -> None:
    found = drawings(word(TEMPLATE))
    sizes = [(one.extent.cx, one.extent.cy) for one in found]
    assert sizes == [(1_440_000, 1_440_000), (1_260_000, 1_260_000), (1_440_000, 1_440_000)]
    assert {one.docPr.get("descr") for one in found} == {"一只张开的手"}
    assert len({one.docPr.id for one in found}) == 3


def test_a_file_is_stored_once_and_as_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(word(TEMPLATE))) as archive:
        media = [name for name in archive.namelist() if "/media/" in name]
        assert len(media) == 1
        assert archive.read(media[0]) == PICTURES["pictures/stop.png"]
    document = opened(word(TEMPLATE))
    related = {one.get(qn("r:embed")) for one in document.element.body.iter(qn("a:blip"))}
    assert [document.part.related_parts[one].partname for one in related] == [f"/{media[0]}"]


def test_alone_on_its_line_it_stands_in_the_middle_above_what_follows() -> None:
    (paragraph,) = [one for one in opened(word(ALONE)).paragraphs if one._p.xpath(".//wp:inline")]
    assert paragraph.alignment == 1
    assert paragraph.paragraph_format.keep_with_next


def test_same_bytes() -> None:
    assert word(TEMPLATE) == word(TEMPLATE)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("![](pictures/stop.png 4)", "没有文字说明"),
        ("![手](pictures/no.png 4)", "没有图片“pictures/no.png”"),
        ("![手](pictures/stop.png 40)", "16 厘米"),
        ("![手](pictures/stop.png)", "写法不对"),
        ("![手：{{ study.title }}](pictures/stop.png 4)", "写法不对"),
        ("![手](x.png 4)", "不是 PNG"),
    ],
)
def test_lint_refuses(written: str, said: str) -> None:
    (problem,) = problems(f"# 题\n\n{written}\n")
    assert said in str(problem)


def test_a_value_is_no_picture() -> None:
    data = word("{{ study.title }}", study(title=STOP))
    assert drawings(data) == []
    assert opened(data).paragraphs[0].text == STOP


def test_shipped_pictures_are_small_and_have_their_drawing_beside_them() -> None:
    shipped = load().pictures
    assert len(shipped) >= 8
    for name, data in shipped.items():
        assert len(data) <= 15_000, name
        assert (SHIPPED / name).with_suffix(".svg").is_file()
        assert png_size(name, data) == (600, 600)
