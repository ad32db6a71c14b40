"""The errors that people may see."""


class Refusal(Exception):
    """An expected « no ». Carries the French sentence the person reads; `audit` names what was tried, if it matters."""

    def __init__(self, sentence: str, *, audit: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.audit = audit
