"""Remote-access tools and tunnels on a Mac: by the names of programs that run, of applications and of start files."""

from __future__ import annotations

import re

from nis2scan.api import Answer, CannotTell, Reason, reads, say, shell
from nis2scan.facts.macos.running import (
    INSTALLED,
    PROCESSES,
    SERVICES,
    MacInstalled,
    MacRunning,
    MacServices,
    mac_installed,
    mac_running,
    mac_services,
)
from nis2scan.facts.remote_tools import RemoteTools, Tunnels

# The whole name of the program; a part of a name proves nothing.
TOOLS = {
    "AnyDesk": ("AnyDesk",),
    "TeamViewer": ("TeamViewer", "TeamViewer_Service", "TeamViewer_Desktop", "TeamViewer_Host", "TeamViewerHost"),
    "RustDesk": ("RustDesk", "rustdesk"),
    "Splashtop": ("SRStreamerDaemon", "Splashtop Streamer"),
    "ScreenConnect": ("screenconnect", "connectwisecontrol"),
    "LogMeIn": ("LogMeIn", "LogMeInServer", "LMIGuardianSvc"),
    "GoTo": ("GoToMyPC", "GoToAssist", "g2ax_service"),
    "Chrome Remote Desktop": ("remoting_me2me_host", "remoting_me2me_host_service"),
    "VNC": ("vncserver", "vncagent", "Vine Server", "OSXvnc-server"),
    "DWService": ("dwagent", "dwagsvc", "DWAgent"),
    "Action1": ("action1_agent",),
    "Atera": ("AteraAgent",),
    "NinjaOne": ("ninjarmm-macagent", "ninjarmm-agent"),
    "Datto RMM": ("AEMAgent", "CagService"),
    "Level": ("level",),
    "MeshCentral": ("meshagent",),
    "Supremo": ("Supremo", "SupremoService"),
    "Zoho Assist": ("ZohoAssist", "Zoho Assist"),
}
_PLACES = {
    "AnyDesk": r"/Applications/AnyDesk\.app|.*/com\.philandro\.anydesk\..*",
    "TeamViewer": r"/Applications/TeamViewer.*\.app|.*/com\.teamviewer\..*",
    "RustDesk": r"/Applications/RustDesk\.app|.*/com\.carriez\.RustDesk.*",
    "Splashtop": r"/Applications/Splashtop Streamer\.app|.*/com\.splashtop\.streamer.*",
    "ScreenConnect": r".*/(com\.)?screenconnect.*|.*/connectwisecontrol-.*",
    "LogMeIn": r".*/com\.logmein\.logmeinserver.*",
    "Chrome Remote Desktop": r".*/org\.chromium\.chromoting.*",
    "VNC": r".*/com\.realvnc\.vncserver.*|/Applications/Vine Server\.app",
    "DWService": r".*/net\.dwservice\..*|.*/dwagent.*",
    "NinjaOne": r".*/com\.ninjarmm.*|/Applications/NinjaRMMAgent.*",
    "MeshCentral": r".*/meshagent.*",
    "Supremo": r"/Applications/Supremo\.app|.*/com\.nanosystems\.supremo.*",
    "Zoho Assist": r"/Applications/Zoho Assist.*\.app|.*/com\.zoho\.assist.*",
}
PUBLISHING = {name: (name,) for name in ("cloudflared", "ngrok", "chisel", "zrok", "autossh", "rathole")} | {
    "frp": ("frpc",)
}
MESH = {
    "Tailscale": ("Tailscale", "tailscaled", "IPNExtension", "io.tailscale.ipn.macsys.network-extension"),
    "ZeroTier": ("zerotier-one", "ZeroTier", "ZeroTier One"),
    "NetBird": ("netbird",),
    "Nebula": ("nebula",),
    "Hamachi": ("hamachid", "LogMeIn Hamachi"),
}
_AMBIGUOUS = {"Level"}  # a name that other programs bear too: no start file of it is known
_BY_APPLE = "Screen Sharing"

# Of running programs only whether one is an ssh that forwards a port back is told, never its command.
FORWARDS = shell(
    """ps -axww -o args= | {
  while read -r l; do
    case $l in ssh\\ *|*/ssh\\ *)
      case " ${l#*ssh }" in *' -R'*|*' -'[fNnqTtv]*R*|*RemoteForward*) echo "ssh -R" ;; esac ;;
    esac
  done; echo ==end
}""",
    runs=("ps",),
    needs=("ps",),
    platforms=("macos",),
    seconds=5,
    cap=8192,
)


@reads(PROCESSES, INSTALLED, SERVICES)
def remote_tools(processes: Answer, installed: Answer, services: Answer) -> RemoteTools:
    """Apple's own Screen Sharing counts too: it is VNC, and lets in whoever has a password."""
    names, there, on = _seen(processes, installed, services)
    running = {tool for tool, known in TOOLS.items() if names & set(known)} - _AMBIGUOUS
    found = {tool for tool, place in _PLACES.items() if any(re.fullmatch(place, path) for path in there)}
    try:
        running |= {_BY_APPLE} if on.loaded("com.apple.screensharing") else set()
    except CannotTell:
        if not running | found:
            raise  # what was found is told all the same; that there is nothing more can only be said of the whole
    return RemoteTools(frozenset(running), frozenset(found))


@reads(PROCESSES, FORWARDS)
def tunnels(processes: Answer, forwards: Answer) -> Tunnels:
    """Running programs only."""
    running = mac_running.read(processes)
    assert isinstance(running, MacRunning)  # noqa: S101 the reader makes it
    publishing = {tool for tool, known in PUBLISHING.items() if running.names & set(known)}
    mesh = {tool for tool, known in MESH.items() if running.names & set(known)}
    rows = forwards.lines
    if not rows or rows[-1] != "==end":
        raise CannotTell(Reason.TRUNCATED, say("the list of processes is not whole"))
    return Tunnels(frozenset(publishing | set(rows[:-1])), frozenset(mesh))


def _seen(processes: Answer, installed: Answer, services: Answer) -> tuple[set[str], frozenset[str], MacServices]:
    running, there, on = mac_running.read(processes), mac_installed.read(installed), mac_services.read(services)
    assert isinstance(running, MacRunning)  # noqa: S101 the readers make them
    assert isinstance(there, MacInstalled)  # noqa: S101
    assert isinstance(on, MacServices)  # noqa: S101
    return set(running.names), there.paths, on
