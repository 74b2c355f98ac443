"""The part that needs root as one file that an administrator installs, so that sudo allows that file and no shell.

What it does against whoever may start it as root:
- It takes no arguments, and one line of at most 80 characters on standard input: four words of a fixed shape. It never
  runs anything of what it is given.
- It sets its own search path, takes every variable of its caller away, and stands in /.
- It is read whole before its first line runs: replacing it meanwhile changes nothing of what runs.
- What the questions in it do with files of others is their own care; they are the same as over `sudo /bin/sh`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from nis2scan.model import Question, Root
from nis2scan.transport.posix_script import HELPER, RAN_AS_ROOT, program

__all__ = ["HELPER", "helper", "version"]

_HELPER = r"""#!/bin/sh
# nis2scan-facts, version @VERSION@: what nis2scan reads as root on Linux, and nothing else.
# It changes nothing. Made by `nis2scan permissions linux --helper`; install it owned by root, mode 0755, and let sudo
# allow it without arguments. It reads one line (a random mark, a version, two numbers) and prints what it found.
main() {
PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH
n2_refuse() { printf 'nis2scan-facts: %s\n' "$1" >&2; exit 64; }
[ $# -eq 0 ] || n2_refuse 'takes no arguments'

# Nothing of the caller's environment reaches what is started here.
unset IFS; IFS='
'
set -f
for n2_l in $(export -p); do
  n2_l=${n2_l#export }; n2_l=${n2_l#declare -x }; n2_l=${n2_l#typeset -x }; n2_l=${n2_l%%=*}
  case $n2_l in
    ''|[0-9]*|*[!A-Za-z0-9_]*|PATH) ;;
    SHELLOPTS|BASHOPTS|UID|EUID|PPID|BASH_VERSINFO) n2_refuse 'the environment sets options of the shell' ;;
    *) unset "$n2_l" ;;
  esac
done
set +f; unset n2_l; IFS=$(printf ' \t\nx'); IFS=${IFS%x}
cd / || exit 64
unset OLDPWD

n2_in=$(head -c 80); exec </dev/null
case $n2_in in *[!0-9a-f\ ]*|*'  '*) n2_refuse 'that is not what nis2scan sends' ;; esac
set -f; set -- $n2_in; set +f
[ $# -eq 4 ] && [ ${#1} -eq 32 ] && [ ${#3} -le 3 ] && [ ${#4} -le 9 ] || n2_refuse 'that is not what nis2scan sends'
case $3$4 in *[!0-9]*) n2_refuse 'that is not what nis2scan sends' ;; esac
[ "$2" = @VERSION@ ] || \
  n2_refuse 'another version is wanted: install the one that "nis2scan permissions linux" prints'
n2_line_nonce=$1 n2_line_limit=$3 n2_line_born=$4
set --
@PROGRAM@
n2_born=$n2_line_born
n2_frame R
n2_part pr
exit @RAN@
}
main "$@"; exit
"""


def helper(questions: Sequence[Question]) -> str:
    """The file, whole: every question for Linux that is asked as root."""
    put = _privileged(questions)
    body = program(put, nonce="$n2_line_nonce", limit="$n2_line_limit")
    text = _HELPER.replace("@RAN@", str(RAN_AS_ROOT)).replace("@PROGRAM@", body)
    return text.replace("@VERSION@", hashlib.sha256(text.encode()).hexdigest()[:16])


def version(questions: Sequence[Question]) -> str:
    """What the helper for these questions calls itself: it changes when any of them does, or the frame around them."""
    text = helper(questions)
    return text[text.index("version ") + len("version ") :][:16]


def _privileged(questions: Sequence[Question]) -> list[Question]:
    return [
        question
        for question in questions
        if question.kind == "shell"
        and question.root is not Root.NEVER
        and (not question.platforms or "linux" in question.platforms)
    ]
