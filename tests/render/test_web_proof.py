"""Lint proves the templates of pages: syntax, what they print, what they are made of."""

from __future__ import annotations

import pytest

from mmethics_cli.render.web.pages import FOLDER
from mmethics_cli.render.web.proof import page_problems
from mmethics_cli.store.pack import load


def faults(**changed: str) -> list[str]:
    """What is wrong with the shipped pages, some of them changed: `desk`, `parts`, a new one."""
    pack = load()
    own = {f"{FOLDER}{name}.html": text for name, text in changed.items()}
    names = {name: name for name in (*pack.templates, *own)}
    return [
        str(problem)
        for problem in page_problems(lambda name: own.get(name) or pack.template_text(name), names)
    ]


def text(name: str) -> str:
    return load().template_text(f"{FOLDER}{name}.html")


def test_the_shipped_pages_are_right() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("page", "planted", "said"),
    [
        ("desk", "{{ comittee }}", "这一页没有“comittee”可印"),
        ("bundle", "{% for each in decision %}{% endfor %}", "这一页没有“decision”可印"),
        ("quality", "{{ parts.row(tables) }}", "“parts”里没有“row”"),
        ("desk", "{% if day %}", "模板语法错误"),
        ("page", "{{ title|uper }}", "模板语法错误"),
        ("parts", "{{ committee }}", "这一页没有“committee”可印"),
        ("desk", "{% include 'foot.html' %}", "引用的模板不在标准包里"),
    ],
)
def test_a_planted_fault_is_named_with_its_line(page: str, planted: str, said: str) -> None:
    whole = text(page)
    (found,) = faults(**{page: whole + planted})
    line = len(whole.splitlines()) + 1
    assert found.startswith(f"{FOLDER}{page}.html:{line}：") and said in found


def test_a_template_that_no_page_uses_is_named() -> None:
    (found,) = faults(desc="x")
    assert found.startswith("web/desc.html") and "没有网页用到" in found
