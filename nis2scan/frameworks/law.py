"""What law and norms say to each measure: ids only, with the state of the law on the day of compilation.

Sources: Directive (EU) 2022/2555 art. 21(2); Cyberbeveiligingswet, Stb. 2026, 187; Implementing Regulation (EU)
2024/2690, annex; the ids of ISO/IEC 27001:2022, CIS Controls 8.1, BIO2, CyFun 2023 and the Cbw framework of ADR and
NOREA (CC BY 4.0).
"""

from __future__ import annotations

from datetime import date

from nis2scan.assessment import Law, LawRef
from nis2scan.model import Measure, say

COMPILED = date(2026, 11, 23)

FRAMEWORKS = (
    "NIS2",
    "Cbw",
    "(EU) 2024/2690",
    "ISO/IEC 27001:2022",
    "CIS 8.1",
    "BIO2",
    "CyFun 2023",
    "ADR-NOREA",
)

# In the order of FRAMEWORKS. A framework that has no own id for a measure is left empty.
_IDS: dict[Measure, tuple[str, ...]] = {
    Measure.LOGGING: (
        *("21(2)(b)", "21(3)(b)", "3.2, 3.4", "A.5.28, A.8.15, A.8.16, A.8.17"),
        *("8.1, 8.2, 8.3, 8.4, 8.5, 8.9, 8.10, 8.11", "8.15.01-06, 8.16.03-04"),
        *("PR.PT-1.1, PR.PT-1.2, DE.AE-3.1", "4.2"),
    ),
    Measure.MFA: (
        *("21(2)(i), 21(2)(j)", "21(3)(i), 21(3)(j)", "11.3.2(a), 11.6, 11.7", "A.5.17, A.8.5"),
        *("6.3, 6.4, 6.5", "5.17.01-03", "PR.AC-3.2", "11.1"),
    ),
    Measure.ACCESS: (
        *("21(2)(i)", "21(3)(i)", "10.3, 11.1-11.5", "A.5.3, A.5.15, A.5.16, A.5.18, A.8.2, A.8.3, A.8.18"),
        *("3.3, 4.7, 5.1, 5.3, 5.4, 6.1, 6.2, 6.8", "5.18.01-02, 8.02.01", "PR.AC-1.1, PR.AC-4.1-4.4", "11.1"),
    ),
    Measure.SEGMENTATION: (
        *("21(2)(e)", "21(3)(e)", "6.7, 6.8", "A.8.20, A.8.22", "3.12, 12.2, 12.8, 13.4"),
        *("8.20.02, 8.21.01, 8.22.01", "PR.AC-5.1, PR.AC-5.2", "7.3"),
    ),
    Measure.ENCRYPTION: (
        *("21(2)(h)", "21(3)(h)", "9.1, 9.2(a), 12.3.2(d)", "A.7.10, A.8.1, A.8.24", "3.6, 3.9, 3.11"),
        *("7.10.01-02, 8.01.01, 8.24.01-05", "PR.DS-1.1, PR.DS-3.1", "9.1"),
    ),
    Measure.EXPOSURE: (
        *("21(2)(e), 21(2)(i)", "21(3)(e), 21(3)(i)", "6.3, 6.7.2(c)(d)(f), 6.10, 12.4"),
        *("A.5.9, A.8.8, A.8.9, A.8.20, A.8.21", "4.4, 4.5, 4.8, 7.6, 12.2", "8.08.04-05, 8.21.01"),
        *("PR.AC-5.1, DE.CM-1.1, ID.RA-1.1", "7.3, 12.2"),
    ),
    Measure.BACKUP: (
        *("21(2)(c)", "21(3)(c)", "4.1, 4.2", "A.5.29, A.5.30, A.8.13, A.8.14", "11.1, 11.2, 11.3, 11.4, 11.5"),
        *("8.13.01-04", "PR.IP-4.1, PR.IP-4.2, PR.IP-4.3, RC.RP-1.1", "5.1"),
    ),
    Measure.UPDATES: (
        *("21(2)(e), 21(2)(g)", "21(3)(e), 21(3)(g)", "6.6, 6.10", "A.8.8, A.8.19, A.8.31, A.8.32"),
        *("2.2, 7.3, 7.4, 7.7, 12.1", "8.08.01-03", "PR.MA-1.1, ID.RA-1.1", "7.3, 13.1"),
    ),
    # What only the organisation can do: policy and risk, incidents, continuity, suppliers, effectiveness, training.
    Measure.ORGANISATION: (
        *("20, 21(2)(a)-(d), 21(2)(f)-(g), 23", "21(3)(a)-(d), 21(3)(f)-(g), 24, 25-30", "1, 2, 3, 4, 5, 7, 8"),
        *("", "", "", "", "1.1, 2.1, 3.1, 4.1, 5.1-5.3, 6.1-6.3, 8.1-8.2, 14.1-17.1"),
    ),
}


def law() -> Law:
    """The pack: what it is called, how the law stands, and where each measure stands in it."""
    return Law(
        title=say("Cyberbeveiligingswet (the Dutch NIS2 law) and the norms that follow from it").template,
        status=say("Cyberbeveiligingswet, Stb. 2026, 187, in force since 15 August 2026").template,
        dated=COMPILED,
        disclaimer=say(
            "This is an aid, not legal advice. A good result is no proof that the law is met: policy, incidents, "
            "suppliers and the board are judged by people."
        ).template,
        refs={
            measure: tuple(LawRef(name, ids) for name, ids in zip(FRAMEWORKS, row, strict=True) if ids)
            for measure, row in _IDS.items()
        },
    )
