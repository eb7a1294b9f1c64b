"""The views that can be explained."""

from typing import Any

from projections import meeting, registers, timeline
from projections.why.entries import of_events, register_of_intervals
from projections.why.found import View
from projections.why.seats import seat_of
from projections.why.standings import membership_of, treaty_party_of, treaty_status_of


def _entry(table: Any) -> View:
    return View((table.name,), of_events(registers.ENTRIES, table, table.name, registers.ENTRY))


VIEWS: dict[str, View] = {
    "membership": View(("organisation", "state"), membership_of),
    "council_roster": View(("body", "seat"), seat_of),
    "treaty_status": View(("treaty",), treaty_status_of),
    "treaty_party": View(("treaty", "state"), treaty_party_of),
    "meeting": View(("meeting",), of_events(meeting.MEETINGS, meeting.meeting, "meeting", meeting.RULES["meeting"])),
    "meeting_attendance": View(
        ("meeting", "state"),
        of_events(meeting.MEETINGS, meeting.meeting_attendance, "meeting", meeting.RULES["meeting_attendance"]),
    ),
    "decision": View(
        ("decision",), of_events(meeting.DECISIONS, meeting.decision, "decision", meeting.RULES["decision"])
    ),
    "organisation": View(("organisation",), register_of_intervals("organisation")),
    "body": View(("body",), register_of_intervals("body")),
    "office": _entry(registers.office),
    "person": _entry(registers.person),
    "treaty": _entry(registers.treaty),
    "source": _entry(registers.source),
    "timeline": View(("event",), of_events(timeline.VIEW, timeline.timeline, "event", timeline.RULE)),
}
