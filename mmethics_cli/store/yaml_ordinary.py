"""The short way from YAML events to a tree, for files in which nothing is out of the ordinary."""

from __future__ import annotations

from typing import Any

import yaml
from yaml import events

from mmethics_cli.store.characters import refused_in_value
from mmethics_cli.store.yaml_events import MAX_DEPTH, MAX_NODES, NULLS, Tree, event_stream


def ordinary_tree(text: str) -> tuple[Tree] | None:
    """The tree of `text` in a one-tuple, or None where `Builder` has to look closer.

    The short way for files without faults, anchors and tags: the pack is read at every start.
    `text` is clean (see `is_clean_file`).
    """
    try:
        return _ordinary(text)
    except yaml.YAMLError:
        return None


def _ordinary(text: str) -> tuple[Tree] | None:
    root: Any = None
    node: Any = None
    key: str | None = None
    above: list[tuple[Any, str | None]] = []
    documents = nodes = 0
    for event in event_stream(text):
        kind = event.__class__
        if kind is events.ScalarEvent:
            value = event.value
            if node.__class__ is dict and key is None:
                if value in node or event.tag is not None or event.anchor is not None:
                    return None
                key = value
                continue
            if event.implicit[0]:
                if value in NULLS:
                    value = None
            elif event.style == '"' and refused_in_value(value):
                return None
        elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
            node, key = above.pop()
            continue
        elif kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
            value = {} if kind is events.MappingStartEvent else []
        else:
            documents += kind is events.DocumentStartEvent
            if kind is events.AliasEvent or documents > 1:
                return None
            continue
        nodes += 1
        if event.tag is not None or event.anchor is not None or nodes > MAX_NODES:
            return None
        if node.__class__ is dict:
            if key is None:
                return None
            node[key], key = value, None
        elif node is None:
            root = value
        else:
            node.append(value)
        if value.__class__ is dict or value.__class__ is list:
            above.append((node, key))
            if len(above) > MAX_DEPTH:
                return None
            node, key = value, None
    return (root,)
