"""SEG-LNX-001. The rules are made and read by the real nft, in network namespaces of their own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Reason, Severity, Status
from nis2scan.facts.linux.firewall import RULES
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import answered, only, recording

CHECK = "segmentation/host-firewall"
RECORDED = Path(__file__).parent.parent / "recorded" / "linux"
SSH = 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\n'
WEB = 'tcp LISTEN 0 128 [::]:80 [::]:* users:(("nginx",pid=8,fd=3))\n'
INSIDE = 'tcp LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=9,fd=3))\n'
DHCP = 'udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:* users:(("dhclient",pid=5,fd=3))\n'
NONE = '==ipv6 0\n==nft\n{"nftables": []}\n==end\n'


def judged(rules: str | Answer, listening: str = SSH + WEB, machine: str = "pid1=systemd\n") -> Finding:
    told = rules if isinstance(rules, Answer) else answered(RULES, rules, as_root=True)
    about = answered(MACHINE, f"kernel=6.1\n{machine}now=1700000000\n")
    host = recording(answered(OS_RELEASE, "ID=debian\n"), about, answered(LISTENERS, listening + "end=ss\n"), told)
    return only(CHECK, host)


def nft(rules: str) -> str:
    """What the question reads where these rules are set, in a network namespace that ends with the command."""
    command = ["unshare", "--net", "sh", "-c", f"nft -f - && {{ {RULES.text}\n}}"]
    done = subprocess.run(command, input=rules, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


needs_nft = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")
DROP = "chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept; }"
LAST = "chain input { type filter hook input priority 0; tcp dport 22 accept; counter log reject; }"
OPEN = "chain input { type filter hook input priority 0; tcp dport 23 drop; }"
OUTPUT = "chain output { type filter hook output priority 0; policy drop; }"


def of_input(rules: str, *, policy: str = "accept", hook: str = "input", table: str = "own", more: str = "") -> str:
    gate = f"type filter hook {hook} priority 0; policy {policy}; {rules}"
    return f"table inet {table} {{ chain more {{ {more} }}\n chain gate {{ {gate} }}\n}}"


@needs_nft
@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        (f"table inet filter {{ {DROP} \n}}", Outcome.PASS),
        (f"table inet filter {{ {LAST} \n}}", Outcome.PASS),
        (f"table ip filter {{ {DROP} \n}}\ntable ip6 filter {{ {DROP} \n}}", Outcome.PASS),
        (f"table ip filter {{ {DROP} \n}}", Outcome.WARN),
        (f"table inet filter {{ {OPEN} \n}}", Outcome.WARN),
        (f"table inet filter {{ {OUTPUT} \n}}", Outcome.FAIL),
        (of_input("ct state established accept; ct state new drop;"), Outcome.PASS),
        (of_input("ct state vmap { established : accept, invalid : drop }; iif lo accept; reject;"), Outcome.PASS),
        (
            of_input('iifname "lo" accept; iifname "wg0" accept; meta l4proto { icmp, icmpv6 } accept; drop;'),
            Outcome.PASS,
        ),
        (of_input("limit rate 5/second log; ip saddr 192.0.2.0/24 accept; drop;"), Outcome.PASS),
        (of_input("accept; drop;"), Outcome.WARN),
        (of_input("accept;", policy="drop"), Outcome.WARN),
        (of_input("ct state { new, established } accept; drop;"), Outcome.WARN),
        (of_input("meta l4proto tcp accept; drop;"), Outcome.WARN),
        (of_input("meta l4proto tcp reject;"), Outcome.WARN),
        (of_input("meta nfproto ipv6 accept; drop;"), Outcome.WARN),
        (of_input('iifname != "lo" accept; drop;'), Outcome.WARN),
        (of_input('iifname "enp*" accept; drop;'), Outcome.WARN),
        (of_input('iifname vmap { "lo" : accept, "eth0" : accept }; drop;'), Outcome.WARN),
        (of_input("jump more; drop;", more="accept;"), Outcome.WARN),
        (of_input("jump more; drop;", more="tcp dport 22 accept; return; accept;"), Outcome.PASS),
        (of_input("jump more;", more="ip saddr 192.0.2.0/24 return; drop;"), Outcome.WARN),
        (of_input("jump more;", more="drop;"), Outcome.PASS),
        (of_input("goto more; drop;", more="counter;"), Outcome.WARN),
        (of_input("jump more;", more="counter;"), Outcome.FAIL),
        (of_input("accept; drop;") + "\n" + of_input("drop;", table="second"), Outcome.PASS),
        (of_input("drop;", hook="prerouting"), Outcome.PASS),
        (of_input("tcp dport 23 drop;", hook="prerouting"), Outcome.FAIL),
        ("", Outcome.FAIL),
    ],
)
def test_real_rules_are_judged_by_what_they_let_in(rules: str, outcome: Outcome) -> None:
    assert judged(nft(rules)).outcome is outcome


@needs_nft
@pytest.mark.parametrize(("word", "number"), [("tcp", "6"), ("udp", "17")])
def test_a_protocol_as_a_number_is_the_same_protocol(word: str, number: str) -> None:
    """A machine without /etc/protocols (netbase is not installed) shows 6 for tcp."""
    shown = nft(of_input(f"meta l4proto {word} accept; drop;"))

    named, numbered = (
        re.sub(r'("l4proto"}}, "right": )("\w+"|\d+)', rf"\g<1>{way}", shown) for way in (f'"{word}"', number)
    )

    assert named != numbered
    assert judged(numbered).outcome is judged(named).outcome is Outcome.WARN


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ufw-deny", Outcome.NOT_ASSESSED),  # nft does not show what `-m conntrack` lets in
        ("ufw-eth0", Outcome.WARN),  # ufw allow in on eth0
        ("ufw-off", Outcome.FAIL),  # ufw disable leaves chains that do nothing
        ("firewalld-public", Outcome.PASS),
        ("firewalld-trusted", Outcome.WARN),
        ("firewalld-trusted-eth0", Outcome.WARN),
        ("iptables-nft", Outcome.NOT_ASSESSED),  # the same
        ("legacy", Outcome.PASS),  # nft sees nothing, the older iptables refuses
    ],
)
def test_what_other_programs_set_is_judged_by_its_rules(name: str, outcome: Outcome) -> None:
    """Recorded from the real programs of Debian 12, each in a network namespace of its own."""
    assert judged((RECORDED / f"firewall-{name}.txt").read_text()).outcome is outcome


@needs_nft
@pytest.mark.parametrize("exception", ["tcp dport != 22 accept", "ip saddr != 192.0.2.1 accept"])
def test_an_exception_for_all_but_a_few_is_no_exception(exception: str) -> None:
    rules = f"type filter hook input priority 0; policy drop; {exception};"

    found = judged(nft(f"table inet filter {{ chain input {{ {rules} }}\n}}"))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)


@pytest.mark.parametrize("exception", ["! -s 192.0.2.0/24 -j ACCEPT", "-p tcp -m tcp ! --dport 22 -j ACCEPT"])
def test_the_same_for_iptables(exception: str) -> None:
    table = f"*filter\n:INPUT DROP [0:0]\n-A INPUT {exception}\nCOMMIT\n"

    assert judged(f"==ipv6 0\n==4\n{table}==6\n{table}==end\n").outcome is Outcome.NOT_ASSESSED


def test_rules_that_only_an_absent_tool_could_read_are_not_judged() -> None:
    """iptables-save of the new kind without nft: there may be more than it tells; a refusal is one all the same."""
    table = "# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n:INPUT {} [0:0]\nCOMMIT\n"
    accepts, drops = (f"==ipv6 0\n==4\n{table.format(p)}==6\n{table.format(p)}==end\n" for p in ("ACCEPT", "DROP"))

    found = judged(accepts)
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.TOOL_MISSING)
    assert judged(drops).outcome is Outcome.PASS


def test_no_filter_on_a_server_is_worse_than_on_a_laptop() -> None:
    assert judged(NONE).severity is Severity.HIGH
    assert judged(NONE, machine="pid1=systemd\nchassis=10\n").severity is Severity.MEDIUM


def test_no_filter_where_only_ssh_listens_is_a_warning() -> None:
    assert judged(NONE, SSH).outcome is Outcome.WARN


def test_a_filter_for_ipv4_is_enough_where_there_is_no_ipv6() -> None:
    # Written after iptables-save(8).
    rules = "==ipv6 {}\n==4\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n==6\n==end\n"

    assert judged(rules.format("off")).outcome is Outcome.PASS
    assert judged(rules.format("1")).outcome is Outcome.PASS
    assert judged(rules.format("0")).outcome is Outcome.WARN


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ("-A INPUT -j DROP", Outcome.PASS),
        ("-A INPUT -j REJECT --reject-with icmp-port-unreachable", Outcome.PASS),
        ("-A INPUT -s 192.0.2.0/24 -j DROP", Outcome.WARN),
        ("-A INPUT -j LOG", Outcome.WARN),
        ('-A INPUT -m comment --comment "no: -j ACCEPT" -j DROP', Outcome.PASS),
        ("-A INPUT -m state --state NEW -j DROP", Outcome.PASS),
        ("-A INPUT -m state --state INVALID -j DROP", Outcome.WARN),
        ("-A INPUT ! -i lo -j ACCEPT\n-A INPUT -j DROP", Outcome.WARN),
        ("-A INPUT -i eth+ -j ACCEPT\n-A INPUT -j DROP", Outcome.WARN),
        ("-A INPUT -i docker0 -j ACCEPT\n-A INPUT -j DROP", Outcome.PASS),
        ("-A INPUT -p tcp -j DROP", Outcome.WARN),
        ("-A INPUT -p tcp -j DROP\n-A INPUT -p udp -m udp -j DROP", Outcome.PASS),
        ("-A INPUT -m rpfilter -j DROP", Outcome.WARN),
        ("-A INPUT -j NFQUEUE --queue-num 0\n-A INPUT -j DROP", Outcome.WARN),
    ],
)
def test_the_last_rule_decides_where_the_policy_accepts(last: str, outcome: Outcome) -> None:
    table = f"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\n{last}\nCOMMIT\n"

    assert judged(f"==ipv6 0\n==4\n{table}==6\n{table}==end\n").outcome is outcome


@pytest.mark.parametrize("listening", ["", INSIDE, DHCP])
def test_where_nothing_listens_to_others_no_filter_is_needed_and_none_need_be_seen(listening: str) -> None:
    assert judged(Answer(RULES, Status.DENIED), listening).outcome is Outcome.PASS


def test_without_root_the_filter_is_not_assessed() -> None:
    found = judged(Answer(RULES, Status.DENIED))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "==ipv6 0\n==4\n*filter\n:INPUT DROP [0:0]\n==end\n",
        '==ipv6 0\n==nft\n{"nftables": []}\n',
        '==ipv6 0\n==nft\n{"nftab\n==end\n',
    ],
)
def test_rules_that_were_cut_are_not_judged(text: str) -> None:
    assert judged(text).outcome is Outcome.NOT_ASSESSED


def test_a_container_of_one_program_is_filtered_around_it() -> None:
    assert judged(NONE, machine="pid1=nginx\ncontainer=docker\n").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("word", "changed"), [('"drop"', '"dropp"'), ('"accept": null', '"acept": null')])
def test_words_of_nft_that_are_not_known_are_not_judged(word: str, changed: str) -> None:
    rules = (RECORDED / "firewall-firewalld-public.txt").read_text()

    assert word in rules
    assert judged(rules.replace(word, changed)).reason is Reason.PARSE_ERROR
