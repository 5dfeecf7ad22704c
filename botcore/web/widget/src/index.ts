// One script tag is all: it defines <botcore-chat>, and adds one to a page that has none.
import { BotcoreChat } from "./element";
import { furnish } from "./page";

const tag = document.currentScript;

function begin(): void {
  const own = document.querySelector<HTMLElement>("botcore-chat[mode=page]");
  if (own) furnish(own.dataset.locale || navigator.language);
  if (!customElements.get("botcore-chat")) customElements.define("botcore-chat", BotcoreChat);
  if (document.querySelector("botcore-chat") || !(tag instanceof HTMLElement)) return;
  const chat = document.createElement("botcore-chat");
  Object.assign(chat.dataset, { ...tag.dataset });
  document.body.append(chat);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
