// The chat page: who acts, which chat is open, what has happened, and what is being written.
// The server's state is fetched once; after that, events change it one by one.

import { Tray } from "./attach.js";
import { measure, node } from "./text.js";
import { row } from "./bubble.js";

const $ = (id) => document.getElementById(id);
const PATIENCE = 15000; // ms that a key waits for its answer
const TOAST = 3500;
const TYPING = 5000;
const TEXT_LENGTH = 4096;
const CAPTION_LENGTH = 1024;

let state = null;
let person = Number(sessionStorage.getItem("person")) || 0;
let chatId = Number(sessionStorage.getItem("chat")) || 0;
let stream = null;
let context = null; // what is being replied to or edited
let typingTimer = 0;
let highlighted = -1;
let missed = 0;
let settled = true; // whether the newest message was in sight while the log was as high as `height`
let height = 0;
const unread = new Map(); // "person:chat" -> how many, and whether one rang
const unfolded = new Map(); // "chat:message:quote" -> open
const pressed = new Map(); // callback id -> key
const answered = new Set();
const drafts = new Map();
const tray = new Tray(() => { if (tray.files.length && context?.kind === "edit") setContext(null); fit(); }, toast);

if (location.search) history.replaceState(null, "", "/chat"); // keep the key out of sight

/* Talking to the server. */

async function fetched(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error || "refused");
  return result;
}

async function act(deed, given) {
  try {
    return await fetched(`/chat/do/${deed}`, { person, chat: chatId, ...given });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

async function load() {
  try {
    state = await fetched("/chat/state");
  } catch {
    $("lost").hidden = false;
    setTimeout(load, 2000);
    return;
  }
  $("lost").hidden = true;
  if (!state.people.some((one) => one.id === person)) person = state.people[0]?.id ?? 0;
  draw();
  listen(state.last);
}

function listen(after) {
  stream?.close();
  const mine = stream = new EventSource(`/chat/events?after=${after}`);
  mine.onopen = () => { $("lost").hidden = true; };
  mine.onmessage = (message) => happened(JSON.parse(message.data));
  mine.onerror = () => {
    $("lost").hidden = false;
    if (mine.readyState === EventSource.CLOSED) { mine.close(); setTimeout(load, 2000); }
  };
}

/* What happens. */

function happened(event) {
  if (event.what === "reload") { load(); return; }
  const chat = state.chats.find((one) => one.id === event.chat);
  if (!chat) return;
  if (event.what === "sent") arrived(chat, event.message);
  if (event.what === "edited") changed(chat, event.message);
  if (event.what === "deleted") removed(chat, event.message.id);
  if (event.what === "answered") answer(event);
  if (event.what === "action" && chat.id === chatId) typing(event.text);
}

function arrived(chat, message) {
  chat.messages.push(message);
  if (message.bot) {
    for (const member of chat.members) {
      if (member === person && chat.id === chatId && !document.hidden) continue;
      const key = `${member}:${chat.id}`;
      const before = unread.get(key) ?? { count: 0, rang: false };
      unread.set(key, { count: before.count + 1, rang: before.rang || !message.silent });
    }
  }
  drawPeople();
  drawChats();
  if (chat.id !== chatId) return;
  if (message.bot) typing("cancel");
  const near = nearEnd();
  append(chat, message);
  if (message.bot && !message.silent) shown(message.id)?.classList.add("ring");
  if (near || message.sender === person) toEnd(); else { missed += 1; drawDown(); }
}

function changed(chat, message) {
  const at = chat.messages.findIndex((one) => one.id === message.id);
  if (at < 0) return;
  chat.messages[at] = message;
  const old = shown(message.id);
  if (chat.id !== chatId || !old) return;
  const near = nearEnd();
  const hadFocus = old.contains(document.activeElement);
  const fresh = made(chat, message);
  for (const name of ["first", "together"]) fresh.classList.toggle(name, old.classList.contains(name));
  old.replaceWith(fresh);
  measure(fresh);
  if (hadFocus) (fresh.querySelector(".key") ?? $("log")).focus();
  if (near) toEnd();
}

function removed(chat, id) {
  chat.messages = chat.messages.filter((one) => one.id !== id);
  if (chat.id === chatId) shown(id)?.remove();
}

function answer(event) {
  answered.add(event.callback);
  settle(event.callback);
  if (event.person !== person || !event.text) return;
  if (event.alert) { $("alerttext").textContent = event.text; $("alert").showModal(); }
  else toast(event.text);
}

function settle(callback) {
  pressed.get(callback)?.classList.remove("busy");
  pressed.delete(callback);
}

function typing(action) {
  clearTimeout(typingTimer);
  const on = action !== "cancel";
  const words = action.startsWith("upload") ? "sending a file…" : "typing…";
  $("status").textContent = on ? words : standing();
  $("status").classList.toggle("typing", on);
  if (on) typingTimer = setTimeout(() => typing("cancel"), TYPING);
}

function toast(text) {
  const made = node("div", { className: "toast" }, text);
  $("toasts").replaceChildren(made);
  setTimeout(() => made.remove(), TOAST);
}

/* Drawing. */

const open = () => state.chats.find((one) => one.id === chatId);
const mineOf = (who) => state.chats.filter((one) => one.members.includes(who));
const shown = (id) => $("log").querySelector(`[data-id="${id}"]`);
const log = $("log");
const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;

function draw() {
  const chats = mineOf(person);
  if (!chats.some((one) => one.id === chatId)) chatId = chats[0]?.id ?? 0;
  sessionStorage.setItem("person", person);
  sessionStorage.setItem("chat", chatId);
  unread.delete(`${person}:${chatId}`);
  drawPeople();
  drawChats();
  drawHead();
  drawLog();
  drawMenu();
}

function badge(keys) {
  const found = keys.map((key) => unread.get(key)).filter(Boolean);
  const count = found.reduce((sum, one) => sum + one.count, 0);
  if (!count) return [];
  const made = node("span", { className: "badge" }, String(count));
  made.classList.toggle("quiet", !found.some((one) => one.rang));
  made.setAttribute("aria-label", `${count} unread`);
  return [made];
}

function choice(label, chosen, marks, onclick) {
  const made = node("button", { type: "button", onclick }, node("span", {}, label), ...marks);
  made.setAttribute("aria-pressed", String(chosen));
  return made;
}

function drawPeople() {
  $("people").replaceChildren(...state.people.map((one) => choice(
    one.name, one.id === person,
    badge(mineOf(one.id).map((chat) => `${one.id}:${chat.id}`)),
    () => { keepDraft(); person = one.id; chatId = stays(one.id); draw(); takeDraft(); },
  )));
}

/** The same group where both are in it, else the person's own private chat. */
function stays(next) {
  const chat = open();
  return chat && !chat.private && chat.members.includes(next) ? chatId : next;
}

function drawChats() {
  const chats = mineOf(person);
  $("chats").hidden = chats.length < 2;
  $("chats").replaceChildren(...chats.map((chat) => choice(
    chat.private ? "Private" : chat.title, chat.id === chatId, badge([`${person}:${chat.id}`]),
    () => { keepDraft(); chatId = chat.id; draw(); takeDraft(); },
  )));
}

function standing() {
  const chat = open();
  if (!chat) return "";
  if (chat.private) return chat.blocked ? "blocked" : "bot";
  return `${chat.members.length} people and ${state.bot.name}`;
}

function drawHead() {
  const chat = open();
  $("title").textContent = chat?.title ?? "";
  $("avatar").textContent = (chat?.title ?? "?").slice(0, 1).toUpperCase();
  $("avatar").classList.toggle("group", Boolean(chat && !chat.private));
  typing("cancel");
  $("block").hidden = !chat?.private;
  $("block").textContent = chat?.blocked ? "Unblock the bot" : "Block the bot";
  $("language").value = state.people.find((one) => one.id === person)?.language ?? "";
  document.title = `${chat?.title ?? "Chat"} · sandbox`;
}

function drawLog() {
  const chat = open();
  log.replaceChildren();
  missed = 0;
  if (!chat) return;
  if (!chat.messages.length && chat.private) { log.append(welcome()); return; }
  for (const message of chat.messages) append(chat, message);
  toEnd();
}

function welcome() {
  return node("div", { className: "start" },
    node("p", {}, `This is a private chat with ${state.bot.name}. Nothing leaves this machine.`),
    node("button", { type: "button", onclick: () => act("send", { text: "/start" }) }, "Start"));
}

function append(chat, message) {
  log.querySelector(".start")?.remove();
  const day = new Date(message.date * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
  if (log.dataset.day !== day || !log.children.length) {
    log.dataset.day = day;
    log.append(node("div", { className: "day" }, day));
  }
  const fresh = made(chat, message);
  const before = log.lastElementChild;
  fresh.classList.toggle("first", before?.dataset.sender !== String(message.sender));
  fresh.classList.toggle("together", Boolean(message.album) && before?.dataset.album === message.album);
  log.append(fresh);
  measure(fresh);
}

function made(chat, message) {
  return row(message, message.sender === person, {
    named: !chat.private, press, reply, edit, find,
    texts: (one) => ({
      quotes: 0,
      remember: (number, on) => unfolded.set(`${chat.id}:${one.id}:${number}`, on),
      remembered: (number) => unfolded.get(`${chat.id}:${one.id}:${number}`) ?? false,
      command: (text) => act("send", { text }),
      tell: toast,
      copy: (text) => navigator.clipboard?.writeText(text).then(() => toast("Copied"), () => {}),
    }),
  });
}

function toEnd() { log.scrollTop = log.scrollHeight; missed = 0; settled = true; drawDown(); }
function drawDown() {
  if (nearEnd()) missed = 0;
  $("down").hidden = nearEnd();
  $("below").hidden = !missed;
  $("below").textContent = missed;
}

/* Acting. */

async function press(message, given, key) {
  if (given.action === "copy_text") {
    navigator.clipboard?.writeText(given.value).then(() => toast("Copied"), () => {});
    return;
  }
  if (given.action !== "callback_data") { toast(`A phone would open ${given.action}`); return; }
  key.classList.add("busy");
  const result = await act("tap", { message: message.id, data: given.value });
  if (!result) { key.classList.remove("busy"); return; }
  pressed.set(result.callback, key);
  if (answered.has(result.callback)) settle(result.callback);
  else setTimeout(() => settle(result.callback), PATIENCE);
}

function reply(message) { setContext({ kind: "reply", message }); }
function edit(message) { setContext({ kind: "edit", message }); $("text").value = message.text; fit(); }

function setContext(next) {
  if (context?.kind === "edit" && next?.kind !== "edit") { $("text").value = ""; fit(); }
  context = next;
  $("context").hidden = !next;
  if (!next) return;
  $("contexticon").setAttribute("href", `#i-${next.kind}`);
  $("contextname").textContent = next.kind === "edit" ? "Edit message" : next.message.name;
  $("contexttext").textContent = next.message.text || next.message.file?.name || "";
  $("text").focus();
}

function find(id) {
  const found = shown(id);
  if (!found) return;
  found.scrollIntoView({ block: "center" });
  found.classList.remove("ring");
  requestAnimationFrame(() => found.classList.add("ring"));
}

async function send() {
  const text = $("text").value.trim();
  if (tray.files.length) { await sendFiles(text); return; }
  if (!text) return;
  const now = context;
  const given = now?.kind === "edit" ? { message: now.message.id, text }
    : { text, reply_to: now?.message.id ?? null };
  $("text").value = "";
  fit();
  context = null;
  setContext(null);
  if (!await act(now?.kind === "edit" ? "edit" : "send", given)) { $("text").value = text; fit(); }
}

async function sendFiles(caption) {
  if (tray.busy) return;
  const fields = { person, chat: chatId, caption, reply_to: context?.message.id ?? "" };
  try {
    if (!await tray.send(fields)) return;
    if (fields.person !== person || fields.chat !== chatId) {
      drafts.delete(`${fields.person}:${fields.chat}`);
      return;
    }
    $("text").value = "";
    setContext(null);
    fit();
  } catch (error) {
    toast(error.message);
  }
}

function keepDraft() { drafts.set(`${person}:${chatId}`, $("text").value); context = null; setContext(null); tray.clear(); }
function takeDraft() { $("text").value = drafts.get(`${person}:${chatId}`) ?? ""; fit(); }

/* The command menu. */

const commands = () => open()?.menus[person] ?? [];

function fit() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const files = tray.files.length > 0;
  text.placeholder = files ? "Caption" : "Message";
  text.maxLength = files ? CAPTION_LENGTH : TEXT_LENGTH;
  $("send").disabled = tray.busy || !(files || text.value.trim());
  drawMenu();
}

function drawMenu(all = false) {
  const typed = $("text").value;
  const word = /^\/([\w]*)$/.exec(typed)?.[1];
  const found = word === undefined ? (all ? commands() : [])
    : commands().filter((one) => one.command.startsWith(word.toLowerCase()));
  const visible = Boolean(state && found.length && (all || word !== undefined));
  $("commands").hidden = !state || !commands().length;
  $("menu").hidden = !visible;
  $("commands").setAttribute("aria-expanded", String(visible));
  highlighted = visible && word ? 0 : -1;
  $("menu").replaceChildren(...found.map((one) => {
    const item = node("li", { onclick: () => choose(one.command) },
      node("strong", {}, `/${one.command}`), node("span", {}, one.description));
    item.setAttribute("role", "option");
    return item;
  }));
  mark(highlighted);
}

function mark(index) {
  const items = [...$("menu").children];
  highlighted = items.length ? Math.max(-1, Math.min(index, items.length - 1)) : -1;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === highlighted)));
  items[highlighted]?.scrollIntoView({ block: "nearest" });
}

/** Insert a command; in a group with the bot's name, as phones do. */
function choose(command) {
  const name = open().private ? "" : `@${state.bot.username}`;
  $("text").value = `/${command}${name} `;
  fit();
  $("text").focus();
}

function keyed(event) {
  const visible = !$("menu").hidden;
  if (visible && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    mark(highlighted + (event.key === "ArrowDown" ? 1 : -1));
  } else if (visible && event.key === "Tab" && highlighted >= 0) {
    event.preventDefault();
    $("menu").children[highlighted].click();
  } else if (event.key === "Escape") {
    $("menu").hidden = true;
    setContext(null);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const partial = visible && highlighted >= 0
      && commands()[0] && !commands().some((one) => `/${one.command}` === $("text").value.trim());
    if (partial) $("menu").children[highlighted].click(); else send();
  }
}

/* Wiring. */

$("compose").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("input", fit);
$("text").addEventListener("keydown", keyed);
$("commands").addEventListener("click", () => {
  if ($("menu").hidden) drawMenu(true); else $("menu").hidden = true;
});
$("contextclose").addEventListener("click", () => setContext(null));
$("down").addEventListener("click", toEnd);
log.addEventListener("scroll", () => {
  // What becomes lower may also scroll by a fraction, before it is seen to be resized.
  if (log.clientHeight === height) settled = nearEnd();
  drawDown();
});
$("more").addEventListener("click", (event) => {
  event.stopPropagation();
  $("settings").hidden = !$("settings").hidden;
  $("more").setAttribute("aria-expanded", String(!$("settings").hidden));
});
$("block").addEventListener("click", () => act("block", { blocked: !open().blocked }));
$("language").addEventListener("change", () => act("speak", { language: $("language").value }));
document.addEventListener("click", (event) => {
  if (!$("settings").contains(event.target)) $("settings").hidden = true;
  if (!$("menu").contains(event.target) && !$("compose").contains(event.target)) $("menu").hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("settings").hidden = true;
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && state) { unread.delete(`${person}:${chatId}`); drawPeople(); drawChats(); }
});
new ResizeObserver(() => {
  height = log.clientHeight;
  if (settled) toEnd(); else drawDown();
}).observe(log);
load();
