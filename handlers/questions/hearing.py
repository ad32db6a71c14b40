"""What is recognised in one message and in the pieces of it: each piece is looked at once, however many steps ask."""

from datetime import date

from handlers.questions.knowledge import Knowledge
from handlers.questions.marks import Marks, mark_words
from handlers.questions.normalising import Text, read_words
from handlers.questions.preambles import core_of


class Hearing:
    """One message, heard on the day `today`."""

    def __init__(self, knowledge: Knowledge, today: date) -> None:
        self.knowledge, self.today = knowledge, today
        self._texts: dict[str, Text] = {}
        self._marks: dict[Text, Marks] = {}

    def whole(self, text: str) -> Marks:
        """Everything in a text, the politeness around what is asked too."""
        return self._marked(self._corrected(text))

    def core(self, text: str) -> Marks:
        """What is asked, without the politeness around it."""
        return self._marked(core_of(self._corrected(text), self.knowledge.lexicon))

    def _corrected(self, text: str) -> Text:
        if text not in self._texts:
            self._texts[text] = self.knowledge.spelling.corrected(read_words(text))
        return self._texts[text]

    def _marked(self, text: Text) -> Marks:
        if text not in self._marks:
            self._marks[text] = mark_words(text, self.knowledge, self.today)
        return self._marks[text]
