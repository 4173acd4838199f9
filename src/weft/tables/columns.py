"""Which column of a table is the user, the item, the time, the weight."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from weft.errors import TableError, did_you_mean, name_choices


def _names(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


USER_NAMES = _names(
    """
    user userid uid userkey usercode customer customerid custid customerkey client clientid visitor visitorid
    member memberid shopper shopperid buyer buyerid account accountid person personid reviewer reviewerid
    household householdid householdkey
    """
)
ITEM_NAMES = _names(
    """
    item itemid iid itemkey itemcode product productid productkey productcode sku skuid article articleid asin
    stockcode goods goodsid movie movieid book bookid isbn ean song songid track trackid artist artistid
    """
)
TIME_NAMES = _names(
    """
    time timestamp ts date datetime createdat created purchasedat purchasetime purchasedate orderedat ordertime
    orderdate boughtat soldat transactiontime transactiondate eventtime eventdate eventtimestamp invoicedate
    tdat reviewtime unixreviewtime visittime
    """
)
WEIGHT_NAMES = _names(
    """
    weight rating ratings stars score quantity qty count
    """
)

GUESSABLE = {"user": USER_NAMES, "item": ITEM_NAMES, "time": TIME_NAMES}
"""Names, in small letters and digits only, that make a column a candidate for a role. Weights are never guessed."""


@dataclass
class Columns:
    """The column of each role, and what must be said about the choice."""

    names: dict[str, str]
    """Role to column name; without ``time`` or ``weight`` where there is none."""
    notes: list[str] = field(default_factory=list)
    """Guesses, and what was left aside."""


def choose_columns(available: list[str], asked: dict[str, str | None], source: str) -> Columns:
    """Return the columns asked for, and for user, item and time not asked for the only candidate by name.

    A weight is read only when asked for: a rating or a quantity may mean the opposite of liking. A column that looks
    like one is mentioned in the notes.

    Args:
        available: the table's column names.
        asked: role to column name, or None to guess.
        source: the table, for messages.

    Raises:
        TableError: a column asked for is not there; no or several candidates; one column in two roles.
    """
    chosen = Columns({role: _find(name, available, role, source) for role, name in asked.items() if name is not None})
    for role in GUESSABLE:
        if role not in chosen.names:
            _guess(role, available, chosen, source)
    for role, name in chosen.names.items():
        others = [other for other, taken in chosen.names.items() if taken == name and other != role]
        if others:
            raise TableError(
                f"read_interactions: column {name!r} of {source} is asked for as {role} and as {others[0]}. "
                "Name two different columns."
            )
    if "weight" not in chosen.names:
        unused = [name for name in _candidates(WEIGHT_NAMES, available) if name not in chosen.names.values()]
        chosen.notes += [f"column {name!r} is not used as weight; ask for it with --weight {name}" for name in unused]
    return chosen


def _find(name: str, available: list[str], role: str, source: str) -> str:
    """Return ``name`` if it is a column, or raise ``TableError``."""
    if name in available:
        return name
    raise TableError(
        f"read_interactions: {source} has no column {name!r} (asked for as {role}); it has {name_choices(available)}."
        f"{did_you_mean(name, available)}"
    )


def _guess(role: str, available: list[str], chosen: Columns, source: str) -> None:
    """Add the only candidate for ``role`` to ``chosen``; without one, raise ``TableError`` or note a missing time."""
    candidates = [name for name in _candidates(GUESSABLE[role], available) if name not in chosen.names.values()]
    if len(candidates) == 1:
        chosen.names[role] = candidates[0]
        chosen.notes.append(f"{role} column guessed by its name: {candidates[0]!r}")
    elif candidates:
        raise TableError(
            f"read_interactions: {source} has {len(candidates)} columns that may be the {role}: "
            f"{name_choices(candidates)}. Say which: --{role} COL (in Python: {role}='COL')."
        )
    elif role == "time":
        chosen.notes.append("no time column found by its name: name it with --time COL if there is one")
    else:
        headless = any(re.fullmatch(r"[\d.\s]*", name) for name in available)
        hint = " The names look like values: is the first line a header?" if headless else ""
        taken = {name: other for other, name in chosen.names.items() if name in _candidates(GUESSABLE[role], available)}
        other = "".join(f" other than {name!r} (asked for as {other})" for name, other in taken.items())
        raise TableError(
            f"read_interactions: no column of {source}{other} is named like the {role}; it has "
            f"{name_choices(available)}. "
            f"Say which: --{role} COL (in Python: {role}='COL').{hint}"
        )


def _candidates(names: frozenset[str], available: list[str]) -> list[str]:
    """Return the columns whose name, in small letters and digits only, is among ``names``."""
    return [name for name in available if re.sub(r"[^a-z0-9]", "", name.lower()) in names]
