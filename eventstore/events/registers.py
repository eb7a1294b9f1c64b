"""Entries of the registers: sources, organisations, bodies, offices, persons."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from .base import Effective, Event
from .fields import BodyId, Date, OfficeId, OrganisationId, PersonId, SourceId, StateCode, Text, TreatyId

Language = Annotated[str, Meta(pattern="^[a-z]{2}$")]
WikidataId = Annotated[str, Meta(pattern="^Q[1-9][0-9]*$")]
Standing = Literal[
    "depositary-record", "official-publication", "official-statement", "dataset-or-study", "press", "encyclopedia"
]
STANDINGS: tuple[str, ...] = get_args(Standing)  # best first: where sources disagree, the earlier in this list wins


class SourceRegistered(Event, frozen=True, kw_only=True):
    """A source is entered, so that events can cite it. It may cite itself."""

    kind = "source-registered"
    introduces = "source"

    source: Annotated[SourceId, Meta(description="The new source's id.")]
    title: Annotated[Text, Meta(description="The title of the page, document or data set.")]
    standing: Annotated[Standing, Meta(description="How much it counts where sources disagree, best first.")]
    publisher: Annotated[Text | None, Meta(description="Who published it.")] = None
    author: Annotated[Text | None, Meta(description="Who wrote it.")] = None
    address: Annotated[Text | None, Meta(description="Its address (URL) or call number.")] = None
    published: Annotated[Date | None, Meta(description="When it was published.")] = None
    accessed: Annotated[Date | None, Meta(description="When it was read.")] = None
    language: Annotated[Language | None, Meta(description="ISO 639-1 code of its language.")] = None


class OrganisationFounded(Event, frozen=True, kw_only=True):
    """An organisation came into being."""

    kind = "organisation-founded"
    introduces = "organisation"

    organisation: Annotated[OrganisationId, Meta(description="The new organisation's id.")]
    name: Annotated[Text, Meta(description="Its name in English.")]
    name_ru: Annotated[Text | None, Meta(description="Its name in Russian.")] = None
    abbreviation: Annotated[Text | None, Meta(description="Its usual abbreviation.")] = None
    founding_treaties: Annotated[
        tuple[TreatyId, ...], Meta(description="The agreements that founded it, protocols to them included.")
    ] = ()
    charter: Annotated[TreatyId | None, Meta(description="Its charter, where that is another treaty.")] = None
    predecessor: Annotated[OrganisationId | None, Meta(description="The organisation it took over from.")] = None


class OrganisationDissolved(Effective, frozen=True, kw_only=True):
    """An organisation ended, and with it every standing in it and every seat in its bodies."""

    kind = "organisation-dissolved"

    organisation: Annotated[OrganisationId, Meta(description="The organisation that ended.")]
    successor: Annotated[OrganisationId | None, Meta(description="The organisation that took over.")] = None


BodyType = Literal[
    "council", "assembly", "executive", "secretariat", "court", "committee", "commission", "command", "centre", "group"
]


class BodyEstablished(Effective, frozen=True, kw_only=True):
    """A body of an organisation (a council, an assembly, a command ...) was set up."""

    kind = "body-established"
    introduces = "body"

    body: Annotated[BodyId, Meta(description="The new body's id.")]
    organisation: Annotated[OrganisationId, Meta(description="The organisation it belongs to.")]
    name: Annotated[Text, Meta(description="Its name in English.")]
    name_ru: Annotated[Text | None, Meta(description="Its name in Russian.")] = None
    type: Annotated[BodyType | None, Meta(description="What sort of body it is.")] = None
    established_by: Annotated[TreatyId | None, Meta(description="The treaty or act that set it up.")] = None
    predecessor: Annotated[BodyId | None, Meta(description="The body it took over from.")] = None
    seat: Annotated[Text | None, Meta(description="The city where it sits.")] = None


class BodyReorganised(Effective, frozen=True, kw_only=True):
    """A body went on under another name, form or seat; its seats and offices go on with it."""

    kind = "body-reorganised"

    body: Annotated[BodyId, Meta(description="The body that was changed.")]
    name: Annotated[Text | None, Meta(description="Its name from then on, in English.")] = None
    name_ru: Annotated[Text | None, Meta(description="Its name from then on, in Russian.")] = None
    type: Annotated[BodyType | None, Meta(description="What sort of body it is from then on.")] = None
    seat: Annotated[Text | None, Meta(description="The city where it sits from then on.")] = None
    by: Annotated[TreatyId | None, Meta(description="The treaty or act that changed it.")] = None


class BodyDissolved(Effective, frozen=True, kw_only=True):
    """A body ended, and with it every seat and office in it."""

    kind = "body-dissolved"

    body: Annotated[BodyId, Meta(description="The body that ended.")]
    successor: Annotated[BodyId | None, Meta(description="The body that took over.")] = None
    by: Annotated[TreatyId | None, Meta(description="The treaty or act that ended it.")] = None


class OfficeCreated(Event, frozen=True, kw_only=True):
    """An office (a post, not its holder) was created in a body."""

    kind = "office-created"
    introduces = "office"

    office: Annotated[OfficeId, Meta(description="The new office's id.")]
    body: Annotated[BodyId, Meta(description="The body it belongs to.")]
    name: Annotated[Text, Meta(description="Its title in English.")]
    name_ru: Annotated[Text | None, Meta(description="Its title in Russian.")] = None
    holders: Annotated[
        Literal["one", "several"], Meta(description="Whether one person holds it at a time, or several may (deputies).")
    ] = "one"


class PersonRegistered(Event, frozen=True, kw_only=True):
    """A person is entered, so that events can name them. The date is the day the source speaks of them."""

    kind = "person-registered"
    introduces = "person"

    person: Annotated[PersonId, Meta(description="The new person's id.")]
    name: Annotated[Text, Meta(description="Their name in English.")]
    name_ru: Annotated[Text | None, Meta(description="Their name in Russian.")] = None
    state: Annotated[StateCode | None, Meta(description="The state they are known for acting for.")] = None
    wikidata: Annotated[WikidataId | None, Meta(description="Their Wikidata id.")] = None
