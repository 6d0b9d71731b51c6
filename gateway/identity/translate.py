"""People and teams between protobuf and documents."""

from gateway.identity.documents import Person, Team
from gateway.times import time_to_proto
from saleloop.gateway.v1 import gateway_service_pb2 as pb


def person_to_proto(person: Person) -> pb.Person:
    """Everything but the password's hash."""
    return pb.Person(
        id=person.id,
        username=person.username,
        name=person.name,
        team_id=person.team_id,
        region=person.region,
        roles=person.roles,
        store_ids=person.store_ids,
        tags=person.tags,
        active=person.active,
        supervisor_id=person.supervisor_id,
        email=person.email,
        phone=person.phone,
        language=person.language,
        leaves=[pb.PersonLeave(**each) for each in person.leaves],
        create_time=time_to_proto(person.create_time),
        version=person.version,
    )


def team_to_proto(team: Team) -> pb.Team:
    """The team as others see it."""
    return pb.Team(
        id=team.id, name=team.name, region=team.region, supervisor_id=team.supervisor_id, version=team.version
    )
