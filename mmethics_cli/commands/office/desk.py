"""The desk: what `mmethics office` shows when no verb is given."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from mmethics_cli.commands.office.options import office_at
from mmethics_cli.commands.options import OutputFormat, Session, columns
from mmethics_cli.wording.columns import fitted


def show_desk(
    context: typer.Context,
    office: Path | None,
    form: OutputFormat,
    page: Path | None,
    calendar: Path | None,
) -> int:
    """Show what waits, what is due and what is late, or write it; how many things are late."""
    from mmethics_cli.office.desk.desk import desk_of, desk_text

    session = Session.of(context)
    folder = office_at(context, office)
    desk = desk_of(folder, session.today)
    if page is not None:
        from mmethics_cli.office.desk.page import write_desk_page

        write_desk_page(folder, session.packs(), page, session.today)
        session.say(f"写好案头的网页：{page}。用浏览器打开，也可以打印。")
    if calendar is not None:
        from mmethics_cli.office.desk.calendar import write_desk_calendar

        count = write_desk_calendar(folder, calendar, session.today)
        session.say(f"写好 {count} 个到期日：{calendar}" if count else "现在没有到期日。")
    if form is OutputFormat.json:
        import msgspec

        session.give(json.dumps(msgspec.to_builtins(desk), ensure_ascii=False, indent=1))
    elif page is None and calendar is None:
        session.show(fitted(desk_text(desk, folder.path), columns()))
    return desk.overdue
