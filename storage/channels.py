"""What a channel has said of itself: the name of its bot, its workspace. Links and messages are made with it."""

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


async def served_workspaces(session: AsyncSession, platform: str) -> tuple[str, frozenset[str]]:
    """The workspace that rows without one are of, and all that this installation writes to; empty when never said."""
    bot = await bot_of(session, platform)
    return bot.get("workspace", ""), frozenset(filter(None, bot.get("workspaces", "").split(",")))


async def telegram_address(session: AsyncSession, token: str = "") -> str:
    """The address that opens the bot on Telegram, with a `token` a personal invitation; empty where it has none."""
    name = (await bot_of(session, "telegram")).get("username", "")
    if not name:
        return ""
    return f"https://t.me/{name}" + (f"?start={token}" if token else "")
