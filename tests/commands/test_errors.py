"""Failures: one Chinese message on stderr, the agreed exit code, no traceback, no data."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner, Result

from mmethics_cli import __version__, cli
from mmethics_cli.chinese import build
from mmethics_cli.commands.options import OutputFormat, Session, resolve_today
from mmethics_cli.errors import EthicsError, NoTerminal, Problem
from mmethics_cli.wording.columns import width
from tests.commands.test_help import ENGLISH
from tests.program import ROOT, mmethics


def example(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    others: Annotated[list[Path] | None, typer.Argument(metavar="MORE")] = None,
    format: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.text,
    count: Annotated[int, typer.Option("--count")] = 1,
    what: Annotated[list[str] | None, typer.Option("--what")] = None,
    needed: Annotated[bool, typer.Option("--needed")] = False,
) -> None:
    """为测试而设的命令。

    示例：
    mmethics example x
    """
    session = Session.of(context)
    session.out(repr((folder, others, format, count, what, needed)))
    session.say(f"{session.today} {session.pack} {session.debug} {session.terminal}")


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program with one more command, `example`, whose function may be replaced."""

    def invoke(*arguments: str, function: Callable[..., None] = example) -> Result:
        def load(self: cli.Program, ctx: object, name: str) -> object:
            return build(name, function, "") if name == "example" else None

        monkeypatch.setattr(cli.Program, "get_command", load)
        return CliRunner().invoke(cli.app, list(arguments))

    return invoke


def failing(error: BaseException) -> Callable[..., None]:
    def fail() -> None:
        patient = "病历号 0137 张某"
        if patient:
            raise error

    return fail


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exmaple"], "没有“exmaple”这个命令。"),
        (["new1", "x"], "没有“new1”这个命令。是不是“new”？"),
        (["example", "x", "--fromat", "json"], "没有“--fromat”这个选项。是不是“--format”？"),
        (["example", "x", "-q"], "没有“-q”这个选项。"),
        (["example"], "缺少参数 DIR。"),
        (["example", "x", "--format", "xml"], "--format 不能是“xml”，可选：text、json。"),
        (["example", "x", "--count", "三"], "--count 应是整数，现在是“三”。"),
        (["example", "x", "--count", "--3"], "--count 应是整数，现在是“--3”。"),
        (["example", ""], "DIR 不能是空的。"),
        (["ex\x1b[31m"], "没有“ex\\x1b[31m”这个命令。"),
        (["example", "x", "--count"], "选项 --count 后面要有一个值。"),
        (["example", "x", "--needed=yes"], "选项 --needed 不带值。"),
        (["--today"], "选项 --today 后面要有一个值。"),
        (["--today", "2027-02-30", "example", "x"], "--today 的值“2027-02-30”不是日期。"),
    ],
)
def test_wrong_call(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"错误：{message}" in result.stderr.replace("\n", "")
    assert not ENGLISH.search(result.stderr.replace("--help", ""))
    assert all(width(line) <= 80 for line in result.stderr.splitlines())


def test_too_many_arguments() -> None:
    result = CliRunner().invoke(cli.app, ["fill", "x", "y", "z"])
    assert result.exit_code == 2
    assert "错误：多余的参数：y z" in result.stderr
    assert "说明：mmethics fill --help" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pack", "p", "--today", "2027-03-01", "--debug", "example", "d", "--count", "2"],
        ["example", "--count", "2", "--pack=p", "d", "--debug", "--today=2027-03-01"],
        ["example", "d", "--today", "2027-03-01", "--pack", "p", "--count=2", "--debug"],
    ],
)
def test_options_stand_before_or_after(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    text = OutputFormat.text
    assert result.stdout == f"{(Path('d'), None, text, 2, None, False)!r}\n"
    assert result.stderr == "2027-03-01 p True False\n"


def test_after_two_dashes_everything_is_an_argument(run: Run) -> None:
    result = run("example", "--", "--debug", "--pack")
    assert repr((Path("--debug"), [Path("--pack")]))[:-1] in result.stdout


def test_repeated_option_is_a_list(run: Run) -> None:
    result = run("example", "d", "--what", "a", "--what", "b", "--format", "json")
    assert "['a', 'b']" in result.stdout
    assert repr(OutputFormat.json) in result.stdout


def test_known_failure_is_shown_with_its_places_and_code(run: Run) -> None:
    error = EthicsError("读不了：", [Problem("重复的键“title”。", "dossier.yaml", 3, "请删去。")])
    result = run("example", function=failing(error))
    assert result.exit_code == 2
    assert result.stderr == "错误：读不了：\n  dossier.yaml:3：重复的键“title”。 请删去。\n"


def test_a_gap_has_its_own_code(run: Run) -> None:
    assert run("example", function=failing(typer.Exit(1))).exit_code == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EOFError()])
def test_interrupt(run: Run, error: BaseException) -> None:
    result = run("example", function=failing(error))
    assert result.exit_code == 130
    assert result.stderr.strip() == "已中断。"


def test_unexpected_failure_is_one_message_without_data(run: Run) -> None:
    result = run("example", function=failing(KeyError("张某")))
    assert result.exit_code == 70
    assert result.stderr.count("\n") == 1
    assert "程序内部出错（KeyError）" in result.stderr
    assert "张某" not in result.stderr


def test_debug_shows_the_place_but_no_local_variable(run: Run) -> None:
    result = run("example", "--debug", function=failing(RuntimeError("boom")))
    assert result.exit_code == 70
    assert "Traceback" in result.stderr
    assert "raise error" in result.stderr
    assert "patient =" not in result.stderr
    assert "0137" not in result.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "磁盘已满"), (errno.EACCES, "没有权限"), (errno.EROFS, "只读")],
)
def test_what_the_system_refuses_is_said_in_chinese(run: Run, number: int, words: str) -> None:
    result = run("example", function=failing(OSError(number, "English", "卷宗/dossier.yaml")))
    assert result.exit_code == 2
    assert words in result.stderr
    assert "卷宗/dossier.yaml" in result.stderr
    assert "English" not in result.stderr


def test_version() -> None:
    result = CliRunner().invoke(cli.app, ["fill", "--version"])
    assert (result.exit_code, result.stdout) == (0, f"mmethics {__version__}\n")


def test_today_is_the_option_else_the_epoch_else_the_clock() -> None:
    assert resolve_today("2027-03-01", {"SOURCE_DATE_EPOCH": "0"}) == date(2027, 3, 1)
    assert resolve_today(None, {"SOURCE_DATE_EPOCH": "86400"}) == date(1970, 1, 2)
    assert abs((resolve_today(None, {}) - date.today()).days) <= 1
    for wrong in ("x", "9" * 30):
        with pytest.raises(EthicsError, match="SOURCE_DATE_EPOCH"):
            resolve_today(None, {"SOURCE_DATE_EPOCH": wrong})


def test_prompting_without_terminal_names_the_flag() -> None:
    with pytest.raises(NoTerminal, match="--answers"):
        Session(date(2027, 3, 1)).need_terminal("请用 --answers FILE。")


def test_chinese_comes_out_in_any_locale(tmp_path: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    done = mmethics("--help", cwd=tmp_path, env=env)
    assert done.returncode == 0
    assert done.stdout.startswith("用法：mmethics")
    strange = mmethics("\udcff", cwd=tmp_path, env=env)
    assert strange.returncode == 2
    assert "没有“\\udcff”这个命令" in strange.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="file names are Unicode there")
def test_a_system_that_cannot_write_chinese_names_says_so(tmp_path: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert mmethics("new", "d", "--blank", cwd=tmp_path, env=env).returncode == 0
    refused = mmethics("render", "d", cwd=tmp_path, env=env)
    assert refused.returncode == 2
    assert "PYTHONUTF8=1" in refused.stderr
    assert mmethics("render", "d", "--names", "id", cwd=tmp_path, env=env).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
def test_closed_pipe_is_quiet() -> None:
    read, write = os.pipe()
    os.close(read)
    command: list[Any] = [sys.executable, "-m", "mmethics_cli", "--help"]
    done = subprocess.run(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert done.stderr == b""
    assert done.returncode == cli.PIPE_CLOSED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_full_disk_is_said() -> None:
    command = [sys.executable, "-m", "mmethics_cli", "--help"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False
        )
    assert done.returncode == 2
    assert "磁盘已满" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_while_the_program_loads_is_no_traceback() -> None:
    loading = (
        "import sys, types\n"
        "class Loading(types.ModuleType):\n"
        "    def __getattr__(self, name): raise KeyboardInterrupt\n"
        "sys.modules['mmethics_cli.cli'] = Loading('mmethics_cli.cli')\n"
        "from mmethics_cli.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", loading], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
