"""Pictures of the pack in template text: `![what one sees](pictures/hospital.png 5)`, 5 cm wide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from mmethics_cli.errors import Problem
from mmethics_cli.render.language import MARK, TemplateSource

PICTURE: Final = re.compile(
    r"!\[(?P<alt>[^\]\[{}|\ufdd0-\ufdef]*)\]\((?P<file>[\w./-]+\.png) (?P<cm>\d+(?:\.\d+)?)\)"
)
_OPENING: Final = "!["
_WIDEST: Final = 16.0  # centimetres: what an upright page holds
_NARROWEST: Final = 0.5


def pictures_in(source: TemplateSource) -> set[str]:
    """The files of a template's pictures."""
    return {match["file"] for line in source.lines for match in PICTURE.finditer(line)}


def picture_problems(source: TemplateSource, pictures: Mapping[str, bytes]) -> Iterator[Problem]:
    """Pictures that are not there, too wide, without words, or not written as they must be."""
    for line, place in zip(source.lines, source.places, strict=True):
        if _OPENING not in line or line.startswith(MARK):
            continue
        matches = list(PICTURE.finditer(line))
        if len(matches) != line.count(_OPENING):
            fix = "应写成 ![看得见什么](pictures/文件名.png 宽度厘米)；说明里不写事实和记号。"
            yield place.problem("图片的写法不对", fix)
        for match in matches:
            if not match["alt"].strip():
                yield place.problem(
                    f"图片“{match['file']}”没有文字说明", "看不见图的人靠它知道内容。"
                )
            if match["file"] not in pictures:
                yield place.problem(f"没有图片“{match['file']}”")
            if not _NARROWEST <= float(match["cm"]) <= _WIDEST:
                yield place.problem(f"图片的宽度应在 {_NARROWEST} 至 {_WIDEST:g} 厘米之间")
