"""The personal page: `/p/<token>` asks whether one is who the link is for, `/moi` is that person's conversation.

Opening an address changes nothing, for mail scanners open them too. The page acts by a cookie that scripts cannot
read, and only on what a browser says comes from here. A session that has ended, a link that was revoked and a token
that never was are refused with the same words.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Middleware
from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncSession

from bot.identity import someone
from bot.web import wording
from bot.web.guarding import Handler, Refused
from bot.web.seats import Seat, seat_of
from bot.web.talking import Talk
from bot.web.tries import Tries
from handlers import dates
from handlers.account.personal import enter, sent_astray
from schedules.clock import Clock
from storage.audit import Act, note
from storage.database import Database
from storage.network import home, setting
from storage.personal import SESSION_LIFE, PersonalLink, WebSession, close_session, find_link, find_session
from storage.web import PLATFORM, changes

ME = "moi"
_HEADERS = {
    # « no-referrer » would make a form's Origin « null »; of the address itself, which is a secret, nothing leaves.
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_NOBODY = f"account:{PLATFORM}"
_SESSION: web.RequestKey[WebSession] = web.RequestKey("session", WebSession)


class PersonalSeats:
    """The one seat of a browser with a session: its own person's, under the key « moi »."""

    async def find(self, session: AsyncSession, request: web.Request, key: str) -> Seat | None:
        """The person's page; the session itself was looked up on the way in."""
        mine = request.get(_SESSION)
        return await seat_of(session, mine.person_id, ME) if mine is not None and key == ME else None


class PersonalPage:
    """The pages of a link and of its person, and the guard before them."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Clock],
        public_url: str,
        talk: Talk,
        pages: Environment,
        machine: Callable[[], float],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ours = urlsplit(public_url).netloc
        self._secure = public_url.startswith("https://")
        self._cookie = "__Host-concerte" if self._secure else "concerte"
        self._talk = talk
        self._machine = machine
        self._tries = Tries(machine)
        self._ask_page = pages.get_template("link.html")
        self._page = pages.get_template("personal.html")
        self._word = pages.get_template("word.html")

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.get("/p/{token}", self._ask),
            web.post("/p/{token}", self._answer),
            web.get(f"/{ME}", self._show),
            web.post(f"/{ME}/quitter", self._leave),
            web.post(f"/{ME}/pas-moi", self._not_me),
        ]

    def guard(self) -> Middleware:
        """Refuse, and record, what no page of ours sends; find the session of what may be one's own."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            mine = request.path == f"/{ME}" or request.path.startswith((f"/{ME}/", f"/api/{ME}/"))
            if not mine and not request.path.startswith("/p/"):
                return await handler(request)
            if request.method not in ("GET", "HEAD") and not self._is_from_here(request):
                await self._refused(request, "sent from another site")
                raise web.HTTPForbidden
            secret = request.cookies.get(self._cookie, "") if mine else ""
            if secret and (ended := await self._find(request, secret)):
                return ended
            return await handler(request)

        return guarded

    def _is_from_here(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        here = origin is not None and urlsplit(origin).netloc in {request.host, self._ours} - {""}
        return here and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"

    async def _find(self, request: web.Request, secret: str) -> web.Response | None:
        """Note whose session it is; a response when it is nobody's: the cookie goes, so this is recorded once."""
        async with self._database.reading() as session:
            found = await find_session(session, secret, self._machine())
        if found is not None:
            request[_SESSION] = found
            return None
        await self._refused(request, "session ended or forged")
        if request.path.startswith("/api/"):
            response: web.Response = web.json_response({"error": wording.SESSION_ENDED}, status=403)
        else:
            response = self._say(wording.SESSION_ENDED, 403)
        response.del_cookie(self._cookie, path="/", secure=self._secure)
        return response

    async def _refused(self, request: web.Request, reason: str) -> None:
        """Put it into the audit trail, as long as the address is not noisy."""
        if self._tries.too_many(request):
            return
        self._tries.wrong(request)
        async with self._database.transaction() as session:
            await note(session, Act.RIGHT_REFUSED, self._clock().now(), by=_NOBODY, reason=reason)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        """Whose link it is, and whether that is who looks at it."""
        async with self._database.reading() as session:
            link = await self._link(request, session)
            person = await someone(session, link.person_id) if link else None
            network = str((await setting(session, "network")).get("name", ""))
        if person is None:
            return await self._gone(request)
        page = self._ask_page.render(name=person.name, network=network, action=request.path)
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """« Continuer » opens the page in this browser, « Ce n'est pas moi » ends the link."""
        form = await request.post()
        secret = ""
        async with self._database.transaction() as session:
            link = await self._link(request, session)
            if link is not None and form.get("choix") == "continuer":
                secret = await enter(session, link, self._machine(), self._clock().now(), await self._moment(session))
            elif link is not None:
                await sent_astray(session, link, self._machine(), self._clock().now())
        if link is None:
            return await self._gone(request)
        if not secret:
            return self._say(wording.LINK_ENDED)
        response = web.Response(status=303, headers={**_HEADERS, "Location": f"/{ME}"})
        response.set_cookie(
            self._cookie,
            secret,
            max_age=int(SESSION_LIFE),
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
        return response

    async def _link(self, request: web.Request, session: AsyncSession) -> PersonalLink | None:
        if self._tries.too_many(request):
            raise Refused(wording.TOO_MANY_TRIES, 429)
        return await find_link(session, request.match_info["token"], self._machine())

    async def _gone(self, request: web.Request) -> web.Response:
        await self._refused(request, "personal link not valid")
        return self._say(wording.LINK_GONE, 404)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        """The conversation."""
        mine = request.get(_SESSION)
        async with self._database.reading() as session:
            seat = await seat_of(session, mine.person_id, ME) if mine is not None else None
            rows = await changes(session, seat.chat_id, 0) if seat is not None else ()
            network = str((await setting(session, "network")).get("name", ""))
        if seat is None:
            return self._say(wording.NO_SESSION, 403)
        page = self._page.render(
            network=network,
            name=seat.person.name,
            given=seat.person.given_name,
            what=", ".join(part for part in (seat.function, seat.person.structure) if part),
            hint="",
            api=seat.api,
            takes_files=seat.takes_files,
            version=max((row.version for row in rows), default=0),
            messages=[self._talk.html_of(seat, row) for row in rows],
            suggestions=wording.suggestions(seat.person),
        )
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        """This browser forgets the person; the link stays good."""
        async with self._database.transaction() as session:
            await close_session(session, request.cookies.get(self._cookie, ""))
        return self._forget(wording.LEFT)

    async def _not_me(self, request: web.Request) -> web.StreamResponse:
        """Whoever sits here is somebody else: every link of the person ends."""
        mine = request.get(_SESSION)
        if mine is None:
            return self._say(wording.NO_SESSION, 403)
        async with self._database.transaction() as session:
            link = await session.get_one(PersonalLink, mine.link_id)
            await sent_astray(session, link, self._machine(), self._clock().now())
        return self._forget(wording.LINK_ENDED)

    def _forget(self, sentence: str) -> web.Response:
        response = self._say(sentence)
        response.del_cookie(self._cookie, path="/", secure=self._secure)
        return response

    def _say(self, sentence: str, status: int = 200) -> web.Response:
        page = self._word.render(sentence=sentence)
        return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)

    async def _moment(self, session: AsyncSession) -> str:
        """« mardi 5 mars à 9 h 30 », by the network's clock on this day, not a rehearsal's."""
        zone = ZoneInfo((await home(session))[0])
        local = datetime.fromtimestamp(self._machine(), UTC).astimezone(zone)
        return f"le {dates.day(local.date(), year=False)} à {dates.clock(local, zone)}"
