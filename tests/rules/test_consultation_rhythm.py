"""What staff type to set nudges, the word to the regions and the return of a consultation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from handlers.consultations import rhythm_wording
from handlers.consultations.recurring import fault_of, next_wave
from handlers.consultations.rhythm_reading import NEVER, UNLIMITED, Rhythm, read_rhythm, rule_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("relances : 2 au plus", Rhythm(limit=2)),
        ("Deux relances au plus par personne.", Rhythm(limit=2)),
        ("au plus 3 relances", Rhythm(limit=3)),
        ("pas plus d’une relance", Rhythm(limit=1)),
        ("relances : trois", Rhythm(limit=3)),
        ("0 relance", Rhythm(limit=0)),
        ("sans limite", Rhythm(limit=UNLIMITED)),
        ("aucune relance", Rhythm(nudge_days=())),
        ("relances à J-2 et J-7", Rhythm(nudge_days=(7, 2))),
        ("Relances : J-7, J-2", Rhythm(nudge_days=(7, 2))),
        ("relancer à J-10, à J-3", Rhythm(nudge_days=(10, 3))),
        ("relancer 7 et 2 jours avant la clôture", Rhythm(nudge_days=(7, 2))),
        ("prévenir les régions à J-3", Rhythm(regions=3)),
        ("Prévenir les équipes régionales 3 jours avant", Rhythm(regions=3)),
        ("ne pas prévenir les régions", Rhythm(regions=NEVER)),
        ("rouvrir chaque trimestre", Rhythm(recurs="FREQ=MONTHLY;INTERVAL=3")),
        ("Tous les trois mois", Rhythm(recurs="FREQ=MONTHLY;INTERVAL=3")),
        ("toutes les 2 semaines", Rhythm(recurs="FREQ=WEEKLY;INTERVAL=2")),
        ("rouvrir tous les ans", Rhythm(recurs="FREQ=YEARLY")),
        ("ne plus rouvrir", Rhythm(recurs="")),
        ("relances : 2 au plus\nprévenir les régions à J-3", Rhythm(limit=2, regions=3)),
        ("relances à J-7 et J-2, prévenir les régions à J-1", Rhythm(nudge_days=(7, 2), regions=1)),
        ("rouvrir chaque mois ; 1 relance au plus", Rhythm(limit=1, recurs="FREQ=MONTHLY")),
        ("relances : 99 au plus", "far"),
        ("prévenir les régions à J-900", "far"),
        ("tous les 0 mois", "far"),
        ("rouvrir tous les 40 ans", "far"),
        ("quand est l’assemblée générale ?", None),
        ("relances : 2 au plus, et quand est l’AG ?", None),
        ("qui prévenir dans les régions ?", None),
        ("", None),
        ("j-3", None),
    ],
)
def test_a_wish_is_understood_whole_or_is_left_to_the_assistant(text: str, meant: Rhythm | str | None) -> None:
    assert read_rhythm(text) == meant


@pytest.mark.parametrize("unit", ["semaine", "mois", "trimestre", "semestre", "an", "annee"])
def test_every_rule_can_be_followed_and_is_said_again_in_words(unit: str) -> None:
    for every in (1, 2, 3):
        rule = rule_of(every, unit)
        assert fault_of(rule) == ""
        assert "selon la règle" not in rhythm_wording.returns(rule)
    assert "selon la règle" in rhythm_wording.returns("FREQ=MONTHLY;BYDAY=1MO")


@pytest.mark.parametrize(("rule", "first"), [("FREQ=MONTHLY", "2024-01-31"), ("FREQ=MONTHLY;INTERVAL=3", "2023-11-30")])
def test_no_month_is_left_out_for_being_short(rule: str, first: str) -> None:
    opened = datetime.fromisoformat(f"{first}T09:00+00:00").astimezone(UTC)
    opens = []
    for _ in range(6):
        now = opened + timedelta(days=94 if "INTERVAL" in rule else 32)
        due = next_wave(rule, opened, opened + timedelta(days=20), "Europe/Paris", now)
        assert due is not None
        opened = due[0]
        opens.append(opened)
    assert all(28 <= (b - a).days <= 92 for a, b in pairwise(opens))
