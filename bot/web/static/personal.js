// A person's own page: the conversation, and nothing else.

import { Conversation } from "./conversation.js";

new Conversation(document.body);
