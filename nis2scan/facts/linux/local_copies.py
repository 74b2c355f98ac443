"""Whether borg repositories in folders of this machine can be reached now, by us as by an intruder who is root.

Only what root's own borg wrote down is looked at: a folder that a user named could lie behind an automounter.
"""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class LocalCopies(Fact):
    """Repositories in folders: how many are there now, and how many are not (a disk that is unplugged, a share)."""

    here: int
    gone: int


LOCAL_COPIES = shell(
    r"""{ [ -r /root ] && [ -x /root ]; } || { echo denied; exit 0; }
for p in /root/.config /root/.config/borg /root/.config/borg/security; do [ -L $p ] && { echo end; exit 0; }; done
for s in /root/.config/borg/security/*; do
  [ -d "$s" ] && [ ! -L "$s" ] && [ -f "$s/location" ] && [ ! -L "$s/location" ] || continue
  { read -r l || [ -n "$l" ]; } < "$s/location" || continue
  l=${l#file://}
  case $l in
    /*) if [ -f "$l/config" ] && [ -d "$l/data" ]; then echo here; else echo gone; fi ;;
  esac
done
echo end""",
    root=Root.PREFERRED,
    seconds=4,
    cap=4096,
)


@reads(LOCAL_COPIES)
def local_copies(answer: Answer) -> LocalCopies:
    """`gone` also stands for a repository that was removed for good: it is no copy that could be erased."""
    words = [line.strip() for line in answer.lines]
    if words == ["denied"]:
        raise CannotTell(Reason.NO_PRIVILEGE, say("the folder of root cannot be read"))
    if words[-1:] != ["end"] or set(words) - {"here", "gone", "end"}:
        raise CannotTell(Reason.TRUNCATED, say("the list of repositories is not whole"))
    return LocalCopies(words.count("here"), words.count("gone"))
