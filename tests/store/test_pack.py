"""The shipped pack, and an institution's overlay upon it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmethics_cli.core.standard import Standard
from mmethics_cli.errors import PackError, UnreadableFile
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.yaml_reader import parse

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
    assert not any(name.startswith(("cases/", "examples/")) for name in pack.documents)
    assert any(name.startswith("cases/") for name in load(also=("cases",)).documents)


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


def test_an_article_is_verified_by_the_institution(overlay: Path) -> None:
    text = '- {source: erm2023, article: "17", verified: text}\n'
    built = lay(overlay, text, "articles.yaml").standard()
    assert built.articles["erm2023", "17"] == "text"


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
        for name, document in pack.documents.items()
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
    with pytest.raises(PackError, match="没有模板"):
        pack.template_text("none.md")


def test_a_folder_that_is_no_overlay(tmp_path: Path, overlay: Path) -> None:
    with pytest.raises(PackError, match="checklists"):
        load(tmp_path / "none")
    with pytest.raises(UnreadableFile, match=r"ours/checklists/rules/ours.yaml:2"):
        lay(overlay, "- a: 1\n  b：2\n  c: 3\n")


def test_no_shipped_file_is_read_differently_with_places() -> None:
    for name, document in load(also=("cases", "worksheets")).documents.items():
        assert parse(document.text, name).tree == document.tree
        assert document.where[()].line >= 1
