// A conversation on a page. The page shows what the server holds: events only say « look again », and every look
// asks for what changed after the version already shown. So a lost event, a lost connection or a second tab costs nothing.

const POLL = 3000; // ms between looks while the stream is down
const PATIENCE = 1500; // ms a pressed button waits for its effect before it may be pressed again
const ASKED = 4000; // ms after a question in which what comes is taken for its reply
const DOUBLE = 500; // ms in which a second click at the same place belongs to the first, whatever is there by now

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim(); // made and escaped by the server
  return template.content;
}

export async function post(url, body) {
  const isFile = body instanceof Blob;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": isFile ? "application/octet-stream" : "application/json" },
    body: isFile ? body : JSON.stringify(body),
  });
  if (!response.ok) {
    const error = new Error("refused");
    error.sentence = (await response.json().catch(() => ({}))).error;
    throw error;
  }
}

function newUpdate() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Conversation {
  constructor(root, { onEvent = () => {}, onOpen = () => {} } = {}) {
    this.api = root.dataset.api;
    this.version = Number(root.dataset.version);
    this.onEvent = onEvent;
    this.onOpen = onOpen;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.log = find("log");
    this.scroll = find("scroll");
    this.empty = find("empty");
    this.form = find("composer");
    this.field = this.form.elements.text;
    this.trouble = find("trouble");
    this.toast = find("toast");
    this.toast.addEventListener("click", () => (this.toast.textContent = ""));
    this.typing = find("typing");
    this.pending = new Map(); // message and action of a pressed button → the update sent for it
    this.askedAt = -Infinity;
    this.reply = null; // the first message that answers what was asked last
    this.unsent = null; // { text, update } of a message the server did not take
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(this.field.value);
    });
    const chosen = this.form.querySelector("[data-file]");
    chosen?.addEventListener("change", () => this.bring(chosen));
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    this.field.addEventListener("input", () => this.grow());
    root.addEventListener("click", (event) => {
      const action = event.target.closest("button[data-action]");
      if (action) this.press(action, event);
      const chip = event.target.closest("[data-suggestion]");
      if (chip && event.detail < 2) {
        this.send(chip.dataset.suggestion);
        this.field.focus();
      }
    });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.disconnect() : this.connect()));
    window.addEventListener("pagehide", () => this.disconnect());
    window.addEventListener("pageshow", (event) => event.persisted && this.connect());
    this.separate();
    const aim = location.hash.startsWith("#m") && document.getElementById(location.hash.slice(1));
    if (aim) aim.scrollIntoView({ block: "center" });
    else this.toEnd();
    this.connect();
    if (chosen) this.bring(chosen); // one was chosen before this script listened; a reload brings none back (autocomplete)
  }

  // The stream, and looking by oneself while it is down. A hidden tab holds no connection: browsers allow few.

  connect() {
    if (this.stream || document.hidden) return;
    this.stream = new EventSource(`${this.api}/events`);
    this.stream.addEventListener("hello", () => {
      this.say("");
      clearInterval(this.polling);
      this.polling = null;
      this.sync();
      this.onOpen();
    });
    this.stream.addEventListener("chat", () => this.sync());
    this.stream.addEventListener("pressed", (event) => this.pressed(JSON.parse(event.data)));
    this.stream.addEventListener("rehearsal", () => this.onEvent("rehearsal"));
    this.stream.addEventListener("error", () => {
      if (this.stream?.readyState === EventSource.CLOSED) {
        this.stream = null;
        setTimeout(() => this.connect(), POLL);
      }
      this.polling ??= setInterval(() => {
        this.sync();
        this.onEvent("rehearsal");
      }, POLL);
    });
  }

  disconnect() {
    this.stream?.close();
    this.stream = null;
    clearInterval(this.polling);
    this.polling = null;
  }

  async sync() {
    if (this.syncing) {
      this.again = true;
      return;
    }
    this.syncing = true;
    try {
      do {
        this.again = false;
        const response = await fetch(`${this.api}/messages?after=${this.version}`);
        if (response.status === 403) return this.say("Cette page n’est plus ouverte. Rechargez-la.");
        if (!response.ok) throw new Error("away");
        const found = await response.json();
        if (found.reset) return location.reload();
        this.show(found.messages);
        this.version = found.version;
        this.say("");
      } while (this.again);
    } catch {
      this.say("La connexion est perdue ; nouvel essai dans un instant.");
    } finally {
      this.syncing = false;
    }
  }

  // What is shown

  show(messages) {
    if (!messages.length) return;
    const wasAtEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 120;
    let mine = false;
    let added = false;
    let answered = null; // the message whose button was pressed here
    for (const message of messages) {
      const element = parse(message.html).firstElementChild;
      const old = document.getElementById(element.id);
      if (old) {
        const focused = old.contains(document.activeElement);
        old.replaceWith(element);
        if (focused) element.focus({ preventScroll: true }); // what one pressed is gone: go on from here
        for (const key of this.pending.keys()) {
          if (!key.startsWith(`${message.id} `)) continue;
          this.pending.delete(key);
          answered = element;
        }
      } else {
        this.place(element);
        element.classList.add("fresh");
        added = true;
        if (message.direction === "out" && performance.now() - this.askedAt < ASKED) this.reply ??= element;
        mine ||= message.direction === "in";
      }
      if (message.direction === "out") this.waiting(false);
    }
    this.empty.hidden = true;
    this.separate();
    const replying = this.reply && performance.now() - this.askedAt < ASKED;
    if (added && (wasAtEnd || mine || replying)) this.toEnd(replying ? this.reply : null);
    else if (answered) answered.scrollIntoView({ block: "nearest" });
    this.mark();
  }

  place(element) {
    const number = Number(element.id.slice(1));
    const after = [...this.log.querySelectorAll(".message")].reverse().find((one) => Number(one.id.slice(1)) < number);
    if (after) after.after(element);
    else this.log.prepend(element);
  }

  separate() {
    this.log.querySelectorAll(".day").forEach((one) => one.remove());
    let day = "";
    for (const message of this.log.querySelectorAll(".message")) {
      if (message.dataset.day === day) continue;
      day = message.dataset.day;
      const label = document.createElement("li");
      label.className = "day";
      label.textContent = message.dataset.dayLabel;
      message.before(label);
    }
  }

  toEnd(from = null) {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    // A reply that is longer than the window is read from its beginning.
    const above = from ? this.scroll.getBoundingClientRect().top + 10 - from.getBoundingClientRect().top : 0;
    if (above > 0) this.scroll.scrollTop -= above;
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }

  say(sentence) {
    if (this.trouble.textContent !== sentence) this.trouble.textContent = sentence;
    this.trouble.hidden = !sentence;
  }

  notice(sentence, alert = false) {
    this.toast.setAttribute("role", alert ? "alert" : "status");
    this.toast.classList.toggle("alert", alert);
    this.toast.textContent = sentence;
    clearTimeout(this.toasting);
    // A « no » is to be read: it stays until it is touched, or until the next word.
    if (!alert) this.toasting = setTimeout(() => (this.toast.textContent = ""), 7000);
  }

  waiting(on) {
    clearTimeout(this.typingSoon);
    this.typing.hidden = true;
    if (!on) return;
    this.typingSoon = setTimeout(() => {
      this.typing.hidden = false;
      this.toEnd();
      this.typingSoon = setTimeout(() => (this.typing.hidden = true), 10000);
    }, 500);
  }

  // What the person does

  async send(typed) {
    const text = typed.trim();
    if (!text || this.sending) return;
    // The same text after a failure is the same message: it may have arrived, and must not count twice.
    const update = this.unsent?.text === text ? this.unsent.update : newUpdate();
    this.sending = true;
    if (this.field.value === typed) this.field.value = "";
    this.grow();
    try {
      this.waiting(true);
      this.askedAt = performance.now();
      this.reply = null;
      await post(`${this.api}/say`, { update, text });
      this.unsent = null;
      this.say("");
      this.sync();
    } catch (error) {
      this.waiting(false);
      this.unsent = { text, update };
      if (!this.field.value) this.field.value = text;
      this.grow();
      this.say(error.sentence ?? "Votre message n’est pas parti. Vérifiez votre connexion et envoyez-le de nouveau.");
    } finally {
      this.sending = false;
    }
  }

  async press(button, event) {
    const key = `${button.dataset.message} ${button.dataset.action}`;
    if (this.isSecondClick(event) || this.pending.has(key)) return;
    this.pending.set(key, newUpdate());
    this.mark();
    try {
      await post(`${this.api}/press`, {
        update: this.pending.get(key),
        action: button.dataset.action,
        message: Number(button.dataset.message),
      });
      setTimeout(() => {
        this.pending.delete(key);
        this.mark();
      }, PATIENCE);
    } catch (error) {
      this.pending.delete(key);
      this.mark();
      this.notice(error.sentence ?? "Votre choix n’est pas parti. Vérifiez votre connexion et réessayez.");
    }
  }

  isSecondClick(event) {
    const last = this.lastClick;
    const byPointer = event.detail > 0; // a key press has no click count
    this.lastClick = byPointer ? { at: event.timeStamp, x: event.clientX, y: event.clientY } : null;
    if (!byPointer || !last) return false;
    const near = Math.abs(event.clientX - last.x) < 12 && Math.abs(event.clientY - last.y) < 12;
    return near && event.timeStamp - last.at < DOUBLE;
  }

  async bring(chosen) {
    const [file] = chosen.files;
    if (!file || chosen.disabled) return; // disabled: it is on its way
    const what = new URLSearchParams({ update: newUpdate(), name: file.name.slice(-200), type: file.type });
    chosen.disabled = true;
    try {
      this.waiting(true);
      this.askedAt = performance.now();
      this.reply = null;
      await post(`${this.api}/file?${what}`, file);
      this.say("");
      this.sync();
    } catch (error) {
      this.waiting(false);
      this.say(error.sentence ?? "Votre fichier n’est pas parti. Vérifiez votre connexion et envoyez-le de nouveau.");
    } finally {
      chosen.disabled = false;
      chosen.value = "";
    }
  }

  pressed({ update, notice, alert = false }) {
    const mine = [...this.pending].find(([, sent]) => sent === update);
    if (!mine) return; // another tab's
    this.pending.delete(mine[0]);
    this.mark();
    if (notice) this.notice(notice, alert);
    this.sync();
  }

  mark() {
    for (const button of this.log.querySelectorAll("button[data-action]")) {
      const key = `${button.dataset.message} ${button.dataset.action}`;
      if (this.pending.has(key)) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }
}
