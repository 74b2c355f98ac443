"""Filters: how a value of the model becomes words on the page. Everything from a host is cleaned and cut here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from nis2scan.api import Language, Said, say, words

MOST = 600
"""Characters of one string of a host on the page; the workbook has the whole."""
SHORT = 160
"""Characters where a line of a list has room for no more."""
NAMES = 3
"""Names in a list of hosts before it becomes a number."""


def filters(language: Language) -> dict[str, Callable[..., Any]]:
    """The filters of one language, by the name they have in the templates."""

    def names(hosts: Iterable[str], most: int = NAMES) -> str:
        every = list(hosts)
        if len(every) <= most:
            return ", ".join(words.host_word(language, host) for host in every)
        devices = [host for host in every if host != "office"]  # the office as a whole is no device
        return language.plural("{count} device", "{count} devices", len(devices))

    def said(value: Said) -> str:
        return words.clean(language.text(value), MOST)

    return {
        "t": language.source,
        "n": language.number,
        "day": language.day,
        "moment": language.moment,
        "said": said,
        "clean": lambda text: words.clean(text, MOST),
        "host": lambda name: words.host_word(language, name),
        "names": names,
        "marked": lambda text: _marked(language.source(text)),
        "step": lambda value: _marked(said(value)),
        "short": lambda text: words.clean(text, SHORT),
        "whole": lambda text: words.clean(text.strip()),
        "closed": lambda text: text if text.endswith((".", "!", "?")) else f"{text}.",
        "capital": lambda text: text[:1].upper() + text[1:],
        "opening": lambda text: text.split("\n")[0].split(". ")[0].rstrip(".") + "." if text else "",
        "firstline": lambda text: words.clean(text.strip().split("\n")[0], 90),
        "age": lambda then, now: _age(language, then, now),
    }


def _marked(text: str) -> Markup:
    """A text of a check, in which `this` is a command."""
    pieces = text.split("`")
    shown = (Markup("<code>{}</code>").format(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
    return Markup("").join(shown)


def _age(language: Language, then: date, now: date) -> str:
    """How long ago, in whole days."""
    days = (now - then).days
    if days <= 0:
        return language.text(say("today"))
    return language.plural("{count} day", "{count} days", days)
