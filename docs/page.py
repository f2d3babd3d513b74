"""What the generated pages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

MADE: Final = "<!-- 由 python -m docs.generate 生成，不要手改。 -->"
# Round a part of a page that is written by hand for the rest.
BEGIN: Final = "<!-- 从这里起由 python -m docs.generate 生成，不要手改。 -->"
END: Final = "<!-- 到这里为止。 -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def with_part(page: str, lines: Iterable[str]) -> str:
    """The page with these lines in the place of its generated part."""
    head, begun, rest = page.partition(f"{BEGIN}\n")
    _, ended, tail = rest.partition(f"{END}\n")
    if not begun or not ended:
        raise ValueError("the page does not mark its generated part")
    return "\n".join((f"{head}{BEGIN}", "", *lines, "", f"{END}\n{tail}"))
