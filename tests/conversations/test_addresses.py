"""« suivi des adresses »: staff see who cannot be written to, and why."""

from sqlalchemy import select

from storage.database import Database
from storage.people import Account, Role
from tests.stage import Stage


async def test_staff_see_who_cannot_be_written_to_and_why(database: Database) -> None:
    stage = Stage(database)
    await stage.person("Sophie", "Équipe", "web:1", roles=(Role.STAFF,))
    await stage.person("Yann", "Région", "web:2", roles=(Role.REGIONAL_STAFF,), region="Bretagne")
    await stage.person("Anne", "Le Goff", "telegram:3", "slack:3", region="Bretagne", structure="ML Brest")
    await stage.person("Chloé", "Sinnamary", "telegram:4", region="Guyane", structure="ML Cayenne")
    await stage.person("Denis", "Sans-Rien")
    assert "Aucun compte n’est refusé" in (await stage.says("web:1", "suivi des adresses")).text
    async with database.transaction() as session:
        for account in await session.scalars(select(Account).where(Account.platform == "telegram")):
            account.unreachable = "bot was blocked by the user"
    shown = await stage.says("web:1", "Suivi des adresses")
    said = shown.text.replace("\\", "").replace("\u00a0", " ")
    assert "Anne Le Goff (ML Brest) : Telegram, le bot est bloqué" in said and "joignable ailleurs" in said
    assert "Chloé Sinnamary (ML Cayenne) : Telegram" in said and "; injoignable" in said
    assert "1 personne n’a aucun compte relié" in said
    file = (await stage.presses("web:1", shown.button("Exporter"))).messages[0].attachment
    assert file is not None and file.content.decode("utf-8-sig").count("\r\n") == 3
    regional = (await stage.says("web:2", "adresses")).text
    assert "Le Goff" in regional and "Sinnamary" not in regional
    assert "réservée" in (await stage.says("telegram:4", "adresses")).text
