"""Who made a network card, by the list of the IEEE that comes with netaddr. The only use of netaddr."""

from __future__ import annotations


def maker(mac: str) -> str:
    """The maker of a card by its address, or "" for one that is not registered or was made up by the device itself."""
    import netaddr

    if not mac or randomised(mac):
        return ""
    try:
        return str(netaddr.EUI(mac).oui.registration().org)
    except (netaddr.NotRegisteredError, netaddr.AddrFormatError, ValueError):
        return ""


def randomised(mac: str) -> bool:
    """The device chose this address itself (the locally administered bit): it says nothing about maker or identity."""
    return bool(int(mac[:2], 16) & 2)
