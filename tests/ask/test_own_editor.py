"""A text in the person's own editor: which one is opened, and that no text is ever lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmethics_cli.ask.editor import edit_text


def editor(folder: Path, script: str) -> str:
    """A command that runs Python on the file, with a space in its path."""
    path = folder / "my editor.py"
    path.write_text(f"import sys, pathlib\np = pathlib.Path(sys.argv[-1])\n{script}\n", "utf-8")
    return f'"{sys.executable}" "{path}" --wait'


@pytest.mark.skipif(sys.platform == "win32", reason="a command line is split as the shell does")
@pytest.mark.parametrize(
    ("script", "expected", "trouble"),
    [
        ("p.write_text(p.read_text('utf-8') + '二\\r\\n三\\n', 'utf-8')", "一二\n三", ""),
        ("p.write_bytes(b'\\xef\\xbb\\xbf' + '二'.encode())", "二", ""),
        ("p.write_bytes('二'.encode('gbk'))", "一", "UTF-8"),
        ("p.unlink()", "一", "读不出来"),
        ("p.write_text('写了一半', 'utf-8'); sys.exit(3)", "写了一半", "出错退出（3）"),
        ("pass", "一", ""),
    ],
)
def test_the_text_comes_back_whatever_the_editor_does(
    tmp_path: Path, script: str, expected: str, trouble: str
) -> None:
    done = edit_text("一", {"VISUAL": editor(tmp_path, script), "EDITOR": "false"})
    assert done.text == expected
    assert trouble in done.trouble
    assert bool(trouble) is bool(done.trouble)


def test_an_editor_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    done = edit_text("一", {"EDITOR": missing})
    assert (done.text, missing in done.trouble) == ("一", True)
    quote = edit_text("一", {"VISUAL": '"' + missing})
    assert quote.text == "一"


def test_without_any_editor_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = edit_text("一", {"VISUAL": " "})
    assert done.text == "一"
    assert "EDITOR" in done.trouble
