"""Sentences, dates and numbers in the language of a report. English sources are the keys; gettext does the rest.

Each package that brings checks may bring catalogues: `locale/<language>/LC_MESSAGES/*.mo` beside its modules.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nis2scan.model import Message, Said

LANGUAGES = ("en", "nl")


@dataclass(frozen=True)
class Language:
    """One language: what to call, to show anything of the model to a person."""

    code: str
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, compare=False, repr=False)

    def text(self, said: Said) -> str:
        """A message in this language with its values filled in; a plain string is data and stays as it is."""
        if isinstance(said, str):
            return said
        template = self.catalogue.gettext(said.template)
        return template.format(**{name: self.value(value) for name, value in said.values})

    def source(self, text: str) -> str:
        """An English source text (title, remedy, label) in this language."""
        return self.catalogue.gettext(text) if text else ""

    def plural(self, one: str, many: str, count: int) -> str:
        """The form that fits the count, with `{count}` filled in."""
        return self.catalogue.ngettext(one, many, count).format(count=self.number(count))

    def value(self, value: Any) -> str:
        match value:
            case Message():
                return self.text(value)
            case tuple():
                return ", ".join(self.value(item) for item in value)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case bool():
                return self.source("yes") if value else self.source("no")
            case int() | float():
                return self.number(value)
        return str(value)

    def number(self, value: float) -> str:
        if isinstance(value, int) and abs(value) < 1000:
            return str(value)  # the same everywhere, and a large report holds a hundred thousand of them
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.code)

    def day(self, value: date) -> str:
        """23 november 2026"""
        from babel.dates import format_date

        return format_date(value, "d MMMM y", locale=self.code)

    def moment(self, value: datetime) -> str:
        """23 november 2026, 22:14, in the time zone of the scanner."""
        from babel.dates import format_datetime

        local = value.astimezone() if value.tzinfo else value
        return format_datetime(local, "d MMMM y, HH:mm", tzinfo=local.tzinfo, locale=self.code)


def language(code: str, folders: Iterable[Path] = ()) -> Language:
    """A language with every catalogue found in `folders` (each a `locale` folder). English needs none."""
    catalogue = gettext.NullTranslations()
    for folder in folders:
        for file in sorted((folder / code / "LC_MESSAGES").glob("*.mo")):
            with file.open("rb") as stream:
                catalogue.add_fallback(gettext.GNUTranslations(stream))
    return Language(code, catalogue)
