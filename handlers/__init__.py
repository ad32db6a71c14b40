"""What happens because somebody spoke: one folder per capability, platform-neutral."""
