"""The questions to people: how each is put, and what to think of when answering. English sources for the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Measure, Message, say


@dataclass(frozen=True)
class Asked:
    """One question as it is put to a person. key: where its answer stands in answers.toml."""

    key: str
    measure: Measure
    text: Message
    hint: Message


# In the order of the eight measures; what only the organisation can do stands last.
QUESTIONS = (
    Asked(
        "logs_read",
        Measure.LOGGING,
        say("Does somebody look at the logs and warnings of servers, cloud and firewall at least every week?"),
        say(
            "Who looks, how often, and when was the last warning that was followed up? Mail to an unread mailbox "
            "counts as no."
        ),
    ),
    Asked(
        "cloud_mfa",
        Measure.MFA,
        say("Is multi-factor sign-in forced for everybody in Microsoft 365, Google Workspace or another cloud?"),
        say(
            "Forced by Security Defaults, Conditional Access or the setting of the domain, not left to the user. "
            "Answer not_applicable only when there is no cloud at all."
        ),
    ),
    Asked(
        "remote_mfa",
        Measure.MFA,
        say("Does every way in from outside (VPN, remote desktop, remote support, webmail) ask a second factor?"),
        say("Count the accounts of suppliers too. Answer not_applicable only when nobody can work from outside."),
    ),
    Asked(
        "access_reviewed",
        Measure.ACCESS,
        say("Is written down who may reach which data and systems, and was that list checked in the last year?"),
        say("Fill in `last`: the day of the last check. Accounts with admin rights deserve a check every quarter."),
    ),
    Asked(
        "leavers_removed",
        Measure.ACCESS,
        say("Are the accounts of people who leave closed on their last day, also at suppliers and in cloud services?"),
        say("Think of mail, VPN, key cards, shared passwords and the accounts of outside helpers."),
    ),
    Asked(
        "guest_network",
        Measure.SEGMENTATION,
        say("Are guests, private phones and smart devices kept on a network that cannot reach the office network?"),
        say("Test it: a phone on the guest network must not reach the router's settings, a printer or the NAS."),
    ),
    Asked(
        "portable_devices",
        Measure.ENCRYPTION,
        say("Are phones, tablets, USB sticks and external disks with business data encrypted?"),
        say("A phone is encrypted when it has a screen lock; a USB stick only when somebody saw to it."),
    ),
    Asked(
        "router_managed",
        Measure.EXPOSURE,
        say(
            "Does a router or firewall stand between the office and the internet, and does somebody look after "
            "its rules?"
        ),
        say("Who? When were the port forwards last looked through? Is its own management closed to the internet?"),
    ),
    Asked(
        "nas_managed",
        Measure.EXPOSURE,
        say("Is the NAS closed to the internet, and does somebody look after its settings and accounts?"),
        say(
            "Answer not_applicable when there is no NAS. Maker's relay services (QuickConnect, myQNAPcloud) count "
            "as open."
        ),
    ),
    Asked(
        "restore_tested",
        Measure.BACKUP,
        say("Was restoring from the back-up tested, and did the result serve?"),
        say(
            "Fill in `last`: the day of the last test. Answer partly when only the back-up program checked its "
            "own files."
        ),
    ),
    Asked(
        "copy_off_site",
        Measure.BACKUP,
        say("Is a copy of the back-up kept outside the building?"),
        say(
            "Where: another branch, a cloud, a disk that is taken away? Answer partly when it does not hold everything."
        ),
    ),
    Asked(
        "copy_out_of_reach",
        Measure.BACKUP,
        say("Is there a copy of the back-up that an intruder with admin rights cannot erase?"),
        say(
            "A disk that is unplugged, append-only or immutable storage. Answer partly when it only has an "
            "account of its own."
        ),
    ),
    Asked(
        "devices_updated",
        Measure.UPDATES,
        say("Does somebody install the updates of router, access points, NAS, printers and other devices?"),
        say("Who, and how often? Devices for which the maker brings no more updates count as no."),
    ),
    Asked(
        "risk_assessment",
        Measure.ORGANISATION,
        say(
            "Is written down which systems and data the business cannot do without, what can go wrong, and what "
            "is done about it?"
        ),
        say("Fill in `last`: the day of the last look at it. The duty of care in the law starts here."),
    ),
    Asked(
        "incident_plan",
        Measure.ORGANISATION,
        say(
            "Is there a plan for incidents: who decides, who is called, and who reports within 24 hours, 72 hours "
            "and a month?"
        ),
        say("Kept on paper too, for when the network is down."),
    ),
    Asked(
        "continuity_plan",
        Measure.ORGANISATION,
        say("Is there a plan to keep the business going without its systems, and was it practised in the last year?"),
        say("Which processes come first, and how long can they wait?"),
    ),
    Asked(
        "awareness",
        Measure.ORGANISATION,
        say("Do all staff learn at the start and every year to recognise phishing, and where to report it?"),
        say("Include the board and temporary staff."),
    ),
    Asked(
        "board_approved",
        Measure.ORGANISATION,
        say("Has the board approved the measures and the remaining risks, on paper, and been trained?"),
        say("Date of the decision; certificates of the training."),
    ),
    Asked(
        "suppliers",
        Measure.ORGANISATION,
        say(
            "Is there a list of suppliers with access or of importance, with agreements about security and an "
            "alternative?"
        ),
        say("Your IT supplier, cloud services, maker of the business software."),
    ),
)
