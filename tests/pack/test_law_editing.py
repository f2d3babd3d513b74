"""What a law editor does is done in YAML and templates alone, and lint says what is still owed.

In a copy of the tree the shipped pack gets a question, a review item, a rule and a line in a
document: first as someone in a hurry would write them, then whole. Nothing else is edited; what is
generated is written by `python -m docs.generate`, and the tests of the pack pass in the copy.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.program import ROOT, STUDIES, listed_files
from tests.studies import standard

QUESTIONS: Final = "checklists/questions/08-data.yaml"
ITEMS: Final = "checklists/review_items/06-legality.yaml"
RULES: Final = "checklists/rules/06-duties.yaml"
CASES: Final = "checklists/cases/06-duties.yaml"
FORM: Final = "templates/application_form.md"
ENGLISH_FORM: Final = "templates/application_form.en.md"
WORDS: Final = "checklists/english/words.yaml"

# The next number of its principle, whatever stands there when this runs.
ITEM: Final = f"LAW-{1 + max(int(id_[4:]) for id_ in standard().items if id_[:4] == 'LAW-'):02d}"

IN_A_HURRY: Final = {
    QUESTIONS: """
- path: data.processing_log
  type: bool
  label: 是否留有处理记录
  prompt: 留有数据处理活动的记录
""",
    ITEMS: f"""
- id: {ITEM}
  principle: legality
  theme: 处理记录
  side: applicant
  text: 数据处理活动留有记录
  applies_when: {{}}
  severity: mandatory
  basis: [{{source: pipl, article: "56"}}]
""",
    RULES: """
    - id: NEW1
      zh: 没有处理记录，须先评估影响
      when: {data.processing_log: no}
      outcome: impact_assessment
      strength: required
      basis: [{source: pipl, article: "56"}]
""",
}
IN_A_HURRY_LINT: Final = (
    "问题“是否留有处理记录”的提问不是一句问话",
    "问题“是否留有处理记录”没有说明",
    "问题“是否留有处理记录”没有例子",
    "问题“是否留有处理记录”的别名只有 0 个",
    "问题“是否留有处理记录”没有依据",
    "“是否留有处理记录”没有写改动属于哪一类",
    f"审查要点 {ITEM} 没有写怎样证明",
    f"审查要点 {ITEM} 不是整句",
    "规则 NEW1 没有用例",
    "印了“是否留有处理记录”（data.processing_log），而这个问题没有写何时必答",
    "中文印了“data.processing_log”，英文没有印",
)
WHOLE: Final = {
    QUESTIONS: """
- path: data.processing_log
  type: bool
  label: 是否留有处理记录
  change: none
  prompt: 数据处理活动留有记录吗？
  help: 谁在什么时候为什么看过、改过、拿走过数据，都记下来才算。
  example: 医院平台自动记日志，选“是”
  synonyms: [操作日志, 处理活动记录]
  required_when: {}
  basis: [{source: pipl, article: "56"}]
""",
    ITEMS: IN_A_HURRY[ITEMS]
    .replace("留有记录\n", "留有记录。\n")
    .replace("  severity", "  evidence: [{path: data.processing_log}]\n  severity"),
    RULES: IN_A_HURRY[RULES],
    CASES: """
- rule: NEW1
  fires: {data: {processing_log: no}}
  but: {data.processing_log: yes}
""",
    WORDS: """
- {path: data.processing_log, label: Processing is logged}
""",
}
# What people who answered the examples would answer now.
ANSWER: Final = "\ndata:\n  processing_log: yes\n"
CHECKED: Final = (
    f"\n{ITEM}:\n  answer: met\n  note: 医院平台自动留日志\n  evidence: data.processing_log\n"
)
# Lint has been run by then; of the texts on record, just written, one example's are made again.
OF_THE_PACK: Final = (
    "tests/pack/test_monotone.py",
    "tests/docs/test_generated.py",
    "tests/papers/test_golden.py::test_documents_say_what_they_said[prospective-ecg]",
    "tests/papers/test_templates.py",
    "tests/examples/test_walk.py::test_every_example_can_be_walked_to_its_end[prospective-ecg]",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as it stands, to be edited; with its times, so that what is compiled holds."""
    folder = tmp_path / "tree"
    for name in listed_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
        compiled = ROOT / importlib.util.cache_from_source(name)
        if name.endswith(".py") and compiled.exists():
            (target.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(compiled, target.parent / "__pycache__")
    return folder


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module of the copy."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def append(copy: Path, name: str, text: str) -> None:
    with (copy / name).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)


def print_in(copy: Path, template: str, words: str) -> None:
    """Print the new answer above the first section of a template."""
    path = copy / template
    text = path.read_text(encoding="utf-8")
    line = f"{words}{{{{ data.processing_log }}}}\n\n## "
    path.write_text(text.replace("## ", line, 1), encoding="utf-8", newline="\n")


def answer_in_examples(copy: Path) -> Iterator[str]:
    """Answer the question and the item in each worked example; its name."""
    for example in sorted((copy / STUDIES.relative_to(ROOT)).iterdir()):
        dossier = example / "dossier.yaml"
        text = dossier.read_text(encoding="utf-8")
        assert re.search(r"^data:$", text, re.MULTILINE)
        changed = text.replace("\ndata:\n", ANSWER, 1)
        dossier.write_text(changed, encoding="utf-8", newline="\n")
        append(example, "self-check.yaml", CHECKED)
        yield example.name


@pytest.mark.slow
def test_a_question_an_item_a_rule_and_a_line_are_added_without_python(copy: Path) -> None:
    untouched = {name: (copy / name).read_bytes() for name in WHOLE}
    for name, text in IN_A_HURRY.items():
        append(copy, name, text)
    print_in(copy, FORM, "是否留有处理记录：")
    hurried = run(copy, "mmethics_cli", "standard", "lint")
    assert hurried.returncode == 1, hurried.stderr
    assert [lack for lack in IN_A_HURRY_LINT if lack not in hurried.stdout] == []

    for name, data in untouched.items():
        (copy / name).write_bytes(data)
    for name, text in WHOLE.items():
        append(copy, name, text)
    print_in(copy, ENGLISH_FORM, "Processing is logged: ")
    assert list(answer_in_examples(copy))
    whole = run(copy, "mmethics_cli", "standard", "lint")
    assert (whole.returncode, whole.stdout) == (0, ""), whole.stdout

    stale = run(copy, "pytest", "-q", "-n", "0", "-x", "tests/docs/test_generated.py")
    assert stale.returncode == 1
    assert "python -m docs.generate" in stale.stdout

    written = run(copy, "docs.generate")
    assert written.returncode == 0, written.stderr
    for page, words in (
        ("docs/fields.md", "是否留有处理记录（`data.processing_log`）"),
        ("docs/verification.md", f"| {ITEM} | 数据处理活动留有记录。 |"),
        ("tests/golden/prospective-ecg/application_form.txt", "是否留有处理记录：是"),
    ):
        assert words in (copy / page).read_text(encoding="utf-8"), page
    fresh = run(copy, "pytest", "-q", "-n", "0", *OF_THE_PACK)
    assert fresh.returncode == 0, fresh.stdout[-3000:]
