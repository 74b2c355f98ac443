"""The folders that the kernel's NFS server gives out, to whom, and with which options."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.mounts import unescaped


@dataclass(frozen=True)
class NfsClient:
    """reach: `host` (one that is named), `some` (a network, a domain, a group of hosts) or `all`. writable and
    root_kept: without proof of who somebody is (Kerberos). proven: everybody has to prove it. any_port: `insecure`.
    """

    name: str
    reach: str
    writable: bool
    root_kept: bool
    proven: bool
    any_port: bool


@dataclass(frozen=True)
class NfsExports(Fact):
    """What is given out now, by folder."""

    exports: dict[str, tuple[NfsClient, ...]]


# exportfs would make a lock file; what it prints stands in etab, which everybody may read.
EXPORTS = shell(
    """[ -e /proc/fs/nfs/exports ] || [ -d /proc/fs/nfsd ] || { echo "no NFS server of the kernel" >&2; exit 3; }
cat /var/lib/nfs/etab && echo end=etab""",
    runs=("cat",),
    root=Root.PREFERRED,
    seconds=2,
    cap=262144,
)


@reads(EXPORTS)
def nfs_exports(answer: Answer) -> NfsExports:
    """exportfs(8) has resolved /etc/exports and its defaults: `folder<tab>client(options)`."""
    *lines, end = answer.lines or [""]
    if end != "end=etab":
        raise CannotTell(Reason.TRUNCATED, say("the list of NFS exports has no end"))
    found: dict[str, tuple[NfsClient, ...]] = {}
    for line in lines:
        match = re.fullmatch(r"(/\S*)\t(\S+)\(([^()]*)\)", line)
        if match is None:
            raise CannotTell(Reason.PARSE_ERROR, say("a line of the NFS exports was not understood"))
        path = unescaped(match[1])
        found[path] = (*found.get(path, ()), _client(match[2], match[3].split(",")))
    return NfsExports(found)


def _client(name: str, options: list[str]) -> NfsClient:
    """`rw,…,sec=sys,rw,root_squash,sec=krb5,ro,…`: what stands before the first `sec=` holds for all."""
    common, flavours = list[str](), list[tuple[str, list[str]]]()
    for option in options:
        if option.startswith("sec="):
            flavours.append((option[4:], []))
        else:
            (flavours[-1][1] if flavours else common).append(option)
    flavours = flavours or [("sys", [])]
    words = {word for flavour, _ in flavours for word in flavour.split(":")}
    if words - {"sys", "none", "null", "krb5", "krb5i", "krb5p"}:
        raise CannotTell(Reason.PARSE_ERROR, say("a line of the NFS exports was not understood"))
    believed = [own for flavour, own in flavours if {"sys", "none", "null"} & set(flavour.split(":"))]
    return NfsClient(
        name=name,
        reach=_reach(name),
        writable=any(_last("rw", "ro", common, own) for own in believed),
        root_kept=any(
            _last("no_root_squash", "root_squash", common, own)
            and not _last("all_squash", "no_all_squash", common, own)
            for own in believed
        ),
        proven=not believed or name.startswith("gss/"),  # gss/krb5 is the older form of sec=krb5
        any_port="insecure" in options,
    )


def _last(this: str, other: str, common: list[str], own: list[str]) -> bool:
    """Which of two words was said last; neither is the second, the careful one."""
    return next((word == this for word in reversed([*common, *own]) if word in (this, other)), False)


def _reach(name: str) -> str:
    """A network of the whole internet, or a large public one, is everybody."""
    if name == "*":
        return "all"
    try:
        network = ipaddress.ip_network(name, strict=False)
    except ValueError:
        return "some" if re.search(r"[*?\[@/]", name) else "host"
    if network.num_addresses == 1:
        return "host"
    own = network.is_private or network.prefixlen >= (24 if network.version == 4 else 48)
    return "some" if own and network.prefixlen else "all"
