"""A small network for tests of the members file: a few regions, two kinds of structures, one structure."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage.network import NetworkSetting, Region, Structure

NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
REGIONS = (
    ("11", "Île-de-France", "Europe/Paris"),
    ("32", "Hauts-de-France", "Europe/Paris"),
    ("53", "Bretagne", "Europe/Paris"),
    ("01", "Guadeloupe", "America/Guadeloupe"),
    ("03", "Guyane", "America/Cayenne"),
    ("04", "La Réunion", "Indian/Reunion"),
    ("988", "Nouvelle-Calédonie", "Pacific/Noumea"),
)
KINDS = {
    "mission-locale": {"singular": "Mission Locale", "plural": "Missions Locales"},
    "arml": {"singular": "ARML", "plural": "ARML"},
}


async def lay_network(session: AsyncSession) -> None:
    """Lay the network into an empty database."""
    regions = [Region(code=code, name=name, zone=zone) for code, name, zone in REGIONS]
    session.add_all(regions)
    session.add(NetworkSetting(key="structure_kinds", value=KINDS))
    session.add(NetworkSetting(key="network", value={"name": "Réseau", "zone": "Europe/Paris", "holidays": "FR"}))
    await session.flush()
    session.add(
        Structure(
            code="mission-locale-de-lille",
            name="Mission Locale de Lille",
            kind="mission-locale",
            region_id=regions[1].id,
            aliases=["ML Lille"],
            seed_digest="pack",
        )
    )
    await session.flush()
