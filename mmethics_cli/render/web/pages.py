"""Pages for a browser: one file each, read-only, that asks no network for anything.

Values enter a template escaped; what may run in the page is the one script that the page's policy
names by its digest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from msgspec import Struct

from mmethics_cli import errors
from mmethics_cli.wording.visible import visible

FOLDER: Final = "web/"
GENERATOR: Final = "mmethics web page"
# What each page is given to print, and what all are given besides.
PAGES: Final[Mapping[str, frozenset[str]]] = {
    page: frozenset(names.split())
    for page, names in {
        "desk.html": "title committee day year events hash groups charts tables",
        "bundle.html": "title committee study stands until cases decisions files history proof",
        "quality.html": "title committee year day tables behind charts",
    }.items()
}
FIXED: Final = frozenset({"style", "script", "policy", "generator"})
_HEAD: Final = 1000  # bytes of a page in which its maker stands


class PageTable(Struct, frozen=True):
    """A table of a page; a cell is a text, or a `link` or a `command`.

    `more` rows are left out.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str | Mapping[str, str]]]
    more: int = 0
    id: str = ""


def link(text: str, file: str = "", anchor: str = "") -> dict[str, str]:
    """A cell that leads to a file beside the page, or to a place in it."""
    return {"text": text, "href": quote(file) + (f"#{quote(anchor)}" if anchor else "")}


def command(text: str) -> dict[str, str]:
    """A cell with something to type."""
    return {"text": text, "href": ""}


def web_page(name: str, text_of: Callable[[str], str], values: Mapping[str, Any]) -> bytes:
    """The page of a template with its values, those of `PAGES`; `text_of` gives the text of a
    template by its name.

    Raises TemplateError of ours with the place where the template can't be printed.
    """
    jinja = page_environment(text_of)
    # As browsers read them, who compare their digests.
    style, script = (
        text_of(FOLDER + file).replace("\r\n", "\n") for file in ("page.css", "search.js")
    )
    fixed = {
        "style": Markup(style),
        "script": Markup(script),
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'",
        "generator": GENERATOR,
    }
    try:
        given = {key: values[key] for key in PAGES[name]}
        return jinja.get_template(name).render({**given, **fixed}).encode("utf-8")
    except TemplateError as error:
        line = getattr(error, "lineno", None) or ""
        raise errors.TemplateError(
            f"模板 {FOLDER}{name} 印不出：{error.message}（{line}）"
        ) from error


def page_environment(text_of: Callable[[str], str] = str) -> ImmutableSandboxedEnvironment:
    """The Jinja that prints pages; `text_of` gives the text of a template by its name."""
    return ImmutableSandboxedEnvironment(
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda file: text_of(FOLDER + file)),
    )


def is_our_page(path: Path) -> bool:
    """Whether a page that we made lies there: it may be made anew."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return f'content="{GENERATOR}"'.encode() in file.read(_HEAD)


def _printable(value: object) -> object:
    """What hides in a line, or steers it, is written out."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
