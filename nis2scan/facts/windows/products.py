"""Office, SQL Server, .NET, Java and others on Windows, by what the registry says of their versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nis2scan.api import Answer, CannotTell, Message, Reason, Unknown, powershell, reads, say
from nis2scan.facts.products import Product, Products
from nis2scan.facts.windows.software import SOFTWARE, USER_SOFTWARE, Program, Software, software
from nis2scan.facts.windows.values import number, rows, sub, table, text

OFFICE = powershell(
    r"""# office
[ordered]@{
  office = Read-Values 'HKLM:\SOFTWARE\Microsoft\Office\ClickToRun\Configuration' 'ProductReleaseIds' 'VersionToReport'
}""",
    seconds=2,
)

FRAMEWORK = powershell(
    r"""# dotnet-framework
[ordered]@{
  four = Read-Values 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' 'Release' 'Version'
  three = Read-Values 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v3.5' 'Install' 'Version'
}""",
    seconds=2,
)

# Instances that are there now; an upgrade leaves keys of the older one behind.
SQL_SERVER = powershell(
    r"""# sql-server
$root = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server'
$known = $null
try { $known = Get-ItemProperty -LiteralPath "$root\Instance Names\SQL" -ErrorAction Stop } catch { if ($_.FullyQualifiedErrorId -notlike 'PathNotFound*') { throw } }
$names = @($known.PSObject.Properties | ForEach-Object { "$($_.Value)" } | Where-Object { $_ -match '^MSSQL[0-9_]+\.' })
[ordered]@{ items = @(foreach ($name in $names) { [ordered]@{ instance = $name; setup = Read-Values "$root\$name\Setup" 'PatchLevel' 'Version' } }) }""",
    seconds=3,
)

# Suites by their product ids. Visio and Project without a year are also sold by subscription, so they tell nothing.
_YEAR = re.compile(r"(2019|2021|2024)(Retail|Volume)$", re.I)
_SUITE_2016 = re.compile(
    r"^(ProPlus|Professional|Standard|HomeBusiness|HomeStudent|Personal|SmallBusiness|Word|Excel|PowerPoint|Outlook|Access"
    r"|Publisher)(Retail|Volume)$",
    re.I,
)
_SUBSCRIPTION = re.compile(r"^(O365|Mondo)", re.I)
_SUITE_KEY = re.compile(r"^Office(12|14|15|16)\.[A-Z0-9]+$", re.I)
_KEY_YEARS = {"14": "2010", "15": "2013", "16": "2016"}  # installed the old way; later ones only come the new way

# Programs by their name in the list, with their version in it; and those that have it in its own field.
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Microsoft (?:\.NET Runtime|\.NET Core Runtime|Windows Desktop Runtime) - (\d+\.\d+\.\d+)"), "dotnet"),
    (re.compile(r"Microsoft ASP\.NET Core (\d+\.\d+\.\d+) - Shared Framework"), "dotnet"),
    (re.compile(r"Java (\d+) Update \d+"), "java-oracle"),
    (re.compile(r"Java(?:\(TM\))? SE Development Kit (\d+)"), "java-oracle"),
    (re.compile(r"Eclipse Temurin J(?:RE|DK) with Hotspot (\d+)"), "java-temurin"),
    (re.compile(r"PostgreSQL (\d+(?:\.\d+)?)\b"), "postgresql"),
    (re.compile(r"MySQL Server (\d+\.\d+)\b"), "mysql"),
    (re.compile(r"MariaDB (\d+\.\d+)\b"), "mariadb"),
    (re.compile(r"Python (\d+\.\d+)(?:\.\d+)? \((?:32|64)-bit\)"), "python"),
    (re.compile(r"Apache Tomcat (\d+\.\d+)\b"), "tomcat"),
    (re.compile(r"OpenSSL (\d+\.\d+\.\d+)"), "openssl"),
)
_VERSIONED = {
    "Node.js": "nodejs",
    "Veeam Backup & Replication": "veeam-br",
    "Veeam Backup & Replication Server": "veeam-br",
}
_EXCHANGE = re.compile(r"Microsoft Exchange Server (?:20\d\d|(Subscription Edition))(?: Cumulative Update \d+| RTM)?$")


@reads(SOFTWARE, USER_SOFTWARE, OFFICE, FRAMEWORK, SQL_SERVER)
def products(machine: Answer, users: Answer, office: Answer, framework: Answer, sql: Answer) -> Products:
    """Each place by itself: one that could not be read is told, and costs the others nothing."""
    found: dict[Product, None] = {}
    unread: dict[str, Unknown] = {}
    try:
        known = _programs(machine, users)
        found |= dict.fromkeys(_from_list(known))
        if not known.whole:
            unread["programs of users"] = Unknown(Reason.NO_PRIVILEGE, say("what users installed could not be read"))
    except CannotTell as why:
        unread["programs"] = Unknown(why.reason, say("the list of programs could not be read"))
    places: dict[str, Callable[[], Iterable[Product]]] = {
        "Office": lambda: _office(office),
        ".NET Framework": lambda: _framework(framework),
        "SQL Server": lambda: _sql_server(sql),
    }
    for place, read in places.items():
        try:
            found |= dict.fromkeys(read())
        except CannotTell as why:
            unread[place] = Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else "")
    return Products(tuple(found), unread)


def _from_list(known: Software) -> Iterator[Product]:
    for program in known.programs:
        if (product := _listed(program)) is not None:
            yield product


def _programs(machine: Answer, users: Answer) -> Software:
    found = software.read(machine, users)
    assert isinstance(found, Software)  # noqa: S101 the reader makes it
    return found


def _listed(program: Program) -> Product | None:
    if met := _SUITE_KEY.match(program.key):
        year = _KEY_YEARS.get(met[1])
        return Product(program.name, "office", f"office:{year}") if year else None
    for pattern, product in _NAMED:
        if met := pattern.match(program.name):
            return Product(program.name, product, _version(product, met[1]), f"{product} {_series(met[1])}")
    version = re.match(r"\d+(\.\d+)*", program.version)
    if version is None:
        return None
    if met := _EXCHANGE.match(program.name):  # the subscription began with a build of its own
        build = "exchange:15.2.2562." if met[1] else f"exchange:{version[0]}"
        return Product(program.name, "exchange", build, "exchange")
    kind = _VERSIONED.get(program.name)
    return Product(f"{program.name} {version[0]}", kind, version[0], kind) if kind else None


def _series(version: str) -> str:
    """8.0.11 and 8.0.12 are one series; an update within it is no other program."""
    return ".".join(version.split(".")[:2])


def _version(product: str, version: str) -> str:
    """As the table writes it: `dotnet:8.0.11`, and 8u for the Java that calls itself 1.8."""
    if product == "dotnet":
        return f"dotnet:{version}"
    if product == "java-oracle" and version in ("6", "7", "8"):
        return f"{version}u"
    return version if "." in version else f"{version}."


def _office(answer: Answer) -> Iterator[Product]:
    """No such key: no Office that was installed the new way."""
    for name in text((sub(table(answer), "office") or {}).get("ProductReleaseIds")).split(","):
        if met := _YEAR.search(name.strip()):
            ltsc = "-ltsc" if met[1] == "2024" and met[2].casefold() == "volume" else ""
            yield Product(f"Office {met[1]} ({name.strip()})", "office", f"office:{met[1]}{ltsc}", name.strip())
        elif _SUITE_2016.match(name.strip()):
            yield Product(f"Office 2016 ({name.strip()})", "office", "office:2016", name.strip())
        elif _SUBSCRIPTION.match(name.strip()):
            yield Product(f"Microsoft 365 ({name.strip()})", "office", "office:365", name.strip())


def _framework(answer: Answer) -> Iterator[Product]:
    made = table(answer)
    four, three = sub(made, "four") or {}, sub(made, "three") or {}
    if (release := number(four.get("Release"))) is not None:
        name = f".NET Framework {text(four.get('Version'))}".strip()
        yield Product(name, "dotnet-framework", f"netfx-release:{release}", ".NET Framework 4")
    if number(three.get("Install")) == 1:
        yield Product(".NET Framework 3.5", "dotnet-framework", "netfx:3.5")


def _sql_server(answer: Answer) -> Iterator[Product]:
    """The second part of a patched version is its service pack here, where the server itself says 0."""
    for row in rows(table(answer)):
        setup = sub(row, "setup") or {}
        version = text(setup.get("PatchLevel")) or text(setup.get("Version"))
        met = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        if met is None:
            raise CannotTell(Reason.PARSE_ERROR, say("the version of SQL Server could not be read"))
        minor = "50" if met[1] == "10" and int(met[2]) >= 50 else "0"
        instance = text(row.get("instance")).partition(".")[2]
        name = f"SQL Server {version} ({instance})"
        yield Product(name, "sql-server", f"mssql:{met[1]}.{minor}.{met[3]}", f"SQL Server {instance}")
