"""The pack: a network's folder of YAML, read whole or refused whole, and laid into the database."""
