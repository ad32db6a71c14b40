"""`python -m bot` is `concerte`."""

from bot.cli import main

main()
