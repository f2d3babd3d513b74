"""Reading a mapping of a pack file into a class of the model: each field as its type says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_origin

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from mmethics_cli.core.conditions.language import ALWAYS, Condition
from mmethics_cli.core.conditions.parser import Vocabulary
from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Node

T = TypeVar("T", bound=Struct)
# The value under a key; `terms` are what conditions may name of the list element they are about.
_Read = Callable[[Node, str, Vocabulary | None], Any]

_BY_TYPE: Final[Mapping[Any, _Read]] = {
    str | None: lambda node, key, terms: node.optional(key),
    tuple[str, ...]: lambda node, key, terms: node.texts(key),
    tuple[str, ...] | None: lambda node, key, terms: node.texts(key),
    frozenset[str]: lambda node, key, terms: frozenset(node.texts(key)),
    Mapping[str, str]: lambda node, key, terms: node.labels(key),
    date | None: lambda node, key, terms: node.day(key),
    Mapping[str, tuple[str, ...]]: lambda node, key, terms: node.text_lists(key),
    tuple[Basis, ...]: lambda node, key, terms: node.basis(key),
    Condition: lambda node, key, terms: node.condition(key, terms) or ALWAYS,
    Condition | None: lambda node, key, terms: node.condition(key, terms),
}


class RecordReader(Generic[T]):
    """Reads mappings into a record of the model: its fields are the keys that may stand there.

    `keys` name the keys of fields that are called otherwise in the file (empty for a field that
    stands nowhere), `more` keys that are no field. What has a default may be left out. Fields of
    types that say nothing of how to read them are given with each call.
    """

    def __init__(self, model: type[T], *more: str, **keys: str) -> None:
        self._model = model
        self._keys = frozenset(more)
        self._given = frozenset[str]()
        self._fields: list[tuple[str, str, _Read, bool]] = []
        for field in fields(model):
            key = keys.get(field.name, field.name)
            if not key:
                continue
            self._keys |= {key}
            default = _default(field)
            read = _read_of(field.type, default)
            if read is None:
                self._given |= {field.name}
            else:
                self._fields.append((field.name, key, read, default is NODEFAULT))

    def __call__(self, node: Node, terms: Vocabulary | None = None, **given: Any) -> T:
        """The instance; `given` are fields that were read in another way.

        Notes keys that are no field's, and those that are lacking or not of the field's type.
        """
        whole = node.mapping()
        if not whole.keys() <= self._keys:
            node.only(*self._keys)
        if not self._given <= given.keys():
            raise TypeError(f"not given: {self._given - given.keys()}")
        for name, key, read, required in self._fields:
            if (required or key in whole) and name not in given:
                given[name] = read(node, key, terms)
        return self._model(**given)


def _default(field: FieldInfo) -> Any:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def _read_of(kind: Any, default: Any) -> _Read | None:
    """How a value of a type is read; None where the type does not say."""
    usual = None if default is NODEFAULT else default
    if kind is str:
        return lambda node, key, terms: node.text(key, usual)
    if kind is bool:
        return lambda node, key, terms: node.yes(key, bool(usual))
    if kind is int:
        return lambda node, key, terms: node.number(key, usual or 1)
    for part in (kind, *get_args(kind)):
        if get_origin(part) is Literal:
            choices = get_args(part)
            return lambda node, key, terms: node.one_of(key, choices, usual)
    return _BY_TYPE.get(kind)
