"""Native charts of Word (DrawingML): a part each, drawn in one paragraph at the end of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from mmethics_cli.formats.charts import PERCENT, ChartData
from mmethics_cli.formats.word.markup import W
from mmethics_cli.formats.word.namespaces import NAMESPACES
from mmethics_cli.formats.word.package import Relation, opened
from mmethics_cli.formats.word.runs import quote

_CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_SIZE: Final = (4_320_000, 2_160_000)  # EMU: 12 by 6 cm, two beside each other on A4 across
_COLOURS: Final = ("1F4E79", "E8A33D", "7F7F7F", "548235")


def with_charts(data: bytes, charts: Sequence[ChartData]) -> bytes:
    """The file with charts at its end. Raises DocumentError when it can't be read."""
    package = opened(data)
    body = package.body
    drawings = []
    for number, chart in enumerate(charts, 1):
        part = f"word/charts/chart{number}.xml"
        package.add(part, _chart(chart).encode(), _TYPE)
        relation = Relation("chart", _RELATION, part, external=False)
        id_ = package.relate(package.main, relation)
        drawings.append(_drawing(chart, id_, number))
    if drawings:
        paragraph = etree.fromstring(_paragraph("".join(drawings)))
        last = body.find(f"{W}sectPr")
        if last is None:
            body.append(paragraph)
        else:
            last.addprevious(paragraph)
    package.touch(package.main)
    return package.saved()


def _paragraph(runs: str) -> str:
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
    return f'<w:p {names}><w:pPr><w:jc w:val="center"/></w:pPr>{runs}</w:p>'


def _drawing(chart: ChartData, id_: str, number: int) -> str:
    width, height = _SIZE
    title = quote(chart.title)
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{900 + number}" name="图{number}" descr="{title}"/>'
        f'<a:graphic xmlns:a="{_MAIN}"><a:graphicData uri="{_CHART}">'
        f'<c:chart xmlns:c="{_CHART}" r:id="{id_}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _chart(chart: ChartData) -> str:
    kind = "lineChart" if chart.form == "line" else "barChart"
    head = (
        '<c:grouping val="standard"/>'
        if chart.form == "line"
        else '<c:barDir val="col"/><c:grouping val="clustered"/>'
    )
    series = "".join(_series(chart, number) for number in range(len(chart.series)))
    tail = '<c:marker val="1"/>' if chart.form == "line" else '<c:gapWidth val="60"/>'
    legend = (
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        if len(chart.series) > 1
        else ""
    )
    bounds = '<c:max val="100"/>' if chart.unit == PERCENT else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_MAIN}"><c:chart>{_title(chart.title)}'
        f'<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:{kind}>{head}'
        f'<c:varyColors val="0"/>{series}{tail}<c:axId val="1"/><c:axId val="2"/></c:{kind}>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>'
        f'{bounds}<c:min val="0"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="l"/><c:majorGridlines/>{_title(chart.unit)}'
        '<c:crossAx val="1"/></c:valAx></c:plotArea>'
        f'{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
    )


def _title(text: str) -> str:
    if not text:
        return ""
    return (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1000"/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="1000"/><a:t>{quote(text)}</a:t></a:r></a:p></c:rich></c:tx>'
        '<c:overlay val="0"/></c:title>'
    )


def _series(chart: ChartData, number: int) -> str:
    name, values = list(chart.series.items())[number]
    colour = _COLOURS[number % len(_COLOURS)]
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    look = f'<c:spPr><a:ln w="22225">{fill}</a:ln></c:spPr>' if chart.form == "line" else ""
    look = look or f"<c:spPr>{fill}</c:spPr>"
    flip = "" if chart.form == "line" else '<c:invertIfNegative val="0"/>'
    smooth = '<c:smooth val="0"/>' if chart.form == "line" else ""
    count = f'<c:ptCount val="{len(chart.labels)}"/>'
    return (
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/>'
        f"<c:tx><c:v>{quote(name)}</c:v></c:tx>{look}{flip}"
        f"<c:cat><c:strLit>{count}{''.join(_points(chart.labels))}</c:strLit></c:cat>"
        "<c:val><c:numLit><c:formatCode>General</c:formatCode>"
        f"{count}{''.join(_points(values))}</c:numLit></c:val>"
        f"{smooth}</c:ser>"
    )


def _points(values: Sequence[str | float | None]) -> Iterator[str]:
    for at, value in enumerate(values):
        if value is not None:
            yield f'<c:pt idx="{at}"><c:v>{quote(str(value))}</c:v></c:pt>'
