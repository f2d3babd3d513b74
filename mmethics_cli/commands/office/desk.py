"""The desk: what `mmethics office` shows when no verb is given."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from mmethics_cli.commands.office.options import office_at
from mmethics_cli.commands.options import OutputFormat, Session


def show_desk(context: typer.Context, office: Path | None, form: OutputFormat) -> None:
    """Show what waits, what is due and what is late."""
    from mmethics_cli.office.desk import desk_of, desk_text

    session = Session.of(context)
    desk = desk_of(office_at(context, office), session.today)
    if form is OutputFormat.json:
        import msgspec

        session.out(json.dumps(msgspec.to_builtins(desk), ensure_ascii=False, indent=1))
    else:
        session.show(desk_text(desk))
