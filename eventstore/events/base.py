"""What every kind of event has in common."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from .fields import Date, SourceId, Text

# gc=False, here and in the structs of fields: what is read from JSON never refers to itself, so the collector of cycles, which
# takes a tenth of a large append, need not follow it.


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What happened, without the envelope (date, sources, position) that the log puts around it.

    A kind of event is one subclass: its fields become the options of `cis append`, its JSON Schema and its entry in the
    catalogue; its docstring their help. Fields left at their default are not stored, so a new optional field leaves the
    identity of recorded events as it was.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    introduces: ClassVar[str | None] = None  # the register that the event adds an entry to: its id may be new
    lasts: ClassVar[bool] = False  # whether `a/b` (from a to b) is a possible date; an act happens once

    note: Annotated[Text | None, Meta(description="A remark for readers, in the editor's words.")] = None
    inferred: Annotated[
        Text | None, Meta(description="What in this event is the editor's inference, and from what (a lost year, say).")
    ] = None

    def problems(self) -> list[str]:
        """What no event of this kind can lack or combine, beyond what the types of its fields say."""
        return []


class Citation(Struct, frozen=True, order=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Where it is written: a registered source, and the place in it (page, paragraph, article). Ordered by both."""

    source: SourceId
    locator: Annotated[str, Meta(max_length=2_000)] = ""


class Effective(Event, frozen=True, kw_only=True):
    """An act whose effect may come on another day than the act."""

    effective: Annotated[
        Date | None, Meta(description="The day the act takes effect, if it is not the day of the act.")
    ] = None
