"""Settings, from the environment or `.env`, with the names that the platforms and hosts already use."""

from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.retention import Retention

DEFAULT_PACK = Path(__file__).resolve().parent.parent / "packs" / "missions-locales"


class BadSetting(Exception):
    """A setting cannot be used; the message is one sentence that says what would be right."""


class Settings(BaseSettings):
    """Every setting there is; docs/settings.md lists them and a test compares."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    database_url: str = Field("", description="SQLAlchemy URL; by default an SQLite file in the data folder")
    concerte_data: Path = Field(Path("data"), description="folder of the embedded database")
    concerte_pack: Path = Field(DEFAULT_PACK, description="folder of the pack")
    slack_bot_token: SecretStr | None = Field(None, description="Slack bot token, xoxb-…; several by commas")
    slack_app_token: SecretStr | None = Field(None, description="Slack app token, xapp-…: Socket Mode is used")
    slack_signing_secret: SecretStr | None = Field(None, description="Slack signing secret, for HTTP mode")
    slack_api_url: str = Field("https://slack.com/api/", description="address of the Slack Web API")
    slack_messages_per_minute: float = Field(200, gt=0, description="send budget of a Slack workspace")
    telegram_bot_token: SecretStr | None = Field(None, description="Telegram bot token")
    telegram_webhook_secret: SecretStr | None = Field(None, description="secret of the Telegram webhook")
    telegram_api_url: str = Field("https://api.telegram.org", description="address of the Telegram Bot API")
    telegram_messages_per_second: float = Field(30, gt=0, description="send budget of the Telegram bot")
    public_url: str = Field("", description="address under which this instance is reached from outside")
    host: str = Field("0.0.0.0", description="address the web server listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the web server listens on")
    secret_key: SecretStr | None = Field(None, description="seals anonymous answers; the same in every process")
    send: str = Field("on", description="on, off, or only:<e-mail>: holds real sending back")

    privacy_contact: str = Field("", description="whom to write to about personal data, as the privacy notice says")
    retention_inbox_days: int = Field(30, ge=2, description="days that updates received are kept")
    retention_deliveries_days: int = Field(90, ge=1, description="days that texts and addresses of sent messages stay")
    retention_pages_days: int = Field(365, ge=1, description="days that conversations in the browser are kept")
    retention_memory_days: int = Field(1, ge=1, description="days that the subject of a conversation is kept")
    retention_drafts_days: int = Field(30, ge=0, description="days that unfinished answers are kept after the close")
    retention_questions_days: int = Field(365, ge=1, description="days that questions to staff are kept")
    retention_imports_days: int = Field(90, ge=1, description="days that values replaced by an import are kept")
    retention_codes_days: int = Field(7, ge=1, description="days that expired codes and invitations are kept")
    retention_audit_days: int = Field(1095, ge=30, description="days that the audit trail is kept")

    @field_validator("send")
    @classmethod
    def _known_send(cls, value: str) -> str:
        if value in ("on", "off") or (value.startswith("only:") and "@" in value):
            return value
        raise ValueError("write on, off, or only: and an e-mail address")

    @field_validator("slack_bot_token")
    @classmethod
    def _at_least_one_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or _listed(value.get_secret_value()):
            return value
        raise ValueError("write a bot token (xoxb-…), or several separated by commas")

    @field_validator("slack_api_url")
    @classmethod
    def _trailing_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def slack_bot_tokens(self) -> list[str]:
        """The bot tokens, one of each workspace; the first one's takes what names no workspace."""
        return _listed(self.slack_bot_token.get_secret_value()) if self.slack_bot_token else []

    @property
    def database(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.concerte_data / 'concerte.db'}"

    @property
    def retention(self) -> Retention:
        """How long each kind of thing is kept."""
        return Retention(**{one.name: getattr(self, f"retention_{one.name}_days") for one in fields(Retention)})

    @property
    def is_embedded(self) -> bool:
        """Whether the database is an SQLite file, which commands migrate and fill by themselves."""
        return self.database.startswith("sqlite")

    @property
    def official_addresses(self) -> list[str]:
        """The real platforms that a token would reach; a moved clock must not."""
        found = []
        if self.slack_bot_token and _is_official(self.slack_api_url, "slack.com"):
            found.append("slack.com")
        if self.telegram_bot_token and _is_official(self.telegram_api_url, "telegram.org"):
            found.append("api.telegram.org")
        return found


def _listed(value: str) -> list[str]:
    return [one for part in value.split(",") if (one := part.strip())]


def _is_official(url: str, domain: str) -> bool:
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    return host == domain or host.endswith("." + domain)


def read_settings() -> Settings:
    """The settings of this process; raises BadSetting with one clear sentence."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        name = str(fault["loc"][0]).upper() if fault["loc"] else "a setting"
        raise BadSetting(f"{name} cannot be used: {fault['msg'].removeprefix('Value error, ')}.") from None
