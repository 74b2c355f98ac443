"""Which release of Linux this is, in the terms of the table of support dates."""

from __future__ import annotations

from nis2scan.api import Answer, CannotTell, Reason, reads, say
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.facts.support import Release


def os_fields(answer: Answer) -> dict[str, str]:
    """The assignments of os-release(5), quotes taken off."""
    pairs = (line.partition("=") for line in answer.lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


@reads(OS_RELEASE)
def release(answer: Answer) -> Release:
    """ID and VERSION_ID; the name tells CentOS Stream from CentOS Linux, which share an ID."""
    fields = os_fields(answer)
    if not fields.get("ID"):
        raise CannotTell(Reason.PARSE_ERROR, say("os-release names no ID"))
    name = fields.get("PRETTY_NAME") or fields.get("NAME") or fields["ID"]
    return Release(fields["ID"], fields.get("VERSION_ID", ""), name)
