// Small comforts. Every page works without this file.
"use strict";

// Menus close on Escape, on a press elsewhere, and when another opens.
const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Light or dark, remembered on this device; the server draws the page with it.
function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  showThemeChoice();
}

function showThemeChoice() {
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  for (const item of document.querySelectorAll("[data-theme-choice]")) {
    item.hidden = false;
    for (const button of item.querySelectorAll("[data-theme-set]")) {
      button.hidden = (button.dataset.themeSet === "dark") === dark;
    }
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-set]");
  if (!button) return;
  const item = button.closest("[data-theme-choice]");
  chooseTheme(button.dataset.themeSet);
  item.querySelector("[data-theme-set]:not([hidden])").focus();
});
showThemeChoice();

// The browser's own print window.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// Copy what stands in the element of that id; the button says when it is done.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = button.dataset.copied;
});

// A form pressed twice is sent once; the button says that it is busy. A few seconds (a download leaves the page standing) or
// coming back with the browser's arrow frees it.
function free(form) {
  delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (event.submitter && event.submitter.name === "export") return; // a download leaves the page standing
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  setTimeout(free, 5000, form);
});

// One page for when there is no connection is kept on the device; signing out throws away whatever is kept.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {});
  navigator.serviceWorker.ready.then((worker) => worker.active.postMessage("fill"));
  document.addEventListener("submit", (event) => {
    const address = new URL(event.target.getAttribute("action") || "", location);
    if (!address.pathname.endsWith("/logout/")) return;
    if (navigator.serviceWorker.controller) navigator.serviceWorker.controller.postMessage("clear");
  });
}

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) free(form);
});

// A form that keeps itself as it is typed is asked to, once more, when it is left and when there is a connection again, if something was
// typed that is not kept; where that fails, it says so, and what was typed stands there.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (form) form.dataset.typed = "yes";
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("form[data-unsaved]")) delete event.target.dataset.typed;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (!form || event.detail.successful) return;
  form.dataset.typed = "yes";
  document.getElementById("kept").textContent = form.dataset.unsaved;
});

function keep() {
  for (const form of document.querySelectorAll("form[data-unsaved][data-typed]")) form.dispatchEvent(new Event("keep"));
}

document.addEventListener("visibilitychange", keep);
window.addEventListener("online", keep);
