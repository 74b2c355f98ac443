"""Which lines a rule of rsyslog or syslog-ng takes along: those about logons, or only others."""

from __future__ import annotations

import re

_OF_LOGONS = ("auth", "authpriv")  # Debian's sshd writes to the one, Red Hat's to the other
_HOLDS = {"*", "debug", "info", "=info"}  # a logon is told at the level of info
_ABOUT = re.compile(r"==?\s*[\"'](?:auth|authpriv|sshd)[\"']")
_ALWAYS = re.compile(r"(?:if\s+(?:1|prifilt\s*\(\s*[\"']\*\.\*[\"']\s*\))\s+then)")


_DEEP, _LONG = 8, 2000  # nobody nests deeper, or writes a longer condition


def takes_logons(before: str, what: str, whole: str) -> bool:
    """A rule of rsyslog. what: what stands before the action on its line; before: the text above it; whole: all rules,
    for a ruleset takes along only what is sent through it.
    """
    head = what.strip()
    if head == "&":
        head = _one_before(before)
    elif not head:
        above = before.rstrip().rpartition("\n")[2].strip()
        head = above if re.search(r"\b(?:then|else)$", above) else ""
    return _lets_through(head, whole) and all(_lets_through(block, whole) for block in _blocks(before + what))


def _one_before(before: str) -> str:
    """The selector that `&` repeats: that of the last rule which has one of its own."""
    lines = [line.strip() for line in before.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if not line.startswith("&")), ":")


def _blocks(before: str) -> list[str]:
    """What stands before every brace that is still open."""
    bare = re.sub(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'", lambda quoted: re.sub(r"[{}]", " ", quoted[0]), before)
    open_at: list[int] = []
    for match in re.finditer(r"[{}]", bare):
        if match[0] == "{":
            open_at.append(match.start())
        elif open_at:
            open_at.pop()
    if len(open_at) > _DEEP:
        return [":"]
    heads = (re.split(r"[{}]|\n\s*\n", bare[max(0, at - _LONG) : at].rstrip())[-1].strip() for at in open_at)
    return [head if head.startswith("if") else head.rpartition("\n")[2].strip() for head in heads]


def _lets_through(head: str, whole: str) -> bool:
    if not head:
        return True
    if ruleset := re.match(r"ruleset\s*\(\s*name\s*=\s*\"([^\"]+)\"", head, re.I):
        name = re.escape(ruleset[1])
        return bool(re.search(rf"^\s*(?:\*\.\*\s+)?call\s+{name}\b|\$DefaultRuleset\s+{name}\b", whole, re.M | re.I))
    if head.startswith("if"):
        condition = re.split(r"\bthen\b", head)[0]
        sure = not re.search(r"\bnot\b|!=|<>|\band\b", condition) and _ABOUT.search(condition)
        return bool(sure or _ALWAYS.match(head))
    return _selects(head.split()[0])


def _selects(selector: str) -> bool:
    """rsyslog.conf(5): `auth,authpriv.*;mail.none`; what comes later adds to it, or takes away with `none` and `!`."""
    taken: set[str] = set()
    for part in selector.split(";"):
        names, dot, level = part.partition(".")
        named = set(_OF_LOGONS).intersection(_OF_LOGONS if "*" in names.split(",") else names.split(","))
        if not dot:
            continue
        if level == "none" or (level.startswith("!") and level[1:] in _HOLDS):
            taken -= named
        elif level in _HOLDS:
            taken |= named
    return bool(taken)


_PATH = re.compile(r"\blog\s*\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}\s*;")
_FILTER = re.compile(r"\bfilter\s+(?P<name>[\w.\"-]+)\s*\{(?P<body>[^{}]*)\}")
_ONLY_LEVEL = re.compile(r"\s*(?:level|priority)\s*\(\s*\"?(?:debug|info)\"?\s*\.\.\s*\"?emerg\"?\s*\)\s*;?\s*")


def unfiltered(text: str) -> tuple[str, set[str]]:
    """Of the settings of syslog-ng: its log paths that let the lines about logons through, and the destinations that
    these name.
    """
    filters = {match["name"].strip('"'): match["body"] for match in _FILTER.finditer(text)}
    paths = [match["body"] for match in _PATH.finditer(text)]
    through = [body for body in paths if all(_passes(filters.get(name, "")) for name in _named(body, "filter"))]
    free = [body for body in through if not re.search(r"\bfilter\s*\{", body)]
    return "\n".join(free), {name for body in free for name in _named(body, "destination")}


def _named(body: str, what: str) -> list[str]:
    return [name.strip('"') for name in re.findall(rf"\b{what}\s*\(\s*([\w.\"-]+)\s*\)", body)]


def _passes(condition: str) -> bool:
    """A filter on a program, a host or a text singles out lines that are not known here."""
    if _ONLY_LEVEL.fullmatch(condition):
        return True
    about = re.search(r"\bfacility\s*\([^)]*\bauth(?:priv)?\b", condition)
    return bool(about) and not re.search(r"\bnot\b|\band\b", condition)
