"""What is taken for a back-up and is none: snapshots on the same disks, mirrored disks, synchronised folders."""

from __future__ import annotations

from nis2scan.api import Answer, CannotTell, Reason, Root, reads, say, shell
from nis2scan.facts.linux.services import COMMS, Processes, processes
from nis2scan.facts.stand_ins import StandIns

_SYNC = {
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "insync": "Insync",
    "syncthing": "Syncthing",
    "lsyncd": "lsyncd",
    "megasync": "MEGAsync",
    "seaf-daemon": "Seafile",
    "cloud-drive-daemon": "Synology Drive",
    "resilio-sync": "Resilio Sync",
    "rslsync": "Resilio Sync",
}

# Settings tell that snapshots are made; ZFS is only asked where its module is in use, for that would load it.
STAND_INS = shell(
    r"""sight=full
for f in /etc/timeshift/timeshift.json /etc/timeshift.json; do
  [ -f $f ] || continue
  [ -r $f ] || { sight=some; continue; }
  while read -r l || [ -n "$l" ]; do
    case $l in *schedule_*'"true"'*) echo snapshots Timeshift; break ;; esac
  done < $f
done
for f in /etc/snapper/configs/*; do [ -f "$f" ] && { echo snapshots snapper; break; }; done
for f in /etc/sanoid/sanoid.conf /etc/zfs-auto-snapshot.conf; do [ -f $f ] && echo snapshots sanoid; done
if [ -f /etc/btrbk/btrbk.conf ]; then
  if [ -r /etc/btrbk/btrbk.conf ]; then
    echo snapshots btrbk
    while read -r k v || [ -n "$k" ]; do [ "$k" = target ] && { echo sent btrbk; break; }; done < /etc/btrbk/btrbk.conf
  else sight=some; fi
fi
if [ -d /sys/module/zfs ]; then
  if command -v zfs >/dev/null 2>&1 && s=$(zfs list -H -o name -t snapshot -r -d 2 2>/dev/null); then
    [ -n "$s" ] && echo snapshots ZFS
  else sight=some; fi
fi
if [ -r /proc/mdstat ]; then
  while read -r n c state rest; do
    [ "$c$state" = :active ] || continue
    for w in $rest; do case $w in raid[1456]|raid10) echo "raid $w" ;; esac; done
  done < /proc/mdstat
fi
for d in /sys/class/block/dm-*/dm/uuid; do
  [ -r "$d" ] || continue
  read -r u < "$d"
  case $u in LVM-*-rimage*|LVM-*_rimage*) echo raid lvm ;; esac
done
for d in /sys/fs/btrfs/*-*; do
  [ -d "$d/allocation/data/raid1" ] && echo raid btrfs
done
set -- /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/* /etc/systemd/system/*.service
for f in /usr/local/bin/* /usr/local/sbin/* /etc/cron.hourly/* /etc/cron.daily/* /root/*.sh /root/bin/*; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  { read -r l < "$f"; } 2>/dev/null
  case $l in '#!'*) set -- "$@" "$f" ;; esac
done
grep -qsE '(syncoid|zrepl|pve-zsync|zfs +send|btrfs +send|zxfer)' "$@" && echo sent snapshots
for d in /var/spool/cron/crontabs /var/spool/cron; do
  [ ! -d $d ] || { [ -r $d ] && [ -x $d ]; } || sight=some
done
echo "sight $sight"
echo end""",
    runs=("zfs", "grep"),
    root=Root.PREFERRED,
    seconds=8,
    cap=8192,
)


@reads(STAND_INS, COMMS)
def stand_ins(answer: Answer, comms: Answer) -> StandIns:
    """Programs that synchronise are known by their processes; hidden processes leave that open."""
    rows = [line.split() for line in answer.lines]
    if rows[-1:] != [["end"]] or not any(row[0] == "sight" for row in rows):
        raise CannotTell(Reason.TRUNCATED, say("the list of snapshots is not whole"))
    named = {
        kind: tuple(dict.fromkeys(" ".join(row[1:]) for row in rows if row[0] == kind))
        for kind in ("snapshots", "raid", "sent")
    }
    whole = ["sight", "full"] in rows
    sync: tuple[str, ...] = ()
    try:
        running = processes.read(comms)
        assert isinstance(running, Processes)  # noqa: S101 the reader makes it
        sync = tuple(sorted({name for program, name in _SYNC.items() if running.runs(program)}))
    except CannotTell:
        whole = False
    return StandIns(named["snapshots"], named["raid"], sync, named["sent"], whole)
