"""Which devices must not be talked to: known from open ports and the maker of the card, before any byte is sent.

A printer prints what it hears on its ports, a controller of machines may stop, a camera restarts. A connection that is
opened and closed without a byte makes none of them act.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Whatever stands behind them: nothing is ever sent to these. LPD, IPP, raw printing; PLCs and building control.
PRINTING = frozenset({515, 631, *range(9100, 9108)})
CONTROL = frozenset({102, 502, 1911, 1962, 2404, 2455, 4840, 4911, 11740, 20000, 44818, 48898})
NEVER = PRINTING | CONTROL
# Looked at first, so that what must be left alone is known before the other ports.
FIRST = (*sorted(CONTROL), 515, 554, 631, 5060, 9100, 34567, 37777)

_MAKERS = {
    "controller": (
        *("siemens", "schneider electric", "rockwell", "allen-bradley", "wago", "beckhoff", "phoenix contact"),
        *("omron", "mitsubishi electric", "honeywell", "johnson controls", "loytec", "priva b.v.", "saia", "moxa"),
    ),
    "printer": (
        *("brother", "canon", "epson", "kyocera", "ricoh", "lexmark", "xerox", "konica", "zebra tech", "oki electric"),
        *("sharp corporation", "toshiba tec", "oce printing", "dymo", "sato corp"),
    ),
    "camera": (
        *("hikvision", "dahua", "axis communications", "vivotek", "reolink", "hanwha", "mobotix", "foscam", "ezviz"),
        *("amcrest", "bosch security", "uniview", "tiandy", "avigilon"),
    ),
    "phone": ("yealink", "snom", "grandstream", "polycom", "gigaset", "mitel", "aastra", "fanvil", "spectralink"),
}
_PORTS = {"controller": CONTROL, "printer": frozenset({515, 9100}), "camera": frozenset({34567, 37777})}
# Signs of their own only where nothing is open that such a device never has: 631 is also that of a Linux or a Mac that
# shares its printer, 554 that of a router or NAS with video.
_ALONE = {"printer": frozenset({631}), "camera": frozenset({554})}
_COMPUTER = frozenset({53, 88, 135, 445, 548, 3389, 8006, 32400})
_NOT = {"printer": _COMPUTER | {22}, "camera": _COMPUTER}
# What may still be put to a guarded device, by the first word of the probe and the port: one packet, one handshake.
_MAY = {
    "printer": frozenset({("udp", 161), ("tls", 443)}),
    "camera": frozenset({("udp", 161), ("tls", 443)}),
}


@dataclass(frozen=True)
class Guard:
    """kind: "" for what may be talked to. why: the evidence, as `port 9100` and `maker Brother`."""

    kind: str = ""
    why: tuple[str, ...] = ()

    def lets(self, word: str, port: int) -> bool:
        """Whether a probe of this kind may send to this port."""
        return port not in NEVER and (not self.kind or (word, port) in _MAY.get(self.kind, ()))


def guarded(open_ports: Collection[int], maker: str) -> Guard:
    """What a device is, when it is of a kind that must be left alone."""
    low = maker.lower()
    for kind in ("controller", "printer", "camera", "phone"):
        made = [f"maker {maker}"] if any(low.startswith(word) or f" {word}" in low for word in _MAKERS[kind]) else []
        signs = _PORTS.get(kind, frozenset())
        if not _NOT.get(kind, frozenset()) & set(open_ports):
            signs |= _ALONE.get(kind, frozenset())
        open_here = [f"port {port}" for port in sorted(signs & set(open_ports))]
        if open_here or made:
            return Guard(kind, (*open_here, *made))
    return Guard()
