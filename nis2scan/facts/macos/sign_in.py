"""How people sign in to a Mac: whether a card, a key or the chip of the Mac takes the place of the password."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.macos.plist import flag, sections, setting

# Of Platform SSO only two fields are told: the rest names keys and tokens.
SIGN_IN = shell(
    """for d in 'Managed Preferences' Preferences; do
  f="/Library/$d/com.apple.security.smartcard.plist"
  echo "==$d"
  if [ -e "$f" ]; then plutil -convert xml1 -o - "$f" || exit 1; else echo absent; fi
done
echo ==sso
if command -v app-sso >/dev/null; then
  app-sso platform -s 2>/dev/null | sed -n -E 's/.*"(registrationCompleted|loginType)" *: *"?([A-Za-z]+).*/\\1=\\2/p'
fi
echo ==end""",
    runs=("plutil", "app-sso", "sed"),
    needs=("plutil",),
    platforms=("macos",),
    seconds=6,
    cap=32768,
)


@dataclass(frozen=True)
class MacSignIn(Fact):
    """card: a smart card or key is required of everybody. registered: the Mac is bound to the accounts of the business
    (Platform SSO). way: how its users prove themselves there, in Apple's word, `` when not told.
    """

    card: bool
    registered: bool
    way: str


@reads(SIGN_IN)
def mac_sign_in(answer: Answer) -> MacSignIn:
    parts = sections(answer)
    if not {"Managed Preferences", "Preferences", "sso"} <= parts.keys():
        raise CannotTell(Reason.TRUNCATED, say("a file of settings was not read"))
    managed, own = (setting(parts[name]) for name in ("Managed Preferences", "Preferences"))
    enforced = flag(managed, "enforceSmartCard")
    words = dict(re.findall(r"^(registrationCompleted|loginType)=(\w+)$", parts["sso"], re.M))
    return MacSignIn(
        card=bool(flag(own, "enforceSmartCard") if enforced is None else enforced),
        registered=words.get("registrationCompleted") == "true",
        way=words.get("loginType", ""),
    )
