"""What the operating system refuses is said in Chinese, whatever the reason."""

from __future__ import annotations

import errno
import os
import re

import pytest

from mmethics_cli.store.yaml.reader import reason
from tests.program import ROOT


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_reason_is_chinese(number: int) -> None:
    said = reason(OSError(number, os.strerror(number)))
    assert not re.search("[A-Za-z]", said) and re.match("[\u4e00-\u9fff]", said)


def test_nothing_prints_the_system_s_own_words() -> None:
    sources = (ROOT / "mmethics_cli").rglob("*.py")
    assert [str(path) for path in sources if "strerror" in path.read_text("utf-8")] == []
