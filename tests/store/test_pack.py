"""The shipped pack, and an institution's overlay upon it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.standard.model import Article, Standard
from mmethics_cli.errors import PackError, UnreadableFile
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.yaml.reader import parse

BASIS = 'basis: [{source: erm2023, article: "17"}]'
RULE = f"zh: 本院要求, when: {{participants.vulnerable: minors}}, strength: required, {BASIS}"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    (tmp_path / "ours" / "checklists" / "rules").mkdir(parents=True)
    return tmp_path / "ours"


def lay(overlay: Path, text: str, name: str = "rules/ours.yaml") -> Pack:
    file = overlay / "checklists" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return load(overlay)


def test_the_shipped_pack_is_whole(standard: Standard) -> None:
    pack = load()
    assert pack.overrides == ()
    assert pack.standard().rules.keys() == standard.rules.keys()
    assert all(pack.template_text(name) for name in pack.templates if name.endswith(".md"))
    assert not any(name.startswith(("cases/", "examples/")) for name in pack.files)
    assert any(name.startswith("cases/") for name in load(also=("cases",)).files)


def test_one_folder_is_read_alone_as_it_is_with_the_rest(overlay: Path) -> None:
    lay(overlay, "- {path: study.title, label: Name of the study}\n", "english/ours.yaml")
    whole, words = load(overlay, ("english",)), load(overlay, ("english",), alone=True)
    english = {name: tree for name, tree in whole.trees.items() if name.startswith("english/")}
    assert words.trees == english
    assert "Name of the study" in str(english)


def test_digests_tell_packs_apart(overlay: Path) -> None:
    pack = load()
    assert pack.digest("checklists") == load().digest("checklists")
    changed = lay(overlay, "- {table: review_method, rules: [{id: M2, zh: 别的说法}]}")
    assert changed.digest("checklists") != pack.digest("checklists")
    assert changed.digest("templates") == pack.digest("templates")


def test_a_rule_is_added_to_its_table_from_a_file_of_another_name(
    overlay: Path, standard: Standard
) -> None:
    text = (
        f"# 本院\n- table: review_method\n  rules:\n    - {{id: OURS1, outcome: meeting, {RULE}}}\n"
    )
    pack = lay(overlay, text)
    table, rule = pack.standard().rules["OURS1"]
    assert table.id == "review_method"
    assert len(table.rules) == len(standard.tables["review_method"].rules) + 1
    assert rule.override
    [override] = pack.overrides
    assert (override.id, override.action, override.line) == ("OURS1", "added", 4)
    assert override.file == "ours/checklists/rules/ours.yaml"
    assert len(pack.standard().tables) == len(standard.tables)


def test_a_rule_is_replaced_in_the_keys_that_are_given(overlay: Path, standard: Standard) -> None:
    pack = lay(overlay, "- table: review_method\n  rules:\n    - {id: M2, zh: 本院的说法}\n")
    old, new = standard.rules["M2"][1], pack.standard().rules["M2"][1]
    assert (new.text, new.outcome, new.basis) == ("本院的说法", old.outcome, old.basis)
    assert new.override
    assert [(one.id, one.action) for one in pack.overrides] == [("M2", "replaced")]


def test_a_new_table_and_a_new_file(overlay: Path) -> None:
    text = "- table: ours\n  label: 本院\n  kind: strictest\n  values: {'yes': 是, 'no': 否}\n"
    text += "  order: [no, yes]\n  otherwise: no\n  rules:\n"
    text += f"    - {{id: OURS1, outcome: yes, {RULE}}}\n"
    pack = lay(overlay, text)
    assert pack.standard().rules["OURS1"][1].override
    assert [(one.id, one.action) for one in pack.overrides] == [("OURS1", "added")]


def test_questions_merge_by_section_and_path(overlay: Path, standard: Standard) -> None:
    text = (
        "section: project\nquestions:\n"
        "  - {path: project.title, label: 课题名称}\n"
        "  - {path: project.cost_centre, type: text, label: 成本中心, prompt: 成本中心？}\n"
    )
    built = lay(overlay, text, "questions/ours.yaml").standard()
    assert built.questions["project.title"].label == "课题名称"
    assert built.questions["project.title"].type == standard.questions["project.title"].type
    assert built.questions["project.cost_centre"].section == "project"
    assert built.sections == standard.sections


def test_a_section_keeps_its_other_questions_wherever_their_answers_come_from(
    overlay: Path, standard: Standard
) -> None:
    text = "section: institution\nquestions:\n  - {path: institution.name, label: 医院}\n"
    built = lay(overlay, text, "questions/ours.yaml").standard()
    assert list(built.questions) == list(standard.questions)
    assert built.questions["institution.name"].label == "医院"
    assert built.questions["institution.name"].of_institution


def test_lists_without_names_are_replaced_whole(overlay: Path, standard: Standard) -> None:
    item = next(
        one
        for one in standard.items.values()
        if len(one.evidence) > 1 and all(evidence.path for evidence in one.evidence)
    )
    text = f"- {{id: {item.id}, evidence: [{{path: project.title}}]}}\n"
    built = lay(overlay, text, "review_items/ours.yaml").standard()
    assert [one.path for one in built.items[item.id].evidence] == ["project.title"]


def test_a_change_says_why_and_who_stands_for_it(overlay: Path) -> None:
    said = "override: {reason: 本院规程, by: 邓示六, date: 2027-01-10}"
    text = f"- table: review_method\n  rules:\n    - {{id: M2, zh: 新, {said}}}\n"
    pack = lay(overlay, text + f"    - {{id: OURS1, outcome: meeting, {RULE}, {said}}}\n")
    assert {(one.reason, one.by) for one in pack.overrides} == {("本院规程", "邓示六 2027-01-10")}
    rules = pack.standard().rules
    assert rules["M2"][1].override == rules["OURS1"][1].override == "本院规程"


def test_every_kind_of_element_may_say_why(overlay: Path) -> None:
    said = "override: {reason: 本院规程}"
    text = f"section: data\nquestions:\n  - {{path: data.ours, type: bool, label: 新, {said}}}\n"
    pack = lay(overlay, text, "questions/ours.yaml")
    assert "data.ours" in pack.standard().questions
    assert [(one.id, one.reason) for one in pack.overrides] == [("data.ours", "本院规程")]


@pytest.mark.parametrize("said", ["override: 因为", "override: {why: 因为}"])
def test_a_reason_that_is_misspelt_is_refused(overlay: Path, said: str) -> None:
    text = f"- table: review_method\n  rules:\n    - {{id: M2, zh: 新, {said}}}\n"
    with pytest.raises(PackError, match=r"ours.yaml:3：不认识.*写法：override"):
        lay(overlay, text)


def test_a_file_that_no_part_reads_is_refused(overlay: Path) -> None:
    with pytest.raises(PackError, match=r"ours/checklists/rule/ours.yaml:1：.*“rule”.*rules"):
        lay(overlay, "- {id: X}\n", "rule/ours.yaml")


def test_misspelt_keys_of_sections_and_sources_are_refused(overlay: Path) -> None:
    with pytest.raises(PackError, match=r"ours.yaml:2：不认识的键“question”"):
        lay(overlay, "section: data\nquestion: []\n", "questions/ours.yaml").standard()
    (overlay / "checklists/questions/ours.yaml").unlink()
    with pytest.raises(PackError, match=r"sources.yaml:1：不认识的键“title”"):
        lay(overlay, "- {id: erm2023, title: x}\n", "sources.yaml").standard()


def test_an_article_is_verified_by_the_institution(overlay: Path) -> None:
    row = '- {source: ster2023, article: "21", verified: text'
    pack = lay(overlay, f"{row}, by: 许示五, date: 2027-01-12}}\n", "articles.yaml")
    assert pack.standard().articles["ster2023", "21"] == Article(
        "text", "许示五", date(2027, 1, 12)
    )
    [override] = pack.overrides
    assert (override.id, override.by) == ("ster2023 21", "许示五 2027-01-12")
    with pytest.raises(PackError, match=r"ours/checklists/articles.yaml:1.*核对人与日期"):
        lay(overlay, f"{row}}}\n", "articles.yaml")


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (", by: 许示五", "一起写"),
        (", by: 许示五, date: 去年", "不是日期"),
        (", who: x", "不认识的键"),
    ],
)
def test_who_verified_an_article_is_a_name_and_a_day(overlay: Path, more: str, wrong: str) -> None:
    text = f'# 本院\n- {{source: ster2023, article: "21", verified: secondary{more}}}\n'
    with pytest.raises(PackError, match=rf"ours/checklists/articles.yaml:2：.*{wrong}"):
        lay(overlay, text, "articles.yaml").standard()


def advised(standard: Standard) -> tuple[str, str]:
    return next(
        (table.id, rule.id)
        for table in standard.tables.values()
        for rule in table.rules
        if rule.strength == "advised" and not rule.id.startswith("document.")
    )


def test_an_advised_rule_becomes_a_note_with_a_reason(overlay: Path, standard: Standard) -> None:
    table, rule = advised(standard)
    text = f"- table: {table}\n  rules:\n    - {{id: {rule}, note: {{reason: 本院另有规定}}}}\n"
    pack = lay(overlay, text)
    built = pack.standard().rules[rule][1]
    assert (built.noted, built.override) == (True, "本院另有规定")
    assert [(one.action, one.reason) for one in pack.overrides] == [("noted", "本院另有规定")]


def test_a_required_rule_does_not_become_a_note(overlay: Path) -> None:
    text = "- table: review_method\n  rules:\n    - {id: M2, note: {reason: 嫌麻烦}}\n"
    with pytest.raises(PackError, match=r"ours.yaml:3.*M2.*必须遵守"):
        lay(overlay, text)


def test_a_note_needs_a_reason_and_nothing_else(overlay: Path, standard: Standard) -> None:
    table, rule = advised(standard)
    for note in ("note: {}", "note: {reason: x}, zh: y"):
        with pytest.raises(PackError, match="写明理由"):
            lay(overlay, f"- table: {table}\n  rules:\n    - {{id: {rule}, {note}}}\n")


def test_places_lead_to_the_overlay(overlay: Path) -> None:
    pack = lay(overlay, "- table: review_method\n  rules:\n    - id: M2\n      zh: 新\n")
    name, document = next(
        (name, document)
        for name, document in pack.files.items()
        if name.startswith("rules/") and "新" in str(document.tree)
    )
    tree = document.tree
    assert isinstance(tree, list)
    for at, table in enumerate(tree):
        assert isinstance(table, dict)
        rules = table.get("rules")
        for index, rule in enumerate(rules if isinstance(rules, list) else []):
            assert isinstance(rule, dict)
            keys = (at, "rules", index, "zh")
            expected = ("ours/checklists/rules/ours.yaml", 4) if rule["id"] == "M2" else None
            assert (document.locate(keys) == expected) == (expected is not None)
    assert name in pack.trees


def test_templates_of_the_overlay_stand_for_shipped_ones(overlay: Path) -> None:
    name = next(iter(load().templates))
    (overlay / "templates").mkdir()
    (overlay / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
    (overlay / "templates" / name).write_text("# 本院\n", encoding="utf-8")
    pack = load(overlay)
    assert pack.template_text(name) == "# 本院\n"
    assert set(pack.templates) == set(load().templates)
    [override] = pack.overrides
    assert (override.id, override.kind, override.action) == (name, "templates", "replaced")
    assert override.file == pack.own_templates[name] == f"ours/templates/{name}"
    with pytest.raises(PackError, match="没有模板"):
        pack.template_text("none.md")


def test_a_folder_that_is_no_overlay(tmp_path: Path, overlay: Path) -> None:
    with pytest.raises(PackError, match="checklists"):
        load(tmp_path / "none")
    with pytest.raises(UnreadableFile, match=r"ours/checklists/rules/ours.yaml:2"):
        lay(overlay, "- a: 1\n  b：2\n  c: 3\n")


def test_no_shipped_file_is_read_differently_with_places() -> None:
    for name, document in load(also=("cases", "worksheets")).files.items():
        assert parse(document.text, name).tree == document.tree
        assert document.where[()].line >= 1
