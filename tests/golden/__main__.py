"""Writes the golden texts anew."""

from __future__ import annotations

from tests.golden import FOLDER, golden_of, texts_of
from tests.program import EXAMPLES


def main() -> None:
    for example in EXAMPLES:
        folder = FOLDER / example
        folder.mkdir(exist_ok=True)
        texts = texts_of(example)
        for name in golden_of(example).keys() - texts.keys():
            (folder / f"{name}.txt").unlink()
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
