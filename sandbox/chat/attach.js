// Files on their way to the bot: chosen, dropped or pasted, listed above the bar, then uploaded.

import { size } from "./bubble.js";
import { icon, node } from "./text.js";

const $ = (id) => document.getElementById(id);
const ALBUM = 10;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const PHOTO_BYTES = 10 * 2 ** 20;

/** The files that wait to be sent. `changed` is called whenever there are others. */
export class Tray {
  constructor(changed, tell) {
    this.tell = tell;
    this.files = [];
    this.upload = null;
    this.changed = changed;
    $("clip").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", () => { this.add($("files").files); $("files").value = ""; });
    $("stop").addEventListener("click", () => this.upload?.abort());
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => this.add(event.clipboardData.files));
  }

  get busy() { return this.upload !== null; }

  add(files) {
    const some = [...files].filter((file) => file.size);
    if (some.length < files.length) this.tell("An empty file cannot be sent");
    if (this.busy || !some.length) return;
    this.files.push(...some);
    this.draw();
  }

  remove(file) {
    this.files = this.files.filter((one) => one !== file);
    this.draw();
  }

  clear() {
    if (this.busy || !this.files.length) return;
    this.files = [];
    this.draw();
  }

  /** Send all with these fields; false where it was stopped. The first alone has the caption. */
  async send(fields) {
    const photos = this.pictures && $("asphotos").checked;
    while (this.files.length) {
      const some = this.files.slice(0, ALBUM);
      if (!await this.post(form({ ...fields, photos: photos ? "1" : "" }, some))) return false;
      this.files = this.files.slice(ALBUM);
      fields = { ...fields, caption: "" };
      this.draw();
    }
    return true;
  }

  post(body) {
    return new Promise((resolve, reject) => {
      const request = this.upload = new XMLHttpRequest();
      request.open("POST", "/chat/attach");
      request.responseType = "json";
      request.upload.onprogress = (event) => this.progress(event.loaded, event.total);
      const ended = (settle) => () => { this.upload = null; settle(); this.draw(); };
      request.onload = ended(() => (request.status === 200 ? resolve(true)
        : reject(new Error(request.response?.error ?? "refused"))));
      request.onerror = ended(() => reject(new Error("The upload broke off")));
      request.onabort = ended(() => resolve(false));
      this.draw();
      request.send(body);
    });
  }

  progress(loaded, total) {
    $("sent").value = total ? loaded / total : 0;
    $("sentwords").textContent = `Sending ${size(loaded)} of ${size(total)}`;
  }

  /** Whether all can go as photos. */
  get pictures() {
    return this.files.every((file) => PICTURES.has(file.type) && file.size <= PHOTO_BYTES);
  }

  draw() {
    const { busy, files } = this;
    $("tray").hidden = !files.length;
    $("sending").hidden = !busy;
    $("photos").hidden = busy || !this.pictures;
    $("clip").disabled = busy;
    if (busy) this.progress(0, files.slice(0, ALBUM).reduce((sum, file) => sum + file.size, 0));
    $("chosen").replaceChildren(...files.map((file) => this.chip(file)));
    this.changed();
  }

  chip(file) {
    const made = node("li", {}, icon("file"),
      node("span", {}, node("strong", {}, file.name), node("small", {}, size(file.size))));
    if (this.busy) return made;
    const away = node("button", { type: "button", className: "round", onclick: () => this.remove(file) },
      icon("close"));
    away.setAttribute("aria-label", `Leave out ${file.name}`);
    made.append(away);
    return made;
  }
}

function form(fields, files) {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  for (const file of files) made.append("file", file, file.name);
  return made;
}
