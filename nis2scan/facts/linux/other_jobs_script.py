"""The question after home-made back-ups, in POSIX sh: rsync, rclone, rsnapshot, duplicity, Deja Dup, rdiff-backup,
clients of Proxmox, Kopia, Duplicacy and Duplicati, and scripts that only their name tells. It runs none of them and
prints no line that it has read.
"""

from __future__ import annotations

from nis2scan.facts.linux.timers_script import SHOWN_SCRIPT, TARGET_SCRIPT

OTHER_JOBS_SCRIPT = (
    TARGET_SCRIPT
    + r"""
pattern='rsync|rclone|rsnapshot|duplicity|duply|deja-dup|rdiff-backup'
pattern="$pattern|proxmox-backup-client|kopia|duplicacy|duplicati-cli"
# named TEXT: whether it is said to be a back-up
named() { case $1 in *[Bb]ack[Uu]p*|*[Bb]ack-[Uu]p*|*BACKUP*|*[Rr]eservekopie*|*.bak*) return 0 ;; esac; return 1; }
# goes TOOL ADDRESS: the ways of these programs to say where, as the ones that `target` knows
goes() {
  case $2 in
    *[\$\`]*) ;;
    s3:*|s3+*|boto3+*) echo "target $1 cloud s3" ;;
    b2:*|gs:*|azure:*|swift:*|onedrive:*|gdrive:*|pydrive*:*|mega*:*|dpbx:*) echo "target $1 cloud cloud" ;;
    *::*) target $1 "ssh://${2%%::*}/" ;;
    file:*|/*) target $1 "$2" ;;
    *://*) target $1 "ssh://${2#*://}" ;;
    *) target $1 "$2" ;;
  esac
}
# store USER@REALM@HOST:STORE: where Proxmox keeps its copies; without a host it is this machine
store() {
  case $1 in
    *[\$\`]*|'') ;;
    *@*|*:*) target proxmox-backup-client "ssh://${1##*@}" ;;
    *) echo "target proxmox-backup-client local pbs" ;;
  esac
}
# done_with: the words of one program are at their end
done_with() {
  case $at in
    rsync|rdiff-backup) [ $count -ge 2 ] || { at=; return; } ;;
    duply|rsnapshot|duplicity|rclone) [ $count -ge 1 ] || { at=; return; } ;;
  esac
  case $at$verb in
    rcloneonly|rsyncread) at= ;;
    rsync*|rclone*)
      if [ -n "$pull" ]; then echo "flag $at pull"
      elif named "$1$2"; then
        tool=$at role=backup
        if [ $at = rclone ]; then echo "target rclone other rclone"; else goes rsync "$last"; fi
        [ -z "$del" ] || [ -n "$keep" ] || echo "flag $at mirror"
      else echo "flag $at sync"; fi ;;
    *only) ;;
    ?*) tool=$at role=backup
      case $at in duplicity|rdiff-backup) goes $at "$last" ;; esac ;;
  esac
  at=
}
# words LINE FILE: which program it starts, and where to
words() {
  at= skip= repo=
  set -f
  for w in $1; do
    w=${w#[\"\']} w=${w#[\"\']} w=${w%[\"\'\;]} w=${w%[\"\']}
    case $w in '#'*) break ;; esac
    [ -n "$skip" ] && { skip=; continue; }
    [ -n "$repo" ] && { repo=; store "$w"; continue; }
    case $known in *" $w|"*) s=${known##*" $w|"} tool=${s%%[| ]*} role=backup; continue ;; esac
    if [ -z "$at" ]; then
      n=${w##*/}; n=${n#[-@+!:]}
      case $n in
        rsync|rclone|rsnapshot|duplicity|duply|deja-dup|rdiff-backup|\
        proxmox-backup-client|kopia|duplicacy|duplicati-cli)
          at=$n last= count=0 del= keep= pull= verb=
          case $n in rclone|proxmox-*|kopia|dupli*c[ay]*) verb=only ;; esac
          [ $n = duplicity ] && verb= ;;
        PBS_REPOSITORY=*) store "${w#*=}" ;;
      esac
      continue
    fi
    case $w in
      '&&'|'||'|';'|'|'|'>'*|[12]'>'*|'&'*|'') done_with "$1" "$2" ;;
      --delete*|--del) del=yes ;;
      --link-dest|--backup-dir) keep=yes skip=yes ;;
      --link-dest=*|--backup|--backup-dir=*) keep=yes ;;
      --no-encryption) echo "flag $at plain" ;;
      --repository=*) store "${w#*=}" ;;
      --repository) [ $at = proxmox-backup-client ] && repo=next ;;
      backup|create) case $at in
          proxmox-backup-client|duplicacy|duplicati-cli|kopia) verb= ;;
          *) count=$((count + 1)) last=$w ;;
        esac ;;
      --daemon|--list-only|--dry-run|--remove-older-than) verb=read; [ $at = rsync ] || verb=only ;;
      -c) [ $at = rsnapshot ] && skip=yes ;;
      -e|-f|-[a-zA-Z]*e|--rsh|--exclude|--include|--exclude-from|--include-from|--filter|--files-from|--log-file|\
      --password-file|--bwlimit|--timeout|--name|--encrypt-key|--sign-key|--archive-dir|--config|--transfers)
        skip=yes ;;
      -*) ;;
      sync|copy|bisync|move) [ $at = rclone ] && verb= del=
        [ "$at$w" = rclonesync ] && del=yes
        [ $at = rclone ] || count=$((count + 1)) ;;
      remove-*|verify*|restore|cleanup|collection-status|list*|status|configtest|du|diff|purge*|fetch)
        case $at in duplicity|duply|rsnapshot|rdiff-backup) verb=only ;; *) count=$((count + 1)) last=$w ;; esac ;;
      *) case $last in *:*) pull=yes ;; esac; last=$w count=$((count + 1)) ;;
    esac
  done
  set +f
  [ -n "$at" ] && done_with "$1" "$2"
  return 0
}
# file_of FILE: all its lines; a line that goes on on the next one is one line
file_of() { tool= role=; while read l || [ -n "$l" ]; do words "$l" "${1##*/}"; done < "$1"; }
known=' '
regex=$pattern
for f in /usr/local/bin/* /usr/local/sbin/* /root/bin/* /root/*.sh /opt/*.sh /opt/*/*.sh /etc/cron.hourly/* \
  /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/periodic/*/*; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  case $f in *[!A-Za-z0-9_/.-]*|*/dpkg|*/dpkg-db-backup|*/*sqlbackup) continue ;; esac
  { read -r l < "$f"; } 2>/dev/null
  case $l in '#!'*) ;; *) continue ;; esac
  tool=
  case $l in *python*|*perl*) ;; *) grep -qsE "$pattern" "$f" && file_of "$f" ;; esac
  [ -z "$tool" ] && named "${f##*/}" && ! grep -qsE 'restic|borg' "$f" && tool=script
  [ -n "$tool" ] || continue
  known="$known$f|$tool " regex="$regex|$f"
  case $f in /etc/cron.*|/etc/periodic/*) [ -x "$f" ] && echo "cron $tool backup" ;; esac
done
units= show=
[ -d /run/systemd/system ] &&
for d in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system \
  /lib/systemd/system; do
  [ -d $d ] && [ ! -L ${d%/systemd/system} ] || continue
  look $d
  for f in $(grep -lsE "$regex" $d/*.service; [ $d = /etc/systemd/system ] && ls -d $d/*.service 2>/dev/null); do
    case $f in *[!A-Za-z0-9_/.@:-]*|*/dpkg-db-backup.service) continue ;; esac
    [ -f "$f" ] || continue
    u=${f##*/}; case " $units " in *" $u "*) continue ;; esac
    tool= role=
    while read l || [ -n "$l" ]; do
      case $l in ExecStart*=*) l=${l#*=}; words "${l#[-@+!:]}" "$u" ;; esac
    done < "$f"
    [ -z "$tool" ] && [ ! -L "$f" ] && [ $d = /etc/systemd/system ] && named "$u" &&
      ! grep -qsE 'restic|borg|sqlbackup|pgbackrest|barman' "$f" && tool=script
    [ -n "$tool" ] || continue
    units="$units $u"
    case $u in *@.service) u=${u%.service}'*.service' ;; esac
    echo "unit $u $tool backup"; show="$show $u"
  done
done
for f in /var/spool/cron /var/spool/cron/crontabs /etc/cron.d; do look $f; done
for f in $(grep -lsE "$regex" /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*)
do
  [ -f "$f" ] && [ ! -L "$f" ] || continue
  while read -r l || [ -n "$l" ]; do
    tool=; words "$l" "${f##*/}"
    [ -n "$tool" ] && echo "cron $tool backup"
  done < "$f"
done
# rsnapshot: where it writes, when its first interval was last made, and how its log says that this ended
c=/etc/rsnapshot.conf
if [ -f $c ] && [ -r $c ]; then
  to= log= first= own=
  while read -r k v x; do
    case $k in
      snapshot_root) to=${v%/} ;;
      logfile) log=$v ;;
      retain|interval) first=${first:-$v} ;;
      backup) case $v in /*) own=yes ;; esac ;;
      backup_script|backup_exec) own=yes ;;
    esac
  done < $c
  case $to$first in *[!A-Za-z0-9_/.-]*) to= ;; esac
  [ -n "$own" ] || echo "flag rsnapshot pull"
  if [ -n "$to" ] && [ -d "$to" ]; then
    if [ -x "$to" ]; then
      target rsnapshot "$to"
      result=unknown
      [ -n "$log" ] && [ -f "$log" ] && [ -r "$log" ] && case $(grep " $first: " "$log" | tail -n 1) in
        *": completed successfully") result=ok ;;
        *": completed, but with some warnings"*) result=warnings ;;
        *": completed, but "*|*": ERROR"*) result=failed ;;
      esac
      [ -d "$to/$first.0" ] && { m=$(stat -c %Y "$to/$first.0" 2>/dev/null || stat -f %m "$to/$first.0")
        echo "trace rsnapshot $m $result"; }
    else sight=some; fi
  fi
fi
# duplicity: the names of what it keeps on this side say when each copy was begun; a copy not ended is named .part
homes
for h in $users; do
  look "$h"
  [ -L "$h/.cache" ] && continue
  for c in duplicity deja-dup; do
    [ -d "$h/.cache/$c" ] && [ ! -L "$h/.cache/$c" ] || continue
    look "$h/.cache/$c"
    for f in "$h/.cache/$c"/*/duplicity-*.manifest; do
      [ -f "$f" ] && [ ! -L "$f" ] && [ ! -L "${f%/*}" ] || continue
      n=${f##*/}; n=${n%.manifest}; n=${n##*.}
      case $n in *[!0-9TZ]*|'') ;; ????????T??????Z) echo "stamp $c $n" ;; esac
    done
  done
done
for p in rsync rclone rsnapshot duplicity duply deja-dup rdiff-backup proxmox-backup-client kopia duplicacy; do
  command -v $p >/dev/null 2>&1 && echo "binary $p"
done
echo "sight $sight"
"""
    + SHOWN_SCRIPT
)
