"""What is said of the reminders that somebody asks for."""

SHOWN = {  # what the buttons of an event offer, by the code of the moment
    "d7.0900": "Une semaine avant",
    "d1.1800": "La veille à 18\u00a0h",
    "d0.0800": "Le matin même à 8\u00a0h",
    "m60": "Une heure avant",
}
IN_AN_HOUR = "Dans une heure"
TOMORROW = "Demain matin"
REMOVE = "Supprimer ce rappel"
REMOVED = "C’est fait\u00a0: ce rappel est supprimé."
NOT_THERE = "Ce rappel n’existe plus."
WHEN = "Quand souhaitez-vous que je vous le rappelle\u202f?"
HOW = (
    "Vous voulez un rappel à votre heure\u202f? Choisissez, ou écrivez-le-moi\u00a0: « rappelle-moi la veille à "
    "18\u00a0h », « rappelle-moi 30\u00a0minutes avant », « rappelle-moi lundi matin »."
)
OF_WHAT = "Quel événement dois-je vous rappeler\u202f?"
WHICH = "Lequel dois-je vous rappeler\u202f?"
WHICH_NO_MORE = "Lequel ne dois-je plus vous rappeler\u202f?"
NO_EVENT = (
    "Je ne trouve pas cet événement à votre agenda. Donnez-moi son nom, par exemple\u00a0: « rappelle-moi l’AG la "
    "veille à 18\u00a0h », ou écrivez « agenda »."
)
NO_SUCH_MOMENT = (
    "Cette date, cette heure ou ce délai n’existe pas. Écrivez par exemple\u00a0: « rappelle-moi la veille à "
    "18\u00a0h » ou « rappelle-moi une heure avant l’AG »."
)
AFTER_IT = "À ce moment-là, l’événement aura déjà commencé\u00a0: choisissez un instant plus tôt."
CANCELLED = "Cet événement est annulé\u00a0: il n’y a plus rien à vous rappeler."
IS_OVER = "Cet événement est passé\u00a0: il n’y a plus rien à vous rappeler."
NOT_COMING = (
    "Vous avez répondu que vous ne venez pas\u00a0: je ne vous rappelle plus cet événement. Changez votre réponse pour "
    "recevoir des rappels."
)
TOO_MANY = "Vous avez déjà demandé beaucoup de rappels. Supprimez-en d’abord\u00a0: écrivez « rappels »."
OWN = "**Ceux que vous avez demandés**"
PLANNED = "**Ceux que je vous envoie de moi-même**"
NO_DATE_YET = "dès que la date et l’heure le permettront"
TOGETHER = "**Vos rappels**"


def past(when: str) -> str:
    """The moment has gone by."""
    return f"C’est déjà passé ({when})\u00a0: je ne peux plus vous le rappeler à ce moment-là. Choisissez-en un autre."


def kept(name: str, when: str, dates: str, *, again: bool) -> str:
    """What was understood and is kept."""
    first = "Vous me l’aviez déjà demandé" if again else "C’est noté"
    return f"{first}\u00a0: un rappel vous parviendra le {when}.\n**{name}**\n*{dates}*"


def kept_without_date(name: str, lead: str) -> str:
    """The date or the hour is still to come."""
    return (
        f"C’est noté. **{name}**\u00a0: la date ou l’heure n’est pas encore fixée. Dès qu’elle le sera, je prévoirai "
        f"votre rappel {lead}."
    )


def lead(days: int | None, at: str, minutes: int | None) -> str:
    """« la veille à 18 h », « 3 jours avant », « 1 h 30 avant »."""
    if minutes is not None:
        hours, rest = divmod(minutes, 60)
        if not hours:
            return f"{rest}\u00a0min avant"
        return (f"{hours}\u00a0h\u00a0{rest:02}" if rest else f"{hours}\u00a0h") + " avant"
    day = {0: "le jour même", 1: "la veille", 2: "l’avant-veille", 7: "une semaine avant"}.get(days or 0)
    return (day or f"{days}\u00a0jours avant") + (f" à {at}" if at else "")


def own_line(when: str, name: str, dates: str) -> str:
    """One of the list."""
    return f"- {when}\u00a0: **{name}**, {dates}"


def remove(name: str, when: str) -> str:
    """The button that takes one back."""
    return f"Supprimer\u00a0: {name}, {when}"


def missed(lines: str) -> str:
    """To staff: reminders that came to nothing."""
    return (
        "**Des rappels n’ont pas pu partir à temps**\nJ’étais arrêté, ou une messagerie ne répondait pas, et il était "
        f"ensuite trop tard pour qu’ils servent.\n\n{lines}"
    )


def missed_line(name: str, people: int) -> str:
    """« AG : 12 rappels »."""
    return f"- **{name}**\u00a0: {people} rappel{'s' if people > 1 else ''}"
