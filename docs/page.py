"""What the generated pages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

MADE: Final = "<!-- 由 python -m docs.generate 生成，不要手改。 -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
