"""Keep the Dutch complete: `translations.py` compiles every .po into its .mo and lists the sentences without Dutch.

`--check` writes nothing; it fails when a sentence lacks Dutch or a .mo is older than its .po.

Sentences come from where they are written: `say("…")` and `_("…")` calls, templates of reports, and the texts of
checks. A catalogue is one .po file in `nis2scan/locale/nl/LC_MESSAGES/`; where a sentence stands does not matter.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TOP = Path(__file__).resolve().parent.parent
CATALOGUES = TOP / "nis2scan" / "locale" / "nl" / "LC_MESSAGES"
COMPILED = CATALOGUES / "nis2scan.mo"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CALLS = {"say", "_", "gettext", "ngettext"}


def sentences() -> dict[str, str]:
    """Every English source sentence, and where it is written."""
    found: dict[str, str] = {}
    for folder in ("nis2scan", "checks", "reports"):
        for file in sorted((TOP / folder).rglob("*.py")):
            for line, text in _called(ast.parse(file.read_text(encoding="utf-8"))):
                found.setdefault(text, f"{file.relative_to(TOP)}:{line}")
    method = [("**.html.j2", "jinja2.ext:babel_extract"), ("**.j2", "jinja2.ext:babel_extract")]
    options = {"**": {"newstyle_gettext": "true", "trimmed": "true"}}
    for name, line, source, _comments, _context in extract_from_dir(TOP / "reports", method, options):
        for form in [source] if isinstance(source, str) else source:
            found.setdefault(form, f"reports/{name}:{line}")
    found.update(_of_checks())
    return {text: where for text, where in found.items() if text.strip()}


def _called(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in CALLS | {"plural", "source"}:
                for argument in node.args[: 2 if name in ("plural", "ngettext") else 1]:
                    for part in ast.walk(argument) if isinstance(argument, ast.IfExp) else [argument]:
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield node.lineno, part.value


def _of_checks() -> Iterator[tuple[str, str]]:
    from nis2scan.rules import load

    for check in load().checks:
        for text in (check.title, check.why, check.expected, check.action, check.remedy, check.limits):
            yield text, check.module


def translated() -> dict[str, str]:
    """Every sentence that has Dutch, over all catalogues. A plural counts by both its English forms."""
    found: dict[str, str] = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        for message in read_po(io.BytesIO(file.read_bytes()), locale="nl"):
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            if message.id and all(texts) and not message.fuzzy:
                forms = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
                found.update(zip(forms, map(str, texts), strict=False))
    return found


def compiled() -> bytes:
    """All catalogues as one .mo, so that a sentence is looked up once. The same bytes for the same text: no date."""
    whole = Catalog(locale="nl", creation_date=LONG_AGO, revision_date=LONG_AGO)
    for file in sorted(CATALOGUES.glob("*.po")):
        for message in read_po(io.BytesIO(file.read_bytes()), locale="nl"):
            if message.id:
                whole.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def missing() -> dict[str, str]:
    """The sentences without Dutch, and where they are written."""
    have = translated()
    return {text: where for text, where in sentences().items() if text not in have}


def main(arguments: list[str]) -> int:
    made = compiled()
    old = not COMPILED.exists() or COMPILED.read_bytes() != made
    if old and "--check" in arguments:
        print(f"{COMPILED.name} was made of other text: run scripts/translations.py")
    elif old:
        COMPILED.write_bytes(made)
    lacking = missing()
    for text, where in sorted(lacking.items(), key=lambda item: item[1]):
        print(f"{where}: {text!r}")
    print(f"{len(lacking)} sentences without Dutch")
    return 1 if lacking or (old and "--check" in arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
