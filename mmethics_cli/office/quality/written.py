"""The quality of a year on paper, in Excel and as a page: every figure with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.formats.charts import ChartData
from mmethics_cli.formats.excel.model import Sheet, SheetCell, SheetColumn, SheetRow, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.formats.word.charts import with_charts
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.office.papers.paper_desk import PaperDesk
from mmethics_cli.office.quality.tables import IndicatorRow, charts_of, rows_of
from mmethics_cli.office.quality.yearly import CountedYear
from mmethics_cli.render.web.charts import bar_chart
from mmethics_cli.render.web.pages import PageTable, web_page
from mmethics_cli.sheets.page import PLAIN, heading_row, page

_NAMED: Final = 20  # cases that paper names; all of them stand in Excel
_MOST: Final = 1000  # rows of a table of the page


class QualityReport(Struct, frozen=True, dict=True):
    """A counted year of an office, ready to be written in any form; `now` is the minute."""

    office: OfficeFolder
    pack: OfficePack
    year: int
    now: str
    counted: CountedYear

    @property
    def rows(self) -> list[IndicatorRow]:
        told = self.counted
        cite, titles = self.pack.cited, self.pack.source_titles
        return rows_of(told.indicators, told.results, told.past, cite, titles)

    @property
    def charts(self) -> list[ChartData]:
        told = self.counted
        return charts_of(self.rows, told.groups, told.results, told.indicators)

    # Paper.

    def word(self) -> bytes:
        """The report, its charts at the end."""
        return with_charts(self._own("quality_report"), self.charts)

    def annual_report(self) -> bytes:
        """The report of the year's work that is due by 31 March of the next."""
        return self._own("annual_report")

    def self_assessment(self) -> bytes:
        """The assessment of the committee by itself: what missed its target, and what to do."""
        return self._own("self_assessment")

    def _own(self, document: str) -> bytes:
        rows = self.rows
        groups = tuple(
            {
                "id": group,
                "title": title,
                "rows": tuple(_printed(row) for row in rows if row.group == group),
            }
            for group, title in self.counted.groups.items()
        )
        missed = tuple(_printed(row) for row in rows if row.judged == "未达到")
        with self.office.register().reading() as register:
            acts = {"year": str(self.year), "found": str(len(missed))}
            more = {"groups": groups, "missed": missed, "counts": self._counts}
            return PaperDesk(self.office, self.pack, register, self.now).own(document, acts, more)

    @property
    def _counts(self) -> tuple[dict[str, str], ...]:
        happened = self.counted.happened
        return tuple(
            {"title": title, "count": str(happened.get(kind, 0))} for kind, title in _TOLD.items()
        )

    # Excel.

    def excel(self) -> bytes:
        """The figures, the cases behind each of them, and native charts."""
        rows = self.rows
        day = date.fromisoformat(self.now.partition("T")[0])
        columns = (
            SheetColumn("编号", 7, True), SheetColumn("指标", 28), SheetColumn("数值", 22),
            SheetColumn("分子", 7, True), SheetColumn("分母", 7, True), SheetColumn("目标", 18),
            SheetColumn("是否达到", 9, True, tints={"未达到": "F8CBAD"}),
            SheetColumn("未达到的", 26),
            SheetColumn("依据", 32), SheetColumn("说明", 24),
        )  # fmt: skip
        lines: list[SheetRow] = []
        for group, title in self.counted.groups.items():
            lines.append(heading_row(f"{group} {title}"))
            lines += [_line(row) for row in rows if row.group == group]
        notes = ("标“自拟”的是本工具的建议，不是标准或法规的要求；“待核”的出处没有读过原文。",)
        title = f"{self.year} 年质量指标"
        figures = _printable(page("指标", title, columns, tuple(lines), "", notes, frozen=2))
        behind = tuple(
            SheetRow(tuple(SheetCell(text, PLAIN) for text in (row.id, case, met)))
            for row in rows
            for missed in [frozenset(row.not_met)]
            for case in row.cases
            for met in ["否" if case in missed else "是" if row.numerator else ""]
        )
        cases = page(
            "明细", "各项指标算在内的", (
                SheetColumn("编号", 7, True), SheetColumn("算在内的", 40),
                SheetColumn("算入分子", 10, True),
            ), behind,
        )  # fmt: skip
        return excel_file(
            Workbook((figures, _printable(cases)), title, day, charts=tuple(self.charts))
        )

    # A page.

    def html(self) -> bytes:
        """One file for a browser, that asks no network for anything."""
        rows = self.rows
        columns = ("编号", "指标", "数值", "目标", "是否达到", "依据")
        tables = [
            PageTable(
                f"{group} {title}",
                columns,
                [
                    (row.id, row.title, row.figures, row.target, row.judged, row.basis)
                    for row in rows
                    if row.group == group
                ],
            )
            for group, title in self.counted.groups.items()
        ]
        behind = [
            PageTable(
                f"{row.id} {row.title}",
                ("算在内的", "未达到"),
                [(case, "是" if case in missed else "") for case in row.cases[:_MOST]],
                max(len(row.cases) - _MOST, 0),
            )
            for row in rows
            for missed in [frozenset(row.not_met)]
            if row.cases
        ]
        charts = [
            bar_chart(each.title, each.labels, _whole(each), each.unit) for each in self.charts
        ]
        values = {
            "title": f"{self.year} 年质量指标　{self.office.setting('committee')}",
            "committee": self.office.setting("committee"), "year": str(self.year),
            "day": self.now.partition("T")[0], "tables": tables, "behind": behind,
            "charts": charts,
        }  # fmt: skip
        return web_page("quality.html", self.pack.pack.template_text, values)


# What is counted by itself in the report of a year's work.
_TOLD: Final = {
    "submission_received": "收到送审", "accepted": "受理", "decided": "决定",
    "meeting_held": "召开会议",
    "training": "培训（人次）", "complaint_received": "收到投诉", "registered": "登记备案",
}  # fmt: skip


def _printed(row: IndicatorRow) -> Mapping[str, Any]:
    """A row as templates print it: texts, none of them empty where a cell must say something."""
    named = "、".join(row.not_met[:_NAMED])
    more = f" 等 {len(row.not_met)} 件" if len(row.not_met) > _NAMED else ""
    return {
        "id": row.id,
        "title": row.title,
        "figures": row.figures,
        "target": row.target or "—",
        "judged": row.judged or "—",
        "basis": row.basis,
        "cases": str(len(row.cases)),
        "missed": (named + more) or "—",
    }


def _printable(sheet: Sheet) -> Sheet:
    """A sheet that takes as many papers as its rows need."""
    return replace(sheet, paper=replace(sheet.paper, one_high=False))


def _line(row: IndicatorRow) -> SheetRow:
    shown = "、".join(row.not_met[:_NAMED]) + ("……" if len(row.not_met) > _NAMED else "")
    told = (
        row.id, row.title, row.figures, row.numerator, row.denominator, row.target, row.judged,
        shown if row.judged == "未达到" else "", row.basis, row.meaning,
    )  # fmt: skip
    return SheetRow(tuple(SheetCell(text, PLAIN) for text in told))


def _whole(chart: ChartData) -> Mapping[str, Sequence[int]]:
    """Figures as bars of a page show them."""
    return {
        name: [round(value) if value is not None else 0 for value in values]
        for name, values in chart.series.items()
    }
