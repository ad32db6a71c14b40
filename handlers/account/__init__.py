"""Who one is: the account, its person, their rights and wishes."""
