"""How long a test waits for what ought to happen in an instant."""

PATIENCE = 90.0  # seconds; reached only when something is wrong, however slow and loaded the machine
