"""What the team reads when it gives roles, invites, hands a structure over."""

from handlers.messages import plain
from storage.people import Role
from storage.roles import Held

NOBODY_THERE = "Cette personne n’est plus dans l’annuaire."
ADMINISTRATORS_ONLY = "Cette personne fait partie de l’équipe : seul un administrateur peut agir pour elle."
NOT_YOUR_REGION = "Cette personne n’est pas de votre région : vous ne pouvez pas agir pour elle."
WHICH_ONE = "Plusieurs personnes portent ce nom. De qui s’agit-il ?"
CANCELLED = "C’est noté : rien n’a changé."
CANCEL = "Annuler"

ROLES: dict[Role, str] = {
    Role.PARTICIPANT: "participant",
    Role.DIRECTOR: "direction",
    Role.ELECTED: "élu",
    Role.REGIONAL_STAFF: "équipe régionale",
    Role.STAFF: "équipe nationale",
    Role.ADMIN: "administration",
}

WHOSE_ROLES = "Pour voir ou changer les rôles de quelqu’un, écrivez « rôles » suivi de son nom ou de son adresse."
TEAM = "**L’équipe aujourd’hui**"
NO_TEAM = "Personne ne fait encore partie de l’équipe."
ONLY_ADMINS_GIVE = "Seul un administrateur donne ou retire ce rôle."
LAST_ADMIN = (
    "C’est le dernier rôle d’administration : s’il disparaissait, plus personne ne pourrait en donner. "
    "Donnez-le d’abord à quelqu’un d’autre."
)
HAS_IT_ALREADY = "Cette personne a déjà ce rôle."
HAS_NOT = "Cette personne n’a plus ce rôle."
WHICH_REGION = "Pour quelle région ?"
NOT_A_ROLE = "Je ne connais pas ce rôle."


def nobody_called(words: str) -> str:
    """Nobody of the directory, or nobody one may see."""
    return f"Je ne trouve personne du nom de « {plain(words[:80])} » dans l’annuaire. Vérifiez l’orthographe."


def role_of(held: Held) -> str:
    """A role with its region."""
    return role(held.role, held.region)


def role(of: Role, region: str = "") -> str:
    """« équipe régionale (Normandie) »."""
    return ROLES[of] + (f" ({plain(region)})" if region else "")


def give_label(of: Role) -> str:
    """On the button."""
    return f"Donner\u00a0: {ROLES[of]}"


def take_label(held: Held) -> str:
    """On the button; short enough for every channel."""
    return f"Retirer\u00a0: {ROLES[held.role]}{f' ({held.region})' if held.region else ''}"[:75]


def card(who: str, held: list[str]) -> str:
    """Somebody's roles."""
    if not held:
        return f"{who}\n\nAucun rôle."
    return f"{who}\n\n" + "\n".join(f"- {one}" for one in held)


def team(lines: list[str]) -> str:
    """Everybody who belongs to it."""
    return "\n\n".join([TEAM, "\n".join(f"- {line}" for line in lines), WHOSE_ROLES]) if lines else NO_TEAM


def sure_to_give(name: str, what: str) -> str:
    """Before a role that opens much."""
    return f"Donner à **{plain(name)}** le rôle « {what} » ? Cette personne pourra agir au nom de l’équipe."


def given(name: str, what: str) -> str:
    """To who gave it."""
    return f"C’est fait : **{plain(name)}** a maintenant le rôle « {what} »."


def taken(name: str, what: str) -> str:
    """To who took it."""
    return f"C’est fait : **{plain(name)}** n’a plus le rôle « {what} »."


def told_given(by: str, what: str) -> str:
    """To who received it."""
    return f"{_by(by)} vous a donné le rôle « {what} ». Tapez « aide » pour voir ce que vous pouvez faire."


def told_taken(by: str, what: str) -> str:
    """To who lost it."""
    return f"{_by(by)} vous a retiré le rôle « {what} »."


def told_administrators(by: str, name: str, what: str, *, gave: bool) -> str:
    """To the other administrators: what opens the house is known to all who hold its keys."""
    verb = "donné à" if gave else "retiré à"
    return f"{_by(by)} a {verb} **{plain(name)}** le rôle « {what} »."


def _by(name: str) -> str:
    return f"**{plain(name)}**" if name else "L’administration de Concerte"


# A structure that changes its director

HOW_TO_HAND_OVER = (
    "Pour transmettre une direction, écrivez « remplacer Ancien Nom par Nouveau Nom ». "
    "La nouvelle personne doit déjà être dans l’annuaire."
)
NOT_A_DIRECTOR = "Cette personne ne dirige aucune structure : il n’y a rien à transmettre."
SAME_PERSON = "C’est la même personne : il n’y a rien à transmettre."
HAND_OVER = "Transmettre"


def sure_to_hand_over(old: str, new: str, structure: str, leaves: str) -> str:
    """Before it is done: who loses what, and what stays."""
    also = f"\n- **{plain(new)}** quitte {plain(leaves)}." if leaves else ""
    return (
        f"Transmettre la direction de **{plain(structure)}** ?\n\n"
        f"- **{plain(old)}** n’agira plus pour cette structure, et ses réponses commencées sont effacées.\n"
        f"- **{plain(new)}** en devient la direction.{also}\n\n"
        "Ce que la structure a déjà répondu reste."
    )


def handed_over(old: str, new: str, structure: str) -> str:
    """To who did it."""
    return f"C’est fait : **{plain(new)}** dirige {plain(structure)}, à la suite de **{plain(old)}**."


def told_old_director(structure: str) -> str:
    """To who leaves."""
    return (
        f"La direction de votre structure, {plain(structure)}, a été transmise : vous n’agissez plus en son nom. "
        "Merci pour tout."
    )


def told_new_director(structure: str) -> str:
    """To who arrives."""
    return (
        f"Vous agissez maintenant au nom de votre structure, {plain(structure)}. "
        "Tapez « consultations » pour voir ce qui attend sa réponse, et ce qu’elle a déjà répondu."
    )
