"""The one door: HTTP API, POS edge, people and logins, audit chains."""
