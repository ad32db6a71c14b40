// The rehearsal on top of the conversation: the clock, everyone's notifications, and the three views of a phone.

import { Conversation, parse, post } from "./conversation.js";

const body = document.body;
const find = (name) => body.querySelector(`[data-${name}]`);
const face = find("face");
const clockStatus = find("clock-status");
const left = find("left");
const goto = find("goto-form").elements.to;
let now = Date.parse(face.dataset.now);
let since = performance.now();

// The clock

const format = new Intl.DateTimeFormat("fr-FR", {
  timeZone: face.dataset.zone,
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

function turn() {
  const parts = Object.fromEntries(
    format.formatToParts(now + performance.now() - since).map(({ type, value }) => [type, value]),
  );
  const day = parts.day === "1" ? "1er" : parts.day;
  const write = (name, text) => {
    if (find(name).textContent !== text) find(name).textContent = text;
  };
  const hour = `${Number(parts.hour)}\u00a0h\u00a0${parts.minute}`;
  write("weekday", parts.weekday);
  write("date", `${day} ${parts.month} ${parts.year}`);
  write("hour", hour);
  write("short-date", `${day} ${parts.month} ${parts.year}`);
  write("short-hour", hour);
}

// What the server knows

let looking = false;
let lookAgain = false;
let moving = false;

async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    do {
      lookAgain = false;
      const response = await fetch(`/rehearsal/state?qui=${body.dataset.seat}`);
      if (response.ok) show(await response.json());
    } while (lookAgain);
  } catch {
    // the conversation says that the connection is lost, and looks again
  } finally {
    looking = false;
  }
}

let shownLeft = "";
let shownJumps = "";

function show(state) {
  now = Date.parse(state.now);
  since = performance.now();
  turn();
  find("local").textContent = state.local;
  goto.min = state.wall;
  if (document.activeElement !== goto && (!goto.value || goto.value < state.wall)) goto.value = state.wall;
  body.classList.toggle("moving", state.moving);
  if (moving && !state.moving) clockStatus.textContent = "";
  moving = state.moving;
  if (moving) clockStatus.textContent = "L’horloge avance…";
  if (state.departures !== shownLeft) {
    shownLeft = state.departures;
    const top = left.scrollTop;
    left.replaceChildren(parse(state.departures));
    left.scrollTop = top;
  }
  if (state.jumps !== shownJumps) {
    shownJumps = state.jumps;
    find("jumps").replaceChildren(parse(state.jumps));
  }
  count(state.counts);
}

// What has not been looked at yet: on the persons, and on the tab of what left

const key = (name) => `concerte:${name}`;

function remembered(name) {
  return Number(sessionStorage.getItem(key(name)) ?? 0);
}

function badge(element, number) {
  element.hidden = number <= 0;
  element.textContent = number > 0 ? String(number) : "";
}

function count(counts) {
  let total = 0;
  for (const link of body.querySelectorAll("[data-person]")) {
    const id = link.dataset.person;
    const number = counts[id] ?? 0;
    total += number;
    if (id === body.dataset.seat) sessionStorage.setItem(key(id), number);
    if (remembered(id) > number) sessionStorage.setItem(key(id), number); // another database than before
    const fresh = number - remembered(id);
    badge(link.querySelector(".count"), fresh);
    link.querySelector(".count").title = fresh > 0 ? `${fresh} à lire` : "";
  }
  if (remembered("left") > total) sessionStorage.setItem(key("left"), total);
  const fresh = total - remembered("left");
  if (getComputedStyle(left.closest(".zone")).display !== "none") sessionStorage.setItem(key("left"), total);
  badge(find("left-count"), total - remembered("left"));
  if (fresh > 0 && started) find("left-status").textContent = fresh > 1 ? `${fresh} nouveaux envois` : "1 nouvel envoi";
  started = true;
}

let started = false;

// What the person does

async function move(where) {
  clockStatus.textContent = "";
  try {
    await post("/rehearsal/clock", where);
    look();
  } catch (error) {
    clockStatus.textContent = error.sentence ?? "L’horloge n’a pas bougé. Réessayez.";
  }
}

body.addEventListener("click", (event) => {
  const step = event.target.closest("[data-plus]");
  if (step && !moving) move({ plus: step.dataset.plus });
  const jump = event.target.closest("[data-to]");
  if (jump && !moving) {
    find("goto").open = false;
    find("goto").querySelector("summary").focus();
    move({ to: jump.dataset.to });
  }
  const tab = event.target.closest("[data-show]");
  if (tab) view(tab.dataset.show);
});

find("goto-form").addEventListener("submit", (event) => {
  event.preventDefault();
  find("goto").open = false;
  find("goto").querySelector("summary").focus();
  move({ to: event.target.elements.to.value });
});

function view(name) {
  body.dataset.view = name;
  for (const tab of body.querySelectorAll("[data-show]")) {
    if (tab.dataset.show === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  if (name === "talk") conversation.toEnd();
  if (name === "left") look();
}

const conversation = new Conversation(body, { onEvent: look, onOpen: look });
turn();
setInterval(turn, 1000);
