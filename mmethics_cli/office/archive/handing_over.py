"""移交: everything an office keeps, copied out with a list of it, when its committee ends."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.formats.excel.model import SheetCell, SheetColumn, SheetRow, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.office.acting import record, said
from mmethics_cli.office.archive.filing import volume_line
from mmethics_cli.office.archive.records import ArchivedPaper, Volume
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import ARCHIVE, CASES, MEETINGS, OfficeFolder
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.register.database import Reading
from mmethics_cli.sheets.page import PLAIN, page
from mmethics_cli.store.files import new_folder, sha256
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.workflow.packs import Packs

LIST: Final = "移交目录.xlsx"
_COLUMNS: Final = (
    ("案卷", 34), ("序号", 6), ("题名", 40), ("版本", 10), ("载体", 12), ("位置", 16), ("文件", 30),
    ("校验值（SHA-256）", 66),
)  # fmt: skip


def hand_over_archive(
    office: OfficeFolder, packs: Packs, target: Path, to: str, now: str, actor: str
) -> list[str]:
    """Copy cases, archive and meetings to a new folder with a list of all volumes and papers.

    Raises EthicsError, WorkspaceError.
    """
    if not to:
        raise EthicsError("移交给谁？写 --to 名称。")
    pack = office_pack(packs, office)
    with office.register().writing() as register:
        volumes, papers = register.where(Volume), register.where(ArchivedPaper)
        data = _list(register, date.fromisoformat(now.partition("T")[0]))
        noted = {
            "to": to,
            "volumes": len(volumes),
            "papers": len(papers),
            "digest": sha256(data),
        }
        happening = Happening("handed_over", now, data=noted)
        events = record(register, pack.kinds, [happening], now, actor)
        try:
            with new_folder(target.absolute()) as stage:
                (stage / LIST).write_bytes(data)
                for name in (CASES, ARCHIVE, MEETINGS):
                    if (office.path / name).is_dir():
                        shutil.copytree(office.path / name, stage / name)
        except OSError as error:
            raise WorkspaceError(
                f"不能移交到“{target}”：{reason(error)}。要写新的文件夹。"
            ) from error
    lines = [*said(pack.kinds, events), f"移交 {len(volumes)} 卷、{len(papers)} 件：{target}"]
    return [
        *lines,
        f"登记簿本身用 mmethics office backup 移交。目录的校验值：{noted['digest']}",
    ]


def _list(register: Reading, day: date) -> bytes:
    rows = []
    for volume in register.where(Volume):
        head = SheetCell(volume_line(register, volume), PLAIN)
        rows.append(SheetRow((head, *(SheetCell("", PLAIN) for _ in _COLUMNS[1:]))))
        for paper in register.where(ArchivedPaper, volume=volume.id):
            told = (
                volume.id, str(paper.number), paper.title, paper.version, paper.medium, paper.place,
                paper.file, paper.digest,
            )  # fmt: skip
            rows.append(SheetRow(tuple(SheetCell(text, PLAIN) for text in told)))
    columns = tuple(SheetColumn(title, width) for title, width in _COLUMNS)
    return excel_file(Workbook((page("目录", "移交目录", columns, tuple(rows)),), "移交目录", day))
