"""`new --prepare`: a page that fits, from the pack's data; nothing is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.wording.columns import width
from tests.program import mmethics

EXAMPLE = "retrospective-imaging-ai-incomplete"


def run(home: Path, *arguments: str, code: int = 0) -> str:
    done = mmethics("--today", "2027-03-01", "new", "--prepare", *arguments, cwd=home)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def section(page: str, title: str) -> str:
    """The text of one kind of study."""
    return page.split(f"━━ {title}", 1)[1].split("\n━━ ", 1)[0]


def test_the_page_tells_what_each_kind_of_study_needs(tmp_path: Path) -> None:
    page = run(tmp_path)
    assert [line for line in page.splitlines() if width(line) > 80] == []
    every = section(page, "所有研究")
    for word in (
        "研究方案〔送审前必备〕",
        "科学性论证意见",
        "总样本量",
        "拟开始日期",
        "主要研究者",
    ):
        assert word in every
    assert "病历调阅审批单" not in every
    assert "病历调阅审批单〔" in section(page, "如果使用本院已有的病历")
    assert "数据出境事项说明" in section(page, "如果数据出境")
    assert "人类遗传资源批件（备案）文件" in section(page, "如果产生或使用基因组数据")
    assert "组长单位伦理审查意见" in section(page, "如果本机构是参加单位")
    assert "参加单位" in section(page, "如果是多中心研究")
    assert "招募方式" in section(page, "如果要当面、电话或上网接触参与者")
    assert list(tmp_path.iterdir()) == []


def test_a_dossier_is_told_only_what_it_lacks(tmp_path: Path) -> None:
    made = mmethics("--today", "2027-03-01", "new", "d", "--example", EXAMPLE, cwd=tmp_path)
    assert made.returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file()}
    page = run(tmp_path, "d")
    assert "病例报告表与问卷〔一般要交〕" in page
    assert "涉及人数" in page and "附件（示例市第二医院数据来源证明）：版本日期" in page
    assert "研究方案〔" not in page and "总样本量" not in page and "━━" not in page
    assert "看怎么回答" not in page, "what is open decides of no paper that people bring"
    assert [line for line in page.splitlines() if width(line) > 80] == []
    after = {path: path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file()}
    assert after == before


def test_a_file_of_answers_narrows_too(tmp_path: Path) -> None:
    (tmp_path / "in.yaml").write_text(
        "event: {kind: initial}\nai: {role: none}\nsharing: {cross_border: yes}\n"
        "design: {sample_size_total: 20}\n",
        encoding="utf-8",
    )
    page = run(tmp_path, "--answers", "in.yaml")
    assert "出境机制文件〔一般要交〕" in page
    assert "偏倚检验与公平性" not in page
    assert "总样本量" not in page and "本中心样本量" in page
    assert {path.name for path in tmp_path.iterdir()} == {"in.yaml"}


def test_an_institutions_pack_adds_a_kind_of_study(tmp_path: Path) -> None:
    folder = tmp_path / "own/checklists/prepare"
    folder.mkdir(parents=True)
    ours = folder / "ours.yaml"
    ours.write_text(
        "- id: local\n  title: 如果在本院急诊做\n  answers: {risk: {harm_to_body: yes}}\n",
        encoding="utf-8",
    )
    assert "保险（赔偿）文件" in section(run(tmp_path, "--pack", "own"), "如果在本院急诊做")
    ours.write_text("- id: local\n  title: 甲\n  answers: {risk: {no: yes}}\n", encoding="utf-8")
    told = run(tmp_path, "--pack", "own", code=2)
    assert "own/checklists/prepare/ours.yaml:3" in told and "risk.no" in told
    lint = mmethics("--pack", "own", "standard", "lint", cwd=tmp_path)
    assert lint.returncode == 1
    assert "risk.no" in lint.stdout + lint.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere"),
        (["d", "--answers", "in.yaml"], "不能两样都写"),
        (["--answers", "no.yaml"], "no.yaml"),
        (["d", "--blank"], "只能与"),
        (["--from", "old"], "只能与"),
    ],
)
def test_wrong_calls(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert message in run(tmp_path, *arguments, code=2)
    assert list(tmp_path.iterdir()) == []
