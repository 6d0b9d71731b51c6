"""notify: the right message once."""
