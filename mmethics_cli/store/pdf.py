"""PDF by LibreOffice: a profile of its own, Chinese fonts mapped; only a file made is a success."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.refusals import refusal

_TIMEOUT_SECONDS: Final = 120
_TAGGED: Final = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
# LibreOffice on a machine without Windows fonts picks any font; these keep the kind of letter.
_FONTS: Final = {
    "宋体": ("SimSun", "Noto Serif CJK SC"),
    "SimSun": ("Noto Serif CJK SC",),
    "仿宋": ("FangSong", "Noto Serif CJK SC"),
    "FangSong": ("Noto Serif CJK SC",),
    "黑体": ("SimHei", "Noto Sans CJK SC"),
    "SimHei": ("Noto Sans CJK SC",),
    "楷体": ("KaiTi", "AR PL UKai CN", "Noto Serif CJK SC"),
    "KaiTi": ("AR PL UKai CN", "Noto Serif CJK SC"),
}


def find_libreoffice() -> str:
    """The program's path; raises EthicsError, saying what to do, where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise EthicsError(
            "没有找到 LibreOffice，不能转换成 PDF。Word 和 Excel 文件不受影响："
            "可以在 Word 或 WPS 里另存为 PDF，或安装 LibreOffice 后重试。"
        )
    return program


def to_pdf(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Convert Word and Excel files into `folder`, each beside the others under its own name.

    Raises EthicsError naming each file that did not come out.
    """
    program = find_libreoffice()
    with tempfile.TemporaryDirectory(prefix="mmethics-pdf-") as scratch:
        profile, output = Path(scratch, "profile"), Path(scratch, "made")
        output.mkdir()
        fonts = Path(scratch, "fonts.conf")
        fonts.write_text(fonts_xml(), encoding="utf-8")
        failed: list[str] = []
        results: list[Path] = []
        for suffix, target in ((".docx", _TAGGED), (".xlsx", "pdf")):
            group = [source.resolve() for source in sources if source.suffix.lower() == suffix]
            if group:
                said = _convert(program, profile, fonts, target, output, group)
            for source in group:
                pdf = output / f"{source.stem}.pdf"
                if not pdf.exists() or not pdf.stat().st_size:
                    failed.append(f"{source.name}（{said}）" if said else source.name)
                    continue
                results.append(Path(shutil.move(pdf, folder / pdf.name)))
    if failed:
        raise EthicsError(f"这些文件没有转换成 PDF：{'、'.join(failed)}。请用 Word 或 WPS 另存。")
    return results


def _convert(
    program: str, profile: Path, fonts: Path, target: str, output: Path, group: Sequence[Path]
) -> str:
    """Run once for many files; returns what LibreOffice said, for the message if one is missing."""
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        target,
        "--outdir",
        str(output),
        *map(str, group),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS + 10 * len(group),
            stdin=subprocess.DEVNULL,
            env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "LibreOffice 太久没有完成"
    except OSError as error:
        return f"LibreOffice 启动不了：{refusal(error)}"
    return done.stderr.strip()[-120:] if done.returncode else ""


def fonts_xml() -> str:
    """A fontconfig file that maps the Windows fonts of our papers to free ones."""
    aliases = "".join(
        f'<alias binding="same"><family>{escape(name)}</family><prefer>'
        + "".join(f"<family>{escape(font)}</family>" for font in better)
        + "</prefer></alias>"
        for name, better in _FONTS.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"{aliases}</fontconfig>"
    )
