"""Remote-access tools and tunnels on Linux: by exact process name, and by the files that their packages bring."""

from __future__ import annotations

from nis2scan.api import Answer, CannotTell, Reason, Root, reads, say, shell
from nis2scan.facts.linux.services import COMMS, Processes, processes
from nis2scan.facts.remote_tools import RemoteTools, Tunnels

# Process names as the kernel cuts them, at 15 characters. Exact names only: a part of a name proves nothing.
TOOLS = {
    "AnyDesk": ("anydesk",),
    "TeamViewer": ("teamviewerd", "TeamViewer"),
    "RustDesk": ("rustdesk",),
    "Splashtop": ("SRStreamer", "SRFeature", "splashtop-strea"),
    "ScreenConnect": ("screenconnect",),
    "LogMeIn": ("logmein", "logmeinhamachi", "hamachid"),
    "Chrome Remote Desktop": ("chrome-remote-d",),
    "VNC": ("x11vnc", "Xvnc", "Xtigervnc", "vino-server", "wayvnc", "x0vncserver", "vncserver-x11", "krfb"),
    "DWService": ("dwagent", "dwagsvc"),
    "Action1": ("action1_agent",),
    "Atera": ("AteraAgent",),
    "NinjaOne": ("ninjarmm-linage", "ninjarmm-agent"),
    "Datto RMM": ("CagService", "AEMAgent"),
    "N-able": ("nagent", "N-central"),
    "Level": ("level-windows-", "level"),
    "MeshCentral": ("meshagent",),
    "Supremo": ("supremo",),
    "Zoho Assist": ("ZohoMeeting", "zohoursd"),
}
PUBLISHING = {
    "cloudflared": ("cloudflared",),
    "ngrok": ("ngrok",),
    "frp": ("frpc",),
    "chisel": ("chisel",),
    "zrok": ("zrok",),
    "autossh": ("autossh",),
    "bore": ("bore",),
    "rathole": ("rathole",),
}
MESH = {
    "Tailscale": ("tailscaled",),
    "ZeroTier": ("zerotier-one",),
    "NetBird": ("netbird",),
    "Nebula": ("nebula",),
    "Hamachi": ("hamachid",),
}
_AMBIGUOUS = {"Level", "bore"}  # names that other programs bear too: a process alone does not prove them
# Where the packages of the tools lie, by tool.
PLACES = {
    "AnyDesk": "/usr/bin/anydesk",
    "TeamViewer": "/opt/teamviewer",
    "RustDesk": "/usr/bin/rustdesk",
    "Splashtop": "/opt/splashtop-streamer",
    "Chrome Remote Desktop": "/opt/google/chrome-remote-desktop",
    "DWService": "/usr/share/dwagent",
    "NinjaOne": "/opt/NinjaRMMAgent",
    "Datto RMM": "/opt/CentraStage",
    "Level": "/usr/local/bin/level",
    "MeshCentral": "/usr/local/mesh_services",
}

FILES = shell(
    f'for p in {" ".join(sorted(PLACES.values()))}; do [ -e "$p" ] && echo "$p"; done; echo ==end',
    seconds=2,
    cap=8192,
)

# Of a service of systemd only whether its command forwards a port back is told, never the command. -R counts among the
# options that ssh takes without a value (`-NR`), so that `-i key-RSA` is none.
FORWARDS = shell(
    """set -f
forwards() {
  case $1 in ExecStart=*rsync) return 1 ;; ExecStart=*) ;; *) return 1 ;; esac
  s=; for w; do
    case $w in ExecStart=*) w=${w#ExecStart=} ;; esac
    case $w in
      ssh|*[/@:+!\\"\\'-]ssh|*autossh) s=1 ;;
      RemoteForward*|-oRemoteForward*) [ "$s" ] && return 0 ;;
      -*R*) p=${w%%R*}; case ${p#-} in *[!46AaCfgKkMNnqsTtvXxYy]*) ;; *) [ "$s" ] && return 0 ;; esac ;;
    esac
  done; return 1
}
set +f; for f in /etc/systemd/system/*.service; do
  set -f; [ -f "$f" ] || continue
  [ -r "$f" ] || exit 1
  while read l || [ -n "$l" ]; do forwards $l && { echo "ssh -R"; break; }; done < "$f"
done
if [ -e /etc/tor/torrc ]; then
  [ -r /etc/tor/torrc ] || exit 1
  while read -r l || [ -n "$l" ]; do
    case $l in [Hh]idden[Ss]ervice[Dd]ir*|hiddenservicedir*|HIDDENSERVICEDIR*) echo "Tor hidden service"; break ;; esac
  done < /etc/tor/torrc
fi
echo ==end""",
    root=Root.PREFERRED,
    seconds=3,
    cap=8192,
)


@reads(COMMS, FILES)
def remote_tools(comms: Answer, files: Answer) -> RemoteTools:
    """The process list must be whole: a tool that is not in it does not run."""
    running = _names(comms)
    seen = {tool for tool, names in TOOLS.items() if any(map(running.runs, names))}
    try:
        there = _whole(files)
    except CannotTell:
        if not seen - _AMBIGUOUS:
            raise  # what runs is told all the same; that there is nothing more can only be said of the whole
        there = []
    installed = frozenset(tool for tool, place in PLACES.items() if place in there)
    return RemoteTools(frozenset(seen - (_AMBIGUOUS - installed)), installed)


@reads(COMMS, FORWARDS)
def tunnels(comms: Answer, forwards: Answer) -> Tunnels:
    """Running programs only, and what a unit or torrc starts; a browser that shares a tab is not seen."""
    running = _names(comms)
    publishing = {tool for tool, names in PUBLISHING.items() if any(map(running.runs, names))} - _AMBIGUOUS
    mesh = {tool for tool, names in MESH.items() if any(map(running.runs, names))}
    try:
        publishing |= set(_whole(forwards))
    except CannotTell:
        if not publishing and not mesh:
            raise  # what was found is told all the same; that there is nothing more can only be said of the whole
    return Tunnels(frozenset(publishing), frozenset(mesh))


def _whole(answer: Answer) -> list[str]:
    *rows, end = answer.lines or [""]
    if end != "==end":
        raise CannotTell(Reason.TRUNCATED, say("the list of files is not whole"))
    return rows


def _names(comms: Answer) -> Processes:
    found = processes.read(comms)
    assert isinstance(found, Processes)  # noqa: S101 the reader makes it
    return found
