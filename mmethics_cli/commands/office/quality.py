"""mmethics office quality: the indicators of a year."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.office.options import Where, now_of, office_at
from mmethics_cli.commands.options import Session, columns
from mmethics_cli.errors import EthicsError

if TYPE_CHECKING:
    from mmethics_cli.office.folder import OfficeFolder

_YEARS = range(1990, 2200)
_BEFORE = 4  # years that trends reach back


class QualityFormat(StrEnum):
    """In which form a year's quality is given."""

    text = "text"
    json = "json"
    docx = "docx"
    xlsx = "xlsx"
    html = "html"


def quality(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar="YEAR", help="哪一年", show_default=False)],
    form: Annotated[
        QualityFormat, typer.Option("--format", help="文字、JSON，或 Word、Excel、网页文件")
    ] = QualityFormat.text,
    annual: Annotated[bool, typer.Option("--annual-report", help="年度工作报告（Word）")] = False,
    assessment: Annotated[
        bool, typer.Option("--self-assessment", help="自我评估表（Word）")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="写到哪里", show_default=False),
    ] = None,
    office: Where = None,
) -> None:
    """计算一年的质量指标：组织、时限、审查过程、跟踪审查、文档、服务。

    每个数都有分子、分母和算在内的受理件；没有可数的写“不适用”。年末一律是 12 月 31 日。
    Word、Excel 和网页里有图；历年的变化从 10 件起才画。目标写明出处，自己的建议标“自拟”。
    指标是数据（checklists/office/quality.yaml），机构可在自己的标准包里加。

    示例：
    mmethics office quality 2026
    mmethics office quality 2026 --format xlsx --out 质量2026.xlsx
    mmethics office quality 2026 --annual-report
    """
    session = Session.of(context)
    if year not in _YEARS:
        raise EthicsError(f"YEAR 应是年份，如 2026，现在是“{year}”。")
    if year > session.today.year:
        raise EthicsError(f"{year} 年还没有到，没有可算的。今天是 {session.today}。")
    if annual and assessment:
        raise EthicsError("--annual-report 和 --self-assessment 一次写一份。")
    folder = office_at(context, office)
    if annual or assessment:
        paper = "annual_report" if annual else "self_assessment"
        _write(session, folder, year, paper, _PAPERS[paper], "docx", out)
    elif form in _FILES:
        _write(session, folder, year, _FILES[form], "质量评估报告", form.value, out)
    else:
        _show(session, folder, year, form)


_PAPERS = {"annual_report": "年度工作报告", "self_assessment": "自我评估表"}
_FILES = {QualityFormat.docx: "word", QualityFormat.xlsx: "excel", QualityFormat.html: "html"}


def _show(session: Session, office: OfficeFolder, year: int, form: QualityFormat) -> None:
    from mmethics_cli.office.quality.report import quality_json, quality_text
    from mmethics_cli.office.quality.yearly import quality_of

    counted = quality_of(office, session.packs(), year)
    if form is QualityFormat.json:
        session.out(quality_json(year, session.today, counted.results))
    else:
        groups, indicators = counted.groups, counted.indicators
        session.show(quality_text(year, groups, indicators, counted.results, columns()))


def _write(
    session: Session, office: OfficeFolder, year: int, made: str, title: str, suffix: str,
    out: Path | None,
) -> None:  # fmt: skip
    """Write the report that `made` names, where it was asked for."""
    from mmethics_cli.office.outputs import refuse_office_output
    from mmethics_cli.office.pack import office_pack
    from mmethics_cli.office.quality.written import QualityReport
    from mmethics_cli.office.quality.yearly import quality_of
    from mmethics_cli.store.files import write_atomic

    path = out or Path(f"{title}-{year}.{suffix}")
    refuse_office_output(office, "--out", path, f"{title}.{suffix}")
    counted = quality_of(office, session.packs(), year, _BEFORE)
    pack = office_pack(session.packs(), office)
    report = QualityReport(office, pack, year, now_of(session), counted)
    write_atomic(path, getattr(report, made)())
    session.out(f"已写：{path}")
