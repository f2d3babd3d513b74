"""What stands under a name that the pack does not have, or no longer has, is said and kept."""

from __future__ import annotations

from typing import Any

from mmethics_cli.core.answers.self_check import read_self_check
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.answers.troubles import Trouble, UnknownName
from mmethics_cli.core.checks.consistency import renamed, unknown_names
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.standard.migrations import Renaming
from tests.core.small_pack import small_standard

STANDARD = small_standard(**{"migrations.yaml": [{"id": "1", "paths": {"study.bar": "study.age"}}]})
MOVED = Renaming("study.bar", "study.age")
AGAIN = Renaming("study.grade", "study.level", again=True)


def notes(unknown: list[Trouble] | tuple[Trouble, ...]) -> list[Finding]:
    return list(unknown_names(name for name in unknown if isinstance(name, UnknownName)))


def noted(study: dict[str, Any]) -> Finding:
    (note,) = notes(read_tree(STANDARD, {"study": study}).unknown)
    assert (note.id, note.kind) == ("name_unknown", "not_verified")
    return note


def test_a_name_of_another_pack_is_a_note_at_its_place() -> None:
    note = noted({"wing": "东楼"})
    assert (note.severity, note.path) == ("note", "study.wing")
    assert "没有问题“study.wing”" in note.message
    assert "--pack" in note.fix and "是不是" not in note.fix


def test_a_name_much_like_one_of_the_pack_is_a_warning_that_says_which() -> None:
    note = noted({"levl": "low"})
    assert (note.severity, note.path) == ("warning", "study.levl")
    assert "没有问题“study.levl”" in note.message
    assert "是不是“level”" in note.fix and "--pack" in note.fix


def test_an_old_name_beside_its_new_one_is_a_warning_to_keep_one() -> None:
    note = noted({"bar": "20", "age": "30"})
    assert (note.severity, note.path) == ("warning", "study.bar")
    assert "“study.bar”现在叫“study.age”" in note.message
    assert "后者" in note.fix


def test_an_item_is_called_by_its_own_id() -> None:
    (note,) = notes(read_self_check(STANDARD, {"OUR-77": {"answer": "met"}}).unknown)
    assert note.path == "self_check.OUR-77"
    assert "没有审查要点“OUR-77”" in note.message


def test_what_was_read_under_its_new_name_is_told_once() -> None:
    (note,) = renamed([MOVED, MOVED])
    assert "旧版标准包" in note.message
    assert (note.id, note.severity, note.kind, note.path) == ("renamed", "note", "not_verified", "")
    assert note.message.count("study.bar → study.age") == 1
    assert "重新回答" not in note.message
    assert "mmethics fill" in note.fix


def test_what_has_to_be_answered_again_is_told_once_and_is_not_called_read() -> None:
    (note,) = renamed([AGAIN, AGAIN])
    assert note.message.count("study.level（原 study.grade）") == 1
    assert "已按新名称读入" not in note.message


def test_one_note_tells_both_apart() -> None:
    (note,) = renamed([AGAIN, MOVED])
    read, again = note.message.split("重新回答")
    assert "study.bar → study.age" in read and "study.grade" not in read
    assert "study.level（原 study.grade）" in again and "study.bar" not in again


def test_nothing_is_said_where_nothing_was_renamed() -> None:
    assert list(renamed([])) == []
