// A message's text as DOM nodes. Everything that came over the wire becomes text nodes, never
// markup: a name that looks like a tag stays a name. Offsets are UTF-16 units, as in JavaScript.

const STYLES = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };

/** Make an element: its tag, its properties, its children. */
export function node(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** An icon of the page's own set. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** The text with its entities, as nodes; `act` says what a tap on a command or code does. */
export function rendered(text, entities, act) {
  const waiting = [...entities];
  return pieces(text, waiting, 0, text.length, act);
}

function pieces(text, waiting, begin, end, act) {
  const made = [];
  let at = begin;
  while (waiting.length && waiting[0].offset < end) {
    const entity = waiting.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset > at) made.push(text.slice(at, entity.offset));
    const inner = pieces(text, waiting, entity.offset, stop, act);
    made.push(wrapped(entity, text.slice(entity.offset, stop), inner, act));
    at = Math.max(at, stop);
    // A line break after a block is the block's own: it must not leave an empty line.
    if (isBlock(entity) && text[at] === "\n" && at < end) at += 1;
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}

function isBlock(entity) {
  return entity.type === "pre" || entity.type.endsWith("blockquote");
}

function wrapped(entity, text, inner, act) {
  switch (entity.type) {
    case "bold": case "italic": case "underline": case "strikethrough":
      return node(STYLES[entity.type], {}, ...inner);
    case "spoiler": return spoiler(inner);
    case "code": return node("code", { title: "Copy", onclick: () => act.copy(text) }, text);
    case "pre": return block(entity, text, act);
    case "blockquote": return node("blockquote", {}, ...inner);
    case "expandable_blockquote": return quote(inner, act);
    case "text_link": return link(entity.url, inner);
    case "url": return link(text.includes("://") ? text : `http://${text}`, inner);
    case "email": return link(`mailto:${text}`, inner);
    case "bot_command": return tap(inner, () => act.command(text));
    case "mention": case "hashtag": case "cashtag": case "phone_number": case "text_mention":
      return tap(inner, () => act.tell(`A phone would open ${text}`));
    default: return node("span", {}, ...inner);
  }
}

function tap(inner, onclick) {
  return node("button", { type: "button", className: "tap", onclick }, ...inner);
}

function link(address, inner) {
  const safe = /^(https?|ftp|tg|ton|mailto):/i.test(address);
  if (!safe) return node("span", {}, ...inner);
  return node("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...inner);
}

function block(entity, text, act) {
  const made = node("pre", { title: "Copy", onclick: () => act.copy(text) }, text);
  if (entity.language) made.dataset.language = entity.language;
  return made;
}

function spoiler(inner) {
  const made = node("span", { className: "spoiler", tabIndex: 0 }, ...inner);
  made.setAttribute("role", "button");
  made.setAttribute("aria-label", "Hidden text, press to show");
  const open = () => {
    made.classList.add("open");
    made.removeAttribute("aria-label");
    made.removeAttribute("role");
  };
  made.addEventListener("click", open);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); }
  });
  return made;
}

function quote(inner, act) {
  const number = act.quotes++;
  const made = node("blockquote", { className: "folded" });
  const unfold = node("button", { type: "button", className: "unfold" }, icon("down"));
  const show = (open) => {
    made.classList.toggle("folded", !open);
    unfold.setAttribute("aria-expanded", String(open));
    unfold.setAttribute("aria-label", open ? "Show less" : "Show all");
  };
  unfold.addEventListener("click", () => {
    const open = made.classList.contains("folded");
    act.remember(number, open);
    show(open);
  });
  show(act.remembered(number));
  made.append(node("span", { className: "inner" }, ...inner), unfold);
  return made;
}

/** Once shown, find the quotes that are too short to fold. */
export function measure(root) {
  for (const made of root.querySelectorAll("blockquote")) {
    const unfold = made.querySelector(":scope > .unfold");
    if (!unfold) continue;
    const folded = made.classList.contains("folded");
    made.classList.add("folded");
    const inner = made.querySelector(":scope > .inner");
    made.classList.toggle("long", inner.scrollHeight > inner.clientHeight + 2);
    made.classList.toggle("folded", folded && made.classList.contains("long"));
  }
}
