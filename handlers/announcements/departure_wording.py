"""When an announcement leaves, how long that takes, and how the instant is asked for."""

from datetime import date

from handlers.dates import day

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


def put_off(later: int, last: str) -> str:
    """Some are asleep, or on holiday."""
    return f"{later} plus tard (nuit, week-end ou jour férié chez eux), au plus tard le {last}"


def too_late(count: int) -> str:
    """Whose night, week-end or holiday lasts longer than it does; nothing where there is nobody."""
    if not count:
        return ""
    who = "1 personne ne la recevra" if count == 1 else f"{count} personnes ne la recevront"
    return f" — {who} pas\u00a0: leur repos dure au-delà. Choisissez une date limite plus lointaine."


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
