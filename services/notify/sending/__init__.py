"""Sending what waits: claims, the robots' pace, the ways out."""
