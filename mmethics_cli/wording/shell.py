"""Words of a command, as people type them."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Final

# What a shell takes for more than itself; Chinese names stay bare.
_SPECIAL: Final = re.compile(r"""[\s"'`$&;|<>()*?\[\]#~!{}\\^%]""")


def shell_word(word: str | Path) -> str:
    """A word of a suggested command: quoted where the shell would read it otherwise."""
    text = str(word)
    if sys.platform == "win32":
        # A backslash parts its folders, and no name there holds a quotation mark.
        return f'"{text}"' if _SPECIAL.search(text.replace("\\", "")) else text
    return shlex.quote(text) if _SPECIAL.search(text) else text
