"""What happens because time passes: timetable, clock, delivery, reminders, deadlines."""
