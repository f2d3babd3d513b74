"""mmethics verify: is a sealed submission still what was handed in?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.options import Session

_SHOWN: Final = 8


def verify(
    context: typer.Context,
    sealed: Annotated[
        Path,
        typer.Argument(
            metavar="SUBMISSION|ZIP",
            help="封存的送审文件夹、上交的压缩包，或伦理办公室的文件夹",
            show_default=False,
        ),
    ],
) -> None:
    """按清单核验封存的送审：有没有缺少、改动或多出的文件。

    有出入时退出码为 1。委员会的决定（decision.yaml）和 committee/ 不在封存之内。
    解开后又重新打包的也能核验；系统、办公软件和网盘留下的文件不算，会说明。
    最后一行是清单的校验值，可与送审时记下的核对。

    伦理办公室的文件夹：核验登记簿有没有改动或缺失、索引与登记是否一致、收下的送审是否
    还是原样；最后一行是登记簿最后一条的校验值。

    示例：
    mmethics verify my-study/submissions/01-initial
    mmethics verify 送审.zip
    """
    from mmethics_cli.office.folder import SETTINGS
    from mmethics_cli.store.submission.archive import verify_zip
    from mmethics_cli.store.submission.manifest import verify_folder

    session = Session.of(context)
    if (sealed / SETTINGS).is_file():
        return _verify_office(session, sealed)
    seal = verify_folder(sealed) if sealed.is_dir() else verify_zip(sealed)
    if seal.ignored:
        more = f"等 {len(seal.ignored)} 项" if len(seal.ignored) > _SHOWN else ""
        session.out(f"不属于封存的材料，没有核验：{'、'.join(seal.ignored[:_SHOWN])}{more}")
    for difference in seal.differences:
        session.out(f"  {difference}")
    count = len(seal.differences)
    session.out(
        f"“{sealed}”与清单有 {count} 处不符。"
        if count
        else f"“{sealed}”与清单一致，共 {seal.files} 个文件。"
    )
    session.out(f"清单校验值（SHA-256）：{seal.digest}")
    raise typer.Exit(1 if count else 0)


def _verify_office(session: Session, folder: Path) -> None:
    from mmethics_cli.office.folder import open_office
    from mmethics_cli.office.verifying import verify_office

    proof = verify_office(open_office(folder))
    for fault in proof.faults:
        session.out(f"  {fault}")
    count = len(proof.faults)
    session.out(
        f"“{folder}”有 {count} 处不符。"
        if count
        else f"“{folder}”的登记簿完整，共 {proof.events} 条。"
    )
    session.out(f"登记簿校验值（SHA-256）：{proof.hash or '（还没有登记）'}")
    raise typer.Exit(1 if count else 0)
