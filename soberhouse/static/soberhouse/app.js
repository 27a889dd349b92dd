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

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) free(form);
});
