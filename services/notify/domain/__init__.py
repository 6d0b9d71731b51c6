"""The rules of notify: who is told what, how a card moves, how fast a robot may speak. Pure."""
