"""What is said while an announcement is written, looked at and confirmed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.dates import clock, day
from handlers.messages import plain
from handlers.typography import shortened

MOST = 10_000  # characters of a text; channels split what is long, nobody reads what is longer
_FIELDS_NAMED, _FIELD = 2, 30  # marks of a mail merge that are named, and their characters: a notice has room for 200
MOST_NAMED = 10  # people without an address who are named in the preview; the file names everybody
ASK_TEXT = (
    "Écrivez le texte de l’annonce, comme il doit arriver.\n\n"
    "Vous pouvez mettre en **gras** (\\*\\*gras\\*\\*), en *italique* (\\*italique\\*), faire des listes avec des "
    "tirets et des liens\u00a0: \\[texte\\]\\(https://…\\). Rien ne part avant votre confirmation."
)
EDIT_TEXT = "Écrivez le nouveau texte\u00a0: il remplacera l’ancien. Rien ne part avant votre confirmation."
NO_TEXT = "Je n’ai pas reçu de texte. Écrivez l’annonce, ou « annuler »."
TOO_LONG = f"Ce texte est trop long\u00a0: {MOST} caractères au plus. Rien n’a été changé."
DROPPED = "L’annonce est abandonnée, rien n’est parti."
GONE = "Cette annonce n’existe plus, ou n’est pas la vôtre."
NOT_YOUR_REGION = "Vous pouvez écrire aux structures de votre région seulement."
CHANGED = "L’annonce a changé depuis cet aperçu. Voici où elle en est\u00a0:"
STALE = (
    "La date de départ ou la date limite de cette annonce est passée depuis l’aperçu. Rien n’est parti. "
    "Voici ce qui se passerait maintenant\u00a0:"
)
ALREADY = "Cette annonce est déjà confirmée\u00a0: elle ne partira pas deux fois."
ONLY_PREVIEW = "Ceci est un aperçu."
NOTED = "Merci, c’est noté."
NOTED_ALREADY = "C’était déjà noté, merci."
NO_DRAFT = "Vous n’avez pas d’annonce en cours."
CANCEL_WORDS = frozenset({"annuler", "abandonner", "stop"})

READ = "J’ai lu"
SEND = "Envoyer"
EDIT = "Modifier le texte"
DROP = "Abandonner"
BACK = "← Retour à l’aperçu"
NEW = "Écrire une annonce"
HISTORY = "Annonces envoyées"
SHOWN = "C’est tout ce qui arrivera."
TRY = "Me l’envoyer pour essai"
TRIED = "Essai envoyé sur vos comptes."
TRIED_ALREADY = "L’essai de cette version vous a déjà été envoyé."
TRIED_LATER = "L’arrêt d’urgence retient aussi les essais\u00a0: il partira à la reprise des envois."
NOWHERE_TO_TRY = "Aucun de vos comptes ne peut recevoir l’essai."
EVERYBODY_THE_SAME = "Je n’écris pas à chacun par son nom\u00a0: tout le monde reçoit le même texte."
PRIVATELY = "Faisons cela en privé\u00a0: écrivez-moi directement, hors de ce canal."
PLATFORMS = {"slack": "Slack", "telegram": "Telegram", "web": "navigateur"}


def people(count: int) -> str:
    """« 1 personne », « 37 personnes »."""
    return f"{count} personne{'s' if count > 1 else ''}"


def platform(name: str) -> str:
    """The name of a platform as people know it."""
    return PLATFORMS.get(name, name)


def moment(instant: datetime, tz: ZoneInfo) -> str:
    """« lundi 23 novembre 2026 à 9 h »."""
    return f"{day(instant.astimezone(tz).date())} à {clock(instant, tz)}"


def panel(
    count: int,
    audience: str,
    platforms: Mapping[str, int],
    unreachable: int,
    nowhere: Sequence[str],
    departure: str,
    expiry: str,
    *,
    ack: bool,
    lasts: str,
    unfilled: Sequence[str] = (),
) -> str:
    """What will happen if it is confirmed; `unfilled` are marks of a mail merge that go out as written."""
    lines = [f"- {platform(name)}\u00a0: {number}" for name, number in platforms.items()]
    if unreachable:
        more = f" et {unreachable - len(nowhere)} de plus" if unreachable > len(nowhere) else ""
        who = f" — {plain(', '.join(nowhere))}{more}"
        lines.append(f"- sans compte relié, donc injoignables\u00a0: {unreachable}{who}")
    parts = [f"**Voici l’aperçu. Cette annonce est pour {people(count)}.**\nDestinataires\u00a0: {audience}"]
    if unfilled:
        parts.append(merge_warning(unfilled))
    if lines:
        parts.append("\n".join(lines))
    parts.append(f"Départ\u00a0: {departure}\nDurée de l’envoi\u00a0: {lasts}\nDate limite\u00a0: {expiry}")
    if ack:
        parts.append("Un bouton «\u00a0J’ai lu\u00a0» accompagne l’annonce.")
    return "\n\n".join(parts)


def as_written(fields: Sequence[str]) -> str:
    """« {prénom} » et « {structure} » partiront tels quels: what no mail merge will fill in."""
    named = [f"«\u00a0{shortened(field, _FIELD)}\u00a0»" for field in fields[:_FIELDS_NAMED]]
    more = len(fields) - len(named)
    named += [f"{more} autre{'s' if more > 1 else ''}"] if more else []
    *before, last = named
    return f"{', '.join(before)} et {last} partiront tels quels." if before else f"{last} partira tel quel."


def merge_warning(fields: Sequence[str]) -> str:
    """The same in a preview, in the rich text, with why."""
    return f"**Attention\u00a0: {plain(as_written(fields))}** {EVERYBODY_THE_SAME}"


def see_as(name: str) -> str:
    """The button that shows it as another platform does."""
    return "Voir comme dans le navigateur" if name == "web" else f"Voir comme sur {platform(name)}"


def shown_as(name: str) -> str:
    """Above what it shows."""
    where = "dans le navigateur" if name == "web" else f"sur {platform(name)}"
    return f"**Voici ce que l’on verra {where}\u00a0:**"


def sent(count: int, unreachable: int, leaves: str = "", later: int = 0) -> str:
    """What was confirmed, and when it leaves, if not at once."""
    departure = f"partira le {leaves}" if leaves else "part"
    text = f"**C’est confirmé\u00a0: l’annonce {departure} pour {people(count)}.**"
    if later:
        who = "Tous la recevront" if later == count > 1 else f"{people(later)} la recevr{'ont' if later > 1 else 'a'}"
        text += f"\n{who} plus tard\u00a0: c’est la nuit, le week-end ou un jour férié chez eux."
    if unreachable:
        cannot = "ne peuvent pas être jointes" if unreachable > 1 else "ne peut pas être jointe"
        text += f"\n{people(unreachable)} {cannot}, faute de compte relié."
    return text
