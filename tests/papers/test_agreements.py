"""One agreement a counterpart: numbered, named, dated and amended each by itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mmethics_cli.store.yaml.editor import Editor
from tests.followed import TODAY, decide
from tests.golden import word_lines
from tests.program import mmethics

GENOMICS = "genomics-imaging-partner"
COMPANY, ABROAD = "示例基因科技有限公司", "境外示例大学"
BASE = "data_use_agreement"


@pytest.fixture
def sealed(sealed_example: Callable[[str], Path]) -> Path:
    return sealed_example(GENOMICS)


def agreements(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*-数据使用协议*.docx"))


def said(path: Path) -> str:
    return "\n".join(word_lines(path.read_bytes()))


def test_each_counterpart_has_a_file_a_number_and_a_date_of_its_own(sealed: Path) -> None:
    first = sealed / "submissions/01-initial"
    company, abroad = agreements(first / "documents")
    numbers = [int(path.name[:2]) for path in (company, abroad)]
    assert numbers[1] == numbers[0] + 1
    assert f"（{COMPANY}）" in company.name and f"（{ABROAD}）" in abroad.name
    for path, own, other in ((company, COMPANY, ABROAD), (abroad, ABROAD, COMPANY)):
        text = said(path)
        assert f"# 数据使用协议（{own}）" in text and f"{own}（以下称乙方）" in text
        assert "（以下称甲方，即本院）" in text and other not in text
    rows = json.loads((first / "manifest.json").read_bytes())["documents"]
    ids = [row["id"] for row in rows if row["id"].startswith(BASE)]
    assert ids == [f"{BASE}@r1", f"{BASE}@r2"]
    versions = yaml.safe_load((first / "submission.yaml").read_text(encoding="utf-8"))["documents"]
    assert set(ids) <= versions.keys() and BASE not in versions
    (listed,) = (first / "documents").glob("01-*.docx")
    assert f"数据使用协议（{COMPANY}） | 1.0" in said(listed)
    assert mmethics("verify", first, cwd=sealed).returncode == 0


def test_all_or_one_of_them_can_be_made_alone(sealed: Path, tmp_path: Path) -> None:
    def made(name: str) -> list[str]:
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        done = mmethics(
            "render", tmp_path / "d", "--only", name, "--out", tmp_path / "out", cwd=tmp_path
        )
        assert done.returncode == 0 or not done.stdout, done.stderr
        return [path.name.split("-V")[0][3:] for path in agreements(tmp_path / "out")]

    assert mmethics("new", "d", "--example", GENOMICS, cwd=tmp_path).returncode == 0
    both = [f"数据使用协议（{COMPANY}）", f"数据使用协议（{ABROAD}）"]
    assert made(BASE) == both
    assert made(f"{BASE}@r2") == both[1:]
    assert made(f"{BASE}@r9") == []


def amended(
    sealed: Path, folder: Path, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]
) -> tuple[Path, str]:
    """The study with an amendment after an edit of its recipients; its papers and the table."""
    shutil.copytree(sealed, folder)
    decide(folder / "submissions/01-initial", "approve")
    editor = Editor(folder / "dossier.yaml", "dossier.yaml")
    text = (folder / "dossier.yaml").read_text(encoding="utf-8")
    recipients = yaml.load(text, yaml.BaseLoader)["sharing"]["recipient_list"]
    editor.set(["sharing", "recipient_list"], edit(recipients))
    editor.save()
    for words in (("follow", "amendment", folder, "--blank"), ("render", folder)):
        done = mmethics("--today", TODAY, *words, cwd=folder)
        assert done.returncode == 0, done.stderr
    documents = folder / "submissions/02-amendment/documents"
    (table,) = documents.glob("*-修订前后对照表-*.docx")
    return documents, said(table)


@pytest.mark.slow
def test_an_amendment_hands_in_those_that_changed_came_or_went(
    sealed: Path, tmp_path: Path
) -> None:
    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        new = {**rows[1], "id": "r3", "name": "另一所示例大学"}
        return [{**rows[1], "purpose": "只核对预测算法"}, new]

    folder, table = amended(sealed, tmp_path / "d", edit)
    names = [path.name.split("-V", 1) for path in agreements(folder)]
    assert [(name[3:], rest) for name, rest in names] == [
        (f"数据使用协议（{ABROAD}）", f"1.1-{TODAY}-修订标记.docx"),
        (f"数据使用协议（{ABROAD}）", f"1.1-{TODAY}.docx"),
        ("数据使用协议（另一所示例大学）", f"1.0-{TODAY}.docx"),
    ]
    assert "《数据使用协议（另一所示例大学）》V1.0：新增，全文见该文件" in table
    assert f"《数据使用协议（{COMPANY}）》V1.0：不再使用" in table
    assert "只核对预测算法" in table.partition(f"《数据使用协议（{ABROAD}）》V1.1")[2]


@pytest.mark.slow
def test_an_amendment_leaves_out_those_that_stay(sealed: Path, tmp_path: Path) -> None:
    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [*rows, {**rows[1], "id": "r3", "name": "另一所示例大学"}]

    folder, table = amended(sealed, tmp_path / "d", edit)
    assert [path.name.split("-V")[0][3:] for path in agreements(folder)] == [
        "数据使用协议（另一所示例大学）"
    ]
    assert f"（{COMPANY}）》" not in table
