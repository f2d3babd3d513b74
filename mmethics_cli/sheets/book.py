"""The whole workbook as pages, made of what the dossier says."""

from __future__ import annotations

from datetime import date

from mmethics_cli.core.conditions.values import UNKNOWN
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD
from mmethics_cli.core.standard.names import TITLE
from mmethics_cli.formats.excel.model import Sheet, SheetCell, SheetColumn, SheetRow
from mmethics_cli.sheets.items import WhyNot, item_page
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.lists import list_pages, sheet_names
from mmethics_cli.sheets.page import CLEAR_WORD, GUIDE_NAME, PLAIN, REMOVE_WORD, page
from mmethics_cli.sheets.questions import asked, question_pages
from mmethics_cli.wording.language import CHINESE, UNSURE_WORD


def guide_page(ledger: Ledger, pages: list[Sheet], blank: bool, day: date) -> Sheet:
    """How to fill in, what colours and words mean, what stands where; the study and the day."""
    standard = ledger.facts.standard
    study = ledger.text(TITLE) if ledger.facts.values.get(TITLE, UNKNOWN) is not UNKNOWN else ""
    rows = [
        ("研究", study or "（还没有写项目名称）"),
        ("导出日期", f"{CHINESE.date(day)}，此后在别处改过的答案不在这里"),
        ("依据的标准包", f"{standard.title}（{standard.edition}）"),
        ("怎么填", "只填浅黄格。有下拉箭头的从列表选；写字的直接写，格内换行按 Alt+Enter。"),
        ("颜色", "浅黄：可以填。灰：不能改，或按现在的回答不用填。白：题目、说明和依据。"),
        ("要求", "必答：送审前一定要有。选答：可以空着。视情况：看“说明”里的前提。"),
        ("空着", "空格表示没有改动，不会删掉卷宗里原有的回答。"),
        (UNSURE_WORD, f"还不能定的写“{UNSURE_WORD}”，当作没有回答，以后再补；不要随便猜。"),
        (CLEAR_WORD, f"要去掉原有的回答，写“{CLEAR_WORD}”。"),
        (
            NOT_APPLICABLE_WORD,
            f"“说明”里写着可以答不适用的，写“{NOT_APPLICABLE_WORD}：理由”，理由不能少。",
        ),
        (
            "选几项",
            "“说明”里的选项都有编号，写编号，用顿号或逗号隔开，如 1、3；也可以写文字。",
        ),
        ("一条一行的表", f"新的一条写在空行里；要删去一条，在最后一列选“{REMOVE_WORD}”。"),
        (
            "保存",
            "用 Excel、WPS 或 LibreOffice 都可以，存成 .xlsx。可以改列宽、行高；不要写公式。",
        ),
        (
            "导回",
            "运行 mmethics sheet import 文件 卷宗文件夹。先列出改动，确认后才写入。",
        ),
    ]
    if blank:
        rows.insert(
            3, ("这一次", "只有决定审查路径的问题。填完导入，再导出一次，就是其余要答的问题。")
        )
    rows += [(f"工作表“{sheet.name}”", sheet.title) for sheet in pages]
    columns = (SheetColumn("项目", 20), SheetColumn("说明", 90))
    cells = (tuple(SheetCell(text, PLAIN) for text in row) for row in rows)
    return page(GUIDE_NAME, GUIDE_NAME, columns, tuple(map(SheetRow, cells)))


def pages_of(ledger: Ledger, why_not: WhyNot, day: date) -> tuple[Sheet, ...]:
    """The pages in their order; a blank dossier has those of the deciding questions alone.

    `why_not` words the facts for which a review item does not apply.
    """
    wanted = asked(ledger)
    names = sheet_names(ledger)
    pages = question_pages(ledger, wanted, names)
    pages += list_pages(ledger, wanted, names)
    if not wanted.blank:
        pages.append(item_page(ledger, why_not))
    return (guide_page(ledger, pages, wanted.blank, day), *pages)
