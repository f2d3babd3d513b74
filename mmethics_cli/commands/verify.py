"""mmethics verify: is a sealed submission still what was handed in?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

if TYPE_CHECKING:
    from mmethics_cli.store.submission.manifest import Manifest

_DIGEST: Final = re.compile("[0-9a-f]{16,64}")

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
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="送审时记下的清单校验值，至少前 16 位", show_default=False
        ),
    ] = None,
) -> None:
    """按清单核验封存的送审：有没有缺少、改动或多出的文件。

    有出入时退出码为 1。委员会的决定（decision.yaml）和 committee/ 不在封存之内。
    送审文件清单上印的文件个数、总字节数和合并校验值也列出，可以与纸质的对照。
    解开后又重新打包的也能核验；系统、办公软件和网盘留下的文件不算，会说明。
    文件和清单一起改过的，只看清单看不出来：卷宗里的还与登记（log.jsonl）和决定里记的
    校验值核对；别处的用 --expect 与送审时记下的核对。最后一行是清单的校验值。

    伦理办公室的文件夹：核验登记簿有没有改动或缺失、索引与登记是否一致、收下的送审是否
    还是原样；最后一行是登记簿最后一条的校验值。

    示例：
    mmethics verify my-study/submissions/01-initial
    mmethics verify 送审.zip
    mmethics verify 送审.zip --expect 51e05e6adcc26cf6
    """
    from mmethics_cli.office.folder import SETTINGS

    session = Session.of(context)
    expected = _expected(expect)
    if (sealed / SETTINGS).is_file():
        if expected is not None:
            raise EthicsError("--expect 核对的是封存的送审，不是伦理办公室的文件夹。")
        return _verify_office(session, sealed)
    digest, faults = _tell_seal(session, sealed)
    faults += _tell_registration(session, sealed)
    if expected is not None and not digest.startswith(expected):
        faults += 1
        session.out(f"清单不是 --expect 写的那一份：写的是 {expected}。")
    session.out(f"清单 SHA-256：{digest}")
    raise typer.Exit(1 if faults else 0)


def _tell_seal(session: Session, sealed: Path) -> tuple[str, int]:
    """Say how a folder or archive agrees with its manifest: that one's digest, and the faults."""
    from mmethics_cli.store.submission.archive import verify_zip
    from mmethics_cli.store.submission.manifest import verify_folder

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
    _tell_what_stands_on_paper(session, seal.manifest)
    return seal.digest, count


def _tell_what_stands_on_paper(session: Session, manifest: Manifest) -> None:
    """Say what the transmittal list must have in print, to be compared with the paper."""
    digests = manifest.told
    if digests is not None:
        names = "、".join(manifest.telling)
        session.out(
            f"纸质文件上应印着（{names}）：文件个数 {digests.files}，总字节数 {digests.bytes}，"
        )
        session.out(f"合并校验值（SHA-256）：{digests.sha256}")
    for name in manifest.untold:
        session.out(f"{name} 是手工改过的，没有印文件个数、总字节数和合并校验值，只能逐个核对。")


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


def _verify_office(session: Session, folder: Path) -> None:
    from mmethics_cli.office.folder import open_office
    from mmethics_cli.office.verifying import verify_office

    proof = verify_office(open_office(folder))
    for line in (*proof.disposed, *proof.faults):
        session.out(f"  {line}")
    count = len(proof.faults)
    session.out(
        f"“{folder}”有 {count} 处不符。"
        if count
        else f"“{folder}”的登记簿完整，共 {proof.events} 条。"
    )
    session.out(f"登记簿 SHA-256：{proof.hash or '（还没有登记）'}")
    raise typer.Exit(1 if count else 0)
