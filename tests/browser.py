"""Our pages in a real browser: Chromium without a window, and axe-core's look at what it shows."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_ANSWER = re.compile(r'<pre id="answer">(.*?)</pre>', re.DOTALL)
_SAY = """<script>(async () => {
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.textContent = JSON.stringify(await (%s)());
  document.body.appendChild(answer);
})();</script>"""
_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  (each) => `${each.id}: ${each.help}: ${each.nodes[0].html}`)"""


def axe() -> Path:
    """The script of axe-core: npm installs it beside the validator."""
    validator = shutil.which("ooxml-validator")
    return Path(validator or "").parent.parent / "axe-core" / "axe.min.js"


def _chromium(*arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={profile}", "--virtual-time-budget=60000", *arguments],
            capture_output=True, check=True, encoding="utf-8",
        )  # fmt: skip
    return done


def complaints(page: Path) -> list[str]:
    """What the browser says on its console about a page as it is, its policy in force."""
    done = _chromium("--dump-dom", page.as_uri())
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def asked(page: Path, function: str) -> Any:
    """What a JavaScript function answers in a copy of the page without its policy."""
    text = _POLICY.sub("", page.read_text(encoding="utf-8"))
    script = f"<script>{axe().read_text(encoding='utf-8')}</script>"
    copy = page.with_name(f"copy-of-{page.name}")
    copy.write_text(text.replace("</body>", f"{script}{_SAY % function}</body>"), encoding="utf-8")
    answer = _ANSWER.search(_chromium("--dump-dom", copy.as_uri()).stdout)
    copy.unlink()
    assert answer, "the page says nothing"
    return json.loads(html.unescape(answer[1]))


def violations(page: Path) -> list[str]:
    """Where a page is not accessible, as axe-core finds."""
    found: list[str] = asked(page, _AXE)
    return found


def printed(page: Path, pdf: Path) -> str:
    """The text of a page as it is printed to `pdf`."""
    _chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout
