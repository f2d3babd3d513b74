"""What of the archive lies on the desk: requests to decide, loans out, volumes past their day."""

from __future__ import annotations

from collections.abc import Iterator

from mmethics_cli.office.archive import law
from mmethics_cli.office.archive.records import Access, Volume
from mmethics_cli.office.record import Lookup

_OFFICE = "mmethics office"


def archive_waits(state: Lookup, day: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Group, id, text, due day and command of each line on a day."""
    for access in state.where(Access, state="requested"):
        text = f"{access.id} {access.person} 申请查阅 {access.study} 的档案，等批准"
        yield (
            "mine",
            f"{access.id} approve",
            text,
            "",
            f"{_OFFICE} lend {access.id} --approve 批准人",
        )
    for access in state.where(Access, state="done"):
        if access.kind == "loan":
            late = access.due < day
            text = f"{access.id} {access.person} 借出的 {access.study} 的档案" + "没有归还" * late
            command = f"{_OFFICE} lend {access.id} --return"
            yield "overdue" if late else "others", f"{access.id} return", text, access.due, command
    past = [each for each in state.where(Volume, state="closed") if law.is_due(each, day)]
    new = [each for each in past if not each.on_list and not each.holds]
    if new:
        text, since = f"期满可以鉴定的案卷 {len(new)} 卷", min(each.until for each in new)
        yield "mine", "archive disposal", text, since, f"{_OFFICE} file --disposal"
