"""What is remembered: tables with their queries, one file per aggregate."""
