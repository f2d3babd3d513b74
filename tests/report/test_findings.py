"""`check` as people read it: what is wrong first, what is not done yet by section, what to note."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from mmethics_cli.store.dossier.create import create_dossier
from mmethics_cli.wording.columns import COLUMNS, width
from mmethics_cli.workflow.creating import make_of_example
from tests.program import EXAMPLES, mmethics, told
from tests.studies import standard

NAME: Final = EXAMPLES[0]
DAY: Final = ("--today", told(NAME, "as_of"))
# A heading of what a person has to do, and of a section below it.
TASK: Final = re.compile(r"^(\S+) (\d+) 项(?:（(.+)）)?$", re.MULTILINE)
SECTION: Final = re.compile(r"^［(.+)］(\d+) 项$", re.MULTILINE)
WORD: Final = re.compile(r"\b[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*\b(?!/)")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blank") / "d"
    create_dossier(folder, standard())
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A complete example."""
    make_of_example(tmp_path / "study", NAME)
    return tmp_path / "study"


def change(
    folder: Path, old: str, new: str | Callable[[re.Match[str]], str], file: str = "dossier.yaml"
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert re.search(old, text), old
    (folder / file).write_text(re.sub(old, new, text, count=1), encoding="utf-8")


def text_of(folder: Path) -> str:
    return mmethics(*DAY, "check", folder.name, cwd=folder.parent).stdout


def joined(text: str) -> str:
    """The text without the blanks and line ends at which long lines were wrapped."""
    return "".join(text.split())


def json_of(folder: Path) -> dict[str, Any]:
    done = mmethics(*DAY, "check", "--format", "json", folder, cwd=folder.parent)
    tree = json.loads(done.stdout)
    assert isinstance(tree, dict)
    return tree


def tasks(text: str) -> Iterator[tuple[str, int, str]]:
    """Heading, number, and what stands below it up to the next heading."""
    heads = list(TASK.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=False):
        yield head[1], int(head[2]), text[head.end() : after.start() if after else len(text)]


def test_what_is_wrong_comes_before_what_is_not_done(study: Path) -> None:
    change(study, r"  age_min: .*", "  age_min: 三百")
    change(study, r"  keywords: .*", "  keywords: 重症 #胸片")
    change(study, r"  plain_title: .*", "  plain_title:")
    text = text_of(study)
    named = [(name, number) for name, number, _ in tasks(text)]
    assert [name for name, _ in named] == ["写错或前后不一致", "还没有做", "请留意"]
    below = {name: body for name, _, body in tasks(text)}
    assert "现在是“三百”" in below["写错或前后不一致"]
    assert "· 警告：“关键词”后面的“#胸片”没有读" in below["写错或前后不一致"]
    assert "没有回答“通俗题目”" in below["还没有做"]
    assert "没有回答" not in below["写错或前后不一致"]
    assert sum(number for _, number in named) == len(json_of(study)["findings"])


def test_what_is_missing_stands_in_its_section(blank: Path) -> None:
    [(_, number, body)] = [task for task in tasks(text_of(blank)) if task[0] == "还没有做"]
    heads = list(SECTION.finditer(body))
    order = [*standard().sections.values(), "审查内容自查"]
    named = [head[1] for head in heads]
    assert named == sorted(named, key=order.index) and len(named) == len(set(named))
    assert sum(int(head[2]) for head in heads) == number
    first = body[heads[0].end() : heads[1].start()]
    assert first.count("· 没有回答") == int(heads[0][2]) == first.count("  位置：dossier.yaml:")


def test_the_self_check_takes_one_line_a_principle(blank: Path) -> None:
    text = text_of(blank)
    waiting = [one for one in json_of(blank)["findings"] if one["id"] == "item_unanswered"]
    part = text.partition("［审查内容自查］")[2].partition("请留意")[0]
    lines = re.findall(r"^· (?:.|\n(?!·|  ))+", part, re.MULTILINE)
    items = standard().items
    principles = {items[one["item"]].principle for one in waiting}
    assert len(lines) == len(principles) >= 5
    for line in lines:
        [title] = [name for name in standard().principles.values() if f"· {name} " in line]
        ids = re.findall(r"[A-Z]+-\d+", line)
        assert f"{title} {len(ids)} 条" in line
        assert {standard().principles[items[id_].principle] for id_ in ids} == {title}
        assert re.search(r"（self-check\.yaml:\d+起）", joined(line))
    assert sum(len(re.findall(r"[A-Z]+-\d+", line)) for line in lines) == len(waiting) > 15
    assert "办法：" in part and "依据：" in part


def test_an_item_said_not_to_be_met_is_no_gap(study: Path) -> None:
    change(study, "answer: met", "answer: not_met", "self-check.yaml")
    below = {name: body for name, _, body in tasks(text_of(study))}
    assert "答了不符合" in below["请留意"] and "还没有做" not in below


def test_each_finding_has_its_place_and_remedy(study: Path) -> None:
    change(study, r"  age_min: .*", "  age_min: 三百")
    change(study, r"  plain_title: .*", "  plain_title:")
    text = text_of(study)
    blocks = {joined(block.partition("\n  ")[0]): block for block in text.split("\n\n")}
    errors = [one for one in json_of(study)["findings"] if one["severity"] == "error"]
    assert len(errors) >= 2
    for finding in errors:
        block = blocks[joined(f"·{finding['message']}")]
        assert f"\n  位置：{finding['file']}:{finding['line']}\n" in f"{block}\n"
        assert "\n  办法：" in block
        assert bool(finding["basis"]) == ("\n  依据：" in block)


def test_lines_fit_a_screen_and_have_no_colour(blank: Path) -> None:
    text = text_of(blank)
    assert max(map(width, text.splitlines())) <= COLUMNS
    assert "\x1b" not in text


def test_a_long_list_of_options_is_cut_to_the_nearest(study: Path) -> None:
    change(study, r"kind: protocol\b", "kind: 专家论证和讨论的意见")
    [finding] = [one for one in json_of(study)["findings"] if one["id"] == "answer_refused"]
    question = standard().fields["attachments", "kind"]
    named = [label for label in question.values.values() if label in finding["fix"]]
    assert "科学性论证意见" in named and len(named) <= 5 < len(question.values)
    assert f"全部 {len(question.values)} 个选项见" in finding["fix"]
    command = re.search(r"mmethics (standard show \S+)", finding["fix"])
    assert command is not None
    shown = mmethics(*command[1].split(), cwd=study).stdout
    assert all(joined(label) in joined(shown) for label in question.values.values())


def test_findings_speak_no_words_of_files(blank: Path, study: Path) -> None:
    """Names and values of facts stand in `path` alone: people know them by their labels."""
    change(study, r"\n    file: .*", "\n    file: ../outside.pdf")
    change(study, r"answer: met\n  note: .*", "answer: not_applicable", "self-check.yaml")
    change(study, r"\n    version: .*", "\n    version: {not_applicable: ''}")
    pack = standard()
    questions = [*pack.questions.values(), *pack.fields.values()]
    names = {name for one in questions for name in (one.path, one.name, *one.values)}
    names |= {*pack.documents, *pack.derived, "note", "evidence", "answer", "not_applicable"}
    found = [*json_of(blank)["findings"], *json_of(study)["findings"]]
    assert {"file_missing", "item_without_reason", "answer_refused"} <= {one["id"] for one in found}
    for one in found:
        said = re.sub(r"mmethics [ -~]+", "", f"{one['message']}\n{one['fix']}")
        assert not set(WORD.findall(said)) & names, said


@pytest.mark.parametrize("name", ["../外.pdf", "..\\外.pdf", "链接.pdf", "{}"])
def test_a_file_outside_the_folder_is_not_there(study: Path, name: str) -> None:
    outside = study.parent / "外.pdf"
    outside.write_bytes(b"%PDF-1.7")
    (study / "attachments" / "链接.pdf").symlink_to(outside)
    given = json.dumps(name.format(outside), ensure_ascii=False)
    change(study, r"\n    file: .*", lambda _: f"\n    file: {given}")
    tree = json_of(study)
    [found] = [one for one in tree["findings"] if one["id"] == "file_missing"]
    assert (found["severity"], tree["complete"]) == ("error", False)
    assert found["path"] == "attachments[protocol].file" and found["line"]
