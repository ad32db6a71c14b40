"""Questions in French, answered from what is known and nothing else."""
