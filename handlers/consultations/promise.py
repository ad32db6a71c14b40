"""What was promised to the voters, and so what staff may see, and when. No I/O."""

from handlers.consultations import reporting
from handlers.consultations.tally import MINIMUM
from storage.consultations import Consultation, Secrecy, Status


def withheld(consultation: Consultation, state: Status, ballots: int) -> str:
    """Why the count may not be shown to staff now; empty when it may."""
    if consultation.secrecy == Secrecy.ANONYMOUS and state != Status.CLOSED:
        return reporting.AFTER_CLOSE
    if not consultation.live_results and state != Status.CLOSED:
        return reporting.AFTER_CLOSE
    if consultation.secrecy != Secrecy.NAMED and ballots < MINIMUM:
        return reporting.too_few(MINIMUM)
    return reporting.NO_BALLOT if not ballots else ""
