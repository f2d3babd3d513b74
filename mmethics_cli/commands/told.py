"""What was written, told to the user, and made PDF."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.store.documents import Written


def finish(session: Session, done: Written, target: Path, *, pdf: bool) -> NoReturn:
    """Say what became of each file, make them PDF if asked, and leave with the exit code."""
    _tell(session, done, target)
    if pdf:
        _convert(session, target, done)
    raise typer.Exit(1 if done.kept or done.failed else 0)


def _tell(session: Session, done: Written, target: Path) -> None:
    session.say(f"写好 {len(done.written)} 份文件，在 {target}")
    for name in done.written:
        session.out(name)
    for name in done.moved:
        session.say(f"手工改过的旧文件移到了 {name}")
    for name in done.removed:
        session.say(f"不再需要，已删去：{name}")
    for name in done.kept:
        session.say(f"手工改过，没有覆盖：{name}（要重新生成请加 --replace，旧文件会移到一边）")
    for name, why in done.failed:
        session.say(f"没有写成：{name}：{why}。请关闭打开它的程序后重试。")


def _convert(session: Session, target: Path, done: Written) -> None:
    from mmethics_cli.store.pdf import to_pdf

    office = [target / name for name in done.written if not name.endswith(".txt")]
    made = to_pdf(office, target)
    session.say(f"转成 {len(made)} 份 PDF。")
