"""Pure rules, as tables and properties."""
