"""HTML and SVG as nested calls, so that everything which is not markup gets escaped.

Example:
    >>> print(tag("p", "1 < 2 ", tag("b", "so"), class_="note"))
    <p class="note">1 &lt; 2 <b>so</b></p>
"""

from __future__ import annotations

import html
from collections.abc import Iterable

_VOID = frozenset({"meta", "br", "hr", "img", "link", "wbr"})


class Html(str):
    """Text that is markup already. Any other text is escaped where it enters."""


Child = str | int | float | None | Iterable["Child"]


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """Return the element ``name`` with its children, escaped unless they are markup, and its attributes.

    Args:
        name: Of the element.
        *children: Text, numbers, markup, and iterables of these; None is left out.
        **attributes: ``class_`` stands for ``class``, ``stroke_width`` for ``stroke-width``; None and False are left
            out, True gives an attribute without a value.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return the children one after the other, escaped unless they are markup."""
    return Html("".join(_escaped(child) for child in children))


def _escaped(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return html.escape(child)
    if isinstance(child, (int, float)):
        return str(child)
    return join(*child)


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
