// One message as it stands in the chat: name, quote, text, file, time, and the keys under it.

import { icon, node, rendered } from "./text.js";

const TALLEST = 384; // px of a photo in a bubble
const SIZES = ["B", "KB", "MB", "GB"];

/** The row of one message. `act` carries what taps do. */
export function row(message, mine, act) {
  if (message.service) return node("div", { className: "service" }, message.service);
  const made = node("article", { className: "row" });
  made.classList.toggle("mine", mine);
  made.classList.toggle("keys", message.keyboard.length > 0);
  made.dataset.id = message.id;
  made.dataset.sender = message.sender;
  made.dataset.album = message.album ?? "";
  made.append(bubble(message, mine, act));
  if (message.keyboard.length) made.append(keyboard(message, act));
  return made;
}

function bubble(message, mine, act) {
  const made = node("div", { className: "bubble" });
  if (!mine && act.named) made.append(node("div", { className: "who" }, message.name));
  if (message.quote) made.append(cited(message.quote, act));
  if (message.file) made.append(file(message.file));
  const body = node("div", { className: "body" });
  body.append(...rendered(message.text, message.entities, act.texts(message)));
  if (message.text) made.append(body);
  if (message.reactions.length) {
    made.append(node("div", { className: "reacted" }, message.reactions.join(" ")));
  }
  // Beside the last words where they leave room, as phones do; under a block or a file.
  const beside = message.text && !message.reactions.length && !isBlock(body.lastChild);
  (beside ? body : made).append(meta(message));
  made.append(mine && !message.file ? action("edit", "Edit", () => act.edit(message))
                                    : action("reply", "Reply", () => act.reply(message)));
  made.addEventListener("dblclick", () => act.reply(message));
  return made;
}

function isBlock(last) {
  return last.nodeName === "PRE" || last.nodeName === "BLOCKQUOTE";
}

function action(name, label, onclick) {
  const made = node("button", { type: "button", className: "round act", onclick }, icon(name));
  made.setAttribute("aria-label", label);
  return made;
}

function meta(message) {
  const date = new Date(message.date * 1000);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const made = node("div", { className: "meta" });
  if (message.silent && message.bot) {
    const muted = node("span", { title: "Sent without a sound" }, icon("mute"));
    muted.setAttribute("role", "img");
    muted.setAttribute("aria-label", "Sent without a sound");
    made.append(muted);
  }
  if (message.edited) made.append("edited");
  made.append(node("time", { dateTime: date.toISOString() }, time));
  return made;
}

function cited(quote, act) {
  return node("button", { type: "button", className: "cited", onclick: () => act.find(quote.id) },
    node("strong", {}, quote.name), node("span", {}, quote.text));
}

function file(given) {
  const address = `/chat/file/${encodeURIComponent(given.id)}`;
  if (given.pixels) return photo(given, `${address}?show`);
  const link = node("a", { className: "file", href: address, download: given.name },
    node("span", { className: "disc" }, icon("file")),
    node("span", {}, node("strong", {}, given.name), node("small", {}, size(given.size))));
  link.setAttribute("aria-label", `Download ${given.name}, ${size(given.size)}`);
  return link;
}

/** A photo keeps its place while it is loaded, so that nothing jumps. */
function photo(given, address) {
  const scale = Math.min(1, TALLEST / given.pixels[1]);
  const [width, height] = given.pixels.map((side) => Math.max(1, Math.round(side * scale)));
  const shown = node("img", { className: "picture", src: address, alt: given.name, width, height });
  const link = node("a", { href: address, target: "_blank", rel: "noopener" }, shown);
  link.setAttribute("aria-label", "Show the photo alone");
  return link;
}

/** Bytes in words. */
export function size(bytes) {
  let step = 0;
  while (bytes >= 1000 && step < SIZES.length - 1) { bytes /= 1000; step += 1; }
  return `${bytes < 10 && step ? bytes.toFixed(1) : Math.round(bytes)} ${SIZES[step]}`;
}

function keyboard(message, act) {
  const rows = message.keyboard.map((keys) =>
    node("div", {}, ...keys.map((given) => key(message, given, act))));
  return node("div", { className: "keyboard" }, ...rows);
}

function key(message, given, act) {
  if (given.action === "url" && /^(https?|ftp|tg|ton):/i.test(given.value)) {
    return node("a", { className: "key", href: given.value, target: "_blank",
      rel: "noopener noreferrer" }, given.text, icon("link"));
  }
  const made = node("button", { type: "button", className: "key" }, given.text);
  made.addEventListener("click", () => act.press(message, given, made));
  return made;
}
