"""People, teams, leave, roles and logins."""
