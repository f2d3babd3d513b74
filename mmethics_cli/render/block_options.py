"""What may stand behind the name of a block: widths, an article, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDTHS = re.compile(r"[\d.]+(?:\s+[\d.]+)*(?:\s*\{header=\d\})?(?:\s*\{lines=\d\})?")
_COLUMNS = re.compile(r"\d+(?:\.\d+)?(?:\s+\d+(?:\.\d+)?)+")


def wrong_options(kind: str, rest: str) -> Iterator[str]:
    """What is wrong with the options of a block."""
    if kind in ("form", "table") and not _WIDTHS.fullmatch(rest):
        yield f"“{kind}”后面应写各列的相对宽度，例如 ::: {kind} 3 9 3 5"
    if kind == "flow" and not _COLUMNS.fullmatch(rest):
        yield "flow 后面应写各列的相对宽度，至少两列，例如 ::: flow 4 6 4 5"
    if kind == "element" and not re.fullmatch(r"\w+(?:\.[\w()]+)+", rest):
        yield "element 后面应写法源和条号，例如 erm2023.36.3"
    if kind in ("sign", "box", "note", "together", "pagebreak") and rest:
        yield f"“{kind}”后面不写别的字"
