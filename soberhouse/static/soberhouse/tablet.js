// Locks a shared tablet that nobody touches. The server locks it too; this only takes what is on the screen away.
"use strict";

const lock = document.querySelector("[data-tablet-lock]");
const idle = Number(lock.dataset.idleSeconds) * 1000;
let touched = Date.now();

for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(sign, () => { touched = Date.now(); }, { capture: true, passive: true });
}

function check() {
  if (Date.now() - touched >= idle) location.replace(lock.href);
}
setInterval(check, 1000);
document.addEventListener("visibilitychange", check);
addEventListener("pageshow", (event) => { if (event.persisted) location.replace(lock.href); });
