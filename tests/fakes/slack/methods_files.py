"""files.*: the three steps of an upload."""

from tests.fakes.slack.methods_chat import Chat
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.workspace import Workspace, decoded
from tests.fakes.slack.world import Upload


class Files:
    """Announce a file, receive its bytes, share it. `host` is known once the server listens."""

    def __init__(self, workspace: Workspace, chat: Chat) -> None:
        self._workspace = workspace
        self._chat = chat
        self.host = ""

    def get_upload_url(self, arguments: Json) -> Json:
        """files.getUploadURLExternal."""
        try:
            length = int(arguments["length"])
        except ValueError:
            raise Refusal("invalid_arguments") from None
        if length <= 0:
            raise Refusal("invalid_arguments", complaints=["must be greater than 0 [json-pointer:/length]"])
        upload = Upload(self._workspace.fresh("F"), str(arguments["filename"]), length)
        self._workspace.uploads[upload.id] = upload
        return {"upload_url": f"{self.host}/upload/v1/{upload.id}", "file_id": upload.id}

    def receive(self, file_id: str, content: bytes) -> str:
        """The bytes, at the address that was given out. Returns Slack's plain answer; KeyError if it gave none out."""
        upload = self._workspace.uploads[file_id]
        if len(content) != upload.length:
            raise ValueError(f"announced {upload.length} bytes, got {len(content)}")
        upload.content = content
        return f"OK - {len(content)}"

    def delete(self, arguments: Json) -> Json:
        """files.delete: of a file that the app has shared nothing is seen any more."""
        upload = self._workspace.uploads.get(str(arguments["file"]))
        if upload is None:
            raise Refusal("file_not_found")
        if upload.deleted:
            raise Refusal("file_deleted")
        upload.deleted = True
        self._workspace.bell.ring()
        return {}

    def complete_upload(self, arguments: Json) -> Json:
        """files.completeUploadExternal: shares the files in a conversation (its id, not a member's)."""
        files = decoded(arguments["files"])
        if not isinstance(files, list) or not files:
            raise Refusal("invalid_arguments")
        uploads = []
        for item in files:
            upload = self._workspace.uploads.get(str(item.get("id"))) if isinstance(item, dict) else None
            if upload is None or upload.content is None or upload.shared:
                raise Refusal("file_not_found")
            upload.name = item.get("title") or upload.name
            uploads.append(upload)
        if channel_id := arguments.get("channel_id"):
            channel = self._workspace.writable(channel_id, people=False)
            comment = str(arguments.get("initial_comment") or "")
            thread = arguments.get("thread_ts")
            message = self._chat.add(channel, comment, [], "files.completeUploadExternal", thread)
            message.files = [upload.id for upload in uploads]
            self._workspace.bell.ring()
        for upload in uploads:
            upload.shared = True
        return {"files": [{"id": upload.id, "title": upload.name} for upload in uploads]}
