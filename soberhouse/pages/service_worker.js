// Keeps one page for when there is no connection, and what it is drawn with. Never a page about anybody: nothing that
// the site answers to somebody signed in is put away here. `app` stands above, written by the server.
"use strict";

const CACHE = `app-${app.version}`;

// Asked for as a stranger would: whoever is signed in, it is the same page. The page itself is put away last: a browser
// may end this at any moment, and where the page is, all it is drawn with is too.
async function fill() {
  if (await caches.match(app.offline, {cacheName: CACHE})) return;
  const wanted = [app.offline, ...app.kept].map((url) => new Request(url, {credentials: "omit", cache: "reload"}));
  const answers = await Promise.all(wanted.map((request) => fetch(request)));
  if (!answers.every((answer) => answer.ok)) throw new Error("not everything could be fetched");
  const cache = await caches.open(CACHE);
  const put = (place) => cache.put(wanted[place].url, answers[place]);
  await Promise.all(app.kept.map((url, place) => put(place + 1)));
  await put(0);
}

async function clear(keep) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== keep).map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(clear(CACHE).then(() => self.clients.claim()));
});

// Pages say when somebody signs out ("clear"), and that there is a page again ("fill").
self.addEventListener("message", (event) => {
  if (event.data === "clear") event.waitUntil(clear(""));
  if (event.data === "fill") event.waitUntil(fill().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(app.offline)) || Response.error()));
  } else if (app.kept.includes(url.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) || Response.error()));
  }
});
