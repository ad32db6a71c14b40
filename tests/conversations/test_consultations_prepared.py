"""Before it opens a consultation is copied, tried as a director would, and its choices shuffled; typos are mended."""

from datetime import timedelta

import pytest

from handlers.consultations.mending import is_typo
from handlers.consultations.questionnaire import read
from storage.audit import AuditEntry
from storage.ballots import Answer, Ballot, Participation
from storage.consultations import Consultation, Draft, QuestionKind, consultation_by_slug, whole_consultation
from storage.database import Database
from tests.conversations.consulting import NOW, Network, a_consultation, a_network

COPY = "avis-2024-03-15"


@pytest.fixture
async def network(sqlite: Database) -> Network:
    return await a_network(sqlite)


async def kept(network: Network, slug: str) -> Consultation:
    async with network.database.reading() as session:
        found = await consultation_by_slug(session, slug)
    assert found is not None
    return found


async def test_a_copy_asks_the_same_and_has_no_answer(network: Network) -> None:
    await a_consultation(network.database, status="closed", nudge_days=[3, 1], audience={"kinds": ["mission-locale"]})
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    assert "aucune réponse" in await fanny.presses("Copier")
    copy, original = await kept(network, COPY), await kept(network, "avis")
    assert (copy.status, copy.opens_at, copy.closes_at) == ("draft", None, None)
    assert (copy.audience, copy.nudge_days, copy.secrecy) == (
        original.audience,
        original.nudge_days,
        original.secrecy,
    )
    asked = [
        [(item.key, item.wording, [o.label for o in item.options]) for item in read(one)] for one in (copy, original)
    ]
    assert asked[0] == asked[1]
    await fanny.presses("Voir la participation")
    await fanny.presses("Fixer la clôture")
    assert "se terminera à la clôture, le vendredi 22 mars 2024" in await fanny.presses("Dans une semaine")
    await fanny.presses("Voir la participation")
    await fanny.presses("Ouvrir")
    assert "est ouverte" in await fanny.presses("Ouvrir maintenant")


async def test_a_try_goes_the_whole_way_and_leaves_nothing(network: Network) -> None:
    await a_consultation(network.database, status="draft", opens_at=None)
    fanny, anne = await network.talk("Fanny"), await network.talk("Anne")
    await fanny.says("suivi avis")
    assert "Essai avant l’ouverture" in await fanny.presses("Essayer")
    assert "Quels moyens ?" in await fanny.presses("Plutôt oui")
    await fanny.presses("Passer")
    await fanny.says("oui")
    assert "Relisez" in await fanny.says("Rien à ajouter")
    ended = await fanny.presses("Envoyer")
    assert "L’essai est terminé" in ended
    assert "Plutôt oui" in ended
    for table in (Ballot, Participation, Answer, Draft):
        assert await network.count(table) == 0
    assert "pas encore ouverte" in await anne.acts(f"consult:begin:{(await kept(network, 'avis')).id}")


async def test_a_try_that_was_broken_off_is_gone_when_it_opens(network: Network) -> None:
    await a_consultation(network.database, status="draft", opens_at=None)
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    opening = dict(fanny.buttons)
    await fanny.presses("Essayer")
    await fanny.presses("Oui")
    assert await network.count(Draft) == 1
    await fanny.acts(opening["Ouvrir"])
    await fanny.presses("Ouvrir maintenant")
    assert await network.count(Draft) == 0
    assert "pas à laquelle" in await fanny.says("consultations") or "Aucune consultation" in fanny.text


async def test_an_anonymous_consultation_is_tried_too(network: Network) -> None:
    await a_consultation(network.database, status="draft", opens_at=None, secrecy="anonymous")
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    await fanny.presses("Essayer")
    for label in ("Oui", "Passer", "Passer", "Passer"):
        await fanny.presses(label)
    assert "L’essai est terminé" in await fanny.presses("Envoyer")
    assert await network.count(Participation) == 0


async def shuffled(network: Network, kind: QuestionKind = QuestionKind.ONE) -> int:
    number = await a_consultation(network.database)
    async with network.database.transaction() as session:
        consultation = await whole_consultation(session, number)
        assert consultation is not None
        consultation.questions[0].config = {"shuffle": True}
        consultation.questions[0].kind = kind
        consultation.questions[0].choices[0].asks_text = True  # « autre » stays the last
    return number


async def test_choices_are_shuffled_the_same_way_for_one_person_each_time(network: Network) -> None:
    number = await shuffled(network)
    async with network.database.reading() as session:
        consultation = await whole_consultation(session, number)
    assert consultation is not None
    orders = {reader: [o.label for o in read(consultation, reader)[0].options] for reader in range(1, 40)}
    assert len({tuple(order) for order in orders.values()}) == 2
    assert all(order[-1] == "Oui" for order in orders.values())
    assert all(order == [o.label for o in read(consultation, one)[0].options] for one, order in orders.items())
    assert [o.label for o in read(consultation)[0].options] == ["Oui", "Plutôt oui", "Non"]


@pytest.mark.parametrize("name", ["Anne", "Bruno", "Elsa", "Carla"])
async def test_the_order_in_which_choices_were_read_or_touched_is_kept_nowhere(network: Network, name: str) -> None:
    number = await shuffled(network, QuestionKind.SEVERAL)
    talk = await network.talk(name)
    await talk.acts(f"consult:begin:{number}")
    for label in ("☐ Non", "☐ Plutôt oui"):
        await talk.presses(label)
    await talk.presses("Valider")
    async with network.database.reading() as session:
        draft = await session.get(Draft, 1)
        consultation = await whole_consultation(session, number)
    assert draft is not None
    assert consultation is not None
    labels = {choice.id: choice.label for choice in consultation.questions[0].choices}
    given = draft.answers[str(consultation.questions[0].id)]["choices"]
    assert [labels[one] for one in given] == ["Plutôt oui", "Non"]


async def test_staff_choose_to_shuffle_in_the_preview(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Où ?\nRennes\nBrest")
    await fanny.says("demain")
    await fanny.presses("Mélanger les choix")
    assert (await kept(network, "sondage-2024-03-15")).questions[0].config == {"shuffle": True}
    await fanny.presses("Garder l’ordre")
    assert (await kept(network, "sondage-2024-03-15")).questions[0].config == {}


async def test_a_typo_is_mended_after_the_opening_with_a_trace_and_nothing_else_is(network: Network) -> None:
    number = await a_consultation(network.database)
    anne, fanny = await network.talk("Anne"), await network.talk("Fanny")
    await anne.acts(f"consult:begin:{number}")
    await anne.presses("Plutôt oui")
    await fanny.says("suivi avis")
    await fanny.presses("Corriger une coquille")
    await fanny.presses("1. Est-ce clair")
    assert "Est-ce clair ?" in await fanny.presses("La question")
    assert "C’est corrigé" in await fanny.says("Est-ce claire ?")
    await fanny.presses("Voir la participation")
    assert "1 coquille corrigée" in fanny.text
    await fanny.presses("Corriger une coquille")
    await fanny.presses("1. Est-ce claire")
    await fanny.presses("Plutôt oui")
    assert "plus qu’une coquille" in await fanny.says("Plutôt non")
    found = await kept(network, "avis")
    question = found.questions[0].id
    words = {"before": "Est-ce clair ?", "after": "Est-ce claire ?"}
    assert found.mends == [{"at": NOW.isoformat(), "day": "2024-03-15", "question": question, **words}]
    assert await network.count(AuditEntry) == 1
    assert await network.count(Draft) == 1
    assert "Est-ce claire" in await anne.says("retour")
    trace = "Formulation corrigée le vendredi 15 mars 2024"
    assert trace in await anne.acts(f"consult:mend:{question}")
    assert trace in await anne.acts(f"consult:all:{number}")
    assert trace not in await anne.acts(f"consult:mend:{found.questions[1].id}")


async def test_a_mended_title_says_so_where_one_begins_and_a_draft_s_corrections_are_nobodys_concern(
    network: Network,
) -> None:
    number = await a_consultation(network.database, status="draft", opens_at=None)
    anne, fanny = await network.talk("Anne"), await network.talk("Fanny")
    for text in ("Avis du réseau", "Avis du réseaux"):
        await fanny.acts(f"consult:mend-text:{number}:0:0")
        assert "C’est corrigé" in await fanny.says(text)
        if text == "Avis du réseau":
            fanny.now = anne.now = NOW + timedelta(minutes=5)
            await fanny.acts(f"consult:opened:{number}")
            assert "Formulation corrigée" not in await anne.acts(f"consult:open:{number}")
    assert "Formulation corrigée le vendredi 15 mars 2024" in await anne.acts(f"consult:open:{number}")


async def test_a_draft_may_change_altogether(network: Network) -> None:
    await a_consultation(network.database, status="draft", opens_at=None)
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    await fanny.presses("Corriger une coquille")
    await fanny.presses("Le titre")
    await fanny.says("Tout autre chose")
    assert (await kept(network, "avis")).title == "Tout autre chose"


@pytest.mark.parametrize(
    ("before", "after", "fine"),
    [
        ("Etes vous prets ?", "Êtes-vous prêts ?", True),
        ("Quels moyens financirs pour le réseau ?", "Quels moyens financiers pour le réseau ?", True),
        ("Brst", "Brest", True),
        ("colse", "close", True),
        ("Oui", "Non", False),
        ("Êtes-vous d’accord ?", "N’êtes-vous pas d’accord ?", False),
        ("3 réponses au plus", "5 réponses au plus", False),
        ("Rennes", "Vannes", False),
        ("Un titre", "", False),
    ],
)
def test_what_a_typo_is(before: str, after: str, fine: bool) -> None:
    assert is_typo(before, after) is fine


@pytest.mark.parametrize("name", ["Anne", "Gilles"])
async def test_who_is_not_of_the_staff_neither_copies_nor_mends_nor_tries(network: Network, name: str) -> None:
    number = await a_consultation(network.database, status="draft", opens_at=None)
    talk = await network.talk(name)
    for action in (f"consult:copy:{number}", f"consult:typos:{number}", f"consult:mend-text:{number}:0:0"):
        assert "réservé" in await talk.acts(action)
    await talk.acts(f"consult:begin:{number}")
    assert "Essai" not in talk.text
    assert await network.count(Draft) == 0


async def test_staff_say_in_words_or_by_buttons_how_often_one_is_nudged_when_regions_know_and_that_it_comes_back(
    network: Network,
) -> None:
    await a_consultation(network.database, status="draft", opens_at=None, closes_at=NOW + timedelta(days=20))
    fanny = await network.talk("Fanny")
    await fanny.says("suivi avis")
    shown = await fanny.presses("Relances et retour")
    assert "aucune d’avance" in shown
    assert "une seule fois" in shown
    assert "à J-14, J-7 et J-2 de la clôture" in await fanny.presses("À J-14, J-7 et J-2")
    assert "2 au plus par personne" in await fanny.says("relances : 2 au plus")
    assert "à J-3 la liste" in await fanny.says("prévenir les régions à J-3")
    assert "rouvre d’elle-même chaque trimestre" in await fanny.says("rouvrir chaque trimestre")
    assert "autre question" in await fanny.says("Quand est l’AG ?")
    assert "trop loin" in await fanny.says("prévenir les régions à J-900")
    assert "à J-3 la liste" in await fanny.acts("consult:rhythm")  # the way back after a question
    found = await kept(network, "avis")
    assert (found.nudge_days, found.nudge_limit, found.escalate_days) == ([14, 7, 2], 2, 3)
    assert (found.recurs, found.series, found.edited_at) == ("FREQ=MONTHLY;INTERVAL=3", "avis", NOW)
    for label in ("Sans limite", "Ne pas prévenir", "Une seule fois", "Sans relance"):
        await fanny.presses(label)
    found = await kept(network, "avis")
    assert (found.nudge_days, found.nudge_limit, found.escalate_days, found.recurs) == ([], None, None, "")


async def test_a_poll_is_set_before_it_opens_and_the_preview_comes_back(network: Network) -> None:
    fanny = await network.talk("Fanny")
    await fanny.says("sondage Où ?\nRennes\nBrest")
    await fanny.says("demain")
    await fanny.presses("Relances et retour")
    await fanny.says("relances à J-1")
    assert "Aperçu du sondage" in await fanny.presses("Revenir à la préparation")
    assert (await kept(network, "sondage-2024-03-15")).nudge_days == [1]


@pytest.mark.parametrize("name", ["Anne", "Gilles"])
async def test_nobody_else_sets_how_often_one_is_nudged(network: Network, name: str) -> None:
    number = await a_consultation(network.database, nudge_limit=2)
    talk = await network.talk(name)
    for action in (f"consult:rhythm:{number}", f"consult:rhythm-set:{number}:1:3"):
        await talk.acts(action)
    assert (await kept(network, "avis")).nudge_limit == 2


@pytest.mark.parametrize("forged", ["9:0", "1:99", "1", "1:x", "0:-1"])
async def test_a_forged_setting_sets_nothing(network: Network, forged: str) -> None:
    number = await a_consultation(network.database, nudge_limit=2, nudge_days=[3])
    fanny = await network.talk("Fanny")
    await fanny.acts(f"consult:rhythm-set:{number}:{forged}")
    found = await kept(network, "avis")
    assert (found.nudge_limit, found.nudge_days, found.recurs) == (2, [3], "")
