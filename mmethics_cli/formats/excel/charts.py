"""Native charts of Excel: their figures stand in cells beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.formats.charts import PERCENT, ChartData
from mmethics_cli.formats.excel.bytes import escaped

_ROWS: Final = 17  # that a chart takes at least
_BESIDE: Final = "F"  # the column where charts stand
_WIDTH, _HEIGHT = 22, 8  # centimetres


def write_charts(page: Worksheet, charts: Sequence[ChartData]) -> None:
    """Fill a page with charts, one below the other, each beside its figures."""
    row = 1
    for chart in charts:
        page.cell(row, 1, escaped(chart.title)).font = Font(name="黑体", sz=10.5)
        for column, name in enumerate(chart.series, 2):
            page.cell(row, column, escaped(name)).data_type = "s"
        for at, label in enumerate(chart.labels, 1):
            page.cell(row + at, 1, escaped(label)).data_type = "s"
            for column, values in enumerate(chart.series.values(), 2):
                value = values[at - 1]
                if value is not None:
                    page.cell(row + at, column).value = value
        drawn: LineChart | BarChart = LineChart() if chart.form == "line" else BarChart()
        last = row + len(chart.labels)
        figures = Reference(
            page, min_col=2, max_col=1 + len(chart.series), min_row=row, max_row=last
        )
        drawn.add_data(figures, titles_from_data=True)
        drawn.set_categories(Reference(page, min_col=1, min_row=row + 1, max_row=last))
        for line in drawn.series if chart.form == "line" else ():
            line.smooth = False  # between two years nothing was counted
        drawn.title, drawn.y_axis.title = chart.title, chart.unit or None
        drawn.y_axis.scaling.min = 0
        if chart.unit == PERCENT:
            drawn.y_axis.scaling.max = 100
        drawn.width, drawn.height = _WIDTH, _HEIGHT
        # Since 2016 Excel hides axes that do not say that they are there.
        drawn.x_axis.delete = drawn.y_axis.delete = False
        page.add_chart(drawn, f"{_BESIDE}{row}")
        row += max(_ROWS, len(chart.labels) + 3)
    page.column_dimensions["A"].width = 30
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
