"""Property lists in XML, as Apple's own tools print them (`-plist`, `-X`, `plutil -convert xml1`, `defaults export`).

JSON cannot hold the dates and bytes that most of these files contain, so plutil refuses to make it of them. The form is
small and closed: eleven elements, no attributes that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Reason, say

Value = object  # str, int, float, bool, datetime, bytes of which only the length is kept, list and dict of these
Table = dict[str, Value]

# The body of a loop over files of settings in /Library, for `sections` to read: each under its name, or `absent`.
PRINT_EACH = """  echo "==$f"
  if [ -e "/Library/$f.plist" ]; then plutil -convert xml1 -o - "/Library/$f.plist" || exit 1
  else echo absent; fi
done
"""

_ELEMENT = re.compile(
    r"<(?P<end>/?)(?P<name>plist|dict|array|key|string|integer|real|date|data|true|false)(?:\s[^<>]*?)?(?P<empty>/?)>"
    r"(?P<text>[^<]*)"
)
_DEEP = 32
_LEAVES = {"key", "string", "integer", "real", "date", "data"}
_SIGNS = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def plist(text: str) -> Value:
    """The value that a property list holds. Anything that is not one, whole, cannot be told."""
    begin = text.find("<plist")
    words = list(_words(text[begin:])) if begin >= 0 else []
    if len(words) < 3 or words[0][0] != "plist" or words[-1][:2] != ("plist", "/"):
        raise _broken()
    rest = iter(words[1:])
    value = _value(next(rest), rest, 0)
    if next(rest, ("", "", ""))[:2] != ("plist", "/"):
        raise _broken()
    return value


def table(text: str) -> Table:
    """A property list that holds a dictionary, as every file of settings does."""
    found = plist(text)
    if not isinstance(found, dict):
        raise _broken()
    return found


def sections(answer: Answer) -> dict[str, str]:
    """The parts of an answer under lines `==NAME`. The last of these must be `==end`."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in answer.text.splitlines():
        if line.startswith("=="):
            name = line[2:]
            found.setdefault(name, [])
        elif name:
            found[name].append(line)
    if name != "end":
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    return {name: "\n".join(lines) for name, lines in found.items()}


def pairs(answer: Answer) -> dict[str, str]:
    """Lines `name=value`. The last of these must be `end=`."""
    rows = [line.partition("=") for line in answer.lines]
    if not rows or rows[-1][0] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    return {name: value.strip() for name, _, value in rows}


def setting(text: str) -> Table | None:
    """A file of settings as the questions print it: None when the file is not there."""
    return None if text.strip() == "absent" else table(text)


def flag(where: Table | None, key: str) -> bool | None:
    """A switch: true, false, 0 or 1. None when it is not set."""
    value = (where or {}).get(key)
    if value is None:
        return None
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise CannotTell(Reason.PARSE_ERROR, say("{setting} has a value that is not known", setting=key))


def words_of(where: Table, key: str) -> str:
    value = where.get(key)
    return value if isinstance(value, str) else ""


def rows_of(where: Table, key: str) -> list[Table]:
    """A list of dictionaries; none when the key is not there."""
    value = where.get(key, [])
    if not isinstance(value, list) or any(not isinstance(row, dict) for row in value):
        raise _broken()
    return value


def dates_of(values: Iterable[Value]) -> list[datetime]:
    return [value for value in values if isinstance(value, datetime)]


def _words(text: str) -> Iterator[tuple[str, str, str]]:
    """Each element as name, `/` when it ends one, and the text after it; an empty element is begun and ended."""
    at = 0
    for found in _ELEMENT.finditer(text):
        holds = found["name"] in _LEAVES and not found["end"] and not found["empty"]
        if text[at : found.start()].strip() or (found["text"].strip() and not holds):
            raise _broken()
        at = found.end()
        if found["empty"] and found["name"] not in ("true", "false"):
            yield found["name"], "", ""
            yield found["name"], "/", found["text"]
        else:
            yield found["name"], found["end"], found["text"]
    if text[at:].strip():
        raise _broken()


def _value(word: tuple[str, str, str], rest: Iterator[tuple[str, str, str]], deep: int) -> Value:
    name, end, text = word
    if end or deep > _DEEP:
        raise _broken()
    if name in ("true", "false"):
        return name == "true"
    if name == "array":
        return [_value(item, rest, deep + 1) for item in _until(rest, "array")]
    if name == "dict":
        return dict(_pair(item, rest, deep) for item in _until(rest, "dict"))
    return _leaf(name, text, rest)


def _until(rest: Iterator[tuple[str, str, str]], name: str) -> Iterator[tuple[str, str, str]]:
    for word in rest:
        if word[:2] == (name, "/"):
            return
        yield word
    raise _broken()


def _pair(word: tuple[str, str, str], rest: Iterator[tuple[str, str, str]], deep: int) -> tuple[str, Value]:
    if word[:2] != ("key", ""):
        raise _broken()
    key = _leaf("key", word[2], rest)
    following = next(rest, None)
    if following is None:
        raise _broken()
    return str(key), _value(following, rest, deep + 1)


def _leaf(name: str, text: str, rest: Iterator[tuple[str, str, str]]) -> Value:
    if name not in _LEAVES or next(rest, ("", "", ""))[:2] != (name, "/"):
        raise _broken()
    if name in ("key", "string"):
        for written, meant in _SIGNS:
            text = text.replace(written, meant)
        return text
    try:
        if name == "integer":
            return int(text, 0)
        if name == "real":
            return float(text)
        if name == "date":
            return datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _broken() from None
    return b""


def _broken() -> CannotTell:
    return CannotTell(Reason.PARSE_ERROR, say("a property list is not as it should be"))
