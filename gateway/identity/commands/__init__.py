"""What can be done with people, teams and logins; one function for each use case."""
