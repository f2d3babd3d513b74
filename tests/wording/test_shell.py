"""Words of a suggested command come back from the shell as they were."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.wording.shell import shell_word


@pytest.mark.parametrize(
    "word", ["心电", "2027-受-0001", "办公室/outbox/批件（签字）.docx", "a_b.zip"]
)
def test_an_ordinary_name_stays_bare(word: str) -> None:
    assert shell_word(word) == word


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_name_is_one_word_for_the_shell(name: str) -> None:
    assert shlex.split(shell_word(name)) == [name]
