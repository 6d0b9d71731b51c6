"""The rules of people and logins; standard library only."""
