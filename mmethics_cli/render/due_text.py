"""What the committee decided and what is due, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from mmethics_cli.core.columns import wrap
from mmethics_cli.core.decision import CommitteeDecision, decision_words
from mmethics_cli.core.due import Due
from mmethics_cli.core.standard import Standard

COLUMNS: Final = 80
WITHOUT_HOLIDAYS: Final = "未含法定节假日"


def decision_line(standard: Standard, made: CommitteeDecision) -> str:
    """The decision, its number, day, validity and interval, as far as they were recorded."""
    label = decision_words(standard).get(made.decision, made.decision)
    parts = [
        str(made.day) if made.day else "",
        made.number,
        f"有效期至 {made.valid_until}" if made.valid_until else "",
        f"跟踪审查间隔 {made.interval_months} 个月" if made.interval_months else "",
        f"意见 {len(made.comments)} 条" if made.comments else "",
    ]
    said = "，".join(part for part in parts if part)
    return f"{label}（{said}）" if said else label


def due_lines(dues: Iterable[Due], today: date) -> Iterator[str]:
    """A line for each thing that is due, or was handed in; overdue ones say by how many days."""
    for one in dues:
        notes = [one.why, WITHOUT_HOLIDAYS if one.without_holidays else ""]
        said = "；".join(note for note in notes if note)
        text = f"{one.label}：{state(one, today)}" + (f"（{said}）" if said else "")
        day = f"    {one.day}  "
        first, *more = wrap(text, COLUMNS - len(day))
        yield f"{day}{first}"
        yield from (f"{' ' * len(day)}{line}" for line in more)


def state(due: Due, today: date) -> str:
    """How a due date stands today: 已逾期 3 天, 今天到期, 还有 12 天, 已提交."""
    over = due.days_over(today)
    if due.done is not None:
        late = f"，迟 {over} 天" if over > 0 else ""
        return f"已于 {due.done} 提交{late}"
    if over > 0:
        return f"已逾期 {over} 天"
    return "今天到期" if over == 0 else f"还有 {-over} 天"
