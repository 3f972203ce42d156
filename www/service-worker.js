// Keeps the page, the engine and the quick models for visits without a network. The build writes the list of files with
// their SHA-256; a file that is another than the list says is never kept, so that no two versions are ever mixed.
const FILES = [];
const VERSION = "";

const PREFIX = "undertone-page-";
const NAME = PREFIX + VERSION;
const LIST = "kept-files.json";
const here = path => new URL(path, self.registration.scope).href;

const sha256 = async bytes =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map(byte => byte.toString(16).padStart(2, "0")).join("");

// A file of an older version that is the same in this one is not fetched again.
const olderCopies = async () => {
  const found = new Map();
  for (const name of (await caches.keys()).filter(name => name.startsWith(PREFIX) && name !== NAME)) {
    const cache = await caches.open(name);
    const list = await (await cache.match(here(LIST)))?.json() ?? [];
    list.forEach(([path, hash]) => found.set(hash, () => cache.match(here(path))));
  }
  return found;
};

const keep = async (cache, older, path, hash) => {
  if (await cache.match(here(path))) return;
  const old = await older.get(hash)?.();
  if (old) return cache.put(here(path), old);
  // A name with a hash in it is what it says, wherever it comes from; any other is asked for anew.
  const fresh = /-[0-9a-f]{16}\.|sha256=/.test(path) ? "force-cache" : "no-cache";
  const response = await fetch(here(path), {cache: fresh});
  if (!response.ok) throw new Error(`${path}: the host answered ${response.status}`);
  if (await sha256(await response.clone().arrayBuffer()) !== hash) throw new Error(`${path} is of another version`);
  await cache.put(here(path), response);
};

self.addEventListener("install", event => event.waitUntil((async () => {
  const cache = await caches.open(NAME);
  const older = await olderCopies();
  for (const [path, hash] of FILES) await keep(cache, older, path, hash);
  await cache.put(here(LIST), new Response(JSON.stringify(FILES)));
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
  const old = (await caches.keys()).filter(name => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map(name => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener("message", event => {
  if (event.data === "use") self.skipWaiting();
});

self.addEventListener("fetch", event => {
  const {method, mode, url} = event.request;
  if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
  const path = url.slice(self.registration.scope.length).split("#")[0];
  const key = mode === "navigate" && (path === "" || path.startsWith("?")) ? "index.html" : path;
  if (!FILES.some(([name]) => name === key)) return;
  event.respondWith((async () => await (await caches.open(NAME)).match(here(key)) ?? fetch(event.request))());
});
