"""Programs that the table of support dates knows, with their versions, on whatever system they are installed."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact, Unknown


@dataclass(frozen=True)
class Product:
    """One installed program.

    name: for people, with the version. product, version: in terms of the table (`office`, `office:2019`).
    part: its name without what an update changes, where that is another.
    """

    name: str
    product: str
    version: str
    part: str = ""


@dataclass(frozen=True)
class Products(Fact):
    """What was recognised. unread: by place, where else one could be that was not read."""

    found: tuple[Product, ...]
    unread: dict[str, Unknown]
