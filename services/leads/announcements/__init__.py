"""The events of leads, made from what is stored, by area. Nothing here decides anything."""
