"""What announcements say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.dates import clock, day
from handlers.messages import plain
from storage.announcements import AnnouncementStatus as Status
from storage.outbox import State

MOST = 10_000  # characters of a text; channels split what is long, nobody reads what is longer

MOST_NAMED = 10  # people without an address who are named in the preview; the file names everybody
MOST_SAID = 30  # words of a list that were not understood; the others are counted

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
NOBODY = "Personne ne correspond à ces destinataires\u00a0: choisissez-en d’autres."
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
BY_EVENT = "Invités à un événement"
BY_ANSWER = "Ceux qui ont répondu à une consultation"
BY_SILENCE = "Ceux qui n’ont pas répondu à une consultation"
BY_NAME = "Par noms ou adresses"
NO_NAMES = "Retirer les personnes nommées"
BY_COMING = "Selon leur réponse à l’invitation"
PICK_EVENT = "Choisissez l’événement dont les invités recevront l’annonce."
PICK_COMING = "Parmi ses invités, cochez qui la recevra\u202f; sans coche, tous."
PICK_ANSWER = "Choisissez la consultation\u00a0: l’annonce ira à ceux dont la voix a répondu."
PICK_SILENCE = "Choisissez la consultation\u00a0: l’annonce ira à ceux dont la voix n’a pas encore répondu."
NONE_TO_PICK = "Il n’y en a aucune à choisir pour le moment."
NAMES_ASK = (
    "Écrivez ou collez les noms ou les adresses électroniques, un par ligne ou séparés par des virgules. "
    "Ils s’ajoutent à ceux qui sont déjà nommés\u202f; « annuler » ramène à l’aperçu."
)
NAMES_NOBODY = "Je n’ai trouvé personne de cette liste. Corrigez-la, ou écrivez « annuler »."
NAMES_TOO_MANY = "Cette liste est trop longue pour un message. Envoyez-la en plusieurs fois."
BACK = "← Retour à l’aperçu"
OTHER_CHOICE = "← Autres critères"
REPORT = "Suivi de l’envoi"
REFRESH = "Actualiser"
NEW = "Écrire une annonce"
HISTORY = "Annonces envoyées"

WHEN = "Date de départ"
AT_CONFIRMATION = "dès la confirmation"
AT_ONCE = "Dès la confirmation"
OTHER_TIME = "Autre date…"
TIME_AGAIN = "Écrivez la date et l’heure de départ, par exemple « lundi 9h » ou « 5/12 14h30, heure de Cayenne »."
TIME_NOT_READ = (
    "Je n’ai pas compris cette date. Écrivez le jour et l’heure, par exemple « demain 9h », « lundi 14h30 » ou "
    "« 5 décembre à 9h, heure de Cayenne »."
)
TIME_PASSED = "Cette date est passée, ou trop lointaine. Écrivez-en une autre."
PAUSE = "Suspendre"
RESUME = "Reprendre"
STOP = "Arrêter"
STOP_ASK = "Arrêter définitivement\u202f? Ce qui est déjà parti reste, le reste ne partira jamais."
STOP_SURE = "Oui, arrêter"
KEEP = "Non, laisser"
AGAIN_DOUBT = "Renvoyer aux envois en doute"
AGAIN_FAILED = "Réessayer les échecs"
FIX = "Corriger"
FIX_TEXT = "Écrivez le texte corrigé en entier, ou « annuler »."
FIX_TOO_LONG = "Ce texte est trop long pour être corrigé d’un seul tenant. Écrivez plutôt une nouvelle annonce."
RECALL = "Retirer"
RECALL_ASK = "Retirer l’annonce\u202f? Chez ceux qui l’ont reçue, le texte sera remplacé par une mention de retrait."
RECALL_SURE = "Oui, retirer"
RECALLED = "*Cette annonce a été retirée par l’équipe d’animation du réseau.*"

EXPORTS = {"csv": "Exporter (CSV)", "xlsx": "Exporter (Excel)"}
EXPORT_HEADER = (
    "Nom",
    "Structure",
    "Région",
    "Plateforme",
    "État",
    "Raison",
    "Tentatives",
    "Doutes",
    "Terminé le",
    "Lu le",
)
ADDRESSES = "Adresses qui ne répondent plus"
ADDRESSES_HEADER = ("Nom", "Structure", "Région", "Plateforme", "Raison", "Autre adresse")
NOWHERE = "Qui est injoignable"
NOWHERE_HEADER = ("Nom", "Structure", "Région")
NOWHERE_FILE = "Les personnes que cette annonce ne peut pas atteindre, faute de compte relié qui réponde."
ALL_REACHED = "Aucun compte n’est refusé par sa plateforme."
ELSEWHERE = "joignable ailleurs"
NOWHERE_ELSE = "injoignable"
ERASED = "(personne effacée)"
ADD_FILE = "Joindre une image ou un fichier"
REMOVE_FILE = "Retirer le fichier"
FILE_ASK = "Envoyez-moi l’image ou le fichier à joindre (8\u00a0Mo au plus). « annuler » ramène à l’aperçu."
FILE_UNREADABLE = "Je n’ai pas pu lire ce fichier. Envoyez-le une nouvelle fois, ou écrivez « annuler »."
FILE_TOO_LARGE = "Ce fichier dépasse 8\u00a0Mo. Joignez-en un plus léger, ou mettez un lien dans le texte."
FILE_WITHOUT_TEXT = "Écrivez d’abord le texte de l’annonce, ou envoyez-le en légende du fichier."
SHOWN = "C’est tout ce qui arrivera."
LINK = "Joindre un lien"
LINK_ASK = "**Vers quoi l’annonce mène-t-elle\u202f?** Un bouton y conduira, sous le texte."
NO_LINK = "Aucun lien"
SEE_EVENT = "Voir l’événement"
ANSWER = "Répondre à la consultation"
TRY = "Me l’envoyer pour essai"
TRIED = "Essai envoyé sur vos comptes."
PRIVATELY = "Faisons cela en privé\u00a0: écrivez-moi directement, hors de ce canal."
HALT = "Arrêt d’urgence"
HALT_ASK = (
    "**Arrêt d’urgence\u202f?** Plus rien ne partira, ni annonces, ni rappels, ni relances, jusqu’à la reprise. "
    "Je continue de répondre à ceux qui m’écrivent."
)
HALT_SURE = "Oui, tout arrêter"
RESTART = "Reprendre les envois"
RESTARTED = "Les envois reprennent. Ce qui attendait part maintenant, ou au matin chez ceux qui dorment."

WHO = "**Qui doit recevoir cette annonce\u202f?**"
CRITERIA = {
    "roles": "fonction",
    "regions": "région",
    "kinds": "type de structure",
    "invited": "événement",
    "coming": "réponse à l’invitation",
    "answered": "consultation",
    "unanswered": "consultation",
}
ROLES = {
    "participant": "participants",
    "director": "directions",
    "elected": "élus",
    "regional_staff": "équipes régionales",
    "staff": "équipe nationale",
    "admin": "administrateurs",
}
COMING = {
    "yes": "ceux qui viennent",
    "maybe": "ceux qui viennent peut-être",
    "no": "ceux qui ne viennent pas",
    "silent": "ceux qui n’ont pas répondu",
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


def people(count: int) -> str:
    """« 1 personne », « 37 personnes »."""
    return f"{count} personne{'s' if count > 1 else ''}"


def platform(name: str) -> str:
    """The name of a platform as people know it."""
    return PLATFORMS.get(name, name)


def reason(code: str) -> str:
    """Why something was not sent, in French where we know it, else as the platform said it."""
    return _BY_CODE.get(code.casefold(), f"refus de la plateforme\u00a0: «\u00a0{code}\u00a0»")


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
) -> str:
    """What will happen if it is confirmed."""
    lines = [f"- {platform(name)}\u00a0: {number}" for name, number in platforms.items()]
    if unreachable:
        more = f" et {unreachable - len(nowhere)} de plus" if unreachable > len(nowhere) else ""
        who = f" — {plain(', '.join(nowhere))}{more}"
        lines.append(f"- sans compte relié, donc injoignables\u00a0: {unreachable}{who}")
    parts = [f"**Voici l’aperçu. Cette annonce est pour {people(count)}.**\nDestinataires\u00a0: {audience}"]
    if lines:
        parts.append("\n".join(lines))
    parts.append(f"Départ\u00a0: {departure}\nDurée de l’envoi\u00a0: {lasts}\nDate limite\u00a0: {expiry}")
    if ack:
        parts.append("Un bouton «\u00a0J’ai lu\u00a0» accompagne l’annonce.")
    return "\n\n".join(parts)


def duration(seconds: float) -> str:
    """« moins d’une minute », « environ 6 minutes », « environ 2 h 30 »."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return "moins d’une minute"
    if seconds >= 2 * 86_400:
        return f"{round(seconds / 86_400)} jours"
    if minutes < 60:
        return f"environ {minutes} minute{'s' if minutes > 1 else ''}"
    hours, rest = divmod(round(seconds / 600) * 10, 60)
    return f"environ {hours}\u00a0h" + (f"\u00a0{rest:02}" if rest else "")


def see_as(name: str) -> str:
    """The button that shows it as another platform does."""
    return "Voir comme dans le navigateur" if name == "web" else f"Voir comme sur {platform(name)}"


def shown_as(name: str) -> str:
    """Above what it shows."""
    where = "dans le navigateur" if name == "web" else f"sur {platform(name)}"
    return f"**Voici ce que l’on verra {where}\u00a0:**"


def put_off(later: int, last: str) -> str:
    """Some are asleep, or on holiday."""
    return f"{later} plus tard (nuit, week-end ou jour férié chez eux), au plus tard le {last}"


def described(roles: Iterable[str], regions: Iterable[str], kinds: Iterable[str]) -> str:
    """An audience in words: « directions ; Bretagne, Corse », « tout le réseau »."""
    parts = [plain(", ".join(sorted(names))) for names in (roles, kinds, regions) if names]
    return "\u202f; ".join(parts) or "tout le réseau"


def tick_by(criterion: str) -> str:
    """Above the values of a criterion."""
    return f"Cochez par {criterion}\u202f; sans coche, toutes conviennent."


def invited(name: str, coming: Iterable[str]) -> str:
    """« invités à « Séminaire » : ceux qui viennent, ceux qui n’ont pas répondu »."""
    chosen = [label for word, label in COMING.items() if word in set(coming)]
    return concerned("invited", name) + (f"\u00a0: {', '.join(chosen)}" if chosen else "")


def concerned(criterion: str, name: str) -> str:
    """« invités à « Séminaire » », « n’ont pas répondu à « … » »."""
    words = {"invited": "invités à", "answered": "ont répondu à", "unanswered": "n’ont pas répondu à"}
    return f"{words[criterion]} «\u00a0{plain(name)}\u00a0»"


def not_named(unknown: Sequence[str], several: Sequence[str]) -> str:
    """Those of a list who were not taken, and why."""
    parts = []
    homonyms = "Plusieurs personnes portent ce nom, donnez leur adresse"
    for why, words in (("Je ne connais pas", unknown), (homonyms, several)):
        if words:
            more = f" … et {len(words) - MOST_SAID} de plus" if len(words) > MOST_SAID else ""
            parts.append(f"{why}\u00a0: {', '.join(plain(word[:80]) for word in words[:MOST_SAID])}{more}.")
    return "\n".join(parts)


def sent(count: int, unreachable: int) -> str:
    """What was confirmed."""
    text = f"**C’est confirmé\u00a0: l’annonce part pour {people(count)}.**"
    if unreachable:
        cannot = "ne peuvent pas être jointes" if unreachable > 1 else "ne peut pas être jointe"
        text += f"\n{people(unreachable)} {cannot}, faute de compte relié."
    return text


def outcome(state: str, count: int) -> str:
    """« remise à 34 personnes », « en échec pour 2 personnes »."""
    word = STATES.get(State(state), state)
    return f"{word} {'à' if state == State.DELIVERED else 'pour'} {people(count)}"


def paused(held: int) -> str:
    """After « Suspendre »."""
    return f"En pause\u00a0: {people(held)} en attente."


def resumed(released: int) -> str:
    """After « Reprendre »."""
    return f"C’est reparti pour {people(released)}."


def stopped(count: int) -> str:
    """After « Arrêter »."""
    return f"Arrêtée\u00a0: {people(count)} ne la recevr{'ont' if count > 1 else 'a'} pas."


def repeated(count: int) -> str:
    """After « Renvoyer »."""
    return f"Nouvel envoi à {people(count)}."


def on_day(on: date) -> str:
    """« mardi 24 novembre à 9 h »."""
    label = day(on, year=False)
    return f"{label[:1].upper()}{label[1:]} à 9\u00a0h"


def lasting(days: int) -> str:
    """« 7 j »: how long it may still leave."""
    return f"{days}\u00a0j"


def when_ask(zone: str) -> str:
    """The choice of a departure."""
    return (
        f"**Quand l’annonce doit-elle partir\u202f?** ({zone})\n\n"
        "Chacun la reçoit à ce moment, ou dès que sa nuit, son week-end ou son jour férié est passé. "
        "La dernière ligne dit combien de jours après le départ elle reste valable\u202f; "
        "ensuite elle n’est plus envoyée."
    )


def time_ask(zone: str) -> str:
    """The question for an instant in words."""
    return f"{TIME_AGAIN} Sans précision, c’est l’{zone}."


def fix_ask(arrived: int, waiting: int) -> str:
    """What a correction would do."""
    return (
        f"**Voici la correction.** Elle remplacera le texte chez {people(arrived)} "
        f"et partira ainsi pour {people(waiting)} en attente. "
        "Ce qui part en ce moment même arrive dans l’ancienne version et sera remplacé aussitôt."
    )


def fixed(arrived: int, *, stopped: bool) -> str:
    """After a correction; `stopped` while an emergency stop lets nothing leave."""
    if stopped and arrived:
        return (
            f"C’est noté\u00a0: le texte sera remplacé chez {people(arrived)} à la reprise des envois. "
            "L’arrêt d’urgence retient aussi les corrections."
        )
    return f"C’est corrigé\u00a0: le texte est remplacé chez {people(arrived)}."


def corrections(counts: Mapping[str, int]) -> str:
    """How the corrections of what had arrived go."""
    return f"Correction\u00a0: {', '.join(outcome(state, number) for state, number in counts.items() if number)}"


def ended(beginning: str, delivered: int, others: int) -> str:
    """The notice to the author when the last delivery has its end."""
    text = f"Votre annonce «\u00a0{beginning}\u00a0» est terminée\u00a0: remise à {people(delivered)}."
    return f"{text} Pour {people(others)}, voici ce qu’il en est." if others else text


def no_account(count: int) -> str:
    """People whom no platform knows."""
    verb = "n’ont" if count > 1 else "n’a"
    return f"{people(count)} {verb} aucun compte relié\u00a0: une invitation leur ouvre la porte."


def exported(beginning: str, count: int) -> str:
    """With the exported report."""
    return f"Suivi de l’annonce «\u00a0{plain(beginning)}\u00a0»\u00a0: {people(count)}."


def progress(beginning: str, done: int, total: int, counts: Mapping[str, int]) -> str:
    """How an announcement goes; `beginning` is escaped already."""
    share = 100 * done // total if total else 100
    lines = [f"- {outcome(state, number)}" for state, number in counts.items() if number]
    return f"**«\u00a0{beginning}\u00a0»**\u00a0: {done} sur {total} ({share}\u00a0%)\n\n" + "\n".join(lines)


def the_rest(count: int) -> str:
    """Below the first names of a report: where the others are."""
    others = f"{count} autres personnes" if count > 1 else "une autre personne"
    return f"- … et {others}\u00a0: la liste entière, avec les raisons, est dans «\u00a0{EXPORTS['xlsx']}\u00a0»."


def resume_one(beginning: str) -> str:
    """The button that takes one announcement up again."""
    return f"Reprendre «\u00a0{beginning}\u00a0»"


def outage(seconds: float, count: int) -> str:
    """The notice to staff after a long outage."""
    one = "Une annonce attend" if count == 1 else f"{count} annonces attendent"
    return (
        f"**Je n’ai pas fonctionné pendant {duration(seconds)}.** {one} votre accord pour repartir, "
        "au cas où le texte ne serait plus d’actualité. Les rappels, eux, continuent."
    )


def without_right(beginning: str) -> str:
    """The notice to staff when whoever confirmed a scheduled announcement may not broadcast any more."""
    return (
        f"J’ai mis en pause l’annonce programmée «\u00a0{beginning}\u00a0»\u00a0: la personne qui l’avait confirmée "
        "n’a plus le droit d’écrire à ces destinataires. Si elle doit partir, reprenez-la en votre nom."
    )


def halted(beginning: str, failed: int) -> str:
    """The notice to the author when an announcement paused itself."""
    return (
        f"J’ai suspendu votre annonce «\u00a0{beginning}\u00a0»\u00a0: {failed} envois ont échoué. "
        "Le suivi dit pourquoi\u202f; vous pouvez reprendre ou arrêter."
    )


def halted_by(name: str) -> str:
    """That everything is stopped, and by whom (already escaped)."""
    return f"**Arrêt d’urgence en cours**, décidé par {name}\u00a0: seules mes réponses partent."
