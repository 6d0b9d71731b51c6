"""The operations on people, teams and logins: protobuf -> use case -> protobuf."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message

from chassis.pages import open_page
from chassis.principal import Principal
from chassis.tokens import AccessTokenIssuer
from gateway.identity import queries
from gateway.identity.commands import logins, people, sessions, teams
from gateway.identity.documents import Person
from gateway.identity.translate import person_to_proto, team_to_proto
from gateway.times import time_from, time_to_proto
from saleloop.gateway.v1 import gateway_service_pb2 as pb

AUDIENCE = "gateway"
ACCESS_TTL = timedelta(minutes=10)
Handler = Callable[[Any, Principal], Message]
_NEW_PERSON = ("username", "name", "team_id", "region", "supervisor_id", "email", "phone", "language")
_LISTS = ("roles", "store_ids", "tags")


class IdentityOperations:
    """Every function takes the request and the caller; all of them block and run in threads."""

    def __init__(self, issuer: AccessTokenIssuer) -> None:
        self._issuer = issuer

    def handlers(self) -> Mapping[str, Handler]:
        """By name of the operation."""
        found = (
            self.Login, self.RefreshLogin, self.Logout, self.GetMe, self.ChangePassword,
            self.CreatePerson, self.GetPerson, self.ListPeople, self.UpdatePerson,
            self.CreateLeave, self.DeleteLeave, self.CreateTeam, self.ListTeams, self.UpdateTeam,
        )  # fmt: skip
        return {f"gateway.{handler.__name__}": handler for handler in found}

    def Login(self, request: pb.LoginRequest, by: Principal) -> pb.LoginResponse:
        person, refresh = logins.log_in(request.username, request.password)
        return pb.LoginResponse(tokens=self._tokens(person, refresh), person=person_to_proto(person))

    def RefreshLogin(self, request: pb.RefreshLoginRequest, by: Principal) -> pb.RefreshLoginResponse:
        person, refresh = sessions.rotate(request.refresh_token)
        return pb.RefreshLoginResponse(tokens=self._tokens(person, refresh))

    def Logout(self, request: pb.LogoutRequest, by: Principal) -> pb.LogoutResponse:
        sessions.end(request.refresh_token)
        return pb.LogoutResponse()

    def GetMe(self, request: pb.GetMeRequest, by: Principal) -> pb.GetMeResponse:
        return pb.GetMeResponse(person=person_to_proto(Person.load(by.subject)))

    def ChangePassword(self, request: pb.ChangePasswordRequest, by: Principal) -> pb.ChangePasswordResponse:
        logins.change_password(by.subject, request.old_password, request.new_password)
        return pb.ChangePasswordResponse()

    def CreatePerson(self, request: pb.CreatePersonRequest, by: Principal) -> pb.CreatePersonResponse:
        values = {name: getattr(request, name) for name in _NEW_PERSON} | _lists(request, _LISTS)
        person = people.create_person(values, password=request.password, request_id=request.request_id)
        return pb.CreatePersonResponse(person=person_to_proto(person))

    def GetPerson(self, request: pb.GetPersonRequest, by: Principal) -> pb.GetPersonResponse:
        return pb.GetPersonResponse(person=person_to_proto(queries.visible_person(request.person_id, by)))

    def ListPeople(self, request: pb.ListPeopleRequest, by: Principal) -> pb.ListPeopleResponse:
        page = open_page(request)
        found, token = queries.list_people(page, by, team_id=request.team_id, role=request.role)
        return pb.ListPeopleResponse(people=map(person_to_proto, found), next_page_token=token)

    def UpdatePerson(self, request: pb.UpdatePersonRequest, by: Principal) -> pb.UpdatePersonResponse:
        values = _masked(request.person, request.update_mask.paths)
        return pb.UpdatePersonResponse(person=person_to_proto(people.update_person(request.person.id, values)))

    def CreateLeave(self, request: pb.CreateLeaveRequest, by: Principal) -> pb.CreateLeaveResponse:
        queries.visible_person(request.person_id, by)
        start_time, end_time = time_from(request.start_time), time_from(request.end_time)
        person = people.create_leave(request.person_id, start_time, end_time, request_id=request.request_id)
        return pb.CreateLeaveResponse(person=person_to_proto(person))

    def DeleteLeave(self, request: pb.DeleteLeaveRequest, by: Principal) -> pb.DeleteLeaveResponse:
        queries.visible_person(request.person_id, by)
        return pb.DeleteLeaveResponse(person=person_to_proto(people.delete_leave(request.person_id, request.leave_id)))

    def CreateTeam(self, request: pb.CreateTeamRequest, by: Principal) -> pb.CreateTeamResponse:
        values = {"name": request.name, "region": request.region, "supervisor_id": request.supervisor_id}
        return pb.CreateTeamResponse(team=team_to_proto(teams.create_team(values, request_id=request.request_id)))

    def ListTeams(self, request: pb.ListTeamsRequest, by: Principal) -> pb.ListTeamsResponse:
        found, token = queries.list_teams(open_page(request))
        return pb.ListTeamsResponse(teams=map(team_to_proto, found), next_page_token=token)

    def UpdateTeam(self, request: pb.UpdateTeamRequest, by: Principal) -> pb.UpdateTeamResponse:
        values = _masked(request.team, request.update_mask.paths)
        return pb.UpdateTeamResponse(team=team_to_proto(teams.update_team(request.team.id, values)))

    def _tokens(self, person: Person, refresh: sessions.RefreshToken) -> pb.Tokens:
        return pb.Tokens(
            access_token=self._issuer.issue(person.principal, AUDIENCE, ACCESS_TTL),
            token_type="Bearer",  # noqa: S106 - the kind of token, not a secret
            expires_in_seconds=int(ACCESS_TTL.total_seconds()),
            refresh_token=refresh.text,
            refresh_expire_time=time_to_proto(refresh.expire_time),
        )


def _masked(message: Any, paths: Iterable[str]) -> dict[str, Any]:
    """The named fields of `message`; its id names the document and is no change."""
    names = [path for path in paths if path != "id"]
    known = message.DESCRIPTOR.fields_by_name
    values = {name: getattr(message, name) if name in known else "" for name in names}
    return values | _lists(message, [name for name in names if name in _LISTS])


def _lists(message: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: list(getattr(message, name)) for name in names}
