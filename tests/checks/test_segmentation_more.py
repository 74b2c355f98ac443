"""SEG-ANY-001, SEG-LNX-002, and SEG-LNX-001 where iptables wrote into nftables.

Cards, addresses and rules are made and read by the real kernel, in namespaces of their own.

A namespace has no real card: veth cards are seen as a container sees them, or are given the mark of a real one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Policy, Reason, Status
from nis2scan.facts.linux.firewall import RULES, SAVED
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.networks import LINKS
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import answered, findings, only, recording

BRIDGING = "segmentation/bridging-host"
P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]
needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")

LXC, HOST, DOCKER = "pid1=systemd\ncontainer=lxc\n", "pid1=systemd\n", "pid1=nginx\ncontainer=docker\n"


# The kernel tells the state of a card a moment after its carrier.
SETTLED = """for d in /sys/class/net/*; do
  i=0; while [ $i -lt 100 ]; do
    case $(cat $d/carrier 2>/dev/null || echo x) in 1) w="up unknown" ;; 0) w="lowerlayerdown down" ;; *) w=down ;; esac
    case " $w " in *" $(cat $d/operstate) "*) break ;; esac
    sleep 0.05; i=$((i + 1))
  done
done"""


def seen_inside(setup: str, shell: list[str] | None = None) -> str:
    """What the question reads in a network namespace that was set up so, and that ends with the command."""
    script = f"mount -t sysfs none /sys; {setup}; {SETTLED}; exec {' '.join(shell or ['sh'])} -s"
    command = ["unshare", "--net", "--mount", "--uts", "sh", "-ec", script]
    done = subprocess.run(command, input=LINKS.text, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def joins(text: str | Answer, machine: str = LXC, **policy: tuple[str, ...]) -> Finding:
    told = text if isinstance(text, Answer) else answered(LINKS, text)
    about = answered(MACHINE, f"kernel=6.1\n{machine}now=1700000000\n")
    host = recording(answered(OS_RELEASE, "ID=debian\n"), about, told)
    return only(BRIDGING, host, policy=Policy(**policy))  # type: ignore[arg-type]


def real(text: str, *cards: str) -> str:
    """As if these cards hung on a bus: sysfs then has a link called `device`."""
    for card in cards:
        assert f"card={card}\n" in text
        text = text.replace(f"card={card}\n", f"card={card}\ndevice=yes\n")
    return text


PASS_ON = "echo 1 > /proc/sys/net/ipv4/ip_forward"
PASS_ON_6 = "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"
START = "hostname kantoor; ip link set lo up"


def cards(**addresses: str) -> str:
    """veth cards with their addresses, both ends up."""
    lines = [START]
    for name, all_of_it in addresses.items():
        lines += [f"ip link add {name} type veth peer name p-{name}", f"ip link set {name} up; ip link set p-{name} up"]
        lines += [
            f"ip addr add {address} dev {name} {'nodad' if ':' in address else ''}" for address in all_of_it.split()
        ]
    return "; ".join(lines)


ONE, TWO, THIRD = "192.168.1.5/24", "10.0.7.5/16", "192.168.1.6/24"


@needs_root
@pytest.mark.parametrize(
    ("setup", "outcome"),
    [
        (cards(eth0=ONE), P),
        (f"{cards(eth0=ONE)}; {PASS_ON}", P),
        (cards(eth0=ONE, eth1=THIRD), P),  # cable and Wi-Fi into the same network
        (cards(eth0=ONE, eth1=TWO), W),
        (f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON_6}", W),  # it has no IPv6 to pass on
        (f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON}", F),
        (f"{cards(eth0=ONE, eth1=TWO)}; echo 1 > /proc/sys/net/ipv4/conf/eth1/forwarding", F),
        (f"{cards(eth0=ONE + ' ' + TWO)}; {PASS_ON}", F),
        (f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON}; ip link set p-eth1 down", P),  # the cable is out
        (cards(eth0=ONE, eth1="192.0.2.5/24"), P),
        (f"{cards(eth0=ONE, eth1='192.0.2.5/24')}; {PASS_ON}", W),
        (f"{cards(eth0=ONE, eth1='169.254.3.4/16')}; {PASS_ON}", P),
        (f"{cards(eth0='fd00:1::5/64', eth1='fd00:2::5/64')}", W),
        (f"{cards(eth0='fd00:1::5/64', eth1='fd00:2::5/64')}; {PASS_ON_6}", F),
        (f"{cards(eth0='fd00:1::5/64 fd00:9::5/64', eth1='fd00:1::6/64')}; {PASS_ON_6}", P),
        (f"{cards(eth0=ONE + ' fd00:1::5/64', eth1='fd00:2::7/128')}; {PASS_ON_6}", P),
        (f"{cards(eth0=ONE)}; ip link add vx type vxlan id 7 dstport 4789 dev eth0; ip link set vx up; "
         f"ip addr add {TWO} dev vx; {PASS_ON}", P),
        (f"{START}", Q),
        (f"{cards(eth0=ONE)}; ip link set p-eth0 down", Q),
    ],
)  # fmt: skip
def test_networks_of_a_machine_by_what_the_kernel_shows(setup: str, outcome: Outcome) -> None:
    assert joins(seen_inside(setup)).outcome is outcome


@needs_root
def test_a_vlan_on_a_card_is_a_network_and_a_tunnel_is_none() -> None:
    """This kernel has no VLAN: the lines that sysfs then shows are written after its documentation."""
    text = real(seen_inside(f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON}"), "eth0")

    assert joins(text.replace("card=eth1\n", "card=eth1\nkind=vlan\nlower=eth0\n"), HOST).outcome is F
    assert joins(text.replace("card=eth1\n", "card=eth1\nkind=wireguard\n"), HOST).outcome is P
    assert joins(text.replace("card=eth1\n", "card=eth1\nkind=vxlan\nlower=eth0\n"), HOST).outcome is P


DOCKER0 = "ip link add docker0 type bridge; ip link set docker0 up; ip addr add 172.17.0.1/16 dev docker0; "
CONTAINER = "ip link add veth1 type veth peer name c1; ip link set veth1 up master docker0; ip link set c1 up"


@needs_root
def test_bridges_of_containers_are_no_networks_of_the_office() -> None:
    one, two = (
        seen_inside(f"{cards(**them)}; {PASS_ON}; {DOCKER0}{CONTAINER}")
        for them in ({"eth0": ONE}, {"eth0": ONE, "eth1": TWO})
    )

    assert joins(real(one, "eth0"), HOST).outcome is N
    found = joins(real(two, "eth0", "eth1"), HOST)
    assert found.outcome is W
    assert "docker0" in str(found.found)
    assert joins(one, HOST).outcome is Q, "no card of the machine itself was seen"


@needs_root
def test_a_bridge_over_two_real_cards_is_asked_about_and_one_over_a_single_card_is_that_card() -> None:
    bridge = f"ip link add br0 type bridge; ip link set br0 up; ip addr add {ONE} dev br0; ip link set eth0 master br0"
    one = seen_inside(f"{cards(eth0='', eth1=TWO)}; {bridge}; {PASS_ON}")
    both = seen_inside(f"{cards(eth0='', eth1='')}; {bridge}; ip link set eth1 master br0")

    assert joins(real(one, "eth0", "eth1"), HOST).outcome is F
    found = joins(real(both, "eth0", "eth1"), HOST)
    assert found.outcome is W
    assert "eth0, eth1" in str(found.found)


@needs_root
def test_a_router_that_was_approved_by_its_name_passes() -> None:
    text = seen_inside(f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON}")

    assert joins(text, approved_routers=("Kantoor",)).outcome is P
    assert joins(text.replace("host=kantoor", "host=kantoor.lan"), approved_routers=("kantoor",)).outcome is P
    assert joins(text, approved_routers=("kantoor2", "")).outcome is F
    assert joins(text.replace("host=kantoor", "host="), approved_routers=("",)).outcome is F


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_every_shell_reads_the_same_cards(shell: list[str]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    setup = f"{cards(eth0=ONE, eth1=TWO)}; {PASS_ON}"

    ours, theirs = (
        [line for line in seen_inside(setup, which).splitlines() if "fe80" not in line] for which in (None, shell)
    )

    assert ours == theirs
    assert "pass4=1" in ours


@needs_root
def test_busybox_prints_addresses_that_are_read_the_same() -> None:
    setup = f"{cards(eth0=ONE, eth1=TWO + ' fd00:2::5/64')}; {PASS_ON}"
    text = LINKS.text.replace("ip -o", "busybox ip -o")
    script = f"mount -t sysfs none /sys; {setup}; {SETTLED}; exec busybox sh -s"
    command = ["unshare", "--net", "--mount", "--uts", "sh", "-ec", script]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=True)

    assert joins(done.stdout).found == joins(seen_inside(setup)).found


@needs_root
def test_a_list_of_cards_that_is_not_whole_is_not_judged() -> None:
    whole = seen_inside(cards(eth0=ONE))

    assert joins(whole).outcome is P
    for harmed in (
        "",
        whole.removesuffix("end=\n"),
        whole.split("addresses=")[0],
        re.sub(r"addresses=.*end=", "addresses=\nend=", whole, flags=re.DOTALL),
        whole.replace("inet ", "inett "),
        re.sub(r"pass4=\d\n", "", whole),
    ):
        assert joins(harmed).outcome is Q
    assert joins(Answer(LINKS, Status.MISSING)).reason is Reason.TOOL_MISSING


def test_a_container_of_one_program_stands_in_no_network_of_its_own() -> None:
    assert joins(Answer(LINKS, Status.MISSING), DOCKER).outcome is N


# ---- published ports ---------------------------------------------------------------------------

PUBLISHED = "segmentation/published-ports"
RECORDED = Path(__file__).parent.parent / "recorded" / "linux"


def told(rules: str | Answer, programs: str = "dockerd containerd-shim", machine: str = HOST) -> dict[str, Finding]:
    seen = rules if isinstance(rules, Answer) else answered(RULES, rules, as_root=True)
    comms = answered(COMMS, "\n".join(["systemd", *programs.split(), "."]))
    about = answered(MACHINE, f"kernel=6.1\n{machine}now=1700000000\n")
    host = recording(answered(OS_RELEASE, "ID=debian\n"), about, comms, seen)
    return {item.subject: item for item in findings(PUBLISHED, host)}


def ports(rules: str | Answer, programs: str = "dockerd containerd-shim", machine: str = HOST) -> dict[str, Outcome]:
    return {name: item.outcome for name, item in told(rules, programs, machine).items()}


def kept(name: str) -> str:
    return (RECORDED / f"containers-{name}.txt").read_text()


def set_by(commands: str) -> str:
    """What the question reads in a network namespace after these commands."""
    script = f"ip link set lo up; {commands}\nset +e\n{RULES.text}"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-ec", script], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


def test_ports_that_docker_published_without_a_firewall() -> None:
    """Recorded from Docker 20.10 of Debian 12, as are the other files of this name."""
    found = ports(kept("docker"))

    assert found == {"8080/tcp": P, "5432/tcp": P, "53/udp": P, "8000/tcp": P, "8001/tcp": P}


def test_ports_that_podman_published_without_a_firewall() -> None:
    """Recorded from Podman 4.3 of Debian 12, with netavark."""
    found = told(kept("podman"), "conmon")

    assert {name: item.outcome for name, item in found.items()} == {"8080/tcp": P, "5432/tcp": P, "7000-7002/udp": P}
    assert "itself" in str(found["5432/tcp"].found)


def test_docker_without_published_ports_passes_and_no_engine_is_not_applicable() -> None:
    assert ports(kept("docker-none")) == {"": P}
    assert ports(kept("docker-none"), "sshd") == {"": N}
    assert ports(kept("docker"), "sshd") == {"": N}, "a router passes on ports too"
    assert ports(Answer(RULES, Status.DENIED), "sshd") == {"": N}
    assert ports(kept("docker"), machine=DOCKER) == {"": N}


REFUSES = """nft -f - << 'END'
table inet mine { chain input { type filter hook input priority 0; policy drop; ct state established accept;
  tcp dport { 22, 8000 } accept; tcp dport 8081 accept; ip saddr 10.0.0.0/8 tcp dport 8001 accept; }
}
END
"""
OF_DOCKER = "iptables-nft -t nat -N DOCKER; iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER; "


def sent(*published: str, to: str = "172.17.0.2:80", tool: str = "iptables-nft") -> str:
    """As Docker writes it: `-p tcp --dport 8080`."""
    return "".join(f"{tool} -t nat -A DOCKER ! -i docker0 {each} -j DNAT --to-destination {to}; " for each in published)


@needs_root
def test_a_port_that_goes_around_a_refusing_firewall_fails() -> None:
    published = [
        "-p tcp --dport 8080",
        "-p tcp --dport 8001",
        "-p tcp --dport 8081",
        "-p tcp -d 127.0.0.1 --dport 5432",
    ]
    published += ["-p udp -d 192.168.1.5 --dport 53", "-p tcp --dport 7000:7005"]
    rules = set_by(REFUSES + OF_DOCKER + sent(*published))

    found = ports(rules)

    expected = {"8080/tcp": F, "8001/tcp": F, "8081/tcp": P, "5432/tcp": P, "53/udp": F, "7000-7005/tcp": F}
    assert found == expected
    assert ports(rules, "conmon") == expected


@needs_root
def test_a_database_on_the_network_is_a_warning_where_no_firewall_refuses() -> None:
    assert ports(set_by(OF_DOCKER + sent("-p tcp --dport 3306"))) == {"3306/tcp": W}


@needs_root
@pytest.mark.parametrize(
    "rules",
    [
        "iptables-nft -A INPUT -p tcp --dport 8080 -j DROP",
        "iptables-nft -A INPUT -i eth0 -j DROP",
        "nft 'table inet own { chain i { type filter hook input priority 0; tcp dport 8080 reject; }\n}'",
    ],
)
def test_a_firewall_that_refuses_some_may_refuse_this_port(rules: str) -> None:
    assert ports(set_by(OF_DOCKER + sent("-p tcp --dport 8080") + rules)) == {"8080/tcp": W}


@needs_root
def test_what_may_go_out_or_through_is_not_let_in() -> None:
    out = "nft 'table inet more { chain o { type filter hook output priority 0; tcp dport 8080 accept; }\n}'; "
    out += "iptables-nft -N ufw-user-output; iptables-nft -A OUTPUT -j ufw-user-output; "
    out += "iptables-nft -A ufw-user-output -p tcp --dport 8080 -j ACCEPT; "
    into = "iptables-nft -N ufw-user-input; iptables-nft -A INPUT -j ufw-user-input; "
    into += "iptables-nft -A ufw-user-input -p tcp --dport 8080 -j ACCEPT; "
    published = REFUSES + OF_DOCKER + sent("-p tcp --dport 8080")

    assert ports(set_by(published + out)) == {"8080/tcp": F}
    assert ports(set_by(published + into)) == {"8080/tcp": P}
    assert ports(set_by(published + into.replace("-nft", "-legacy"))) == {"8080/tcp": P}


@needs_root
def test_rules_of_the_owner_may_hold_a_published_port_back() -> None:
    user = "iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DOCKER-USER; "
    chain = "chain f { type filter hook forward priority 0; policy drop; }"
    published = REFUSES + OF_DOCKER + sent("-p tcp --dport 8080") + user

    assert ports(set_by(published + "iptables-nft -A DOCKER-USER -j RETURN")) == {"8080/tcp": F}
    assert ports(set_by(published + "iptables-nft -A DOCKER-USER -i eth0 -j DROP")) == {"8080/tcp": W}
    assert ports(set_by(published + f"nft 'table inet apart {{ {chain} \n}}'")) == {"8080/tcp": W}
    assert set(ports(kept("docker-user")).values()) == {P, W}


@needs_root
def test_ipv6_is_judged_by_its_own_rules() -> None:
    only_v4 = "nft 'table ip mine { chain i { type filter hook input priority 0; policy drop; }\n}'; "
    nat = OF_DOCKER.replace("iptables", "ip6tables")
    six = sent("-p tcp --dport 8080", to="[fd00::2]:80", tool="ip6tables-nft")

    assert ports(set_by(only_v4 + nat + six)) == {"8080/tcp": W}
    assert ports(set_by(nat + six)) == {"8080/tcp": P}
    assert ports(set_by(REFUSES + nat + six)) == {"8080/tcp": F}
    assert ports(set_by(only_v4 + nat + six + OF_DOCKER + sent("-p tcp --dport 8080"))) == {"8080/tcp": F}


@needs_root
def test_rules_in_the_words_of_nft_and_of_old_iptables_are_read_too() -> None:
    chain = "type nat hook prerouting priority dstnat;"
    native = f"nft 'table inet netavark {{ chain d {{ {chain} tcp dport 8080 dnat ip to 10.88.0.2:80; }} \n}}'"
    mapped = f"nft 'table inet netavark {{ chain d {{ {chain} dnat ip to tcp dport map {{ 80 : 10.88.0.2 }}; }} \n}}'"
    legacy = (OF_DOCKER + sent("-p tcp --dport 8080", "-p tcp -d 127.0.0.1/32 --dport 81")).replace("-nft", "-legacy")

    assert ports(set_by(REFUSES + native), "conmon") == {"8080/tcp": F}
    assert ports(set_by(REFUSES + mapped), "conmon") == {"?": Q}
    assert ports(set_by(REFUSES + legacy)) == {"8080/tcp": F, "81/tcp": P}


def test_a_cluster_is_not_assessed() -> None:
    assert ports(kept("docker-none"), "k3s-server containerd-shim") == {"k3s-server": Q}


def test_without_the_rules_nothing_is_said() -> None:
    for harmed in (Answer(RULES, Status.DENIED), kept("docker-none").replace("==end", ""), "", "==ipv6 0\n==end\n"):
        assert ports(harmed) == {"": Q}


# ---- rules that iptables wrote into nftables ---------------------------------------------------

FIREWALL = "segmentation/host-firewall"
LISTENING = 'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=8,fd=3))\nend=ss\n'
MARK = "==question\n"


def both(commands: str, shell: str = "sh") -> tuple[str, str]:
    """What the two questions about the firewall read in a network namespace after these commands."""
    put = f"{shell} -s << 'EOQ'\n{RULES.text}\nEOQ\necho '{MARK.strip()}'\n{shell} -s << 'EOQ'\n{SAVED.text}\nEOQ\n"
    script = f"ip link set lo up\n{commands}\nnft list ruleset > $T/before; set +e\n{put}nft list ruleset > $T/after"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["unshare", "--net", "sh", "-ec", script],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={**os.environ, "LC_ALL": "C", "T": folder},
        )
        assert (Path(folder) / "before").read_text() == (Path(folder) / "after").read_text()
    rules, _, saved = done.stdout.partition(MARK)
    return rules, saved


def filtered(rules: str, saved: str | Answer) -> Finding:
    told = saved if isinstance(saved, Answer) else answered(SAVED, saved, as_root=True)
    about = answered(MACHINE, "kernel=6.1\npid1=systemd\nnow=1700000000\n")
    host = recording(
        *(answered(OS_RELEASE, "ID=debian\n"), about, answered(LISTENERS, LISTENING)),
        *(answered(RULES, rules, as_root=True), told),
    )
    return only(FIREWALL, host)


def of_ufw(name: str) -> str:
    """The rules that ufw 0.36.2 of Debian 12 made, put into the kernel again by iptables itself."""
    four, six = (RECORDED / f"ufw-{name}.txt").read_text().split("==4\n")[1].split("==6\n")
    rest = [f"{tool}-nft-restore << 'EOR'\n{rules}EOR\n" for tool, rules in (("iptables", four), ("ip6tables", six))]
    return "".join(rest).replace("==end\n", "")


@needs_root
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ssh", P),  # ufw allow ssh
        ("from", P),  # ufw allow from 10.0.0.0/8; ufw limit ssh
        ("eth0", W),  # ufw allow in on eth0
        ("toown", Q),  # ufw allow from any to 192.168.1.5: that may be the machine itself
        ("allow", W),  # ufw default allow incoming
    ],
)
def test_what_ufw_set_is_judged_by_its_rules(name: str, outcome: Outcome) -> None:
    rules, saved = both(of_ufw(name))

    assert filtered(rules, saved).outcome is outcome
    assert filtered(rules, "==end\n").outcome in (outcome, Q)


@needs_root
@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        (
            "-P INPUT DROP; -A INPUT -m state --state ESTABLISHED -j ACCEPT; -A INPUT -p tcp --dport 22 -j ACCEPT",
            P,
        ),
        ("-P INPUT DROP; -A INPUT -m conntrack --ctstate NEW -j ACCEPT", W),
        ("-A INPUT -m conntrack --ctstate NEW -j REJECT", P),
        ("-P INPUT DROP; -A INPUT -m limit --limit 25/s -j ACCEPT", Q),  # everybody, only not too often
        ("-P INPUT DROP; -A INPUT -p udp -m udp --sport 53 -j ACCEPT", Q),  # whoever sends from port 53
        ("-P INPUT DROP; -A INPUT -m conntrack --ctstate NEW -d 192.168.1.5 -j ACCEPT", Q),
        ("-P INPUT DROP; -A INPUT -m conntrack --ctstate NEW -d 224.0.0.251 -j ACCEPT", P),
        ("-P INPUT DROP; -A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 1:65535 -j ACCEPT", Q),
        ("-P INPUT DROP; -A INPUT -p tcp -m multiport --dports 80,443 -m limit --limit 9/s -j ACCEPT", P),
        ("-P INPUT DROP; -A INPUT -m conntrack --ctstate NEW -p tcp -m multiport --dports 1:40000 -j ACCEPT", Q),
        ("-P INPUT DROP; -A INPUT -p tcp -m conntrack --ctstate NEW --tcp-flags SYN,ACK SYN -j ACCEPT", Q),
        ("-P INPUT DROP; -A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT", P),
        ("-P INPUT DROP; -A INPUT -m mark ! --mark 0x1 -j ACCEPT", Q),
    ],
)
def test_what_iptables_set_is_judged_by_its_rules(rules: str, outcome: Outcome) -> None:
    commands = "\n".join(f"{tool} {rule}" for rule in rules.split("; ") for tool in ("iptables-nft", "ip6tables-nft"))
    commands = "\n".join(line for line in commands.splitlines() if not ("ip6" in line and re.search(r"\d\.\d", line)))
    six = "" if "ip6tables-nft -A" in commands else "ip6tables-nft -P INPUT DROP\n"

    assert filtered(*both(f"{commands}\n{six}")).outcome is outcome


@needs_root
@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        ("limit rate 25/second accept", Q),
        ("ip daddr 192.168.1.5 accept", Q),
        ("ip daddr 224.0.0.0/4 accept", P),
        ("tcp dport 1-65535 accept", Q),
        ("tcp dport 40000-50000 accept", P),
        ("tcp dport > 1023 accept", Q),
        ("tcp dport { 22, 1024-40000, 40002-65535 } accept", Q),
        ("tcp dport { 22, 80, 8000-8010 } accept", P),
        ("meta mark 5 accept", Q),
        ("meta pkttype multicast accept", P),
        ("ct status dnat accept", P),
        ("iifname vmap @cards", Q),
        ("tcp dport vmap @ports", P),
        ("limit rate 25/second ip saddr 192.0.2.0/24 accept", P),
    ],
)
def test_an_exception_that_everybody_may_meet_is_none(rules: str, outcome: Outcome) -> None:
    maps = 'map cards { type ifname : verdict; elements = { "eth0" : accept }; }\n'
    maps += "map ports { type inet_service : verdict; elements = { 22 : accept }; }\n"
    chain = f"chain i {{ type filter hook input priority 0; policy drop; {rules}; }}"

    assert filtered(*both(f"nft -f - << 'END'\ntable inet own {{\n{maps}{chain}\n}}\nEND")).outcome is outcome


PORT = "iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT"
STATE = "iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"


@needs_root
@pytest.mark.parametrize(
    ("commands", "asked"),
    [
        (":", False),
        (f"{PORT}\n{STATE}", True),
        (PORT, False),  # nft shows all of it
        ("nft 'table ip filter { chain INPUT { type filter hook input priority 0; tcp dport 22 accept; }\n}'", False),
        (f"{STATE}\nnft add rule ip filter INPUT tcp dport 22 accept", False),  # not all was made by iptables
        ("iptables-legacy -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", False),
        (f"iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j ACCEPT\n{PORT}", False),
    ],
)
def test_iptables_is_asked_only_for_what_it_made_itself(commands: str, asked: bool) -> None:
    for shell in ("dash", "bash", "busybox sh", "mksh"):
        if shutil.which(shell.split()[0]):
            _, saved = both(commands, shell)
            assert ("*filter" in saved) is asked, shell
            assert saved.endswith("==end\n")


def extensions(trace: str) -> set[tuple[str, ...]]:
    """The extensions that a program asked the kernel for, by family, name and revision: it loads what is missing."""
    found = re.findall(r"sendto\(.*COMPAT_GET.*nfgen_family=(\w+).*?0x1\}, \"(.*?)\".*?0x2\}, \"(.*?)\"", trace)
    return {tuple(item) for item in found}


@needs_root
def test_asking_iptables_loads_and_changes_nothing(tmp_path: Path) -> None:
    """What it asks the kernel for was all asked for when the rules were made, so the kernel has it already."""
    (tmp_path / "make.sh").write_text(of_ufw("from"))
    (tmp_path / "ask.sh").write_text(SAVED.text)
    watched = "strace -f -qq -s 400 -e trace=sendto,sendmsg,open,openat,mkdir,mkdirat,unlink,unlinkat,mknod,execve -o"
    script = f"cd {tmp_path}; {watched} made sh make.sh; {watched} asked sh ask.sh"
    subprocess.run(["unshare", "--net", "sh", "-ec", script], check=True, timeout=90, capture_output=True)
    made, asked = ((tmp_path / name).read_text() for name in ("made", "asked"))

    assert len(extensions(asked)) > 10
    assert extensions(asked) <= extensions(made)
    kinds = set(re.findall(r"NFT_MSG_\w+", "".join(re.findall(r"^.*send(?:to|msg)\(.*$", asked, re.MULTILINE))))
    assert {kind.removeprefix("NFT_MSG_")[:3] for kind in kinds} == {"GET"}
    changes = [line for line in asked.splitlines() if re.search(r"O_WRONLY|O_RDWR|O_CREAT|mkdir|unlink|mknod", line)]
    assert [line for line in changes if '"/dev/null"' not in line] == []
    assert "modprobe" not in asked


@needs_root
def test_an_answer_of_iptables_that_is_not_whole_is_as_none() -> None:
    rules, saved = both(of_ufw("ssh"))

    assert filtered(rules, saved).outcome is P
    for harmed in (
        saved.replace("==end\n", ""),
        saved.replace("*filter", "# Table `filter' is incompatible, use 'nft' tool."),
        saved.replace("COMMIT", ""),
        saved.split("==6")[0] + "==end\n",
        Answer(SAVED, Status.DENIED),
        Answer(SAVED, Status.TIMEOUT),
        Answer(SAVED),
    ):
        assert filtered(rules, harmed).outcome is Q


def test_a_port_that_docker_published_around_ufw_fails() -> None:
    """ufw allows 8000 to all and 8001 to some; iptables said so a moment later."""
    saved = (RECORDED / "containers-docker-ufw-saved.txt").read_text()
    comms = answered(COMMS, "systemd\ndockerd\n.\n")
    about = answered(MACHINE, "kernel=6.1\npid1=systemd\nnow=1700000000\n")
    host = recording(
        *(answered(OS_RELEASE, "ID=debian\n"), about, comms),
        *(answered(RULES, kept("docker-ufw"), as_root=True), answered(SAVED, saved, as_root=True)),
    )

    found = {item.subject: item.outcome for item in findings(PUBLISHED, host)}

    assert found == {"8080/tcp": F, "5432/tcp": P, "53/udp": F, "8000/tcp": P, "8001/tcp": F}
