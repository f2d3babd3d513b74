"""mmethics office quality: the indicators of a year."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, office_at
from mmethics_cli.commands.options import Format, OutputFormat, Session, columns
from mmethics_cli.errors import EthicsError

_YEARS = range(1990, 2200)


def quality(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar="YEAR", help="哪一年", show_default=False)],
    form: Format = OutputFormat.text,
    office: Where = None,
) -> None:
    """计算一年的质量指标：组织、时限、审查过程、跟踪审查、文档、服务。

    每个数都有分子、分母和算在内的受理件（--format json 列全）；没有可数的写“不适用”。
    年末一律是 12 月 31 日。指标是数据（checklists/office/quality.yaml），机构可在自己的标准包里加。

    示例：
    mmethics office quality 2026
    mmethics office quality 2026 --format json > 质量2026.json
    """
    from mmethics_cli.office.quality.report import quality_json, quality_text
    from mmethics_cli.office.quality.yearly import quality_of

    session = Session.of(context)
    if year not in _YEARS:
        raise EthicsError(f"YEAR 应是年份，如 2026，现在是“{year}”。")
    counted = quality_of(office_at(context, office), session.packs(), year)
    if form is OutputFormat.json:
        session.out(quality_json(year, session.today, counted.results))
    else:
        session.show(
            quality_text(year, counted.groups, counted.indicators, counted.results, columns())
        )
