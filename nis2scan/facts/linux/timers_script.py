"""The question after back-up jobs, in POSIX sh. It runs no back-up program and prints no line that it has read."""

from __future__ import annotations

# Shared with the questions after traces: from a repository's address to kind, scheme and a hash of the host.
TARGET_SCRIPT = r"""
# place HOST: where a host is, judged by its name or address alone
place() {
  case $1 in
    localhost|127.*|::1) kind=local ;;
    10.*|192.168.*|169.254.*|172.1[6-9].*|172.2[0-9].*|172.3[01].*) kind=lan ;;
    fd*:*|fc*:*|fe80:*) kind=lan ;;
    *.local|*.lan|*.home|*.internal|*.localdomain|*.home.arpa) kind=lan ;;
    *.*|*:*) kind=other ;;
    *) kind=lan ;;
  esac
}
# on_disk PATH: what holds a folder: local, usb or lan (a share that is mounted)
on_disk() {
  kind=local long=-1 fs= dev=
  [ -r /proc/self/mountinfo ] || return 0
  while read -r m_id m_up m_dev m_root m_at m_rest; do
    case $1/ in "${m_at%/}"/*) ;; *) continue ;; esac
    [ ${#m_at} -ge $long ] || continue
    long=${#m_at} dev=$m_dev fs=${m_rest#*" - "} fs=${fs%% *}
  done < /proc/self/mountinfo
  case $fs in nfs*|cifs|smb*|fuse.sshfs|fuse.rclone|9p|ceph|glusterfs) kind=lan; return 0 ;; esac
  { cd -P "/sys/dev/block/$dev" && case $(pwd -P) in */usb[0-9]*) kind=usb ;; esac; } 2>/dev/null
  cd /
}
# target TOOL ADDRESS: prints kind, scheme and a hash of the host
target() {
  addr=$2 scheme=local host= kind=other
  case $addr in
    '') return 0 ;;
    *[\$\`]*) return 0 ;;
    local:*) addr=${addr#local:} ;;
    file://*) addr=${addr#file://} ;;
    s3:*) scheme=s3 addr=${addr#s3:} ;;
    rest:*) scheme=rest addr=${addr#rest:} ;;
    sftp:*) scheme=sftp addr=${addr#sftp:} ;;
    ssh://*) scheme=ssh ;;
    b2:*) scheme=b2 ;;
    azure:*) scheme=azure ;;
    gs:*) scheme=gs ;;
    swift:*) scheme=swift ;;
    rclone:*) scheme=rclone ;;
    /*) ;;
    '~'*|./*) ;;
    *:*) scheme=ssh ;;
    *) return 0 ;;
  esac
  case $scheme in
    local) on_disk "$addr" ;;
    b2|azure|gs|swift) kind=cloud ;;
    rclone) kind=other ;;
    *)
      host=${addr#*://} host=${host%%/*} host=${host##*@}
      case $host in \[*) host=${host#?} host=${host%%]*} ;; *) host=${host%%:*} ;; esac
      place "$host"
      [ $scheme$kind = s3other ] && kind=cloud ;;
  esac
  [ -n "$host" ] && host=$(echo "$host" | sha256sum 2>/dev/null) && host=${host%% *} && host=${host%"${host#????????}"}
  echo "target $1 $kind $scheme $host"
  [ $scheme = local ] && [ $1 = restic ] && [ $kind != lan ] && repo "$addr"
  return 0
}
# newest FOLDER: mtime of the newest regular file below it, and how many there are
newest() {
  new=0 count=0
  times=$(find "$1" -type f -exec stat -c %Y {} + 2>/dev/null) ||
    times=$(find "$1" -type f -exec stat -f %m {} + 2>/dev/null)
  for stamp in $times; do
    count=$((count + 1)); [ "$stamp" -gt $new ] && new=$stamp
  done
}
# repo FOLDER: the snapshots of a restic repository on this machine, by their files
repo() {
  [ -d "$1/snapshots" ] && [ ! -L "$1" ] && [ ! -L "$1/snapshots" ] || return 0
  { [ -r "$1/snapshots" ] && [ -x "$1/snapshots" ]; } || { sight=some; return 0; }
  newest "$1/snapshots"; echo "repo restic $new $count"
}
# first FILE: its first line, when it is a regular file
first() { l=; [ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ] && { read -r l < "$1" || [ -n "$l" ]; }; }
sight=full
# look FOLDER: note when we may not look there
look() { [ ! -e "$1" ] || { [ -r "$1" ] && [ -x "$1" ]; } || sight=some; }
# homes: the home folders of root and of everybody in passwd, each once
homes() {
  all=' /root ' users=/root
  while IFS=: read -r h_name h_pw h_uid h_gid h_real h_home h_shell; do
    case $h_home in /|/usr*|/bin*|/sbin*|/proc*|/dev*|/nonexistent*|/run*|*[!A-Za-z0-9_/.-]*|'') continue ;; esac
    case $all in *" $h_home "*) continue ;; esac
    [ -d "$h_home" ] && all="$all$h_home " users="$users $h_home"
  done < /etc/passwd
}
"""

# How the units went that a script chose to be shown, and the timers that start them; then the end.
SHOWN_SCRIPT = r"""[ -n "$show" ] && command -v systemctl >/dev/null 2>&1 || { echo end; exit 0; }
p=Id,LoadState,ActiveState,UnitFileState,Result,ExecMainStatus,ExecMainExitTimestamp,TriggeredBy
shown=$(systemctl show -p $p -- $show 2>/dev/null) || { echo end; exit 0; }
timers=
nl='
'
rest=$shown
while :; do
  case $rest in *TriggeredBy=*) ;; *) break ;; esac
  rest=${rest#*TriggeredBy=}; timers="$timers ${rest%%"$nl"*}"
done
echo show
printf '%s\n' "$shown"
case $timers in *[!\ ]*) echo; systemctl show -p $p -- $timers 2>/dev/null ;; esac
echo; echo end
"""

JOBS_SCRIPT = (
    TARGET_SCRIPT
    + r"""
pattern='restic|rustic|backrest|borg'
# words TOOLS-LINE: which tool it starts, and for what. The last tool of a line counts; a back-up outweighs the rest.
words() {
  at= want= bare=
  set -f
  for w in $1; do
    set +f
    w=${w#[\"\']} w=${w#[\"\']} w=${w%[\"\'\;]} w=${w%[\"\']}
    if [ -n "$want" ]; then target "$want" "$w"; want=; continue; fi
    case $w in
      '#'*) break ;;
      RESTIC_REPOSITORY=*) w=${w#*=} w=${w#[\"\']}; target restic "$w"; continue ;;
      BORG_REPO=*) w=${w#*=} w=${w#[\"\']}; target borg "$w"; continue ;;
      RESTIC_REPOSITORY_FILE=*|--repository-file=*)
        w=${w#*=} w=${w#[\"\']}; l1=$l; first "$w" && target restic "$l"; l=$l1; continue ;;
      --repo=*) [ "$at" = restic ] && target restic "${w#*=}"; continue ;;
      -r|--repo) [ "$at" = restic ] && want=restic; continue ;;
    esac
    case $known in *" $w|"*) s=${known##*" $w|"} s=${s%% *} tool=${s%|*}; better "${s#*|}"; continue ;; esac
    n=${w##*/}; n=${n#[-@+!:]}
    case $n in
      borgmatic) at=borgmatic tool=borg bare=yes; better other ;;
      borg|borg1|borg2) at=borg tool=borg; better other ;;
      restic|rustic|resticprofile|autorestic) at=restic tool=restic; better other ;;
      backrest) at= tool=restic; better daemon ;;
      backup|backup@*) [ "$at" = restic ] && better backup ;;
      cron) [ "$at" = restic ] && better backup ;;
      create|--create) case $at in borg*) better backup; bare= ;; esac ;;
      *::*) [ "$at" = borg ] && target borg "${w%%::*}" ;;
      prune|--prune|check|--check|compact|--compact|list|info|config|extract|rlist|forget|snapshots|unlock|stats|copy)
        case $at in borgmatic) bare= ;; restic) [ "$role" = backup ] || at= ;; esac ;;
      '&&'|'||'|';'|'|') [ -n "$bare" ] && better backup; at= bare= ;;
    esac
  done
  set +f
  [ -n "$bare" ] && better backup
  return 0
}
better() { case $role in backup) ;; *) role=$1 ;; esac; }
# Scripts that start one of the tools. A compiled program is known by its first line and left alone.
known=' ' scripts=
for f in /usr/local/bin/* /usr/local/sbin/* /root/bin/* /root/*.sh /opt/*.sh /opt/*/*.sh /etc/cron.hourly/* \
  /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/periodic/*/*; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  case $f in *[!A-Za-z0-9_/.-]*) continue ;; esac
  { read -r l < "$f"; } 2>/dev/null
  case $l in '#!'*python*|'#!'*perl*) ;; '#!'*) scripts="$scripts $f" ;; esac
done
regex=$pattern
[ -n "$scripts" ] && for f in $(grep -lsE "$pattern" $scripts); do
  tool= role=
  while read -r l || [ -n "$l" ]; do words "$l"; done < "$f"
  [ -n "$tool" ] || continue
  known="$known$f|$tool|$role " regex="$regex|$f"
  case $f in /etc/cron.*|/etc/periodic/*) [ -x "$f" ] && echo "cron $tool $role" ;; esac
done
# Units, where systemd is what runs the machine; elsewhere their files do nothing
units=
[ -d /run/systemd/system ] &&
for d in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system \
  /lib/systemd/system; do
  [ -d $d ] && [ ! -L ${d%/systemd/system} ] || continue
  look $d
  for f in $(grep -lsE "$regex" $d/*.service); do
    case $f in *[!A-Za-z0-9_/.@:-]*) continue ;; esac
    u=${f##*/}; case " $units " in *" $u "*) continue ;; esac
    tool= role=
    while read -r l || [ -n "$l" ]; do
      case $l in
        ExecStart=*) words "${l#*=}" ;;
        Environment=*) words "${l#*=}" ;;
        EnvironmentFile=*) e=${l#*=} e=${e#-}
          [ -f "$e" ] && [ -r "$e" ] && while read -r l || [ -n "$l" ]; do
            case $l in *RESTIC_REPOSITORY*|*BORG_REPO=*) words "${l#export }" ;; esac
          done < "$e" ;;
      esac
    done < "$f"
    [ -n "$tool" ] || continue
    units="$units $u"
    case $u in *@.service) u=${u%.service}'*.service' ;; esac
    echo "unit $u $tool $role"; show="$show $u"
  done
done
# Cron
for f in /var/spool/cron /var/spool/cron/crontabs /etc/cron.d; do look $f; done
set -- /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*
for f in $(grep -lsE "$regex" "$@"); do
  [ -f "$f" ] && [ ! -L "$f" ] || continue
  tool= role=
  while read -r l || [ -n "$l" ]; do words "$l"; done < "$f"
  [ -n "$tool" ] && echo "cron $tool $role"
done
for p in restic rustic resticprofile autorestic backrest borg borgmatic; do
  command -v $p >/dev/null 2>&1 && echo "binary $p"
done
# Settings of wrappers: where the repositories are, which checks are set
homes
set --
for h in $users; do
  look $h
  [ -L "$h/.config" ] && continue
  set -- "$@" "$h/.autorestic.yml" "$h/.config/resticprofile/profiles.yaml" "$h/.config/resticprofile/profiles.toml" \
    "$h/.config/backrest/config.json" "$h/.config/borgmatic/config.yaml" "$h"/.config/borgmatic.d/*.yaml
done
for f in /etc/autorestic/.autorestic.yml /etc/autorestic.yml /etc/resticprofile/profiles.yaml \
  /etc/resticprofile/profiles.toml /etc/backrest/config.json /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml "$@"; do
  [ -f "$f" ] && [ ! -L "$f" ] || continue
  t=restic; case $f in *borgmatic*) t=borg ;; esac
  echo "settings $t"
  [ -r "$f" ] || { sight=some; continue; }
  while read -r k v || [ -n "$k" ]; do
    case $k in -) k=${v%% *} v=${v#* } ;; esac
    v=${v#=} v=${v# } v=${v#[\"\']} v=${v%[\"\',]} v=${v%[\"\',]}
    case $t$k in
      resticrepository:|resticrepository|restic\"uri\":|resticpath:|borgpath:) target $t "$v" ;;
      borgname:) case $v in repository|archives|data|extract|spot) echo "check $v" ;; esac ;;
      borg/*|borgssh://*) target borg "$k" ;;
    esac
  done < "$f"
done
echo "sight $sight"
"""
    + SHOWN_SCRIPT
)
