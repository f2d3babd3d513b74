"""How plainly a text speaks: long sentences, rare characters, bare abbreviations, officialese.

Advice only: no text is refused for it. Lengths are characters without blanks and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.texts import Readability

# Apart, for Python takes twice as long to compile what reaches beyond its first plane.
_HAN = re.compile("[\u3400-\u9fff]|[\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-z0-9]+(?:[.:@/-][A-Za-z0-9]+)*")
_END = re.compile(r"[。！？!?；;\n]+")
# GB 2312 orders its first 3,755 characters, those of daily use, in rows 16 to 55.
_ROWS: Final = range(0xB0, 0xD8)
_LATIN = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z][A-Za-z0-9-]*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+", re.ASCII)
# 磁共振（MRI） and MRI（磁共振） say what the letters mean.
_EXPLAINED = re.compile(
    r"[（(]\s*([A-Za-z][A-Za-z0-9+-]*)\s*[）)]|([A-Za-z][A-Za-z0-9+-]*)\s*[（(]"
)


class Speech(Struct, frozen=True):
    """What stands out in a text; each tuple holds pieces of it, the worst first."""

    long: tuple[str, ...] = ()
    average: float = 0
    rare: tuple[str, ...] = ()
    latin: tuple[str, ...] = ()
    stiff: tuple[str, ...] = ()

    def faults(self, limits: Readability) -> bool:
        """Whether anything in the text is worth an advice."""
        return bool(self.long or self.rare or self.latin or self.stiff) or (
            self.average > limits.average
        )


def speech_of(text: str, limits: Readability) -> Speech:
    """What in a text is hard to follow for people outside medicine, within the limits."""
    sentences = [sentence for sentence in _sentences(text) if reading_length(sentence)]
    whole = sum(map(reading_length, sentences))
    return Speech(
        long=long_sentences(text, limits),
        average=whole / len(sentences) if sentences else 0,
        rare=tuple(
            character for character in dict.fromkeys(_HAN.findall(text)) if is_rare(character)
        ),
        latin=tuple(_unexplained(text, limits.latin)),
        stiff=tuple(
            sentence for sentence in sentences if any(word in sentence for word in limits.stiff)
        ),
    )


def long_sentences(text: str, limits: Readability) -> tuple[str, ...]:
    """The sentences of a text that are too long to follow, the longest first."""
    # No sentence is longer to read than it is to write.
    written = (sentence for sentence in _sentences(text) if len(sentence) > limits.sentence)
    lengths = {sentence: reading_length(sentence) for sentence in written}
    longest = sorted(lengths, key=lambda sentence: -lengths[sentence])
    return tuple(sentence for sentence in longest if lengths[sentence] > limits.sentence)


def reading_length(sentence: str) -> int:
    """How long a sentence is to read: Han characters, and Latin words or numbers as one each."""
    return len(_HAN.findall(sentence)) + len(_WORD.findall(sentence))


@lru_cache(maxsize=8192)  # texts hold the same few thousand
def is_rare(character: str) -> bool:
    """Whether a Han character is none of the 3,755 of level 1 of GB 2312."""
    if not _HAN.match(character):
        return False
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return code[0] not in _ROWS


def _sentences(text: str) -> Iterator[str]:
    return (sentence.strip() for sentence in _END.split(text))


def _unexplained(text: str, familiar: frozenset[str]) -> Iterator[str]:
    explained = {name for pair in _EXPLAINED.findall(text) for name in pair if name}
    bare = _ADDRESS.sub("", text)
    latin = dict.fromkeys(word.rstrip("-") for word in _LATIN.findall(bare))
    # Long numbers make a code of it, and a single letter names one of several.
    words = (word for word in latin if len(word) > 1 and sum(map(str.isdigit, word)) < 4)
    return (word for word in words if word not in explained | familiar)


def quoted(pieces: Sequence[str], most: int, width: int = 24) -> str:
    """“…”、“…”等 5 处: at most so many pieces, each cut to a readable length."""
    few = "、".join(
        f"“{piece if len(piece) <= width else piece[:width] + '…'}”" for piece in pieces[:most]
    )
    return few if len(pieces) <= most else f"{few}等{len(pieces)}处"
