"""The agenda: what is coming, one event in full, the reminders one gets; moving and cancelling events."""
