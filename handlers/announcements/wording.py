"""What announcements say."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.dates import clock, day
from handlers.messages import plain
from storage.announcements import AnnouncementStatus as Status
from storage.outbox import State

MOST = 10_000  # characters of a text; channels split what is long, nobody reads what is longer

ASK_TEXT = (
    "Écrivez le texte de l’annonce, comme il doit arriver.\n\n"
    "Vous pouvez mettre en **gras** (\\*\\*gras\\*\\*), en *italique* (\\*italique\\*), faire des listes avec des "
    "tirets et des liens\u00a0: \\[texte\\]\\(https://…\\). Rien ne part avant votre confirmation."
)
EDIT_TEXT = "Écrivez le nouveau texte\u00a0: il remplacera l’ancien. Rien ne part avant votre confirmation."
NO_TEXT = "Je n’ai pas reçu de texte. Écrivez l’annonce, ou « annuler »."
TOO_LONG = f"Ce texte est trop long\u00a0: {MOST} caractères au plus. Rien n’a été changé."
DROPPED = "L’annonce est abandonnée, rien n’est parti."
GONE = "Cette annonce n’existe plus, ou n’est pas la vôtre."
NOT_YOUR_REGION = "Vous pouvez écrire aux structures de votre région seulement."
NOBODY = "Personne ne correspond à ces destinataires\u00a0: choisissez-en d’autres."
CHANGED = "L’annonce a changé depuis cet aperçu. Voici où elle en est\u00a0:"
ALREADY = "Cette annonce est déjà confirmée\u00a0: elle ne partira pas deux fois."
ONLY_PREVIEW = "Ceci est un aperçu."
NOTED = "Merci, c’est noté."
NOTED_ALREADY = "C’était déjà noté, merci."
NO_DRAFT = "Vous n’avez pas d’annonce en cours."
NONE_SENT = "Aucune annonce n’a encore été envoyée."
LATEST = "**Dernières annonces**"
CANCEL_WORDS = frozenset({"annuler", "abandonner", "stop"})

READ = "J’ai lu"
SEND = "Envoyer"
EDIT = "Modifier le texte"
DROP = "Abandonner"
AUDIENCE = "Choisir les destinataires"
EVERYBODY = "Tout le réseau"
BY_ROLE = "Par fonction"
BY_REGION = "Par région"
BY_KIND = "Par type de structure"
BACK = "← Retour à l’aperçu"
OTHER_CHOICE = "← Autres critères"
REPORT = "Suivi de l’envoi"
REFRESH = "Actualiser"
NEW = "Écrire une annonce"
HISTORY = "Annonces envoyées"

WHO = "**Qui doit recevoir cette annonce\u202f?**"
CRITERIA = {"roles": "fonction", "regions": "région", "kinds": "type de structure"}
ROLES = {
    "participant": "participants",
    "director": "directions",
    "elected": "élus",
    "regional_staff": "équipes régionales",
    "staff": "équipe nationale",
    "admin": "administrateurs",
}
PLATFORMS = {"slack": "Slack", "telegram": "Telegram", "web": "navigateur"}
STATUS = {
    Status.COMPOSING: "en préparation",
    Status.SCHEDULED: "programmée",
    Status.SENDING: "envoi en cours",
    Status.PAUSED: "en pause",
    Status.CANCELLED: "annulée",
    Status.ENDED: "terminée",
}
STATES = {
    State.DELIVERED: "remise",
    State.WAITING: "en attente",
    State.SENDING: "en cours d’envoi",
    State.FAILED: "en échec",
    State.UNCERTAIN: "en doute (peut-être arrivée)",
    State.SKIPPED: "non envoyée",
    State.CANCELLED: "annulée",
    State.EXPIRED: "périmée avant d’avoir pu partir",
}
REASONS = {
    "no account": "aucun compte relié",
    "held back by SEND=off": "envois suspendus sur cette installation",
    "held back by SEND=only": "envois réservés à une adresse d’essai",
    "expired": "date limite passée",
    "cancelled by staff": "arrêtée par l’équipe",
    "the answer was lost": "la plateforme n’a pas confirmé",
    "interrupted": "envoi interrompu",
    "too many requests": "plateforme saturée",
    "Telegram cannot be reached": "Telegram injoignable",
    "Slack cannot be reached": "Slack injoignable",
}


def people(count: int) -> str:
    """« 1 personne », « 37 personnes »."""
    return f"{count} personne{'s' if count > 1 else ''}"


def platform(name: str) -> str:
    """The name of a platform as people know it."""
    return PLATFORMS.get(name, name)


def reason(code: str) -> str:
    """Why something was not sent, in French where we know it, else as the platform said it."""
    return REASONS.get(code, f"«\u00a0{code}\u00a0»")


def moment(instant: datetime, tz: ZoneInfo) -> str:
    """« lundi 23 novembre 2026 à 9 h »."""
    return f"{day(instant.astimezone(tz).date())} à {clock(instant, tz)}"


def panel(
    count: int,
    audience: str,
    platforms: Mapping[str, int],
    unreachable: int,
    departure: str,
    expiry: str,
    *,
    ack: bool,
) -> str:
    """What will happen if it is confirmed."""
    lines = [f"- {platform(name)}\u00a0: {number}" for name, number in platforms.items()]
    if unreachable:
        lines.append(f"- sans compte relié, donc injoignables\u00a0: {unreachable}")
    parts = [f"**Voici l’aperçu. Cette annonce est pour {people(count)}.**\nDestinataires\u00a0: {audience}"]
    if lines:
        parts.append("\n".join(lines))
    parts.append(f"Départ\u00a0: {departure}\nDate limite\u00a0: {expiry}")
    if ack:
        parts.append("Un bouton «\u00a0J’ai lu\u00a0» accompagne l’annonce.")
    return "\n\n".join(parts)


def put_off(later: int, last: str) -> str:
    """Some are asleep, or on holiday."""
    return f"{later} plus tard (nuit, week-end ou jour férié chez eux), au plus tard le {last}"


def described(roles: Iterable[str], regions: Iterable[str], kinds: Iterable[str]) -> str:
    """An audience in words: « directions ; Bretagne, Corse », « tout le réseau »."""
    parts = [plain(", ".join(sorted(names))) for names in (roles, kinds, regions) if names]
    return "\u202f; ".join(parts) or "tout le réseau"


def sent(count: int, unreachable: int) -> str:
    """What was confirmed."""
    text = f"**C’est confirmé\u00a0: l’annonce part pour {people(count)}.**"
    if unreachable:
        text += f"\n{people(unreachable)} ne peuvent pas être jointes, faute de compte relié."
    return text


def outcome(state: str, count: int) -> str:
    """« remise à 34 personnes », « en échec pour 2 personnes »."""
    word = STATES.get(State(state), state)
    return f"{word} {'à' if state == State.DELIVERED else 'pour'} {people(count)}"
