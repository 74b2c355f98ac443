"""XML of strangers: small, without a document type, so without entities that grow."""

from __future__ import annotations

import re
from xml.etree import ElementTree

MOST = 262_144


class Refused(ValueError):
    """This is not the plain, small XML that may be read."""


def tree(data: bytes, most: int = MOST) -> ElementTree.Element:
    """The document. Raises Refused for what declares anything, is no UTF-8, is too long or is no XML.

    `<!DOCTYPE name>` without anything in it, as nmap writes it, declares nothing.
    """
    if len(data) > most:
        raise Refused("longer than is read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("no UTF-8") from None
    text = re.sub(r"<!DOCTYPE\s+\w+\s*>", "", text, count=1)
    if re.search(r"<!(?!--|\[CDATA\[)", text) or "\0" in text:
        raise Refused("it declares a document type or entities")
    try:
        return ElementTree.fromstring(text)  # noqa: S314 declarations were refused
    except (ElementTree.ParseError, ValueError):  # ValueError: an encoding that is not known
        raise Refused("no XML") from None


def named(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def values(element: ElementTree.Element) -> dict[str, str]:
    """The text of the children by name."""
    return {named(child): (child.text or "").strip() for child in element}
