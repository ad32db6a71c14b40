"""What consultations say, in French."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.consultations.voice import Effect, Obstacle
from handlers.dates import clock, day, zone_name
from handlers.messages import plain
from storage.consultations import QuestionKind, Rule, Secrecy, Voice

PRIVATE = "Les consultations se font en tête-à-tête : écrivez-moi en message privé, je vous y attends."
STALE = "Ce bouton n’est plus valable, et rien n’a changé. Dites « consultations » pour retrouver votre place."
NONE_OPEN = "Aucune consultation ne vous attend en ce moment. Je vous préviendrai s’il y en a une."
OPEN_ONES = "**Consultations ouvertes**"
NOTED = "C’est noté."
NOT_ANSWERED = "Vous n’avez pas encore répondu."
REREAD = "Relire et envoyer"
RESUME = "Reprendre"
ANSWER = "Répondre"
BEGIN = "Commencer"
READ_ALL = "Lire les questions"
BACK = "Retour"
SKIP = "Passer"
KEEP = "Garder ma réponse"
PAUSE = "Faire une pause"
VALIDATE = "Valider"
AGAIN = "Recommencer"
CHOOSE_AGAIN = "Choisir autre chose"
YES, NO = "Oui", "Non"
SUITS = ("non", "si besoin", "oui")  # by how a slot suits: 0, 1, 2
SLOTS = "Dites pour chaque créneau s’il vous convient, puis « Valider ». Ce que vous laissez vide compte comme « non »."
YOUR_STRUCTURE = "votre structure"
TRIAL = "*Essai avant l’ouverture\u00a0: rien ne sera compté ni gardé.*"
TRIED = "**L’essai est terminé.** Voici ce qu’une direction aurait envoyé\u202f; rien n’est compté ni gardé."
TRY, TRY_AGAIN, TO_FOLLOW = "Essayer", "Essayer encore", "Revenir à la préparation"
SEND = "Envoyer mes réponses"
SEE = "Voir la réponse"
MINE = "Voir mes réponses"
CORRECT = "Corriger"
REPLACE = "Remplacer la réponse"
APPROVE = "Valider au nom de la structure"
OTHERS = "Voir les consultations"
COLUMN_ANSWER, COLUMN_COUNT, COLUMN_RANK = "Réponse", "Nombre", "Rang moyen"
MEAN = "Moyenne"
ALREADY = "Il y a déjà une réponse pour cette voix ; seuls ceux qui la portent peuvent la corriger."
ANOTHER = "Saisir une autre réponse"
BY_PHONE = "réponse dictée à l’équipe d’animation"
ENTERING_LEFT = "La saisie est interrompue ; rien n’est envoyé. Dites « suivi » pour la reprendre."
WHOM = "**Pour qui saisissez-vous une réponse ?** Écrivez un nom, ou celui d’une structure."
NOBODY_FOUND = "Je ne trouve personne de ce nom qui puisse répondre à cette consultation. Écrivez-le autrement ?"
WHICH_ONE = "De qui s’agit-il ?"
TOO_MANY = "Plusieurs personnes correspondent : voici les premières. Écrivez le nom entier si la bonne n’y est pas."
NOT_FOR_OTHERS = "Une réponse anonyme ne se dicte pas : il n’y a pas de saisie au nom de quelqu’un d’autre."
OWN_DRAFT = "Cette personne a commencé à répondre elle-même : ses réponses inachevées ne sont visibles que d’elle."
NO_MORE = "Ne plus me relancer"
BALLOTS = "Liste des bulletins"
BALLOTS_LATER = "La liste des bulletins paraîtra après la clôture."
HELD_YES = "C’était ma réponse"
REQUIRED = "Cette question demande une réponse."
NOTHING_SAID = "Vous n’avez répondu à aucune question : répondez à l’une d’elles avant d’envoyer."
WRITE = "Écrivez votre réponse."
WRITE_NUMBER = "Écrivez un nombre."
WRITE_DATE = "Écrivez une date, par exemple « 26 juin 2024 »."
PRECISE = "Précisez en quelques mots : écrivez votre réponse."
OPTIONAL = "facultative"
NO_ANSWER = "sans réponse"
TOLD_WHICH = "Plusieurs choix correspondent : lequel voulez-vous dire ?"
REVIEW = "**Relisez vos réponses**"
REVIEW_END = "Rien n’est parti pour l’instant. Tout vous convient ?"
NOT_RECORDED = "Ce que vous venez d’écrire n’a pas été enregistré."
TEXT_TOO_LONG = "Votre réponse dépasse la longueur prévue. Pouvez-vous la raccourcir ? Elle n’a pas été enregistrée."
NO_LONGER = "Cette question ne se pose plus, d’après vos autres réponses."
DRAFT_LOST = "Vos réponses commencées mais non envoyées n’ont pas été comptées."


def moment(at: datetime, zone: ZoneInfo) -> str:
    """« le mercredi 26 juin 2024 à 9 h 05 », by the clocks of the zone."""
    return f"le {day(at.astimezone(zone).date())} à {clock(at, zone)}"


def deadline(at: datetime, network: ZoneInfo, reader: ZoneInfo) -> str:
    """An instant in the network’s time and, where the clocks differ, the reader’s own."""
    stated = f"{moment(at, network)} ({zone_name(network.key)})"
    here, there = at.astimezone(network), at.astimezone(reader)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return stated
    own = clock(at, reader) if here.date() == there.date() else f"{day(there.date())} à {clock(at, reader)}"
    return f"{stated}, soit {own} chez vous"


def questions(count: int) -> str:
    """« 1 question », « 6 questions »."""
    return f"{count} question{'s' if count > 1 else ''}"


def left_alone(title: str) -> str:
    """To who wants no more nudges."""
    return (
        f"Entendu : je ne vous relancerai plus pour « {plain(title)} ». Vous pouvez toujours y répondre en disant "
        "« consultations »."
    )


def on_behalf(name: str) -> str:
    """Said over every question that staff answer for somebody."""
    return f"Saisie au nom de **{plain(name)}**"


def entered(name: str, receipt: str) -> str:
    """To staff, once it is sent."""
    return f"C’est envoyé au nom de **{plain(name)}**, qui reçoit un message pour le relire. Reçu **{receipt}**."


def entered_for_you(staff: str, title: str, receipt: str) -> str:
    """To the person in whose name it was entered."""
    return (
        f"**{plain(staff)}** a saisi en votre nom la réponse que vous lui avez dictée à « {plain(title)} ». Reçu "
        f"**{receipt}**. Relisez-la : vous pouvez la corriger jusqu’à la clôture."
    )


def who_sees(secrecy: str, voice: str, structure: str, platform: str) -> str:
    """The one sentence the voter reads before the first question: who will see what."""
    of = plain(structure)
    if secrecy == Secrecy.NAMED:
        if voice == Voice.STRUCTURE:
            sentence = (
                f"Vous répondez au nom de {of} : l’équipe d’animation du réseau verra vos réponses avec le nom de "
                "votre structure et le vôtre, et vos collègues pourront les lire"
            )
        else:
            sentence = "L’équipe d’animation du réseau verra vos réponses avec votre nom"
    elif secrecy == Secrecy.ANONYMOUS:
        who = f"que {of} a répondu" if voice == Voice.STRUCTURE else "que vous avez répondu"
        sentence = (
            f"C’est anonyme : l’équipe d’animation du réseau verra {who} et, après la clôture, tous les bulletins sans "
            "nom, sans heure et sans ordre, et ni elle ni vos collègues ne pourront savoir lequel est le vôtre"
        )
    elif voice == Voice.STRUCTURE:
        sentence = (
            f"Vous répondez au nom de {of} : l’équipe d’animation du réseau verra quelles structures ont répondu, les "
            "totaux et les textes sans nom, et seuls vos collègues pourront lire la réponse de votre structure"
        )
    else:
        sentence = (
            "L’équipe d’animation du réseau verra qui a répondu, les totaux et les textes sans nom, mais pas qui a "
            "répondu quoi"
        )
    host = {"slack": "Slack", "telegram": "Telegram"}.get(platform)
    if secrecy != Secrecy.NAMED and host:
        sentence += f" ; {host}, de son côté, garde la trace de vos messages et de vos appuis"
    return sentence + "."


def rule(voice: str, rule: str, *, secret: bool = False) -> str:
    """Which answer counts when colleagues answer too."""
    if secret:
        one = "Une seule réponse par structure, et elle" if voice == Voice.STRUCTURE else "Une seule réponse, qui"
        return f"{one} ne pourra plus être changée une fois envoyée."
    if voice == Voice.PERSON:
        return "Vous pourrez corriger vos réponses jusqu’à la clôture ; ce sont les dernières qui comptent."
    return {
        Rule.FIRST: "Une seule réponse par structure : la première envoyée compte, et son auteur peut la corriger.",
        Rule.LAST: "Une seule réponse par structure : la dernière envoyée compte, et vos collègues sont prévenus.",
        Rule.DIRECTOR: (
            "Une seule réponse par structure : celle que la direction envoie ou valide. Les autres peuvent la préparer."
        ),
    }[Rule(rule)]


def introduction(count: int) -> str:
    """How much there is to answer, and that it need not be at once."""
    return (
        f"{questions(count)}. Vous pouvez vous arrêter à tout moment et reprendre plus tard, ici ou dans une autre "
        "messagerie : je garde votre place."
    )


def open_until(at: str) -> str:
    """Until when one may answer."""
    return f"Ouverte jusqu’à la clôture, {at}."


def obstacle(what: Obstacle, title: str) -> str:
    """Why this person cannot answer, and what could be done."""
    return {
        Obstacle.NO_STRUCTURE: (
            "Cette consultation se répond au nom d’une structure, et je ne sais pas à laquelle vous appartenez. "
            "L’équipe d’animation du réseau peut vous y rattacher."
        ),
        Obstacle.ELSEWHERE: f"La consultation « {plain(title)} » s’adresse à d’autres structures que la vôtre.",
        Obstacle.ROLE: (
            f"La consultation « {plain(title)} » s’adresse à d’autres fonctions que la vôtre dans votre structure."
        ),
    }[what]


def not_open(title: str) -> str:
    """It has not begun."""
    return f"La consultation « {plain(title)} » n’est pas encore ouverte."


def closed(title: str, at: str) -> str:
    """It is over."""
    since = f" depuis {at}" if at else ""
    return f"La consultation « {plain(title)} » est close{since} : il n’est plus possible d’y répondre."


def standing(author: str, structure: str, at: str, is_me: bool) -> str:
    """Who has answered for this voice, and when."""
    if is_me:
        return f"Vous avez répondu {at}."
    return f"**{plain(author)}** a répondu pour {plain(structure)} {at}."


def proposed(author: str, at: str, is_me: bool) -> str:
    """What waits for the director."""
    who = "Vous avez préparé" if is_me else f"**{plain(author)}** a préparé"
    return f"{who} une réponse {at} ; elle attend la validation de la direction."


def what_now(effect: Effect) -> str:
    """What the rule lets one do about an answer that stands."""
    return {
        Effect.COUNT: "",
        Effect.REPLACE: "Vous pouvez la remplacer jusqu’à la clôture.",
        Effect.PROPOSE: "Vous pouvez en préparer une autre : la direction de votre structure la validera.",
        Effect.REFUSE: "La règle de cette consultation est que la première réponse compte : elle reste telle quelle.",
    }[effect]


def heading(number: int, total: int, section: str) -> str:
    """Where one is."""
    return f"Question {number} sur {total}" + (f" · {plain(section)}" if section else "")


def how_many(kind: QuestionKind, least: int, most: int, count: int) -> str:
    """How many choices are wanted."""
    if kind == QuestionKind.RANKING:
        return "Classez du plus important au moins important : touchez les choix dans l’ordre."
    if least == most:
        return f"Choisissez {least} réponse{'s' if least > 1 else ''}, puis « Valider »."
    if most >= count:
        return (
            "Choisissez une ou plusieurs réponses, puis « Valider »."
            if least <= 1
            else f"Choisissez au moins {least} réponses, puis « Valider »."
        )
    if least <= 1:
        return f"Choisissez jusqu’à {most} réponses, puis « Valider »."
    return f"Choisissez de {least} à {most} réponses, puis « Valider »."


def trouble(fault: str, least: int, most: int) -> str:
    """What is wrong with an answer, by the name of its fault."""
    return {
        "required": REQUIRED,
        "choice": "Je ne retrouve pas ce choix : voici ceux qui sont proposés.",
        "few": f"Il faut choisir au moins {least} réponse{'s' if least > 1 else ''}.",
        "many": f"Vous pouvez choisir au plus {most} réponse{'s' if most > 1 else ''}.",
        "text": WRITE,
        "long": TEXT_TOO_LONG,
        "number": "Ce nombre n’est pas dans les limites prévues.",
        "which": TOLD_WHICH,
        "slots": SLOTS,
    }[fault]


def scale(low: int, low_label: str, high: int, high_label: str) -> str:
    """What the ends of a scale mean."""
    ends = [f"{n} = {plain(label)}" for n, label in ((low, low_label), (high, high_label)) if label]
    return f"De {low} à {high}" + (f" ({', '.join(ends)})." if ends else ".")


def so_far(answer: str) -> str:
    """The answer given before."""
    return f"Votre réponse : **{plain(answer)}**"


def noted_elsewhere(number: int) -> str:
    """A button of another question was pressed, and counted for it."""
    return f"J’ai noté votre réponse à la question {number}. Revenons où vous en étiez :"


def mend(number: int) -> str:
    """The button that corrects one answer."""
    return f"Modifier {number}"


def resume_at(number: int, total: int) -> str:
    """The button that leads back to one’s place."""
    return f"Reprendre (question {number} sur {total})"


def paused(title: str) -> str:
    """One may leave."""
    return (
        f"Entendu. Vos réponses à « {plain(title)} » sont gardées ; rien n’est envoyé. "
        "Dites « consultations » quand vous voudrez reprendre."
    )


def held(text: str) -> str:
    """What was typed under an open question and taken for a question to the assistant."""
    return f"Vous aviez écrit : « {plain(text)} »."


def sent(given_name: str, receipt: str, at: str) -> str:
    """The receipt."""
    return f"C’est envoyé. Merci, {plain(given_name)} !\n\nReçu **{receipt}**, {at}."


def sent_secretly(given_name: str, receipt: str) -> str:
    """The receipt of an anonymous ballot."""
    return (
        f"C’est envoyé. Merci, {plain(given_name)}\u202f!\n\nReçu **{receipt}**. Notez-le : je ne le garde pas. Après "
        "la clôture, il vous permettra de retrouver votre bulletin dans la liste publiée."
    )


def ballots(count: int) -> str:
    """What the list of anonymous ballots is."""
    return (
        f"Voici les {count} bulletins, sous leur reçu et sans autre ordre. Cherchez le vôtre, et recomptez si vous le "
        "souhaitez."
    )


def ballots_alt(title: str) -> str:
    """What the file is."""
    return f"Bulletins de « {title} »"


def took_part(structure: str) -> str:
    """All that is known of an anonymous voice that has answered."""
    whose = f"La voix de {plain(structure)}" if structure else "Votre voix"
    return (
        f"{whose} est comptée. C’est anonyme : je ne sais pas ce qui a été répondu, et rien ne peut plus être changé."
    )


def sent_again(receipt: str, at: str) -> str:
    """The receipt to those who press twice."""
    return f"Vos réponses sont bien envoyées : reçu **{receipt}**, {at}."


def proposal_sent(given_name: str, has_director: bool) -> str:
    """The answer waits for a director."""
    wait = (
        "La direction de votre structure est prévenue : votre réponse comptera dès qu’elle l’aura validée."
        if has_director
        else "Je ne connais pas encore la direction de votre structure : votre réponse ne comptera qu’une fois "
        "validée. Prévenez l’équipe d’animation du réseau."
    )
    return f"Merci, {plain(given_name)} ! {wait}"


def meanwhile(what: str) -> str:
    """Something changed since the review was shown."""
    return f"Entre-temps, les choses ont bougé. {what} Voulez-vous toujours envoyer vos réponses ?"


def kept_not_sent() -> str:
    """What becomes of answers that the rule does not let in."""
    return "Vos réponses n’ont pas été envoyées ; celle de votre structure n’a pas changé."


def copy(structure: str) -> str:
    """The heading of a copy of answers."""
    return f"**Réponse de {plain(structure)}**" if structure else "**Vos réponses**"


def validated(receipt: str, at: str) -> str:
    """To the director who validated."""
    return f"C’est validé, au nom de votre structure. Reçu **{receipt}**, {at}."


def only_directors() -> str:
    """A colleague pressed a director’s button."""
    return "Seule la direction de votre structure peut valider sa réponse."


def proposal_changed() -> str:
    """The proposal is not the one that was shown."""
    return "Cette proposition a changé depuis : la voici telle qu’elle est."


def no_proposal() -> str:
    """There is nothing to validate any more."""
    return "Il n’y a plus de réponse à valider : elle a déjà été validée ou remplacée."


def begun(number: int, total: int) -> str:
    """Where a draft stands; number 0 is the review."""
    if not number:
        return "Vos réponses sont prêtes ; elles ne sont pas encore envoyées."
    return f"Vous en êtes à la question {number} sur {total}."


def shortened(title: str) -> str:
    """A title that fits on a button."""
    return title if len(title) <= 60 else title[:59].rstrip() + "…"


def receipt_code(code: str) -> str:
    """The receipt’s code, for the record."""
    return f"Reçu {code}."


def chart_of(title: str) -> str:
    """What the picture is."""
    return f"Graphique des réponses à « {title} »."
