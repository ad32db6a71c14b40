"""A poll in a channel: everybody sees it, each press is a voice, and the count follows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.consultations.refreshing import refresh_polls
from handlers.request import Press
from schedules.retry import DeliveryError
from storage.ballots import BallotTrace, Proposal
from storage.channel_polls import ChannelPoll
from storage.consultations import Draft, Rule, Secrecy, Voice
from storage.database import Database
from storage.outbox import Delivery, Kind, State
from tests.conversations.consulting import Network, a_network
from tests.conversations.squares import GROUP, Square, a_poll


@pytest.fixture
async def square(sqlite: Database) -> Square:
    return Square(sqlite, await a_network(sqlite))


@pytest.fixture
async def each(database: Database) -> Square:
    """A square once for each engine."""
    return Square(database, await a_network(database))


async def test_staff_ask_for_the_channel_in_private_and_say_there_that_it_is_the_one(square: Square) -> None:
    fanny = await square.network.talk("Fanny")
    assert "Préparez d’abord" in await square.says("Fanny", "sondage")
    await fanny.says("sondage Où se retrouver ?\nRennes\nBrest")
    await fanny.says("vendredi à 18h")
    assert "mentionnez-moi avec le mot « sondage »" in await fanny.presses("Publier dans un canal")
    assert await square.says("Fanny", "sondage")
    assert "**Où se retrouver ?**" in square.text
    assert "Aucune voix pour l’instant." in square.text
    assert "le vendredi 22 mars 2024 à 18 h (heure de Paris)" in square.text
    assert "verra vos réponses avec votre nom" in square.text
    assert [button.label for row in square.board.buttons for button in row] == ["Rennes", "Brest"]
    assert "Préparez d’abord" in await square.says("Fanny", "sondage")
    assert "Ici, « sondage » tout seul" in (await square.says("Fanny", "sondage Une autre ?")).replace("\u00a0", " ")


@pytest.mark.parametrize("name", ["Bruno", "Gilles"])
async def test_who_is_not_of_the_staff_posts_nothing(square: Square, name: str) -> None:
    assert "réservée à l’équipe" in await square.says(name, "sondage")


async def test_a_press_is_a_voice_at_once_and_the_board_follows(each: Square) -> None:
    await a_poll(each)
    assert await each.presses("Anne", "Rennes") == "Votre voix est comptée : Rennes."
    assert await each.presses("Bruno", "Brest") == "Votre voix est comptée : Brest."
    assert each.told[-1][2] is False
    await each.seconds(3)
    assert "Rennes : 1 (50 %)" in each.text
    assert "Brest : 1 (50 %)" in each.text
    assert "**2 voix comptées**" in each.text
    assert await each.counts() == (2, 2)
    edits = [one for one in each.messenger.arrived if one.edits]
    assert {one.chat for one in edits} == {GROUP}


async def test_pressed_again_a_voice_stays_one_and_can_be_changed(square: Square) -> None:
    await a_poll(square)
    await square.presses("Anne", "Rennes")
    assert await square.presses("Anne", "Rennes") == "Votre voix est déjà comptée : Rennes."
    assert await square.presses("Anne", "Brest") == "Votre voix est changée : Brest."
    await square.seconds(3)
    assert "Rennes : 0" in square.text
    assert "Brest : 1" in square.text
    assert await square.counts() == (1, 1)


async def test_a_voice_given_in_private_and_one_in_the_channel_are_one(square: Square) -> None:
    await a_poll(square)
    anne = await square.network.talk("Anne")
    await anne.says("consultations")
    await anne.presses("Où se retrouver")
    await anne.presses("Commencer")
    await anne.presses("Rennes")
    await anne.presses("Envoyer")
    assert await square.presses("Anne", "Brest") == "Votre voix est changée : Brest."
    await square.seconds(3)
    assert "Rennes : 0" in square.text
    assert await square.counts() == (1, 1)
    await anne.says("consultations")
    assert "Vous avez répondu" in anne.text


async def test_a_press_ends_what_was_begun_in_private(square: Square) -> None:
    await a_poll(square)
    anne = await square.network.talk("Anne")
    await anne.says("consultations")
    await anne.presses("Où se retrouver")
    await anne.presses("Commencer")
    await square.presses("Anne", "Brest")
    assert await square.network.count(Draft) == 0


@pytest.mark.parametrize(
    ("name", "audience", "why"),
    [
        ("un inconnu", {}, "Votre compte n’est relié à personne du réseau"),
        ("Carla", {"regions": ["53"]}, "s’adresse à d’autres structures que la vôtre"),
        ("Anne", {"roles": ["director"]}, "s’adresse à d’autres fonctions que la vôtre"),
    ],
)
async def test_who_is_not_entitled_is_told_why_and_not_counted(
    square: Square, name: str, audience: dict[str, list[str]], why: str
) -> None:
    await a_poll(square, audience=audience)
    assert why in await square.presses(name, "Rennes")
    assert square.told[-1][2] is True
    assert await square.counts() == (0, 0)
    assert await square.tick() == 0


async def test_of_a_structure_one_voice_and_the_others_are_told_whose(square: Square) -> None:
    await a_poll(square, voice=Voice.STRUCTURE, rule=Rule.LAST)
    assert await square.presses("Anne", "Rennes") == "La voix de votre structure, ML Rennes, est comptée : Rennes."
    told = await square.presses("Bruno", "Brest")
    assert told.startswith(
        "Anne Test a déjà répondu pour votre structure, ML Rennes. Pour voir sa réponse ou la remplacer"
    )
    assert await square.presses("Denis", "Brest") == (
        "On répond ici au nom d’une structure, et je ne connais pas la vôtre : votre voix n’est pas comptée."
    )
    assert await square.counts() == (1, 1)


async def test_where_the_first_counts_it_stays(square: Square) -> None:
    await a_poll(square, voice=Voice.STRUCTURE, rule=Rule.FIRST)
    await square.presses("Anne", "Rennes")
    assert "la première réponse compte" in await square.presses("Bruno", "Brest")
    assert await square.presses("Anne", "Brest") == "La voix de votre structure, ML Rennes, est changée : Brest."


async def test_where_a_director_validates_a_press_prepares(each: Square) -> None:
    await a_poll(each, voice=Voice.STRUCTURE, rule=Rule.DIRECTOR)
    for _ in range(2):
        assert "préparée : elle comptera quand la direction l’aura validée" in await each.presses("Anne", "Rennes")
    assert (await each.counts(), await each.network.count(Proposal)) == ((0, 0), 1)
    assert await each.presses("Bruno", "Rennes") == "La voix de votre structure, ML Rennes, est comptée : Rennes."
    assert (await each.counts(), await each.network.count(Proposal)) == ((1, 1), 0)


async def test_results_hidden_until_the_close_are_shown_then(square: Square) -> None:
    consultation = await a_poll(square, live_results=False)
    await square.presses("Anne", "Rennes")
    await square.seconds(3)
    assert "Rennes :" not in square.text
    assert "Les résultats paraîtront ici à la clôture." in square.text
    assert "**1 voix comptée**" in square.text
    assert consultation.closes_at is not None
    square.clock.at = consultation.closes_at
    await square.seconds(3)
    assert "Rennes : 1 (100 %)" in square.text


async def test_a_confidential_poll_waits_for_the_close_and_for_five_voices(square: Square) -> None:
    consultation = await a_poll(square, secrecy=Secrecy.CONFIDENTIAL)
    await square.presses("Anne", "Rennes")
    await square.seconds(3)
    assert "Rennes :" not in square.text
    assert "Telegram, de son côté, garde la trace" in square.text
    assert consultation.closes_at is not None
    square.clock.at = consultation.closes_at
    await square.seconds(3)
    assert "Rennes :" not in square.text
    assert "à partir de 5 réponses" in square.text


async def test_it_closes_by_itself_and_the_final_count_stays(each: Square) -> None:
    consultation = await a_poll(each)
    await each.presses("Anne", "Rennes")
    old = each.action("Brest")
    assert consultation.closes_at is not None
    each.clock.at = consultation.closes_at
    await each.seconds(3)
    assert "**Sondage clos.**" in each.text
    assert "Rennes : 1 (100 %)" in each.text
    assert each.board.buttons == ()
    await each._does(each.inbound("Bruno", press=Press(action=old, message=each.message)))
    assert each.told[-1] == ("Bruno", "Le sondage est clos : votre voix n’a pas pu être comptée.", True)
    assert await each.counts() == (1, 1)
    await each.seconds(3)
    arrived = len(each.messenger.arrived)
    await each.seconds(600)
    assert len(each.messenger.arrived) == arrived
    async with each.database.reading() as session:
        assert (await session.scalars(select(ChannelPoll.ended_at))).all() == [each.clock.at]


async def test_whatever_the_storm_a_message_is_edited_three_seconds_apart_and_ends_right(each: Square) -> None:
    await a_poll(each)
    names = ["Anne", "Bruno", "Elsa", "Carla", "Denis", "Fanny", "Gilles"]
    before = len(each.messenger.arrived)
    for name in names:
        await each.presses(name, "Rennes")
        await each.seconds(0.25)
    async with each.database.reading() as session:
        pending = (await session.scalars(select(Delivery).where(Delivery.state == State.WAITING))).all()
    assert [one.kind for one in pending] == [Kind.POLL]  # one edit waits, and says the newest
    assert len(each.messenger.arrived) - before == 0
    await each.seconds(3)
    await each.seconds(3)
    assert "Rennes : 7 (100 %)" in each.text
    assert len(each.messenger.arrived) - before <= 2


async def test_presses_that_wait_are_counted_together_and_twice_delivered_is_once(each: Square) -> None:
    await a_poll(each)
    presses = [
        each.inbound(name, press=Press(action=each.action("Rennes"), message=each.message))
        for name in ("Anne", "Bruno", "Elsa", "un inconnu", "Carla", "Anne")
    ]
    await each.gateway.store(presses)
    await each.gateway.store(presses)
    other = each.another()
    while await each.gateway.handle_one() or await other.handle_one():
        pass
    await each.gateway.stop()
    await other.stop()
    assert await each.counts() == (4, 4)
    assert await each.network.count(BallotTrace) == 4
    assert sorted(told for who, told, _ in each.told if who == "Anne") == [
        "Votre voix est comptée : Rennes.",
        "Votre voix est déjà comptée : Rennes.",
    ]
    assert sum(who == "un inconnu" for who, _, _ in each.told) == 1
    await each.seconds(3)
    assert "Rennes : 4 (100 %)" in each.text


async def test_two_colleagues_who_press_at_once_are_one_voice(each: Square) -> None:
    await a_poll(each, voice=Voice.STRUCTURE)
    action = each.action("Rennes")
    await each.gateway.store([each.inbound(name, press=Press(action=action)) for name in ("Anne", "Bruno")])
    await each.gateway.handle_all()
    await each.gateway.stop()
    assert await each.counts() == (1, 1)
    assert each.told[0][1] == "La voix de votre structure, ML Rennes, est comptée : Rennes."
    assert "Anne Test a déjà répondu" in each.told[1][1]


@pytest.mark.parametrize("action", ["consult:vote:999999:1", "consult:vote:1", "consult:vote:x:1", "consult:vote:1:99"])
async def test_forged_presses_count_for_nothing(square: Square, action: str) -> None:
    await a_poll(square)
    await square._does(square.inbound("Anne", press=Press(action=action, message=square.message)))
    assert square.told[-1][2] is True
    assert await square.counts() == (0, 0)


async def test_a_consultation_that_stands_in_no_channel_is_not_answered_by_one_press(square: Square) -> None:
    fanny = await square.network.talk("Fanny")
    await fanny.says("sondage Où ?\nRennes\nBrest")
    await fanny.says("vendredi")
    await fanny.presses("Ouvrir maintenant")
    await square._does(square.inbound("Anne", press=Press(action="consult:vote:1:1")))
    assert "n’est plus publié" in square.told[-1][1]
    assert await square.counts() == (0, 0)


async def test_an_anonymous_poll_does_not_go_into_a_channel(square: Square) -> None:
    fanny = await square.network.talk("Fanny")
    await fanny.says("sondage Où ?\nRennes\nBrest")
    await fanny.says("vendredi")
    old = fanny.buttons["Publier dans un canal"]
    await fanny.presses("Rendre anonyme")
    assert "Publier dans un canal" not in fanny.buttons
    assert "y verraient qui touche quoi" in await fanny.acts(old)
    assert "Préparez d’abord" in await square.says("Fanny", "sondage")


async def test_what_the_platform_refuses_is_told_to_who_asked(square: Square) -> None:
    square.messenger.faults.append(DeliveryError("not enough rights", permanent=True))
    await a_poll(square)
    await square.tick()
    told = square.messenger.arrived[-1]
    assert (told.chat, "je n’ai pas le droit d’y écrire" in told.message().text) == ("Fanny", True)


async def test_a_prolonged_poll_says_so_where_it_stands(square: Square) -> None:
    await a_poll(square)
    fanny = await square.network.talk("Fanny", now=square.clock.at + timedelta(minutes=1))
    await fanny.says("suivi")
    await fanny.presses("Prolonger")
    await fanny.presses("Dans 2 semaines")
    await square.seconds(3)
    assert "vendredi 29 mars" in square.text


async def test_a_press_proves_that_a_message_in_doubt_arrived(each: Square) -> None:
    each.messenger.after.append(DeliveryError("no answer", uncertain=True))
    await a_poll(each)
    first = each.message
    assert await each.presses("Anne", "Rennes") == "Votre voix est comptée : Rennes."
    await each.seconds(60)
    await each.seconds(60)
    assert each.message == first
    assert "Rennes : 1 (100 %)" in each.text
    assert [one.edits for one in each.messenger.arrived if one.kind == Kind.POLL] == ["", first]


async def test_a_message_that_stands_twice_says_where_the_poll_goes_on(each: Square) -> None:
    each.messenger.after.append(DeliveryError("no answer", uncertain=True))
    await a_poll(each)
    first = each.message
    await each.seconds(60)
    assert each.message != first
    await each.tick()
    for name in ("Anne", "Bruno"):
        await each._does(each.inbound(name, press=Press(action=each.action("Rennes"), message=first)))
    await each.seconds(60)
    assert await each.counts() == (2, 2)
    said = [one for one in each.messenger.arrived if one.kind == Kind.POLL and one.edits]
    assert sorted(one.edits for one in said) == sorted([first, each.message])
    assert "publié une seconde fois dans ce canal" in next(one.message().text for one in said if one.edits == first)
    assert "Rennes : 2 (100 %)" in next(
        one.message().text.replace("\\", "").replace("\u00a0", " ").replace("\u202f", " ")
        for one in said
        if one.edits == each.message
    )


async def test_killed_before_the_edit_leaves_the_next_tick_goes_on(each: Square) -> None:
    await a_poll(each)
    await each.presses("Anne", "Rennes")
    async with each.database.transaction() as session:  # the tick of a process that dies before it sends
        await refresh_polls(session, each.clock.at)
    await each.presses("Bruno", "Rennes")
    fresh = Square(each.database, each.network, each.messenger, each.clock, each.machine)
    await fresh.seconds(3)
    await fresh.seconds(3)
    assert "Rennes : 2 (100 %)" in fresh.text


async def test_what_is_typed_is_never_an_answer_in_a_channel(square: Square) -> None:
    network: Network = square.network
    await a_poll(square)
    await square.says("Anne", "Rennes")
    assert await square.counts() == (0, 0)
    assert await network.count(Draft) == 0
