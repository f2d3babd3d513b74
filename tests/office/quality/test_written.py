"""A year's quality as Word, Excel, a page and papers: every figure with its source and cases."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Final

import docx
import pytest
from openpyxl import load_workbook

from tests.office.offices import INSTITUTION, call, new_office, write_events
from tests.office.quality.years import Year
from tests.once import Once
from tests.validator import errors_of

YEARS: Final = ((3, 2025), (4, 2026))


@pytest.fixture(scope="module")
def office(once: Once) -> Path:
    """An office with two years of the past."""

    def make(folder: Path) -> None:
        folder.mkdir()
        made = new_office(folder)
        for seed, year in YEARS:
            rows = write_events(folder / f"{year}.csv", Year(seed, year, 40).rows)
            assert call("office", "take", rows, "--office", made, "--yes")[0] == 0

    return once.folder("office-quality", make) / "office"


def written(office: Path, folder: Path, *options: str) -> Path:
    form = options[-1].strip("-") if options[0] == "--format" else "docx"
    path = folder / f"报告.{form}"
    code, said, errors = call(
        "office", "quality", "2026", "--office", office, "--out", path, *options
    )
    assert code == 0 and "已写" in said, errors
    return path


def text_of(path: Path) -> str:
    return "\n".join(node.text or "" for node in docx.Document(str(path)).element.iter("{*}t"))


def counted(office: Path) -> dict[str, dict[str, object]]:
    said = call("office", "quality", "2026", "--office", office, "--format", "json")[1]
    indicators: dict[str, dict[str, object]] = json.loads(said)["indicators"]
    return indicators


@pytest.mark.openxml
def test_the_papers_are_valid_and_say_every_indicator(office: Path, tmp_path: Path) -> None:
    report = written(office, tmp_path, "--format", "docx")
    for name in ("annual-report", "self-assessment"):
        (tmp_path / name).mkdir()
        written(office, tmp_path / name, f"--{name}")
    assert errors_of(sorted(tmp_path.rglob("*.docx"))) == []
    said = text_of(report)
    for name, result in counted(office).items():
        assert name in said
        if result.get("denominator"):
            assert f"（{result['numerator']}/{result['denominator']}）" in said, name
    assert "自拟" in said and "待核" in said and "不适用" in said
    with zipfile.ZipFile(report) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if "/charts/" in n]
    assert any("lineChart" in chart for chart in charts)  # two years make a trend
    assert any("barChart" in chart and "目标" in chart for chart in charts)
    annual = text_of(tmp_path / "annual-report" / "报告.docx")
    rows = [row for seed, year in YEARS for row in Year(seed, year, 40).rows]
    received = sum(r["event"] == "submission_received" and r["at"][:4] == "2026" for r in rows)
    assert f"收到送审\n{received}\n" in annual and received > 40
    assert "第13条" in annual and INSTITUTION in annual
    assert "第41条" in text_of(tmp_path / "self-assessment" / "报告.docx")


def test_a_year_that_has_not_come_has_no_figures(office: Path) -> None:
    code, said, errors = call("office", "quality", "2027", "--office", office)
    assert (code, said) == (2, "") and "2027 年还没有到" in errors
    assert call("office", "quality", "2026", "--office", office)[0] == 0


@pytest.mark.openxml
def test_excel_holds_the_cases_behind_each_figure_and_native_charts(
    office: Path, tmp_path: Path
) -> None:
    path = written(office, tmp_path, "--format", "xlsx")
    assert errors_of([path]) == []
    book = load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        assert sum("/charts/chart" in name for name in archive.namelist()) > 3
    behind: dict[str, list[tuple[str, str]]] = {}
    for row in book["明细"].iter_rows(min_row=4, values_only=True):
        name, case, met = row[1:4]
        behind.setdefault(str(name), []).append((str(case), str(met or "")))
    for name, result in counted(office).items():
        cases = result.get("cases")
        assert isinstance(cases, list)
        assert [case for case, _ in behind.get(name, [])] == cases, name
        if "denominator" in result:
            assert sum(met == "是" for _, met in behind.get(name, [])) == result["numerator"]


def test_the_page_needs_no_network_and_opens_every_case(office: Path, tmp_path: Path) -> None:
    page = written(office, tmp_path, "--format", "html").read_text(encoding="utf-8")
    assert "<svg" in page and "default-src" in page and "://" not in page
    for name, result in counted(office).items():
        assert name in page
        cases = result["cases"]
        assert isinstance(cases, list) and all(case in page for case in cases)


def test_nothing_is_written_over(office: Path, tmp_path: Path) -> None:
    path = written(office, tmp_path, "--format", "html")
    code, _, errors = call(
        "office", "quality", "2026", "--office", office, "--format", "html", "--out", path
    )
    assert code == 2 and "没有覆盖" in errors.replace("\n", "")
    both = ("--annual-report", "--self-assessment", "--out", tmp_path / "x.docx")
    assert call("office", "quality", "2026", "--office", office, *both)[0] == 2
