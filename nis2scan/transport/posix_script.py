"""The one script that asks a POSIX host: quick, read-only, framed, and readable for whoever must allow it.

How it works, and why:
- The scanner sends it on standard input of `/bin/sh -s`. Everything stands in main(), called on the last line: a
  transfer that was cut runs nothing.
- Frames are lines `@@NONCE X …` with 128 random bits. The nonce is on no command line and in no environment, so that
  no question can print it.
- A question runs in a forked copy of the shell, not in a new one: its `exit` and its variables stay there, and no
  process is started for it. Its standard error is kept by the shell itself.
- One `sleep 1` in the background is the clock: it signals the running script every second, which counts, and ends
  what takes too long with all its children. No timeout(1), which macOS lacks.
- One `head -c` over a whole part is the cap on a flood. When it closes, the next part starts after the question that
  flooded. The cap of each single question is enforced by the scanner.
- gzip packs the answer: fewer packets, and its checksum shows damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nis2scan.model import Question, Root

PLACEHOLDER = "THE-SCANNER-PUTS-128-RANDOM-BITS-HERE"
BECOME = ("sudo", "doas", "helper")
HELPER = "/usr/local/sbin/nis2scan-facts"
RAN_AS_ROOT = 42  # the exit status by which the privileged part says that it ran to its end

RUNS = ("sh", "uname", "id", "date", "head", "gzip", "dd", "sleep", "ps", "sudo", "doas", HELPER.rsplit("/", 1)[1])
"""The programs that the script itself may start: gzip or dd, ps only where there is no /proc, sudo only if wanted."""

_CLASS = {Root.NEVER: "n", Root.PREFERRED: "p", Root.REQUIRED: "r"}
_SLACK = 16384  # bytes for frames and standard error, for each question

_PROGRAM = r"""
LC_ALL=C LANG=C LANGUAGE= TZ=UTC0; export LC_ALL LANG LANGUAGE TZ
unset CDPATH ENV BASH_ENV; umask 077; ulimit -c 0 2>/dev/null
n2_nonce=@NONCE@ n2_limit=@LIMIT@ n2_flood=@FLOOD@

# Print one string as it is. Where printf is a program (mksh), print is built in: nothing goes on a command line.
case ${KSH_VERSION-} in
  *MIRBSD*|*LEGACY*) n2_out() { print -nr -- "$1" || exit 141; } ;;
  *) n2_out() { printf '%s' "$1" || exit 141; } ;;
esac
n2_nl='
'
n2_mark="$n2_nl@@$n2_nonce"
n2_frame() { n2_out "$n2_mark $1$n2_nl"; }
# Hundredths of a second since the start of the machine; 0 where there is no /proc.
n2_now() { n2_up=0; { read -r n2_up n2_x < /proc/uptime; } 2>/dev/null; }

# End a process and everything below it.
n2_end() {
  n2_dead=$1 n2_found=yes
  while [ -n "$n2_found" ]; do
    n2_found=
    if [ -r /proc/self/stat ]; then
      for n2_f in /proc/[0-9]*/stat; do
        { read -r n2_l < "$n2_f"; } 2>/dev/null || continue
        n2_pid=${n2_f#/proc/}; n2_pid=${n2_pid%/stat}
        n2_l=${n2_l##*") "}; n2_l=${n2_l#* }; n2_add "$n2_pid" "${n2_l%% *}"
      done
    else
      n2_all=$(ps -A -o pid= -o ppid= 2>/dev/null)
      set -- $n2_all
      while [ $# -gt 1 ]; do n2_add "$1" "$2"; shift 2; done
    fi
  done
  kill -9 $n2_dead 2>/dev/null
}
n2_add() {
  case " $n2_dead " in *" $1 "*) return ;; esac
  case " $n2_dead " in *" $2 "*) n2_dead="$n2_dead $1" n2_found=yes ;; esac
}

# ask ID CLASS SECONDS PLATFORMS NEEDS TEXT
ask() {
  n2_i=$((n2_i + 1))
  [ $n2_i -gt $n2_from ] && [ $n2_total -lt $n2_limit ] || return 0
  case $n2_want in *$2*) ;; *) return 0 ;; esac
  case " $4 " in "  "|*" $n2_os "*) ;; *) return 0 ;; esac
  for n2_need in $5; do
    command -v "$n2_need" >/dev/null 2>&1 || { n2_frame "M $1 $n2_need"; return 0; }
  done
  n2_now; n2_frame "B $1 $n2_up"  # the place to die when a flood closed the pipe: this question is then asked again
  n2_out " $n2_i" >&5
  n2_id=$1 n2_text=$6 n2_limit_s=$3 n2_secs=0
  set --
  (
    n2_e=$( { eval "$n2_text"; } 2>&1 1>&4 3>&- 4>&- 5>&- </dev/null )
    n2_r=$?; n2_now
    n2_out "$n2_mark X $n2_id$n2_nl$n2_e$n2_mark E $n2_id $n2_r $n2_up$n2_nl"
  ) 5>&- &
  n2_p=$!
  while kill -0 $n2_p 2>/dev/null; do
    wait $n2_p 2>/dev/null
    if [ $n2_secs -gt $n2_limit_s ] || [ $n2_total -gt $n2_limit ]; then
      n2_end $n2_p; n2_now; n2_frame "E $n2_id T $n2_up"; n2_hung=yes; break
    fi
  done
}

questions() {
:
@QUESTIONS@
}

# All questions after number $n2_from; tells on descriptor 5 how far it came.
n2_run() {
  exec 4>&1
  n2_now; n2_i=0 n2_hung= n2_secs=0 n2_total=$((${n2_up%.*} - n2_born))
  n2_me=; { read -r n2_me n2_x < /proc/self/stat; } 2>/dev/null
  [ -n "$n2_me" ] || n2_me=$(exec sh -c 'echo $PPID')
  trap 'n2_secs=$((n2_secs + 1)) n2_total=$((n2_total + 1))' USR1
  (
    trap 'kill $n2_s 2>/dev/null; exit' TERM
    while :; do sleep 1 & n2_s=$!; wait $n2_s; kill -USR1 $n2_me || exit; done
  ) >/dev/null 2>&1 </dev/null 3>&- 4>&- 5>&- &
  n2_tick=$!
  questions
  kill $n2_tick 2>/dev/null
  n2_out ' end' >&5
  # What could not be ended may still hold our pipe open: fill it up, so that head closes it and the answer is sent.
  if [ -n "$n2_hung" ] && [ -n "$n2_head" ]; then
    n2_frame P; exec 5>&-; n2_fill=zzzzzzzzzzzzzzzz
    while [ ${#n2_fill} -lt 4096 ]; do n2_fill=$n2_fill$n2_fill; done
    while :; do n2_out "$n2_fill"; done
  fi
}

# The questions of the classes in $1 (never, preferred, required), as whoever we are.
n2_part() {
  n2_want=$1 n2_from=0 n2_head=
  command -v head >/dev/null 2>&1 && n2_head=yes
  exec 4>&1
  while :; do
    n2_seen=$( { n2_run | { if [ -n "$n2_head" ]; then exec head -c $n2_flood; else exec cat; fi; } >&4 5>&-; } 5>&1 )
    case $n2_seen in *end|'') break ;; esac
    n2_from=${n2_seen##* }
  done
}

n2_pack() {
  if command -v gzip >/dev/null 2>&1; then exec gzip -1
  elif command -v dd >/dev/null 2>&1; then exec dd obs=32k 2>/dev/null
  else exec cat; fi
}

case $(uname -s) in
  Linux) n2_os=linux ;; Darwin) n2_os=macos ;; FreeBSD) n2_os=freebsd ;;
  OpenBSD) n2_os=openbsd ;; NetBSD) n2_os=netbsd ;; *) n2_os=other ;;
esac
"""

PATHS = r"""
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:/usr/syno/bin:/usr/syno/sbin
export PATH
"""
TOP = r"""
exec 3>&1
n2_now; n2_born=${n2_up%.*}
n2_who=$(id); n2_uid=${n2_who#uid=}; n2_user=${n2_uid#*"("}; n2_uid=${n2_uid%%[!0-9]*}; n2_user=${n2_user%%")"*}
n2_frame "H $n2_os ${n2_uid:-x} $(date -u +%s) $n2_user"
if [ "$n2_uid" = 0 ]; then n2_part npr | n2_pack
@ELSE@
fi
n2_frame "Z $(date -u +%s)"
"""

UNPRIVILEGED = "else n2_part np | n2_pack"

_PRIVILEGED = r"""
else
  n2_part n | n2_pack
  n2_got=$( { n2_become 5>&1 | n2_pack >&3 5>&-; } 5>&1 )
  [ "$n2_got" = yes ] || n2_part p | n2_pack
"""

# The privileged part gets the same text on standard input of one root shell, with a search path of its own; or it is
# a file that an administrator installed (posix_helper.py), which gets four words.
_BECOME = r"""
n2_become() {
  exec 4>&1
  n2_e=$( { n2_out "@FEED@" | @ROOT@; } 2>&1 1>&4 3>&- 5>&- )
  n2_r=$?
  [ $n2_r = 42 ] && n2_out yes >&5
  n2_out "$n2_mark X become$n2_nl$n2_e$n2_mark A $n2_r$n2_nl"
}
"""
_ROOTED = """n2_rooted='PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH
n2_frame R
n2_part pr
exit 42'
"""
_FEED_SHELL = "main() {$n2_nl$n2_program${n2_nl}n2_born=$n2_born$n2_nl$n2_rooted$n2_nl}${n2_nl}main$n2_nl"
_FEED_HELPER = "$n2_nonce @VERSION@ $n2_limit ${n2_born:-0}$n2_nl"


def script(
    questions: Sequence[Question], *, nonce: str = PLACEHOLDER, become: str = "", seconds: int = 90, version: str = ""
) -> str:
    """The script, whole. `seconds` is its own total limit on the host (for each part, user and root, where there
    is no /proc to tell the time).

    Only questions of kind `shell` are put into it. `become` is "", "sudo", "doas" or "helper"; version: of the helper.
    """
    if become not in ("", *BECOME):
        raise ValueError(f"become must be empty, sudo, doas or helper, not {become!r}")
    text = program([question for question in questions if question.kind == "shell"], nonce=nonce, limit=str(seconds))
    if not become:
        return f"main() {{{text}{PATHS}{TOP.replace('@ELSE@', UNPRIVILEGED)}}}\nmain\n"
    top = PATHS + TOP.replace("@ELSE@", _PRIVILEGED)
    if become == "helper":
        feed = _FEED_HELPER.replace("@VERSION@", version)
        return f"main() {{{text}{_BECOME.replace('@FEED@', feed).replace('@ROOT@', f'sudo -n {HELPER}')}{top}}}\nmain\n"
    root = _BECOME.replace("@FEED@", _FEED_SHELL).replace("@ROOT@", f"{become} -n /bin/sh -s") + _ROOTED
    return f'main() {{\nn2_program={quoted(text)}\neval "$n2_program"\n{root}{top}}}\nmain\n'


def program(questions: Sequence[Question], *, nonce: str, limit: str) -> str:
    """The functions that ask these questions and frame what comes back; nothing is asked yet."""
    flood = sum(question.cap + _SLACK for question in questions) + _SLACK
    return (
        _PROGRAM.replace("@NONCE@", nonce)
        .replace("@LIMIT@", limit)
        .replace("@FLOOD@", str(flood))
        .replace("@QUESTIONS@", "\n".join(map(_call, questions)))
    )


@lru_cache(maxsize=1024)
def _call(question: Question) -> str:
    """One line of the script. The same for every host of a scan."""
    words = (question.id, _CLASS[question.root], str(question.seconds), quoted(" ".join(question.platforms)))
    return " ".join(("ask", *words, quoted(" ".join(question.needs)), quoted(question.text)))


def quoted(text: str) -> str:
    """A string as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"
