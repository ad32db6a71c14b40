"""What a channel has said of itself: the name of its bot, its workspace. Links and messages are made with it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from storage.network import setting, write_setting

NOT_SERVED = "unknown workspace"  # why nothing reaches an account of a workspace that we have no token for
BY_EMAIL = "email:"  # a chat that Slack's messenger finds by the e-mail that Slack itself knows


async def remember_bot(session: AsyncSession, platform: str, **facts: str) -> None:
    """Keep what the channel of a platform learnt of its own bot at its start."""
    if await bot_of(session, platform) != facts:
        await write_setting(session, platform, dict(facts))


async def bot_of(session: AsyncSession, platform: str) -> dict[str, str]:
    """What is known of the bot there; empty where it has never run."""
    return {name: str(value) for name, value in (await setting(session, platform)).items()}


@dataclass(frozen=True, slots=True)
class Served:
    """The workspaces this installation writes to: `home` is the one of rows that name none, empty while unknown.

    Unless `complete`, some token is refused and may be of any other.
    """

    home: str
    workspaces: frozenset[str]
    complete: bool


async def served_workspaces(session: AsyncSession, platform: str) -> Served:
    """What the process that started last has said."""
    bot = await bot_of(session, platform)
    names = frozenset(filter(None, bot.get("workspaces", "").split(",")))
    return Served(bot.get("workspace", ""), names, not bot.get("refused"))


async def remember_workspaces(session: AsyncSession, platform: str, served: Served) -> None:
    """Keep it, for all processes."""
    refused = {} if served.complete else {"refused": "yes"}
    names = ",".join(sorted(served.workspaces))
    await remember_bot(session, platform, workspace=served.home, workspaces=names, **refused)


async def telegram_address(session: AsyncSession, token: str = "") -> str:
    """The address that opens the bot on Telegram, with a `token` a personal invitation; empty where it has none."""
    name = (await bot_of(session, "telegram")).get("username", "")
    if not name:
        return ""
    return f"https://t.me/{name}" + (f"?start={token}" if token else "")
