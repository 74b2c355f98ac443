"""`report.html`: one file to print, to mail and to keep. Loads nothing, works without scripts, page one is one A4."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nis2scan.api import Assessment, Report, View, words

from .page import Page
from .shown import filters


def _write(assessment: Assessment, view: View, out: BinaryIO) -> None:
    environment = _environment(view)
    style, script = _inline("report.css"), _inline("report.js")
    template = environment.get_template("report.html.j2")
    parts = template.stream(
        page=Page(assessment, view.language),
        a=assessment,
        words=words,
        language=view.language,
        style=Markup(style),  # noqa: S704 our own files, not a host's words
        script=Markup(script),  # noqa: S704 our own files, not a host's words
        policy=_policy(style, script),
    )
    parts.enable_buffering(200)
    parts.dump(out, encoding="utf-8", errors="replace")


def _environment(view: View) -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(view.language.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(filters(view.language))
    return environment


def _inline(name: str) -> str:
    return (resources.files(__name__) / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """A content security policy that allows this style and this script, and nothing from anywhere."""
    allowed = f"style-src {_digest(style)}; script-src {_digest(script)}; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


html = Report("html", "report.html", _write)
