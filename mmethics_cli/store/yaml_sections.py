"""A YAML text cut at its keys and list items, so that one piece can be changed and read back alone.

A piece reads by itself as it does in the whole: it is an entry of a block collection, so whatever
it opens ends with it, and names that reach from one piece into another (anchors) are not cut at
all. That each piece does so is proved when the text is cut, and again for a piece that changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mmethics_cli.errors import UnreadableFile
from mmethics_cli.store.yaml_edit import edit, ids_of
from mmethics_cli.store.yaml_events import Tree
from mmethics_cli.store.yaml_reader import Document, parse

# What may reach beyond a piece: anchors and aliases, directives, several documents.
_REACHING: Final = re.compile(r"(?:^|[\s:\[{,-])[&*]\S|^(?:---|\.\.\.|%)", re.MULTILINE)
_FIRST: Final = re.compile(r"^( *)[^ #\n]", re.MULTILINE)
_KEY_ALONE: Final = re.compile(r" *[A-Za-z_][A-Za-z0-9_-]*: *(?:#[^\n]*)?\n")
# Shorter pieces than this are not cut any further.
_LONG: Final = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Sections:
    """The text before the first piece, then the pieces in order; long ones are cut again.

    Pieces are named by their keys, those of a list by the ids of its elements.
    """

    head: str
    texts: Mapping[str, str]
    inner: Mapping[str, Sections]

    @classmethod
    def cut(cls, document: Document) -> Sections | None:
        """The pieces of a text that was read; None where it can't safely be cut."""
        text = document.text
        if "\r" in text or not text.endswith("\n") or _REACHING.search(text):
            return None
        return _cut("", text, document.tree, document.file)

    def changed(self, before: Tree, after: Tree, file: str) -> Sections | None:
        """These pieces with those that differ edited and read back.

        None where that is not enough: a piece is new or gone, or does not read as it should.
        """
        old, new = _pieces(before), _pieces(after)
        if old is None or new is None or list(new) != list(old) or list(new) != list(self.texts):
            return None
        texts, inner = dict(self.texts), dict(self.inner)
        for name, tree in new.items():
            if tree is old[name] or tree == old[name]:
                continue
            deeper = inner.pop(name).changed(old[name], tree, file) if name in inner else None
            text = _edited(texts[name], name, tree, after, file) if deeper is None else deeper.text
            if text is None:
                return None
            texts[name] = text
            deeper = _below(text, tree, file) if deeper is None else deeper
            if deeper is not None:
                inner[name] = deeper
        return Sections(self.head, texts, inner)

    @property
    def text(self) -> str:
        return self.head + "".join(self.texts.values())


def _cut(head: str, text: str, tree: Tree, file: str) -> Sections | None:
    """Cut a block collection; `head` is what stands before `text` and belongs to it."""
    pieces, first = _pieces(tree), _FIRST.search(text)
    if not pieces or first is None:
        return None
    starts = _starts(text, first[1], tree)
    if len(starts) != len(pieces):
        return None
    ends = [*starts[1:], len(text)]
    texts = {name: text[start:end] for name, start, end in zip(pieces, starts, ends, strict=True)}
    if any(_read(texts[name], file) != _alone(name, one, tree) for name, one in pieces.items()):
        return None
    below = {name: _below(texts[name], one, file) for name, one in pieces.items()}
    inner = {name: one for name, one in below.items() if one is not None}
    return Sections(head + text[: starts[0]], texts, inner)


def _starts(text: str, indent: str, tree: Tree) -> list[int]:
    entry = "- " if isinstance(tree, list) else r"[A-Za-z_][A-Za-z0-9_-]*:(?=[ \n])"
    return [one.start() for one in re.finditer(f"^{indent}{entry}", text, re.MULTILINE)]


def _below(text: str, tree: Tree, file: str) -> Sections | None:
    """A piece cut further: what stands below its key."""
    key = _KEY_ALONE.match(text)
    if len(text) < _LONG or key is None:
        return None
    return _cut(key[0], text[key.end() :], tree, file)


def _edited(text: str, name: str, tree: Tree, whole: Tree, file: str) -> str | None:
    """A piece changed so that it reads as `tree`; None where it does not."""
    wanted = _alone(name, tree, whole)
    new = edit(text, wanted)
    indent = len(text) - len(text.lstrip(" "))
    stays = len(new) - len(new.lstrip(" ")) == indent
    return new if stays and not _REACHING.search(new) and _read(new, file) == wanted else None


def _pieces(tree: Tree) -> Mapping[str, Tree] | None:
    """Entries by key, elements by id; None for anything else."""
    if isinstance(tree, dict):
        return tree
    names = ids_of(tree)
    return (
        None if names is None or not isinstance(tree, list) else dict(zip(names, tree, strict=True))
    )


def _alone(name: str, tree: Tree, whole: Tree) -> Tree:
    """What a piece reads as by itself."""
    return [tree] if isinstance(whole, list) else {name: tree}


def _read(text: str, file: str) -> Tree:
    try:
        return parse(text, file).tree
    except UnreadableFile:
        return None
