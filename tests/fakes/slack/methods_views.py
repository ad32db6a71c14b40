"""views.*: modals and home tabs, with their triggers, stack and hash."""

from tests.fakes.slack.blocks import check_view
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import View

STACK = 3


class Views:
    """The methods of the views family."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def open(self, arguments: Json) -> Json:
        """views.open: needs a trigger of the last seconds."""
        body = check_view(arguments["view"], "modal")
        self._external_id_is_free(body)
        trigger = self._workspace.pull_trigger(arguments["trigger_id"])
        return {"view": self.as_json(self._workspace.show(trigger.user, body))}

    def push(self, arguments: Json) -> Json:
        """views.push: on top of the view the trigger came from; three at most."""
        body = check_view(arguments["view"], "modal")
        self._external_id_is_free(body)
        trigger = self._workspace.pull_trigger(arguments["trigger_id"])
        if trigger.view is None:
            raise Refusal("invalid_trigger_id")
        return {"view": self.as_json(self.pushed(self._workspace.view(trigger.view), body))}

    def update(self, arguments: Json) -> Json:
        """views.update: by view id or external id; a stale hash is refused."""
        if arguments.get("view_id"):
            view = self._workspace.view(arguments["view_id"])
        else:
            view = self._by_external_id(arguments.get("external_id"))
        body = check_view(arguments["view"], view.body["type"])
        if arguments.get("hash") and arguments["hash"] != view.hash:
            raise Refusal("hash_conflict")
        return {"view": self.as_json(self._workspace.replace(view, body))}

    def publish(self, arguments: Json) -> Json:
        """views.publish: a member's home tab."""
        user = self._workspace.user(arguments["user_id"])
        body = check_view(arguments["view"], "home")
        for view in self._workspace.views:
            if view.user == user.id and view.body["type"] == "home":
                if arguments.get("hash") and arguments["hash"] != view.hash:
                    raise Refusal("hash_conflict")
                return {"view": self.as_json(self._workspace.replace(view, body))}
        return {"view": self.as_json(self._workspace.show(user.id, body))}

    def pushed(self, below: View, body: Json) -> View:
        """A view on top of another one."""
        stack = [view for view in self._workspace.views if view.root == below.root and view.open]
        if len(stack) >= STACK:
            raise Refusal("push_limit_reached")
        return self._workspace.show(below.user, body, below)

    def as_json(self, view: View) -> Json:
        """A view as Slack shows it to the app, with what was typed in it."""
        here = self._workspace
        shown: Json = {
            "id": view.id,
            "team_id": here.team_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            "submit_disabled": False,
            **view.body,
            "state": {"values": view.state},
            "hash": view.hash,
            "root_view_id": view.root,
            "previous_view_id": view.previous,
            "app_id": here.app_id,
            "app_installed_team_id": here.team_id,
            "bot_id": here.bot_id,
        }
        return shown

    def _external_id_is_free(self, body: Json) -> None:
        wanted = body.get("external_id")
        if wanted and any(v.open and v.body.get("external_id") == wanted for v in self._workspace.views):
            raise Refusal("duplicate_external_id")

    def _by_external_id(self, external_id: str | None) -> View:
        for view in self._workspace.views:
            if view.open and external_id and view.body.get("external_id") == external_id:
                return view
        raise Refusal("not_found")
