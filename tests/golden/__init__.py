"""The text of every document that the complete worked examples hand in, one file a document.

`python -m docs.generate` writes them anew; `git diff` then shows what changed for the reader.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
from docx.oxml.ns import qn

from mmethics_cli.store.dossier.answers_file import ENGLISH
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.creating import make_of_example
from mmethics_cli.workflow.document_options import FileNaming, Language, PaperSet
from mmethics_cli.workflow.drafting import drafts_of
from mmethics_cli.workflow.opening import open_dossier
from tests.program import COMPLETE, told

FOLDER: Final = Path(__file__).resolve().parent


def texts_of(example: str) -> dict[str, str]:
    """The text of each document of an example, by its id and kind (`self_check.xlsx`).

    Those of the short set; of the full one what the short one does not have, or has otherwise
    (`application_form.full`).
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / example
        make_of_example(folder, example)
        today = date.fromisoformat(told(example, "as_of"))
        found = _texts(folder, today, PaperSet.short)
        for name, text in _texts(folder, today, PaperSet.full).items():
            if found.get(name) != text:
                found[f"{name}.full" if name in found else name] = text
    return found


def _texts(folder: Path, today: date, papers: PaperSet) -> dict[str, str]:
    dossier = open_dossier(folder, today, papers=papers)
    package = package_of(dossier, today)
    # An example that brings its texts in English shows its English papers too.
    language = Language.both if (folder / ENGLISH).exists() else Language.zh
    drafts = drafts_of(dossier, package, package.documents, FileNaming.by_id, language, draft=False)
    found: dict[str, str] = {}
    for file in drafts.files:
        name = file.name.split("-V", 1)[0].split("-", 1)[1]
        name += ".en" if file.name.endswith(".en.docx") else ""
        kind = Path(file.name).suffix
        lines = word_lines(file.data) if kind == ".docx" else excel_lines(file.data)
        found[f"{name}{'' if kind == '.docx' else kind}"] = "\n".join(lines) + "\n"
    return found


def golden_of(example: str) -> dict[str, str]:
    """What is on record."""
    files = sorted((FOLDER / example).glob("*.txt"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


def generated() -> dict[Path, str]:
    """The files that should be on record, with their texts."""
    return {
        FOLDER / example / f"{name}.txt": text
        for example in COMPLETE
        for name, text in texts_of(example).items()
    }


def on_record() -> list[Path]:
    return sorted(FOLDER.glob("*/*.txt"))


def word_lines(data: bytes) -> Iterator[str]:
    """Header, body and footer as lines; the cells of a row on one line, joined ones once."""
    document = docx.Document(io.BytesIO(data))
    section = document.sections[0]
    yield "页眉：" + "".join(_words(section.header._element)).strip()
    yield from _blocks(document.element.body)
    yield "页脚：" + "".join(_words(section.footer._element)).strip()


def _blocks(parent: Any) -> Iterator[str]:
    for block in parent:
        if block.tag == qn("w:p"):
            style = block.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
            name = "" if style is None else style.get(qn("w:val"))
            depth = {"Title": "# ", "Heading1": "## ", "Heading2": "### "}.get(name, "")
            if text := "".join(_words(block)):
                yield depth + text
        elif block.tag == qn("w:tbl"):
            yield from _rows(block)


def _rows(table: Any) -> Iterator[str]:
    yield "----"
    for row in table.iter(qn("w:tr")):
        cells = []
        for cell in row.iterchildren(qn("w:tc")):
            merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            below = merged is not None and merged.get(qn("w:val")) != "restart"
            cells.append("^" if below else " / ".join(_blocks(cell)))
        yield " | ".join(cells)
    yield "----"


def _words(node: Any) -> Iterator[str]:
    """The words below a node; of a drawing what it says in words."""
    for child in node:
        match child.tag.rpartition("}")[2]:
            case "t":
                yield (child.text or "").replace("\n", "⏎")
            case "br":
                yield "⏎"
            case "tab":
                yield "\t"
            case "drawing":
                yield f"〔图：{child.find('.//' + qn('wp:docPr')).get('descr')}〕"
            case "Fallback" | "pict" | "pPr" | "instrText":
                pass
            case _:
                yield from _words(child)


def excel_lines(data: bytes) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        yield f"## {sheet.title}"
        for row in sheet.iter_rows(values_only=True):
            cells = ["" if cell is None else str(cell).replace("\n", "⏎") for cell in row]
            yield " | ".join(cells).rstrip(" |")
