"""The headers of the LUKS volumes that are open: ciphers, how passphrases are made into keys, and tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class Token:
    """Something that opens the volume besides a passphrase. pin: asked for as well; None where that is not shown."""

    kind: str
    slots: tuple[str, ...]
    pin: bool | None


@dataclass(frozen=True)
class Header:
    """ciphers: of the data, with key bits (0: not told). slots: the function that slows guessing, by key slot."""

    version: int
    ciphers: tuple[tuple[str, int], ...]
    slots: Mapping[str, str]
    tokens: tuple[Token, ...]

    @property
    def typed(self) -> Mapping[str, str]:
        """Slots without those of tokens: their keys are random and need no slowing."""
        held = {slot for token in self.tokens for slot in token.slots}
        return {slot: function for slot, function in self.slots.items() if slot not in held}


@dataclass(frozen=True)
class LuksHeaders(Fact):
    """By mapper name. A header that could not be read whole (detached, below dm-integrity) is not among them."""

    headers: Mapping[str, Header]


# --disable-locks: without it luksDump makes a file in /run/cryptsetup. Salts and digests are never sent. Nothing is
# asked where no LUKS volume is open.
HEADERS = shell(
    """for d in /sys/class/block/dm-*; do
  u=; [ -e "$d/dm/uuid" ] && { read -r u < "$d/dm/uuid"; } 2>/dev/null
  case $u in CRYPT-LUKS[12]-*) ;; *) continue ;; esac
  read -r n < "$d/dm/name"
  for s in "$d"/slaves/*; do
    [ -e "$s" ] || continue
    printf 'device=%s\\n' "$n"
    cryptsetup luksDump --disable-locks "/dev/${s##*/}" | sed -n -e '/^[A-Z][a-zA-Z ]*:$/p' \\
      -e '/^Version:/p' -e '/^Cipher name:/p' -e '/^Cipher mode:/p' -e '/^MK bits:/p' -e '/^Key Slot [0-7]: /p' \\
      -e '/^  [0-9]*: /p' -e '/^[^ -~]cipher: /p' -e '/^[^ -~]Key: /p' -e '/^[^ -~]PBKDF:/p' \\
      -e '/^[^ -~]Keyslot: /p' -e '/^[^ -~]tpm2-pin: /p'
  done
done
echo end=""",
    runs=("cryptsetup", "sed"),
    needs=("cryptsetup",),
    root=Root.REQUIRED,
    seconds=8,
    cap=262144,
)


@reads(HEADERS)
def luks_headers(answer: Answer) -> LuksHeaders:
    """What cryptsetup prints is not translated under LC_ALL=C; its words are the same since version 2.0."""
    lines = [line.rstrip() for line in answer.text.splitlines()]
    if lines[-1:] != ["end="]:
        raise CannotTell(Reason.TRUNCATED, say("the list of LUKS headers has no end"))
    pieces = re.split(r"^device=(.*)$", "\n".join(lines[:-1]), flags=re.MULTILINE)
    found = {name: _header(text) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    return LuksHeaders({name: header for name, header in found.items() if header is not None})


def _header(text: str) -> Header | None:
    version = re.search(r"^Version:\s*(\d)$", text, re.MULTILINE)
    if version and version[1] == "1" and len(re.findall(r"^Key Slot [0-7]: ", text, re.MULTILINE)) == 8:
        return _first(text)
    # `Digests:` is the last heading: what comes before it is whole.
    return _second(text) if version and version[1] == "2" and "\nDigests:" in text else None


def _first(text: str) -> Header | None:
    name = re.search(r"^Cipher name:\s*(\S+)$", text, re.MULTILINE)
    mode = re.search(r"^Cipher mode:\s*(\S+)$", text, re.MULTILINE)
    bits = re.search(r"^MK bits:\s*(\d+)$", text, re.MULTILINE)
    if not (name and mode and bits):
        return None
    enabled = re.findall(r"^Key Slot ([0-7]): ENABLED$", text, re.MULTILINE)
    return Header(1, ((f"{name[1]}-{mode[1]}", int(bits[1])),), dict.fromkeys(enabled, "pbkdf2"), ())


def _second(text: str) -> Header:
    """Headings at the margin, numbered items below them, values of an item behind a tab."""
    items: dict[str, list[tuple[str, str, dict[str, list[str]]]]] = {}
    heading = ""
    for line in text.splitlines():
        name, _, value = line.strip().partition(":")
        if re.fullmatch(r"[A-Z][a-zA-Z ]*:", line):
            heading = name
        elif re.match(r"  \d+: ", line):
            items.setdefault(heading, []).append((name, value.strip(), {}))
        elif line.startswith("\t") and items.get(heading):
            items[heading][-1][2].setdefault(name, []).append(value.strip())
    slots = {number: values.get("PBKDF", [""])[0] for number, _, values in items.get("Keyslots", ())}
    bits = [int(value.split()[0]) for _, _, values in items.get("Keyslots", ()) for value in values.get("Key", ())]
    ciphers = {value for _, _, values in items.get("Data segments", ()) for value in values.get("cipher", ())}
    tokens = tuple(_token(kind, values) for _, kind, values in items.get("Tokens", ()))
    return Header(2, tuple((cipher, min(bits, default=0)) for cipher in sorted(ciphers)), slots, tokens)


def _token(kind: str, values: Mapping[str, list[str]]) -> Token:
    pin = values.get("tpm2-pin", [""])[0]
    return Token(kind, tuple(values.get("Keyslot", ())), pin == "true" if pin in ("true", "false") else None)
