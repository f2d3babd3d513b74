"""mmethics office backup: the office in one archive, and back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.office.options import Where, now_of, office_at
from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

_KEPT: Final = 12


NewFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[NEW_DIR]", help="与 --restore 一起：恢复到的新文件夹", show_default=False
    ),
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="DIR", help="备份写在哪里，如移动硬盘", show_default=False),
]
Keep = Annotated[int, typer.Option("--keep", min=1, metavar="N", help="backup/ 里留几份")]
Restored = Annotated[
    Path | None,
    typer.Option("--restore", metavar="ZIP", help="从这一份备份恢复", show_default=False),
]
Database = Annotated[
    str,
    typer.Option("--database", metavar="URL", help="与 --restore 一起：登记簿放进这个 PostgreSQL"),
]


def backup(
    context: typer.Context,
    folder: NewFolder = None,
    to: To = None,
    keep: Keep = _KEPT,
    restored: Restored = None,
    database: Database = "",
    office: Where = None,
) -> None:
    """备份办公室，或从备份恢复。

    备份是一个压缩包：全部登记、收下的送审、交回的工作表和别的文件，各有校验值；写好后读一遍，
    一样才算完成。数据库的地址和密码不在里面。

    恢复只到新的或空的文件夹：登记簿条条相接、索引与登记一致、文件都是原样，才说完成。
    不写 --database 时登记簿用 SQLite；备份和恢复也就是在 SQLite 与 PostgreSQL 之间搬家。

    示例：
    mmethics office backup
    mmethics office backup --to 移动硬盘
    mmethics office backup --restore 备份.zip 恢复的办公室
    """
    from mmethics_cli.office.backup import back_up, restore

    session = Session.of(context)
    if restored is not None:
        if folder is None or to is not None:
            raise EthicsError("恢复写成：mmethics office backup --restore 备份.zip 新的文件夹")
        done = restore(restored, folder, database)
        session.say(f"已恢复并核验：{folder}，登记 {done.events} 条，文件 {done.files} 个。")
        session.say(f"看案头：mmethics office --office {folder}")
        return
    if folder is not None or database:
        raise EthicsError("NEW_DIR 和 --database 与 --restore 一起用。备份写在别处：--to DIR。")
    done = back_up(office_at(context, office), to, keep, now_of(session))
    session.say(f"已备份并核验：{done.path}，登记 {done.events} 条，文件 {done.files} 个。")
    if done.dropped:
        session.say(f"backup/ 里留 {keep} 份，删去较早的：{'、'.join(done.dropped)}")
