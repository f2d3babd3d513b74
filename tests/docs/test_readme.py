"""README's table of commands names every command, and no option that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from mmethics_cli.cli import COMMANDS, app
from tests.program import ROOT

HEADING: Final = "## 命令"
ROW: Final = re.compile(r"^\| `mmethics (?P<call>[^`]+)` \| (?P<words>.+) \|$", re.MULTILINE)
OPTION: Final = re.compile(r"--[a-z-]+")


def section() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return readme.partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]


def rows() -> dict[str, tuple[str, str]]:
    """Command → its call and what the table says of it."""
    found = ROW.finditer(section())
    calls = ((match["call"].replace("\\|", "|"), match["words"]) for match in found)
    return {call.split()[0]: (call, words) for call, words in calls}


def command_of(name: str) -> Any:
    group: Any = typer.main.get_command(app)
    return group.get_command(
        group.make_context("mmethics", ["--version"], resilient_parsing=True), name
    )


def options_of(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    for inner in getattr(command, "commands", {}).values():
        yield from options_of(inner)


def test_every_command_has_its_row_and_no_other() -> None:
    assert sorted(rows()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_row_promises_exists(name: str) -> None:
    call, words = rows()[name]
    command = command_of(name)
    assert set(OPTION.findall(words)) <= set(options_of(command))
    if hasattr(command, "commands"):
        assert call.split()[1].split("|") == command.list_commands(None)
    else:
        page = CliRunner().invoke(app, [name, "--help"]).stdout
        assert page.startswith(f"用法：mmethics {call.replace(name, f'{name} [选项]', 1)}\n")


def test_a_promise_that_does_not_hold_is_seen() -> None:
    assert "--no-such-option" not in set(options_of(command_of("check")))
    assert {"--format", "--strict"} <= set(options_of(command_of("check")))
    assert rows()["check"][0] == "check [DIR]..."
