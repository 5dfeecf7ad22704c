// The page of `botcore simulate`: shows one person's view of one chat, and tells the server what the person does.
import { draw } from "/marks.js";
import { language, text } from "/texts.js";

const EMOJI = ["👍", "❤️", "😂"];
const UPLOAD_BYTES = 50_000_000;
const TOGETHER_SECONDS = 420;
const at = (id) => document.getElementById(id);
const log = at("log");
const field = at("text");

let socket;
let state = null;
let messages = new Map();
let rows = new Map();
let file = null;
let about = null; // { do: "reply" | "edit", id }
let chosen = 0;

function make(tag, className = "", words = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

// The connection

function connect() {
  socket = new WebSocket(`ws://${location.host}/chat`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    const told = JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data));
    told.notice === undefined ? hear(told) : notice(told.notice);
  };
  socket.onopen = () => {
    notice("");
    if (state) tell("look");
  };
  socket.onclose = () => {
    notice(text("gone"));
    setTimeout(connect, 1000);
  };
}

function tell(deed, rest = {}) {
  const { person, chat } = state;
  if (socket.readyState !== WebSocket.OPEN) return notice(text("gone"));
  socket.send(JSON.stringify({ do: deed, person, chat, ...rest }));
}

function notice(words) {
  at("notice").textContent = words;
}

function hear(told) {
  const elsewhere = !state || state.chat !== told.chat || state.person !== told.person;
  if (elsewhere) {
    messages = new Map();
    rows = new Map();
    log.replaceChildren();
    leave();
  }
  state = told;
  for (const one of told.messages) messages.set(one.id, one);
  if (elsewhere) frame();
  places();
  conversation(new Set(told.messages.map((one) => one.id)), elsewhere);
  at("typing").textContent = told.typing ? text("typing", { bot: name() }) : "";
  menu();
}

// What is shown

const name = () => state.places[0].title;
const isPrivate = () => state.places.find((one) => one.id === state.chat)?.private ?? true;

function frame() {
  const place = state.places.find((one) => one.id === state.chat);
  const platform = { discord: "Discord", telegram: "Telegram" }[state.platform];
  document.body.dataset.platform = state.platform;
  document.title = `${place.title} – ${text("simulated", { platform })}`;
  document.querySelector(".brand").textContent = text("simulated", { platform });
  at("title").textContent = place.title;
  at("subtitle").textContent = place.private ? text("private") : text("group", { bot: state.bot });
  document.querySelector("header .avatar").textContent = initial(place.title);
  field.setAttribute("aria-label", text("write", { chat: place.title }));
  field.placeholder = text("write", { chat: place.title });
  const people = state.people.map((one) => new Option(one, one, false, one === state.person));
  at("person").replaceChildren(...people);
}

function places() {
  const drawn = state.places.map((one) => {
    const row = make("li");
    const button = make("button", one.private ? "private" : "group");
    button.type = "button";
    button.append(avatar(one.title, one.private), make("span", "name", one.title));
    button.setAttribute("aria-current", String(one.id === state.chat));
    button.onclick = () => tell("look", { chat: one.id });
    row.append(button);
    return row;
  });
  const before = at("places").dataset.told;
  const now = JSON.stringify([state.places, state.chat]);
  if (before === now) return;
  at("places").dataset.told = now;
  at("places").replaceChildren(...drawn);
}

function initial(words) {
  return [...words.replace(/^[#🧵\s]+/u, "")][0]?.toUpperCase() ?? "";
}

function avatar(words, bot) {
  const made = make("span", "avatar", initial(words));
  made.setAttribute("aria-hidden", "true");
  made.classList.toggle("bot", Boolean(bot));
  made.dataset.tint = String([...words].reduce((sum, one) => sum + one.codePointAt(0), 0) % 6);
  return made;
}

function conversation(changed, fresh) {
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  let before = null;
  const order = state.order.map((id) => messages.get(id)).filter(Boolean);
  for (const [id, row] of rows) if (!state.order.includes(id)) row.remove(), rows.delete(id), messages.delete(id);
  order.forEach((one, place) => {
    if (changed.has(one.id) || !rows.has(one.id)) {
      const row = message(one);
      rows.get(one.id)?.replaceWith(row);
      rows.set(one.id, row);
    }
    const row = rows.get(one.id);
    if (log.children[place] !== row) log.insertBefore(row, log.children[place] ?? null);
    const together = before && before.author === one.author && one.at - before.at < TOGETHER_SECONDS && !one.reply_to;
    row.classList.toggle("follows", Boolean(together));
    before = one;
  });
  if (!order.length && state.platform === "telegram" && isPrivate()) log.replaceChildren(starter());
  else log.querySelector(".starter")?.remove();
  if (low || fresh) log.scrollTop = log.scrollHeight;
}

function starter() {
  const row = make("div", "starter");
  const button = make("button", "", text("start"));
  button.type = "button";
  button.onclick = () => tell("say", { text: "/start" });
  row.append(button);
  return row;
}

function message(one) {
  const row = make("article", "message");
  const mine = one.author === state.person;
  row.classList.toggle("mine", mine);
  row.classList.toggle("bot", Boolean(one.by_bot));
  row.classList.toggle("growing", Boolean(one.growing));
  row.append(avatar(one.author, one.by_bot));
  const body = make("div", "body");
  const bubble = make("div", "bubble");
  body.append(head(one), bubble);
  if (one.reply_to) bubble.append(make("p", "reply", one.reply_to));
  bubble.append(...(one.files ?? []).map(attached));
  const words = make("div", "text");
  words.append(draw(one.text));
  if (one.text.length) bubble.append(words);
  bubble.append(meta(one));
  if (one.reactions?.length) bubble.append(reactions(one));
  if (one.buttons?.length) body.append(keyboard(one));
  row.append(body);
  if (!one.growing) row.append(tools(one, mine));
  return row;
}

function head(one) {
  const head = make("p", "head");
  head.append(make("strong", "author", one.author));
  if (one.by_bot) head.append(make("span", "tag", text("app")));
  head.append(time(one));
  return head;
}

function time(one) {
  const when = new Date(one.at * 1000);
  const shown = make("time", "", one.at ? when.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }) : "");
  if (one.at) shown.dateTime = when.toISOString();
  return shown;
}

function meta(one) {
  const meta = make("span", "meta");
  if (one.private) meta.append(make("span", "only", text("only_you")));
  if (one.edited) meta.append(make("span", "edited", text("edited")));
  meta.append(time(one));
  return meta;
}

function attached(one) {
  const link = make("a", "file");
  link.href = `/files/${encodeURIComponent(one.id ?? "")}`;
  link.target = "_blank";
  link.rel = "noopener";
  if (/\.(png|jpe?g|gif)$/i.test(one.name)) {
    const picture = make("img");
    picture.src = link.href;
    picture.alt = one.name;
    picture.onerror = () => picture.replaceWith(make("span", "name", one.name));
    link.append(picture);
  } else {
    const size = one.size < 1e6 ? `${Math.max(1, Math.round(one.size / 1e3))} kB` : `${(one.size / 1e6).toFixed(1)} MB`;
    link.append(make("span", "sign", "📄"), make("span", "name", one.name), make("span", "size", size));
  }
  return link;
}

function reactions(one) {
  const made = make("p", "reactions");
  for (const emoji of new Set(one.reactions)) {
    made.append(make("span", "", `${emoji} ${one.reactions.filter((other) => other === emoji).length}`));
  }
  return made;
}

function keyboard(one) {
  const made = make("div", "keyboard");
  for (const labels of one.buttons) {
    const row = make("div", "row");
    for (const label of labels) {
      const button = make("button", "", label);
      button.type = "button";
      button.onclick = () => tell("press", { message: one.id, text: label });
      row.append(button);
    }
    made.append(row);
  }
  return made;
}

function tools(one, mine) {
  const made = make("div", "tools");
  const tool = (sign, label, act) => {
    const button = make("button", "", sign);
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.onclick = act;
    made.append(button);
  };
  if (state.can.includes("react")) {
    for (const emoji of EMOJI) tool(emoji, text("react", { emoji }), () => tell("react", { message: one.id, text: emoji }));
  }
  tool("↩", text("reply"), () => turn("reply", one));
  if (mine && state.can.includes("edit") && one.raw) tool("✎", text("edit"), () => turn("edit", one));
  if (mine && state.can.includes("delete")) tool("🗑", text("delete"), () => tell("delete", { message: one.id }));
  return made;
}

// What the person does

function turn(what, one) {
  about = { do: what, id: one.id };
  if (what === "edit") field.value = one.raw;
  context(what === "edit" ? text("editing") : text("replying", { who: one.author }));
  field.focus();
}

function context(words) {
  at("context").hidden = !words;
  at("context").firstElementChild.textContent = words;
}

function leave() {
  about = null;
  file = null;
  at("file").value = "";
  context("");
}

async function submit() {
  const said = field.value;
  if (!said.trim() && !file) return;
  notice("");
  if (about?.do === "edit") tell("edit", { message: about.id, text: said });
  else tell("say", { text: said, message: about?.id ?? "", ...(await uploaded()) });
  field.value = "";
  leave();
  menu();
}

async function uploaded() {
  if (!file) return {};
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(file);
  });
  return { file_name: file.name, file: url.slice(url.indexOf(",") + 1) };
}

// The menu of commands

function matching() {
  const typed = /^\/(\S*)$/.exec(field.value);
  return typed && state ? state.menu.filter((one) => one.name.startsWith(typed[1].toLowerCase())) : [];
}

function menu() {
  const found = document.activeElement === field ? matching() : [];
  chosen = Math.min(chosen, Math.max(0, found.length - 1));
  const list = at("menu");
  list.hidden = !found.length;
  const drawn = found.map((one, number) => {
    const row = make("li");
    row.id = `command-${number}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(number === chosen));
    row.append(make("span", "name", `/${one.name}`), make("span", "about", one.description));
    row.onmousedown = (event) => (event.preventDefault(), complete(one));
    return row;
  });
  list.replaceChildren(...drawn);
  if (found.length) {
    field.setAttribute("aria-activedescendant", `command-${chosen}`);
    drawn[chosen].scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function complete(one) {
  field.value = `/${one.name} `;
  menu();
}

function key(event) {
  const found = at("menu").hidden ? [] : matching();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const exact = found.length === 1 && field.value === `/${found[0].name}`;
  if (found.length && step) {
    chosen = (chosen + step + found.length) % found.length;
    event.preventDefault();
    menu();
  } else if (found.length && (event.key === "Tab" || (event.key === "Enter" && !exact))) {
    event.preventDefault();
    complete(found[chosen]);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !field.value) {
    const mine = [...messages.values()].filter((one) => one.author === state.person && one.raw).pop();
    if (mine && state.can.includes("edit")) turn("edit", mine);
  } else if (event.key === "Escape") {
    if (about?.do === "edit") field.value = "";
    leave();
  }
}

document.documentElement.lang = language;
for (const one of document.querySelectorAll("[data-text]")) one.textContent = text(one.dataset.text);
document.querySelector("nav").setAttribute("aria-label", text("chats"));
log.setAttribute("aria-label", text("messages"));
at("menu").setAttribute("aria-label", text("commands"));
at("attach").setAttribute("aria-label", text("attach"));
at("drop").setAttribute("aria-label", text("drop"));
at("send").textContent = text("send");
at("person").onchange = (event) => tell("look", { person: event.target.value, chat: isPrivate() ? "" : state.chat });
at("attach").onclick = () => at("file").click();
at("drop").onclick = leave;
at("file").onchange = (event) => {
  file = event.target.files[0] ?? null;
  if (file?.size > UPLOAD_BYTES) {
    notice(text("too_large", { limit: UPLOAD_BYTES / 1e6 }));
    return leave();
  }
  context(file ? file.name : "");
};
at("composer").onsubmit = (event) => (event.preventDefault(), submit());
field.onkeydown = key;
field.oninput = field.onfocus = () => ((chosen = 0), menu());
field.onblur = menu;
connect();
