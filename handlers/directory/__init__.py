"""The members file: read, checked, compared, applied whole or not at all, undone."""
