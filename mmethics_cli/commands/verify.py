"""mmethics verify: is a sealed submission still what was handed in?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

_DIGEST: Final = re.compile("[0-9a-f]{16,64}")


def verify(
    context: typer.Context,
    sealed: Annotated[
        Path,
        typer.Argument(
            metavar="SUBMISSION|ZIP", help="封存的送审文件夹，或上交的压缩包", show_default=False
        ),
    ],
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="送审时记下的清单校验值，至少前 16 位", show_default=False
        ),
    ] = None,
) -> None:
    """按清单核验封存的送审：有没有缺少、改动或多出的文件。

    有出入时退出码为 1。委员会的决定（decision.yaml）和 committee/ 不在封存之内。
    文件和清单一起改过的，只看清单看不出来：卷宗里的还与登记（log.jsonl）和决定里记的
    校验值核对；别处的用 --expect 与送审时记下的核对。最后一行是清单的校验值。

    示例：
    mmethics verify my-study/submissions/01-initial
    mmethics verify 送审.zip
    mmethics verify 送审.zip --expect 51e05e6adcc26cf6
    """
    from mmethics_cli.store.submission.archive import verify_zip
    from mmethics_cli.store.submission.manifest import verify_folder

    session = Session.of(context)
    expected = _expected(expect)
    seal = verify_folder(sealed) if sealed.is_dir() else verify_zip(sealed)
    for difference in seal.differences:
        session.out(f"  {difference}")
    count = len(seal.differences)
    session.out(
        f"“{sealed}”与清单有 {count} 处不符。"
        if count
        else f"“{sealed}”与清单一致，共 {seal.files} 个文件。"
    )
    faults = _tell_registration(session, sealed)
    if expected is not None and not seal.digest.startswith(expected):
        faults += 1
        session.out(f"清单不是 --expect 写的那一份：写的是 {expected}。")
    session.out(f"清单校验值（SHA-256）：{seal.digest}")
    raise typer.Exit(1 if count or faults else 0)


def _expected(text: str | None) -> str | None:
    """The beginning of a digest; raises EthicsError for what is none, or too short to tell."""
    if text is None:
        return None
    digest = "".join(text.split()).lower()
    if not _DIGEST.fullmatch(digest):
        raise EthicsError(
            f"--expect：“{text}”不是校验值，应是 16 至 64 个 0-9、a-f（SHA-256 的全部或开头）。"
        )
    return digest


def _tell_registration(session: Session, sealed: Path) -> int:
    """Say what the dossier's log knows of a folder in it; how many faults there are."""
    from mmethics_cli.store.submission.logbook import LOG, read_logbook, registration_of
    from mmethics_cli.store.submission.submissions import FOLDER

    folder = sealed.resolve()
    if not folder.is_dir() or folder.parent.name != FOLDER:
        return 0
    known = registration_of(folder, read_logbook(folder.parent.parent))
    faults = [*known.faults, *filter(None, [known.decided])]
    for fault in faults:
        session.out(f"  {fault}")
    if not faults:
        rows = "、".join(map(str, known.lines))
        session.out(f"与登记一致：{LOG} 第 {rows} 行。" if rows else f"没有登记在 {LOG} 里。")
    return len(faults)
