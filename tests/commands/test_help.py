"""Help is Chinese, fits 80 columns, ends with an example, and loads nothing heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Final

import pytest
from typer.testing import CliRunner

from mmethics_cli.cli import COMMANDS, app
from mmethics_cli.commands.office import VERBS
from mmethics_cli.wording.columns import pad, width, wrap
from tests.program import ROOT, STUDIES

GROUPS: Final = {
    "sheet": ("export", "import"),
    "form": ("read", "check", "fill", "import"),
    "standard": ("lint", "list", "show", "schema", "sources"),
    "office": tuple(VERBS),
}
CALLS: Final = [
    [],
    *([name] for name in COMMANDS),
    *([group, name] for group, names in GROUPS.items() for name in names),
]

# Words of Typer's own help and errors.
ENGLISH: Final = re.compile(
    r"\b(Usage|Options?|Arguments?|Commands?|Error|Show this|default|required|Try|Missing|"
    r"Invalid|No such|Got unexpected|env var|Aborted|Choose from)\b",
    re.IGNORECASE,
)
HEAVY: Final = (
    "docx",
    "jinja2",
    "lxml",
    "markdown_it",
    "openpyxl",
    "prompt_toolkit",
    "pydantic",
    "questionary",
    "rich",
    "ruamel",
    "sqlalchemy",
    "yaml",
)


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_help_page(call: list[str]) -> None:
    code, page, errors = invoke(*call, "--help")
    assert (code, errors) == (0, "")
    lines = page.splitlines()
    assert lines[0].startswith(f"用法：{' '.join(['mmethics', *call])} [选项]")
    assert [line for line in lines if width(line) > 80] == []
    assert not ENGLISH.search(re.sub(r"--[a-z-]+|\bDIR\b|[A-Z_]{2,}", "", page)), page
    assert "显示这份说明" in page
    examples = lines[lines.index("示例：") + 1 :]
    assert examples and all(line.startswith("  ") for line in examples)
    assert any(f"mmethics {' '.join(call)}".strip() in line for line in examples)


def test_short_help_is_the_same_page() -> None:
    assert invoke("-h") == invoke("--help")


def test_each_command_has_one_line_in_the_list() -> None:
    _, page, _ = invoke("--help")
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", page, re.MULTILINE)


def test_without_arguments_the_help_goes_to_stderr() -> None:
    code, out, page = invoke()
    assert (code, out) == (2, "")
    assert page.startswith("用法：mmethics")


# Without a verb the office shows its desk.
@pytest.mark.parametrize("group", [group for group in GROUPS if group != "office"])
def test_a_group_without_command_shows_its_help(group: str) -> None:
    code, out, page = invoke(group)
    assert (code, out) == (2, "")
    assert page.startswith(f"用法：mmethics {group}")


def modules_after(*arguments: str) -> set[str]:
    """Modules that the program loaded, of a process of its own."""
    code = (
        "import sys\n"
        "from mmethics_cli.cli import main\n"
        f"sys.argv = {['mmethics', *arguments]!r}\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("call", [["--help"], ["--version"]], ids=" ".join)
def test_the_program_itself_loads_no_heavy_library(call: list[str]) -> None:
    assert modules_after(*call).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_help_loads_no_heavy_library(name: str) -> None:
    loaded = modules_after(name, "--help")
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_only_the_office_loads_its_database() -> None:
    assert modules_after("check", "no-such-folder").isdisjoint({"sqlalchemy", "psycopg"})


def test_a_dossier_is_checked_with_no_heavy_library_but_yaml() -> None:
    loaded = modules_after("check", str(STUDIES / "retrospective-imaging-ai"))
    assert loaded & set(HEAVY) == {"yaml"}


def test_parsing_a_commands_parameters_loads_no_heavy_library() -> None:
    assert modules_after("fill", "no-such-folder", "--section", "x").isdisjoint(HEAVY)


def test_lines_break_where_chinese_allows() -> None:
    text = "知情同意书（成人）、监护人同意书，以及 --documents-lang 选项。"
    for columns in range(18, 60):
        lines = wrap(text, columns)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line) <= columns for line in lines)
        assert all(line[0] not in "，。、）" and line[-1] != "（" for line in lines)
        assert any("--documents-lang" in line for line in lines)


def test_width_counts_columns() -> None:
    assert width("ab伦理，") == 8
    assert width("e\u0301") == 1
    assert pad("伦理", 6) == "伦理  "
    assert wrap("", 10) == [""]
    assert wrap("甲\n乙", 10) == ["甲", "乙"]
    assert wrap("x" * 20, 10) == ["x" * 20]
