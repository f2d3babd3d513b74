"""The menu of a list: add an entry, go on, or change, copy and remove one that is there."""

from __future__ import annotations

from typing import Final

from mmethics_cli.ask.prompts import Option, Pressed, Prompts
from mmethics_cli.ask.wording import title
from mmethics_cli.core.steps import Add, Answer, Copy, Edit, Move, Remove, Reply, Step

_ADD, _DONE, _NONE, _LATER, _ENTRY = "add", "done", "none", "later", "entry "
_EDIT, _COPY, _REMOVE, _KEEP = "edit", "copy", "remove", "keep"
_SURE: Final[list[Option]] = [(_KEEP, "不删"), (_REMOVE, "删去，不能恢复")]


def list_menu(prompts: Prompts, step: Step, message: str) -> Reply | Pressed:
    """What to do with a list."""
    elements = step.value if isinstance(step.value, tuple) else ()
    names = {one.id: title(step.question, one) for one in elements}
    options: list[Option] = [(_ADD, "添加一项")]
    if elements:
        options.append((_DONE, f"就这 {len(elements)} 项，继续"))
    else:
        options += [(_NONE, "没有"), (_LATER, "以后再答")]
    options += [(f"{_ENTRY}{id_}", f"修改、复制或删去 {name}") for id_, name in names.items()]
    while True:
        key = prompts.one(message, options, _DONE if elements else _ADD)
        if isinstance(key, Pressed):
            return key
        if not key.startswith(_ENTRY):
            break
        id_ = key.removeprefix(_ENTRY)
        done = _entry(prompts, id_, names[id_])
        if done is not None:
            return done
    if key == _ADD:
        return Add()
    return Answer(()) if key == _NONE else Move.LATER


def _entry(prompts: Prompts, id_: str, name: str) -> Reply | None:
    """What to do with one entry; None leads back to the list."""
    options = [(_EDIT, "修改"), (_COPY, "照着它再添一项"), (_REMOVE, "删去"), (_KEEP, "返回")]
    key = prompts.one(name, options, _EDIT)
    if key == _EDIT:
        return Edit(id_)
    if key == _COPY:
        return Copy(id_)
    if key == _REMOVE and prompts.one(f"删去 {name}？", _SURE, _KEEP) == _REMOVE:
        return Remove(id_)
    return None
