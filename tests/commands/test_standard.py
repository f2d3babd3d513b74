"""`mmethics standard sources --since`: what changed of the law, in words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app
from mmethics_cli.core.standard.pack_editions import editions_since
from tests.program import mmethics
from tests.studies import standard


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
