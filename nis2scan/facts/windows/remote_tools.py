"""Remote-access tools and tunnels on Windows: by services, by the list of programs, and by what runs."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Reason, Unknown, powershell, reads, say
from nis2scan.facts.remote_tools import RemoteTools, Tunnels
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Services, services
from nis2scan.facts.windows.software import SOFTWARE, USER_SOFTWARE, Software, software
from nis2scan.facts.windows.values import table, text


@dataclass(frozen=True)
class Signs:
    """How a tool shows: its services, its programs in the list, its processes. `*` at the end: names that begin so."""

    services: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()


TOOLS = {
    "Action1": Signs(("A1Agent",), ("Action1 Agent*",), ("action1_agent.exe",)),
    "AeroAdmin": Signs(("AeroadminService",), ("AeroAdmin*",), ("AeroAdmin.exe",)),
    "Ammyy Admin": Signs(("AmmyyAdmin*",), ("Ammyy*",), ("AA_v3.exe",)),
    "AnyDesk": Signs(("AnyDesk*",), ("AnyDesk*",), ("AnyDesk.exe",)),
    "Atera": Signs(("AteraAgent",), ("AteraAgent",), ("AteraAgent.exe",)),
    "BeyondTrust": Signs(("bomgar-*",), ("BeyondTrust Remote Support*", "Bomgar*"), ("bomgar-scc.exe",)),
    "Chrome Remote Desktop": Signs(("chromoting",), ("Chrome Remote Desktop*",), ("remoting_host.exe",)),
    "Dameware": Signs(("dwmrcs",), ("DameWare Mini Remote*",), ("DWRCS.exe",)),
    "Datto RMM": Signs(("CagService",), ("Datto RMM*", "CentraStage*"), ("CagService.exe", "AEMAgent.exe")),
    "DWService": Signs(("DWAgent",), ("DWAgent",), ("dwagsvc.exe", "dwagent.exe")),
    "ISL Online": Signs(("ISL AlwaysOn*",), ("ISL AlwaysOn*", "ISL Light*"), ("ISLAlwaysOn.exe", "ISLLightClient.exe")),
    "Kaseya": Signs(("KaseyaAgentEndpoint", "KALOGMON*"), ("Kaseya Agent*",), ("AgentMon.exe",)),
    "Level": Signs(("Level",), ("Level",), ("level-windows-amd64.exe",)),
    "LogMeIn": Signs(("LogMeIn", "LMIGuardianSvc", "LMIRescue*"), ("LogMeIn",), ("LogMeIn.exe", "LMI_Rescue.exe")),
    "GoTo": Signs(("GoToAssist*", "GoToMyPC*"), ("GoToAssist*", "GoToMyPC*"), ("g2svc.exe",)),
    "MeshCentral": Signs(("Mesh Agent",), ("Mesh Agent",), ("MeshAgent.exe",)),
    "N-able": Signs(
        ("Windows Agent Service", "Advanced Monitoring Agent", "BASupportExpressS*"),
        ("N-able*", "Advanced Monitoring Agent*", "Take Control Agent*"),
        ("BASupSrvc.exe", "winagent.exe"),
    ),
    "NetSupport": Signs(("Client32",), ("NetSupport Manager*",), ("client32.exe",)),
    "NinjaOne": Signs(("NinjaRMMAgent",), ("NinjaRMMAgent", "NinjaOne*"), ("NinjaRMMAgent.exe",)),
    "NoMachine": Signs(("nxservice",), ("NoMachine*",), ("nxservice64.exe",)),
    "Parsec": Signs(("Parsec",), ("Parsec",), ("parsecd.exe",)),
    "Pulseway": Signs(("Pulseway", "PC Monitor"), ("Pulseway*",), ("PCMonitorSrv.exe",)),
    "Radmin": Signs(("RServer3",), ("Radmin Server*",), ("RServer3.exe",)),
    "Remote Utilities": Signs(("RManService",), ("Remote Utilities*",), ("rutserv.exe",)),
    "RemotePC": Signs(("RemotePC*",), ("RemotePC*",), ("RemotePCService.exe",)),
    "RustDesk": Signs(("RustDesk",), ("RustDesk*",), ("rustdesk.exe",)),
    "ScreenConnect": Signs(
        ("ScreenConnect Client (*",), ("ScreenConnect Client*",), ("ScreenConnect.ClientService.exe",)
    ),
    "SimpleHelp": Signs(("Remote Access Service",), ("Remote Access Service", "SimpleHelp*")),
    "Splashtop": Signs(
        ("SplashtopRemoteService", "SSUService"), ("Splashtop Streamer*",), ("SRService.exe", "SRManager.exe")
    ),
    "Supremo": Signs(("SupremoService",), ("Supremo*",), ("Supremo.exe", "SupremoService.exe")),
    "TeamViewer": Signs(("TeamViewer*",), ("TeamViewer*",), ("TeamViewer.exe", "TeamViewer_Service.exe")),
    "UltraViewer": Signs(("UltraViewService",), ("UltraViewer*",), ("UltraViewer_Desktop.exe",)),
    "VNC": Signs(
        ("tvnserver", "uvnc_service", "vncserver", "WinVNC4", "winvnc", "TigerVNC"),
        ("TightVNC*", "UltraVNC*", "RealVNC Server*", "VNC Server*", "RealVNC Connect*", "TigerVNC*"),
        ("tvnserver.exe", "winvnc.exe", "vncserver.exe", "winvnc4.exe"),
    ),
    "Zoho Assist": Signs(
        ("Zoho Assist*",), ("Zoho Assist*",), ("ZohoURSService.exe", "ZohoURS.exe", "ZohoMeeting.exe")
    ),
}
PUBLISHING = {
    "chisel": Signs(("chisel",), (), ("chisel.exe",)),
    "cloudflared": Signs(("cloudflared",), (), ("cloudflared.exe",)),
    "Dev Tunnels": Signs((), (), ("devtunnel.exe", "code-tunnel.exe")),
    "frp": Signs(("frpc",), (), ("frpc.exe",)),
    "localtonet": Signs(("localtonet",), (), ("localtonet.exe",)),
    "ngrok": Signs(("ngrok",), (), ("ngrok.exe",)),
    "playit": Signs(("playit",), (), ("playit.exe", "playitd.exe")),
    "rathole": Signs(("rathole",), (), ("rathole.exe",)),
    "zrok": Signs(("zrok",), (), ("zrok.exe",)),
}
MESH = {
    "Hamachi": Signs(("Hamachi2Svc",), (), ("hamachi-2.exe",)),
    "Nebula": Signs(("nebula",), (), ("nebula.exe",)),
    "NetBird": Signs(("netbird",), (), ("netbird.exe",)),
    "Tailscale": Signs(("Tailscale",), (), ("tailscaled.exe",)),
    "Twingate": Signs(("twingate.service", "TwingateService"), (), ("Twingate.Service.exe",)),
    "ZeroTier": Signs(("ZeroTierOneService",), (), ("zerotier-one_x64.exe",)),
}

# Names only: what stands behind a program on its command line may be a password.
PROCESSES = powershell(
    r"""# processes
[ordered]@{ items = @(Find-Instances 'root/cimv2' 'Win32_Process' | ForEach-Object { "$($_.Name)" } | Sort-Object -Unique) }""",
    seconds=6,
)


@reads(SERVICES, SERVICE_KEYS, SOFTWARE, USER_SOFTWARE, PROCESSES)
def remote_tools(states: Answer, keys: Answer, machine: Answer, users: Answer, processes: Answer) -> RemoteTools:
    """A service that is there counts as installed, whether it runs or not."""
    sight = _look(states, keys, machine, users, processes)
    running = {tool for tool, signs in TOOLS.items() if sight.runs(signs)}
    installed = {tool for tool, signs in TOOLS.items() if sight.has(signs)}
    return RemoteTools(frozenset(running), frozenset(installed), sight.unread)


@reads(SERVICES, SERVICE_KEYS, PROCESSES)
def tunnels(states: Answer, keys: Answer, processes: Answer) -> Tunnels:
    """A service that may start counts: it does at the next start of Windows, when not now."""
    sight = _look(states, keys, None, None, processes)
    publishing = {tool for tool, signs in PUBLISHING.items() if sight.has(signs) or sight.runs(signs)}
    mesh = {tool for tool, signs in MESH.items() if sight.has(signs) or sight.runs(signs)}
    return Tunnels(frozenset(publishing), frozenset(mesh), sight.unread)


@dataclass(frozen=True)
class _Sight:
    """What was seen, in small letters, and why something was not. known: services that may start."""

    known: frozenset[str]
    active: frozenset[str]
    programs: frozenset[str]
    processes: frozenset[str]
    unread: dict[str, Unknown]

    def runs(self, signs: Signs) -> bool:
        return _any(signs.services, self.active) or bool(self.processes & {item.casefold() for item in signs.processes})

    def has(self, signs: Signs) -> bool:
        return _any(signs.services, self.known) or _any(signs.programs, self.programs)


def _any(wanted: tuple[str, ...], names: frozenset[str]) -> bool:
    """Whole names, or beginnings where a star ends them."""
    for item in wanted:
        start = item.rstrip("*").casefold()
        if any(name == start or (item.endswith("*") and name.startswith(start)) for name in names):
            return True
    return False


def _look(states: Answer, keys: Answer, machine: Answer | None, users: Answer | None, processes: Answer) -> _Sight:
    unread: dict[str, Unknown] = {}
    known: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    try:
        found = services.read(states, keys)
        assert isinstance(found, Services)  # noqa: S101 the reader makes it
        known = frozenset(name for name, item in found.services.items() if item.start != "disabled")
        active = frozenset(name for name, item in found.services.items() if item.running)
    except CannotTell as why:
        unread["services"] = Unknown(why.reason, say("the services could not be read"))
    if machine is not None and users is not None:
        try:
            listed = software.read(machine, users)
            assert isinstance(listed, Software)  # noqa: S101 the reader makes it
            programs = frozenset(item.name.casefold() for item in listed.programs)
            if not listed.whole:
                unread["programs of users"] = Unknown(
                    Reason.NO_PRIVILEGE, say("what users installed could not be read")
                )
        except CannotTell as why:
            unread["programs"] = Unknown(why.reason, say("the list of programs could not be read"))
    try:
        running = _names(processes)
    except CannotTell as why:
        unread["processes"] = Unknown(why.reason, say("what runs could not be read"))
    return _Sight(known, active, programs, running, unread)


def _names(answer: Answer) -> frozenset[str]:
    """Every Windows runs something; an empty list is one that was not read."""
    items = table(answer).get("items")
    names = frozenset(text(item).casefold() for item in items) if isinstance(items, list) else frozenset()
    if not names:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no process"))
    return names
