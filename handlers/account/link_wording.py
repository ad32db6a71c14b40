"""What is said about personal links and invitations."""

from handlers.messages import plain

NO_WEB = (
    "Cette installation n’a pas encore d’adresse sur le web : je ne peux pas vous donner de lien personnel. "
    "L’équipe d’animation du réseau peut y remédier."
)
HERE_ALREADY = (
    "Vous êtes déjà sur votre page personnelle. Pour ouvrir la même page ailleurs, demandez « lien » depuis "
    "Slack ou Telegram. Pour la fermer partout, révoquez vos liens."
)
OPEN_MY_PAGE = "Ouvrir ma page"
REVOKE_MINE = "Révoquer mes liens"
NOTHING_TO_REVOKE = "Vous n’avez aucun lien personnel en cours."
NOT_ME = "Ce n’est pas moi"
NOT_ON_A_PAGE = (
    "Pour leur sécurité, je n’écris pas de liens personnels sur une page web. "
    "Demandez-le-moi depuis Slack ou Telegram, ou en ligne de commande."
)

HOW_TO_INVITE = (
    "Pour inviter quelqu’un, écrivez « inviter » suivi de son nom ou de son adresse : je vous donne un lien à lui "
    "transmettre. Pour un publipostage, choisissez ci-dessous : le fichier contient un lien par personne, "
    "pour celles qui n’ont encore ni Slack ni Telegram."
)
NOWHERE_TO_INVITE = (
    "Je ne peux inviter nulle part : ni Telegram, ni Slack, ni adresse web ne sont encore branchés. "
    "Voyez « concerte check »."
)
MERGE_DIRECTORS = "Fichier : directions"
MERGE_ELECTED = "Fichier : élus"
MERGE_ALL = "Fichier : tout le monde"
SEE_PENDING = "Invitations en cours"
NOBODY_TO_INVITE = "Il n’y a personne à inviter ici : chacun a déjà un compte relié."
NONE_PENDING = "Aucune invitation n’est en cours, et aucun lien personnel n’attend d’être ouvert."
PENDING = "**Invitations et liens en cours**"
EARLIER, LATER = "← Précédentes", "Suivantes →"
REVOKE = "Révoquer"
WHOM_TO_REVOKE = "Écrivez « révoquer » suivi d’un nom : ses invitations et ses liens personnels ne vaudront plus rien."
LINK_THIS_ACCOUNT = "Relier ce compte"
NO_ADDRESS = "Je n’ai encore ni adresse Telegram ni adresse web à montrer. Voyez « concerte check »."
QR_TELEGRAM = "Ce code ouvre Concerte dans Telegram, et rien de plus : il ne relie personne."
QR_WEB = "Ce code ouvre la page d’accueil de Concerte, et rien de plus : il ne relie personne."


def your_link(url: str, until: str) -> str:
    """To the person; whoever has the address acts as them."""
    return (
        f"Voici votre lien personnel, valable jusqu’au {until} :\n\n`{url}`\n\n"
        "Il ouvre votre page dans un navigateur, pour répondre et poser vos questions. "
        "Ne le transmettez à personne : qui l’ouvre agit à votre place."
    )


def links_revoked(count: int) -> str:
    """To the person, or to staff."""
    return (
        "C’est fait : le lien personnel ne vaut plus rien."
        if count == 1
        else (f"C’est fait : les {count} liens personnels ne valent plus rien.")
    )


DISOWNED = "Vos liens personnels ne valent plus rien, et l’équipe d’animation du réseau est prévenue. Merci."


def told_opened(at: str) -> str:
    """To the person's other accounts."""
    return (
        f"Votre page personnelle vient d’être ouverte dans un navigateur, {at}. "
        "Si ce n’est pas vous, dites-le : je ferme cette page aussitôt."
    )


def told_disowned(name: str) -> str:
    """To staff: somebody else has had a link in hands."""
    return f"**{plain(name)}** signale que son lien personnel a servi à quelqu’un d’autre. Ses liens sont révoqués."


def told_sent_astray(name: str) -> str:
    """To staff and the person: whoever opened a link said it was not theirs."""
    return f"Le lien personnel de **{plain(name)}** est arrivé chez quelqu’un d’autre, qui l’a signalé. Il est révoqué."


def invitation(name: str, lines: list[str], until: str) -> str:
    """To staff, to be passed on to one person only."""
    return "\n\n".join(
        [
            f"Invitation de **{plain(name)}**, valable jusqu’au {until}. "
            "À transmettre à cette personne seulement, par un moyen sûr.",
            *lines,
        ]
    )


def by_telegram(url: str) -> str:
    """The deep link."""
    return f"Dans Telegram, pour relier son compte :\n`{url}`"


def by_web(url: str) -> str:
    """The personal link."""
    return f"Dans un navigateur, sans rien installer :\n`{url}`"


def by_slack(email: str) -> str:
    """A direct message was sent."""
    return f"Dans Slack : j’écris au compte dont l’adresse est {plain(email)}, s’il existe."


def linked_already(platforms: str) -> str:
    """Nothing forbids another one."""
    return f"Cette personne a déjà un compte {platforms} relié."


def slack_invitation(given_name: str, by: str) -> str:
    """The direct message."""
    who = f"**{plain(by)}**" if by else "L’équipe d’animation du réseau"
    return (
        f"Bonjour {plain(given_name)}. {who} vous invite à relier ce compte Slack à votre fiche, pour répondre aux "
        "consultations et recevoir vos rappels ici. Rien n’est relié sans votre accord."
    )


def merged(count: int, until: str, web: bool, telegram: bool) -> str:
    """With the file."""
    people = "1 personne" if count == 1 else f"{count} personnes"
    missing = [] if web else ["adresse web"]
    missing += [] if telegram else ["Telegram"]
    note = f" Une colonne est vide faute de : {', '.join(missing)}." if missing else ""
    return (
        f"Voici {people}, avec un lien chacune, valable jusqu’au {until}.{note} "
        "Ce fichier ouvre la page de chacun : gardez-le pour vous, et effacez-le après l’envoi."
    )


def pending(name: str, what: str, until: str) -> str:
    """One line of the list."""
    return f"**{plain(name)}** · {what}, jusqu’au {until}"


def kinds(invitations: int, links: int) -> str:
    """« 1 invitation, 2 liens »."""
    parts = []
    if invitations:
        parts.append(f"{invitations} invitation{'s' if invitations > 1 else ''}")
    if links:
        parts.append(f"{links} lien{'s' if links > 1 else ''}")
    return ", ".join(parts)


def revoke_label(name: str) -> str:
    """On the button; short enough for every channel."""
    return f"Révoquer\u00a0: {name}"[:75]


def revoked(name: str, invitations: int, links: int) -> str:
    """To staff."""
    if not invitations and not links:
        return f"**{plain(name)}** n’avait ni invitation ni lien en cours."
    return f"C’est fait : pour **{plain(name)}**, {kinds(invitations, links)} ne valent plus rien."
