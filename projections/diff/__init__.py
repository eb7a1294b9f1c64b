"""What changed in the views: between two days, between two positions of the log, or by a batch about to be recorded.

A line names the view, the key, what changed from what to what, and the events that caused it. In a value, `possible` stands
before what is not certain; several values stand beside each other with commas, or with `or` where they exclude each other.
"""

from projections.diff.asked import subjects_named, view_of
from projections.diff.comparing import INTERVALS
from projections.diff.days import changes
from projections.diff.line import Line
from projections.diff.positions import changes_known, preview

__all__ = ["INTERVALS", "Line", "changes", "changes_known", "preview", "subjects_named", "view_of"]
