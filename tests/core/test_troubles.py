"""Names that the pack does not have: a slip of the pen, or a name of another pack."""

from __future__ import annotations

import pytest

from mmethics_cli.core.answers.self_check import read_self_check
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.answers.troubles import Trouble, UnknownName, is_blank, is_slip
from tests.core.small_pack import small_standard

STANDARD = small_standard()


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("titel", "title"),
        ("Title", "title"),
        ("ｔｉｔｌｅ", "title"),
        ("plain-title", "plain_title"),
        ("projct", "project"),
        ("nme", "name"),
        ("idenfitiability", "identifiability"),
        ("aplication_from", "application_form"),
        ("ben-2", "BEN-02"),
        ("BNE-02", "BEN-02"),
        ("age_mni", "age_min"),
    ],
)
def test_slips(word: str, name: str) -> None:
    assert is_slip(word, name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("hospital_export", "public_export"),
        ("BEN-99", "BEN-02"),
        ("OUR-01", "ORG-01"),
        ("NEC-01", "EC-01"),
        ("store", "storage"),
        ("sex", "set"),
        ("reason2", "reason"),
        ("项目名称", "title"),
        ("", "title"),
    ],
)
def test_names_of_their_own(word: str, name: str) -> None:
    assert not is_slip(word, name)


def test_a_name_by_its_label_and_a_group_by_what_stands_in_it() -> None:
    label = STANDARD.questions["study.level"].label
    (by_label,) = read_tree(STANDARD, {"study": {label: "low"}}).unknown
    assert not by_label.kept
    assert by_label.fix == "是不是“level”？"
    (group,) = read_tree(STANDARD, {"stduy": {"level": "low"}}).unknown
    assert not group.kept
    tree = {"study": {"level": "low"}, "stduy": {"room": "3"}}
    assert [trouble.kept for trouble in read_tree(STANDARD, tree).unknown] == [True]


def test_shapes_are_never_kept_and_blanks_say_so() -> None:
    reading = read_tree(STANDARD, {"study": "x", "elsewhere": {"room": None, "floor": []}})
    shape, name = reading.unknown
    assert type(shape) is Trouble
    assert not shape.kept
    assert isinstance(name, UnknownName)
    assert (name.kept, name.blank, name.name) == (True, True, "elsewhere")
    assert not is_blank({"a": ["", {"b": "no"}]})


def test_items_are_named_as_findings_name_them() -> None:
    (name,) = read_self_check(STANDARD, {"OUR-77": {"answer": "met"}}).unknown
    assert isinstance(name, UnknownName)
    assert (name.name, name.kind, name.kept) == ("self_check.OUR-77", "审查要点", True)


def test_names_beside_the_answers_can_be_meant() -> None:
    (name,) = read_tree(STANDARD, {"documnts": {}}, beside={"documents"}).unknown
    assert name.fix == "是不是“documents”？"
    assert not read_tree(STANDARD, {"documents": {}}, beside={"documents"}).unknown
