"""What people ask, and what they are told."""
