"""The states of announcements and deliveries in words, and why a delivery did not arrive."""

from handlers.announcements.wording import people
from storage.announcements import AnnouncementStatus as Status
from storage.outbox import State

STATUS = {
    Status.COMPOSING: "en préparation",
    Status.SCHEDULED: "programmée",
    Status.SENDING: "envoi en cours",
    Status.PAUSED: "en pause",
    Status.CANCELLED: "annulée",
    Status.ENDED: "terminée",
}
TAKEN_BACK = "retirée"
STATES = {
    State.DELIVERED: "remise",
    State.WAITING: "en attente",
    State.HELD: "retenue",
    State.SENDING: "en cours d’envoi",
    State.FAILED: "en échec",
    State.UNCERTAIN: "en doute (peut-être arrivée)",
    State.SKIPPED: "non envoyée",
    State.CANCELLED: "annulée",
    State.EXPIRED: "périmée avant d’avoir pu partir",
}
PAUSE_REASONS = {
    "outage": "Elle attend votre « Reprendre » après une longue interruption.",
    "rights": "Elle attend le «\u00a0Reprendre\u00a0» d’une personne de l’équipe nationale.",
    "errors": "Je l’ai suspendue moi-même\u00a0: trop d’envois échouent. Voyez pourquoi avant de reprendre.",
}
REASONS = {
    "bot was blocked by the user": "le bot est bloqué",
    "user is deactivated": "compte supprimé",
    "bot can't initiate conversation with a user": "n’a jamais ouvert la conversation",
    "bot was kicked from the group chat": "le bot a été retiré du groupe",
    "bot was kicked from the supergroup chat": "le bot a été retiré du groupe",
    "chat not found": "conversation introuvable",
    "peer_id_invalid": "conversation introuvable",
    "account_inactive": "compte désactivé",
    "user_disabled": "compte désactivé",
    "user_not_found": "compte introuvable",
    "user_not_visible": "compte introuvable",
    "cannot_dm_bot": "ce compte est celui d’un bot",
    "messages_tab_disabled": "les messages du bot sont fermés",
    "channel_not_found": "conversation introuvable",
    "is_archived": "canal archivé",
    "not_in_channel": "le bot n’est pas dans ce canal",
    "no account": "aucun compte relié",
    "stop": "a demandé l’arrêt des envois",
    "pause": "a mis les envois en pause",
    "erased": "données effacées à sa demande",
    "unknown workspace": "espace Slack que Concerte ne dessert pas",
    "of another workspace": "membre d’un autre espace Slack",
    "held back by SEND=off": "envois suspendus sur cette installation",
    "held back by SEND=only": "envois réservés à une adresse d’essai",
    "expired": "date limite passée",
    "cancelled by staff": "arrêtée par l’équipe",
    "the answer was lost": "la plateforme n’a pas confirmé",
    "interrupted": "envoi interrompu",
    "channel fault": "panne de mon côté pendant l’envoi",
    "not sent after all": "pas encore partie",
    "moved": "le groupe a changé d’adresse",
    "too many requests": "plateforme saturée",
    "request entity too large": "fichier trop lourd",
    "an empty message": "message vide",
    "to be continued": "une partie est arrivée, la suite vient",
    "message to edit not found": "le message n’y est plus",
    "message can't be edited": "le message ne peut plus être modifié",
    "message_id_invalid": "le message n’y est plus",
    "message_not_found": "le message n’y est plus",
    "cant_update_message": "le message ne peut plus être modifié",
    "edit_window_closed": "le message ne peut plus être modifié",
    "the file cannot be taken back": "le texte est retiré, mais le fichier est trop ancien pour l’être",
    "the file is gone": "le fichier n’existe plus",
    "the upload broke off": "l’envoi du fichier s’est interrompu",
    "cannot be shown on telegram": "ne peut pas être affichée sur Telegram",
    "cannot be shown on slack": "ne peut pas être affichée sur Slack",
    "no such page": "page inconnue",
    "database away": "ma base de données ne répondait pas",
    "the bot token is refused": "la plateforme refuse la clé de Concerte",
    "the token is refused": "la plateforme refuse la clé de Concerte",
    "telegram cannot be reached": "Telegram injoignable",
    "slack cannot be reached": "Slack injoignable",
}
# Platforms change their capitals.
_BY_CODE = {code.casefold(): words for code, words in REASONS.items()}


def reason(code: str) -> str:
    """Why something was not sent, in French where we know it, else as the platform said it."""
    return _BY_CODE.get(code.casefold(), f"refus de la plateforme\u00a0: «\u00a0{code}\u00a0»")


def outcome(state: str, count: int) -> str:
    """« remise à 34 personnes », « en échec pour 2 personnes »."""
    word = STATES.get(State(state), state)
    return f"{word} {'à' if state == State.DELIVERED else 'pour'} {people(count)}"
