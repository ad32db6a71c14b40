"""A contact as a vCard 3.0, for the address books that take one."""

from segno.helpers import make_vcard_data

from handlers.messages import ContactCard


def vcard(card: ContactCard) -> str:
    """The vCard of somebody; each value on one line, whatever it held."""
    shown = named(card)
    parts = (_line(card.family_name), _line(card.given_name))
    return str(
        make_vcard_data(
            ";".join(part.replace("\\", "").replace(";", " ").replace(",", " ") for part in parts),
            _line(shown),
            email=_line(card.email) or None,
            phone=_line(card.phone) or None,
            org=_line(card.organisation) or None,
            title=_line(card.function) or None,
        )
    )


def named(card: ContactCard) -> str:
    """What somebody is called: the person's name, else their organisation's."""
    return " ".join(filter(None, (card.given_name, card.family_name))) or card.organisation or "Contact"


def described(card: ContactCard) -> str:
    """« consultante, MENSIA Conseil »."""
    whose = card.organisation if card.given_name or card.family_name else ""
    return ", ".join(filter(None, (card.function, whose)))


def _line(text: str) -> str:
    return " ".join(text.split())
