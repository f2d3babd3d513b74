"""`mmethics standard`: what changed of the law, in words; the schemas for editors."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app
from mmethics_cli.core.standard.pack_editions import editions_since
from tests.program import ROOT, mmethics
from tests.studies import standard

OWN_PACK: Final = ROOT / "tests" / "own_pack"


@cache
def since(day: str) -> Result:
    return CliRunner().invoke(app, ["standard", "sources", "--since", day])


def unwrapped(text: str) -> str:
    """The text with its lines joined as they were before they were wrapped."""
    return re.sub(r"\n(?: {2})?(?! *·|  \S+：|\n)", "", text)


def test_each_change_is_told_with_article_documents_and_remedy() -> None:
    [edition] = editions_since(standard(), date.min)
    done = since(str(edition.date))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{edition.id}（{edition.date}）\n")
    text = unwrapped(done.stdout).replace(" ", "")
    for change in edition.changes:
        assert change.text.replace(" ", "") in text
        assert f"办法：{change.fix}".replace(" ", "") in text
    assert done.stdout.count("  依据：") == len(edition.changes)
    assert done.stdout.count("  出现在：") == len(edition.changes)
    assert f"以来共 {len(edition.changes)} 处改动。" in done.stdout


def test_a_change_names_what_it_touches_in_words() -> None:
    text = unwrapped(since("2026-11-30").stdout)
    assert "涉及：规则 T8、T9；问题“申办者获知日期”" in text
    assert "到期日“申办者报告与器械相关的死亡或危及生命的事件”" in text
    assert "出现在：《知情同意书（成人）》《知情同意书（监护人）》" in text


def test_nothing_changed_since_the_last_edition() -> None:
    day = str(editions_since(standard(), date.min)[-1].date + timedelta(days=1))
    assert since(day).exit_code == 0
    assert since(day).stdout == f"{day} 以来，标准包没有记下法规方面的改动。\n"


@pytest.mark.parametrize("day", ["昨天", "2026-13-01", ""])
def test_a_day_that_is_none_is_refused(day: str, tmp_path: Path) -> None:
    done = mmethics("standard", "sources", "--since", day, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--since 的值“{day}”不是日期" in done.stderr


def test_an_institution_says_what_it_changed_itself(tmp_path: Path) -> None:
    own = tmp_path / "pack" / "checklists" / "editions.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "- id: 本院 2027-03\n  date: 2027-03-01\n  changes:\n"
        "    - zh: 本院规程第9条改了。\n      fix: 照新规程办。\n      items: [LAW-13]\n"
        '      basis: [{source: erm2023, article: "24"}]\n',
        encoding="utf-8",
    )
    done = mmethics("--pack", "pack", "standard", "sources", "--since", "2027-01-01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "本院 2027-03（2027-03-01）\n\n· 本院规程第9条改了。\n" in done.stdout
    assert "涉及：审查要点 LAW-13" in done.stdout


def test_without_since_the_sources_are_listed() -> None:
    done = CliRunner().invoke(app, ["standard", "sources"])
    assert done.exit_code == 0
    assert "erm2023" in done.stdout and "凭记忆" in done.stdout


FIRST: Final = {
    "dossier.yaml": "# yaml-language-server: $schema=.schema/dossier.json\n",
    "self-check.yaml": "# yaml-language-server: $schema=.schema/self-check.json\n",
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["--today", "2027-03-01", *map(str, arguments)])


def schema_in(folder: Path, name: str = "dossier.yaml") -> dict[str, Any]:
    """The schema that the first line of a file names, found as an editor finds it."""
    line = (folder / name).read_text(encoding="utf-8-sig").splitlines()[0]
    path = line.removeprefix("# yaml-language-server: $schema=")
    tree = json.loads((folder / path).read_text(encoding="utf-8"))
    assert isinstance(tree, dict)
    return tree


def test_a_new_dossier_brings_its_schemas(tmp_path: Path) -> None:
    assert run("new", tmp_path / "d", "--blank").exit_code == 0
    for name, line in FIRST.items():
        assert (tmp_path / "d" / name).read_text(encoding="utf-8").startswith(line)
    assert schema_in(tmp_path / "d") == json.loads(run("standard", "schema").stdout)
    printed = json.loads(run("standard", "schema", "--self-check").stdout)
    assert schema_in(tmp_path / "d", "self-check.yaml") == printed
    assert "BEN-01" in printed["properties"]


def test_the_schema_asks_what_the_dossiers_own_pack_asks(tmp_path: Path) -> None:
    assert run("--pack", OWN_PACK, "new", tmp_path / "d", "--blank").exit_code == 0
    own = schema_in(tmp_path / "d")["properties"]["data"]["properties"]
    assert own["hospital_export"]["title"] == "是否由信息中心批量导出"
    assert "OUR-01" in schema_in(tmp_path / "d", "self-check.yaml")["properties"]
    plain = json.loads(run("standard", "schema").stdout)
    assert "hospital_export" not in plain["properties"]["data"]["properties"]


def test_an_old_dossier_gets_them_and_keeps_every_byte(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    assert run("new", folder, "--example", "prospective-ecg").exit_code == 0
    dossier, items = folder / "dossier.yaml", folder / "self-check.yaml"
    dossier.write_bytes(b"\xef\xbb\xbf" + dossier.read_bytes().replace(b"\n", b"\r\n"))
    before = dossier.read_bytes(), items.read_bytes()
    done = run("standard", "schema", folder)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "dossier.yaml、self-check.yaml 加了第一行" in done.stderr
    line = FIRST["dossier.yaml"].encode().replace(b"\n", b"\r\n")
    assert dossier.read_bytes() == b"\xef\xbb\xbf" + line + before[0].removeprefix(b"\xef\xbb\xbf")
    assert items.read_bytes() == FIRST["self-check.yaml"].encode() + before[1]
    assert schema_in(folder)["properties"]["project"]
    again = dossier.read_bytes()
    assert "第一行" not in run("standard", "schema", folder).stderr
    assert dossier.read_bytes() == again
    assert run("check", folder).exit_code == 0


def test_schemas_are_neither_read_nor_handed_in(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    assert run("new", folder, "--example", "prospective-ecg").exit_code == 0
    assert run("standard", "schema", folder).exit_code == 0
    (folder / ".schema" / "dossier.json").write_bytes(b"no schema")
    sealed = run("submit", folder, "--zip", tmp_path / "d.zip")
    assert sealed.exit_code == 0, sealed.output
    assert run("verify", tmp_path / "d.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert not [name for name in archive.namelist() if "schema" in name]


def test_no_dossier_gets_no_schemas(tmp_path: Path) -> None:
    done = run("standard", "schema", tmp_path)
    assert done.exit_code == 2
    assert not (tmp_path / ".schema").exists()
