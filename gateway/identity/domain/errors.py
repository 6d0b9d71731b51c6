"""What the rules of people and logins refuse. Recognised by their `code` and `reason`."""


class IdentityError(Exception):
    """A refusal that the caller is told."""

    code = "FAILED_PRECONDITION"
    reason = ""
    text = ""

    def __init__(self, **metadata: str) -> None:
        super().__init__(self.text)
        self.metadata = metadata


class PersonNotFound(IdentityError):
    """Nobody has this id, or the caller may not see the person."""

    code, reason, text = "NOT_FOUND", "PERSON_NOT_FOUND", "there is no such person"

    def __init__(self, person_id: str) -> None:
        super().__init__(person_id=person_id)


class TeamNotFound(IdentityError):
    """There is no team with this id."""

    code, reason, text = "NOT_FOUND", "TEAM_NOT_FOUND", "there is no such team"

    def __init__(self, team_id: str) -> None:
        super().__init__(team_id=team_id)


class LeaveNotFound(IdentityError):
    """The person has no leave with this id."""

    code, reason, text = "NOT_FOUND", "LEAVE_NOT_FOUND", "the person has no such leave"


class UsernameTaken(IdentityError):
    """Another person has this user name."""

    code, reason, text = "ALREADY_EXISTS", "USERNAME_TAKEN", "another person has this user name"


class LastAdmin(IdentityError):
    """Without an administrator nobody could make one."""

    reason, text = "LAST_ADMIN", "the last active administrator keeps the role"


class LoginFailed(IdentityError):
    """Unknown user, wrong password and inactive person look the same on purpose."""

    code, reason, text = "UNAUTHENTICATED", "LOGIN_FAILED", "user name or password is wrong"


class OldPasswordWrong(IdentityError):
    """Not UNAUTHENTICATED, which clients take for an expired token."""

    code, reason, text, field = "INVALID_ARGUMENT", "OLD_PASSWORD_WRONG", "the old password is wrong", "old_password"


class LoginLocked(IdentityError):
    """Too many failures for this user name, whether or not it exists."""

    code, reason, text = "RESOURCE_EXHAUSTED", "LOGIN_LOCKED", "too many failed logins; try again later"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=str(retry_after_seconds))


class RefreshTokenInvalid(IdentityError):
    """Unknown, expired, revoked or used before."""

    code, reason, text = "UNAUTHENTICATED", "REFRESH_TOKEN_INVALID", "the refresh token is not valid; log in again"
