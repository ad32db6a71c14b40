"""What holds for every request: security headers, who may call, plain errors, an access log without secrets."""

import json
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware
from jinja2 import Environment
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 64 * 1024  # bytes
PAGES: web.AppKey[Environment] = web.AppKey("pages", Environment)

# What a form of another site cannot send without being asked about first.
_TYPES = ("application/json", "application/octet-stream")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SENTENCES = {
    400: "Cette demande n’a pas pu être comprise.",
    403: "Cette page ne vous est pas ouverte.",
    404: "Il n’y a rien à cette adresse.",
    413: "C’est trop long. Essayez en plusieurs messages.",
    503: "La base de données ne répond pas. Merci de réessayer dans un instant.",
}
_APOLOGY = "Quelque chose s’est mal passé de notre côté. Merci de réessayer."


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: on errors and streams too."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "concerte"


@web.middleware
async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line for each request, with the route and never the address: links are secrets, questions are personal."""
    started = time.monotonic()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "?"
        quiet = route in ("/healthz", "/readyz") and status == 200
        elapsed = (time.monotonic() - started) * 1000
        log.log(logging.DEBUG if quiet else logging.INFO, "%s %s %d %.0f ms", request.method, route, status, elapsed)
    return response


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as a sentence, in JSON for the page's calls and as a page else; what nobody foresaw is logged once."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        sentence = error.text if isinstance(error, Refused) else _SENTENCES.get(error.status, _SENTENCES[400])
        return _error(request, error.status, sentence or "")
    except (DBAPIError, OSError) as error:
        if isinstance(error, ConnectionResetError):
            raise
        log.warning("a page waits for the database (%s)", type(error).__name__)
        return _error(request, 503, _SENTENCES[503])
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("a page could not be served (%s at %s:%d)", type(error).__name__, where.name, where.lineno or 0)
        return _error(request, 500, _APOLOGY)


class Refused(web.HTTPException):
    """A refusal with a sentence of its own."""

    status_code = 409

    def __init__(self, sentence: str, status: int = 409) -> None:
        self.status_code = status
        super().__init__(text=sentence)


def only_hosts(allowed: frozenset[str]) -> Middleware:
    """Refuse requests under another name: a page elsewhere that resolves to this machine gets nothing."""

    @web.middleware
    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = urlsplit(f"//{request.host}").hostname or ""
        if allowed and host not in allowed:
            raise web.HTTPForbidden
        return await handler(request)

    return checked


def same_origin(public_url: str) -> Middleware:
    """Refuse what another site makes a browser send: writing needs our own origin, and JSON or the bytes of a file."""
    ours = urlsplit(public_url).netloc

    @web.middleware
    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.path.startswith(("/api/", "/rehearsal/")):
            origin = request.headers.get("Origin")
            if origin is not None and urlsplit(origin).netloc not in {request.host, ours} - {""}:
                raise web.HTTPForbidden
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
                raise web.HTTPForbidden
            if request.content_type not in _TYPES:
                raise web.HTTPBadRequest
        return await handler(request)

    return checked


def _error(request: web.Request, status: int, sentence: str) -> web.Response:
    if request.path.startswith(("/api/", "/rehearsal/", "/healthz", "/readyz")):
        return web.Response(
            status=status, text=json.dumps({"error": sentence}, ensure_ascii=False), content_type="application/json"
        )
    page = request.app[PAGES].get_template("error.html").render(status=status, sentence=sentence)
    return web.Response(status=status, text=page, content_type="text/html")
