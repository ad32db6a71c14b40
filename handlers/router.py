"""Who answers: the open form, a command, a press, or the one who answers questions."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request
from storage.conversations import Conversation

Handler = Callable[[Request, AsyncSession, Conversation], Awaitable[Reply]]
Together = Callable[[Sequence[Request], AsyncSession], Awaitable[list[Reply]]]
FormHandler = Callable[[Request, AsyncSession, Conversation], Awaitable[Reply | None]]

_COMMAND = re.compile(r"^/(\w+)(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_STOPS = " \u00a0\u202f!.:…"
_NO_FILES = "Je ne sais rien faire de ce fichier. Écrivez-moi ce que vous souhaitez, ou tapez « aide »."
_UNREAD = {
    "voice": (
        "Je ne sais pas écouter les messages vocaux, j’en suis désolé. Écrivez-moi votre question, même en quelques "
        "mots\u00a0: j’y réponds tout de suite."
    ),
    "video": "Je ne sais pas regarder les vidéos. Écrivez-moi votre question, même en quelques mots.",
    "sticker": "Merci\u202f! Je ne comprends que les mots, en revanche. Que voulez-vous savoir\u202f?",
    "picture": "Je ne sais pas lire les images. Écrivez-moi en quelques mots ce que vous cherchez.",
    "file": "Je ne sais rien faire de ce fichier, et je n’en ai rien gardé. Écrivez-moi ce que vous souhaitez.",
    "place": "Je n’ai pas l’usage d’une position, et je n’en ai rien gardé. Que voulez-vous savoir\u202f?",
    "contact": (
        "Je ne me sers pas d’une fiche de contact envoyée ainsi, et je n’en ai rien gardé. "
        "Pour voir ou corriger vos coordonnées, écrivez «\u00a0mes données\u00a0»."
    ),
}
_STALE = "Ce bouton n’est plus valable. Dites-moi ce que vous souhaitez, ou tapez « aide »."


@dataclass(frozen=True, slots=True)
class Form:
    """Who takes the text typed while a form is open, and the button that leads back to its place."""

    typed: FormHandler
    resume: Button


@dataclass(frozen=True, slots=True)
class Router:
    """The one place that knows every capability.

    `commands` by word or words; one that answers None says that the word means something else here. `spoken` are
    those that take what follows them without a slash (« annonce Bonjour à tous »); `presses` by the first part of an
    action; `together` are presses of which many are answered in one transaction, by the first two parts; `forms` by
    name; `files` takes a file that is sent; `questions` answers all the rest.
    """

    commands: Mapping[str, FormHandler]
    spoken: frozenset[str]
    presses: Mapping[str, Handler]
    forms: Mapping[str, Form]
    questions: Handler
    files: Handler | None = None
    together: Mapping[str, Together] = field(default_factory=dict)

    def together_with(self, action: str) -> Together | None:
        """What answers many presses like this one at once, if anything does."""
        return self.together.get(":".join(action.split(":", 2)[:2]))

    async def answer(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        """The reply to one request. Raises Refusal with the sentence to show."""
        if request.inbound.form is not None:
            raise Refusal(_STALE, audit="a form that nobody opened")  # we open none: what it carries was made up
        if request.press is not None:
            pressed = self.presses.get(request.press.action.split(":", 1)[0])
            return await pressed(request, session, conversation) if pressed else Reply(notice=_STALE)
        if request.inbound.file is not None:
            return await self.files(request, session, conversation) if self.files else say(_NO_FILES)
        if request.inbound.unread:
            # A form that is open stays so: who answers aloud is told to write.
            return self._back_to_form(say(_UNREAD.get(request.inbound.unread, _UNREAD["file"])), conversation)
        request = self._with_command(request)
        if request.command:
            handler = self.commands.get(request.command)
            if handler is None:
                return say("Je ne connais pas cette commande. Tapez « aide » pour voir ce que je sais faire.")
            done = await handler(request, session, conversation)
            if done is not None:
                return done
        form = self.forms.get(conversation.form)
        if form is not None:
            reply = await form.typed(request, session, conversation)
            if reply is not None:
                return reply
        reply = await self.questions(request, session, conversation)
        return self._back_to_form(reply, conversation) if form is not None else reply

    def _back_to_form(self, reply: Reply, conversation: Conversation) -> Reply:
        form = self.forms.get(conversation.form)
        return _with_way_back(reply, form.resume) if form is not None else reply

    def _with_command(self, request: Request) -> Request:
        text = request.text
        if match := _COMMAND.match(text):
            return request.model_copy(update={"command": match[1].lower(), "rest": (match[2] or "").strip()})
        whole = text.lower().rstrip(_STOPS)
        if whole in self.commands:
            return request.model_copy(update={"command": whole})
        word, _, rest = text.partition(" ")
        word = word.lower().rstrip(_STOPS)
        if word in self.commands and (not rest or word in self.spoken):
            return request.model_copy(update={"command": word, "rest": rest.strip()})
        return request


def _with_way_back(reply: Reply, resume: Button) -> Reply:
    if not reply.messages:
        return reply
    last = reply.messages[-1]
    again = Message(**{**dict(last), "buttons": (*last.buttons, (resume,))})
    return reply.model_copy(update={"messages": (*reply.messages[:-1], again)})
