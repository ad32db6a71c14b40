"""What « mes données », erasing and the journal say."""

from collections.abc import Sequence

from handlers.messages import plain
from storage.people import Role

PLATFORMS = {"slack": "Slack", "telegram": "Telegram", "web": "navigateur"}
ROLES = {
    Role.PARTICIPANT: "participation",
    Role.DIRECTOR: "direction",
    Role.ELECTED: "mandat d’élu",
    Role.REGIONAL_STAFF: "animation régionale",
    Role.STAFF: "animation du réseau",
    Role.ADMIN: "administration",
}

TITLE = "**Ce que je sais de vous**"
IDENTITY = "Identité"
ACCOUNTS = "Comptes"
STRUCTURE = "Structure"
ROLES_HELD = "Rôles"
PREFERENCES = "Préférences"
ANSWERS = "Consultations"
MESSAGES = "Messages"
PUBLISHED = "Fiche publique"
TRAIL = "Journal"
NO_STRUCTURE = "aucune"
NO_ROLE = "aucun"
TRAIL_KEPT = "vos actions y figurent sous un pseudonyme, jamais sous votre nom"
WHOLE = (
    "Le détail complet est dans les fichiers à télécharger. Vous pouvez aussi corriger ou faire effacer vos données."
)

AS_JSON = "Télécharger (JSON)"
AS_TEXT = "Télécharger (texte)"
CORRECT = "Corriger"
PREFER = "Mes préférences"
PRIVACY = "Confidentialité"
ERASE = "Tout effacer"
BACK = "← Mes données"
CANCEL = "Annuler"

EXPORTED = "Voici tout ce que je conserve à votre sujet. Ce fichier est personnel\u00a0: gardez-le pour vous."

WHAT_TO_CORRECT = "Que souhaitez-vous corriger\u202f?"
FIELDS = {
    "given_name": "Prénom",
    "family_name": "Nom",
    "email": "Adresse électronique",
    "phone": "Téléphone",
    "function": "Fonction",
}
ASKED_OF_STAFF = {"structure": "Structure", "role": "Rôle"}
CHANGED = "C’est corrigé, merci. L’équipe d’animation du réseau en est informée."
UNCHANGED = "C’est déjà ce qui est inscrit\u00a0: je n’ai rien changé."
REQUESTED = "Votre demande est transmise à l’équipe d’animation du réseau, qui vous répondra."
NOTHING_CHANGED = "D’accord, je ne change rien."
BAD_NAME = "Un nom tient en une ligne, de 80 caractères au plus. Réessayez, ou tapez «\u00a0annuler\u00a0»."
BAD_EMAIL = "Cela ne ressemble pas à une adresse électronique. Réessayez, ou tapez «\u00a0annuler\u00a0»."
EMAIL_TAKEN = "Je ne peux pas inscrire cette adresse moi-même\u00a0: je transmets votre demande à l’équipe."
BAD_PHONE = "Je ne reconnais pas ce numéro. Essayez avec l’indicatif\u00a0: +33 6 12 34 56 78, +262 692 12 34 56."

WORD = "EFFACER"
BEFORE_ERASING = (
    "**Effacer toutes vos données**\n\n"
    "Votre nom, vos coordonnées, vos comptes, vos brouillons et nos conversations seront effacés, "
    "et ce qui devait vous être envoyé ne le sera pas. Votre fiche publique, s’il y en a une, sera retirée. "
    "Ce que votre structure a répondu reste, et vos réponses personnelles restent comptées, sans vous.\n\n"
    "**C’est définitif.** Pour continuer, tapez le mot **EFFACER**."
)
LAST_STEP = "Dernière étape\u00a0: appuyez sur le bouton ci-dessous dans les dix minutes, et tout sera effacé."
ERASE_NOW = "Effacer définitivement"
KEEP = "Non, tout garder"
KEPT = "Rien n’a été effacé."
CONFIRM_AGAIN = "Cette confirmation n’est plus valable. Pour effacer vos données, recommencez depuis « mesdonnees »."
ERASED = (
    "C’est fait\u00a0: je ne sais plus rien de vous. Merci d’avoir participé.\n\n"
    "Slack et Telegram gardent leur propre copie de nos échanges\u00a0: supprimez cette conversation chez eux "
    "si vous le souhaitez. Si vous m’écrivez de nouveau, ce sera comme la première fois."
)
ERASED_NOTICE = "Vos données sont effacées."

NOT_ADMIN = "Le journal est réservé à l’administration du réseau."
JOURNAL = "**Journal des actions**"
NO_ENTRY = "Le journal est vide."
EARLIER = "Plus anciennes →"
EXPORT_CSV = "Exporter (CSV)"
JOURNAL_EXPORTED = "Voici le journal. Il ne contient que des pseudonymes."
ACTS = {
    "right-refused": "droit refusé",
    "role-given": "rôle donné",
    "role-taken": "rôle retiré",
    "linked": "compte relié",
    "unlinked": "compte délié",
    "link-refused": "liaison refusée",
    "invited": "invitation faite",
    "personal-link-issued": "lien personnel fait",
    "personal-link-opened": "lien personnel ouvert",
    "personal-link-revoked": "lien personnel révoqué",
    "imported": "import",
    "import-undone": "import annulé",
    "announced": "annonce",
    "consultation-changed": "consultation modifiée",
    "event-changed": "événement modifié",
    "exported": "export",
    "corrected": "donnée corrigée",
    "erased": "personne effacée",
    "answered-for": "réponse saisie pour quelqu’un",
}


def entry(title: str, text: str) -> str:
    """One line of the overview; `text` is ready to be shown."""
    return f"- **{title}**\u00a0: {text}"


def listed(words: Sequence[str], none: str) -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return words[0] if words else none
    return f"{', '.join(words[:-1])} et {words[-1]}"


def accounts(platforms: Sequence[tuple[str, bool]]) -> str:
    """Where one can be written to; `True` where the platform refuses."""
    shown = [PLATFORMS.get(name, name) + (" (bloqué)" if blocked else "") for name, blocked in platforms]
    return listed(shown, "aucun")


def answers(ballots: int, drafts: int) -> str:
    """How many answers, how many unfinished."""
    sent = f"{ballots} réponse{'s' if ballots > 1 else ''} envoyée{'s' if ballots > 1 else ''}"
    return f"{sent}, {drafts} brouillon{'s' if drafts > 1 else ''}"


def messages(sent: int, waiting: int, last: str) -> str:
    """How many messages there were, how many wait."""
    text = f"{sent} envoyé{'s' if sent > 1 else ''}"
    if last:
        text += f", le dernier le {last}"
    return f"{text}\u202f; {waiting} en attente" if waiting else text


def published(contact: str, source: str) -> str:
    """A published entry and where it comes from."""
    return f"{contact} (source\u00a0: {source})" if source else contact


def ask_for(field: str, now: str) -> str:
    """Before a correction is typed."""
    known = f"Actuellement\u00a0: {plain(now)}. " if now else ""
    return f"**{FIELDS[field]}** — {known}Tapez la bonne valeur, ou «\u00a0annuler\u00a0»."


def ask_staff(field: str) -> str:
    """Before a request to staff is typed."""
    return (
        f"**{ASKED_OF_STAFF[field]}** — seule l’équipe d’animation du réseau peut la changer. "
        "Écrivez ce qui devrait être inscrit, et je lui transmets votre demande."
    )


def told_corrected(name: str, field: str) -> str:
    """To staff: somebody corrected something of theirs."""
    return f"**{plain(name)}** a corrigé ses données ({FIELDS[field].lower()})."


def told_requested(name: str, field: str, wish: str) -> str:
    """To staff: somebody asks for what only they may change."""
    label = {**FIELDS, **ASKED_OF_STAFF}[field].lower()
    return f"**{plain(name)}** demande une correction ({label})\u00a0: «\u00a0{plain(wish)}\u00a0»."


def told_erased(structure: str, directors_left: bool, published: int) -> str:
    """To staff: somebody is no longer there; never who."""
    text = "Une personne a fait effacer ses données."
    if structure:
        text = (
            f"Une personne de **{plain(structure)}** a fait effacer ses données. Ce que la structure a répondu reste."
        )
        if not directors_left:
            text += " Plus personne n’y est connu à la direction."
    if published:
        text += f" {published} fiche{'s' if published > 1 else ''} publique{'s' if published > 1 else ''} retirée"
        text += f"{'s' if published > 1 else ''}."
    return text
