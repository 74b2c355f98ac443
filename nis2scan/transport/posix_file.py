"""The script for a POSIX machine that nobody can log in to: an administrator starts it there, and it writes one file.

It asks what the script over SSH asks, in the same way, with two differences:
- Its nonce is made on the machine, anew each time, and it never becomes root itself.
- Its answer is the stream that SSH would have carried, packed by gzip (whose checksum covers all of it) and written as
  lines of base64 between two marks. So it survives mail, consoles and programs that change line ends, and a NUL that a
  question printed is still one. docs/decisions/0014-answers-by-file.md says what else was weighed.
"""

from __future__ import annotations

from collections.abc import Sequence

from nis2scan.model import Question
from nis2scan.transport.posix_script import PATHS, TOP, UNPRIVILEGED, program, quoted

RUNS = ("od", "base64", "fold", "openssl", "scutil", "mv", "rm")
"""The programs that it may start besides those of the script over SSH; openssl only without base64, scutil on a Mac."""

ROOT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin"
"""Where root looks for programs: folders that only root can write to; the last is that of NixOS."""

SECONDS = 300
"""Nobody waits for it: it may take longer than over SSH."""

_FILE = r"""#!/bin/sh
# nis2scan: what this computer says about its settings. Made by `nis2scan collect-script @PLATFORM@`.
#
# Start it as root to answer everything, or as another user to answer less:
#   sh @NAME@ /folder      writes /folder/COMPUTER.n2s
#   sh @NAME@              prints the same, for a program that collects what is printed
# Then, on the computer of whoever scans: nis2scan add FOLDER
#
# It reads and changes nothing; the one thing that it writes is the file in the folder you name. Every question is in
# the lines that begin with "ask". It takes @SECONDS@ seconds at the very most, and needs nothing that is not there.
main() {
# As root nothing is started that stands in a folder of somebody else's search path (sudo on a Mac keeps that path).
n2_path=$PATH PATH=@ROOT@
export PATH
case $(id) in uid=0[!0-9]*) ;; *) PATH=$n2_path
@PATHS@
;; esac
n2_refuse() { echo "nis2scan: $1" >&2; exit 69; }
[ $# -le 1 ] || n2_refuse 'only one word is understood: the folder to write to'
n2_to=@FOLDER@
[ $# -eq 0 ] || n2_to=$1
case $n2_to in ''|/*) ;; *) n2_to=$PWD/$n2_to ;; esac
[ -z "$n2_to" ] || [ -d "$n2_to" ] || n2_refuse "there is no folder $n2_to"
cd / || exit 69
for n2_need in uname id date od gzip; do
  command -v $n2_need >/dev/null 2>&1 || n2_refuse "$n2_need is not on this computer"
done
command -v base64 >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 || n2_refuse 'base64 is not on this computer'
n2_made=
for n2_x in $(od -An -v -N16 -tx1 /dev/urandom); do n2_made=$n2_made$n2_x; done
[ ${#n2_made} -eq 32 ] || n2_refuse 'no random number could be made'
@PROGRAM@
[ $n2_os = @PLATFORM@ ] || n2_refuse 'this script is for @PLATFORM@, and this computer runs something else'
# A Mac is called by its network at times; this name is its own.
n2_host=$(scutil --get LocalHostName 2>/dev/null) || n2_host=$(uname -n)
n2_wire() {
@TOP@
}
n2_lines() { if command -v fold >/dev/null 2>&1; then exec fold -w 76; else exec cat; fi; }
n2_text() { if command -v base64 >/dev/null 2>&1; then base64 | n2_lines; else openssl base64; fi; }
n2_head="@@$n2_made n2s 1 base64$n2_nl"
[ -n "$n2_to" ] || n2_out "$n2_head"
n2_body=$(
  { n2_out "host $n2_host${n2_nl}client @CLIENT@${n2_nl}asked "@IDS@"$n2_nl"; n2_wire; } | gzip | n2_text
)
n2_body="$n2_body$n2_nl@@$n2_made end$n2_nl"
[ -n "$n2_to" ] || { n2_out "$n2_body"; exit 0; }

# Under a name that nobody can guess, then moved: who looks into the folder sees the whole file or none.
case $n2_host in ''|[!A-Za-z0-9]*|*[!A-Za-z0-9._-]*) n2_name=computer ;; *) n2_name=$n2_host ;; esac
n2_new=$n2_to/.$n2_made.part n2_name=$n2_to/$n2_name.n2s
( set -C; n2_out "$n2_head$n2_body" > "$n2_new" ) || { rm -f "$n2_new"; n2_refuse "nothing can be written in $n2_to"; }
[ ! -d "$n2_name" ] && mv -f "$n2_new" "$n2_name" || { rm -f "$n2_new"; n2_refuse "$n2_name cannot be written"; }
echo "nis2scan: wrote $n2_name"
exit 0
}
main "$@"; exit
"""


def script(
    questions: Sequence[Question], platform: str, client: str = "", folder: str = "", seconds: int = SECONDS
) -> str:
    """The file, whole. client: whose computer it is, for `add` to see when it lands with another client. folder: where
    it writes to when it is started without one.
    """
    put = [item for item in questions if item.kind == "shell" and _fits(item, platform)]
    text = _FILE.replace("@PATHS@", PATHS.strip()).replace("@TOP@", TOP.replace("@ELSE@", UNPRIVILEGED).strip())
    text = text.replace("@ROOT@", ROOT_PATH)
    text = text.replace("@PLATFORM@", platform).replace("@NAME@", f"nis2scan-{platform}.sh")
    text = text.replace("@SECONDS@", str(seconds)).replace("@CLIENT@", client)
    text = text.replace("@IDS@", quoted(" ".join(item.id for item in put)))
    text = text.replace("@PROGRAM@", program(put, nonce="$n2_made", limit=str(seconds)))
    return text.replace("@FOLDER@", quoted(folder), 1)  # last: in it nothing more is filled in


def _fits(question: Question, platform: str) -> bool:
    return not question.platforms or platform in question.platforms
