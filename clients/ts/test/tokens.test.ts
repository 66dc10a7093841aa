import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedToken, keepFresh } from "../src/tokens.js";
import { token } from "./server.js";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 1, 12);

/** A source as Firebase is one: it holds a token of an hour, and forced it gets another. */
function source(clock: { now: number }, server = clock) {
  const got: string[] = [];
  const next = () => {
    got.push(token(`t${got.length}`, server.now, server.now + HOUR));
    return got[got.length - 1] ?? "";
  };
  next();
  const ask = async (force: boolean) => (force ? next() : (got.at(-1) ?? ""));
  return { ask, got };
}

test("a token is kept until a minute before its end", async () => {
  const clock = { now: NOW };
  const { ask, got } = source(clock);
  const tokens = keepFresh(ask, () => clock.now);
  clock.now += HOUR - 61_000;
  assert.equal(await tokens.current(), got[0]);
  clock.now += 2000;
  assert.equal(await tokens.current(), got[1]);
  assert.equal(got.length, 2);
});

test("a hundred who ask at once refresh once", async () => {
  const clock = { now: NOW };
  const { ask, got } = source(clock);
  const tokens = keepFresh(ask, () => clock.now);
  clock.now += HOUR;
  const all = await Promise.all(Array.from({ length: 100 }, () => tokens.current()));
  assert.deepEqual(new Set(all), new Set([got[1]]));
  assert.equal(got.length, 2);
  await Promise.all(Array.from({ length: 100 }, () => tokens.instead(got[1] ?? "")));
  assert.equal(got.length, 3);
});

test("what is refused is replaced by a newer one, if there is one already", async () => {
  const { ask, got } = source({ now: NOW });
  const tokens = keepFresh(ask, () => NOW);
  assert.equal(await tokens.instead("an older one"), got[0]);
  assert.equal(got.length, 1);
  assert.equal(await tokens.instead(got[0] ?? ""), got[1]);
});

test("a source that gives the refused one again has nothing better", async () => {
  const tokens = keepFresh(async () => "opaque");
  assert.equal(await tokens.current(), "opaque");
  assert.equal(await tokens.instead("opaque"), null);
});

test("a clock that is wrong costs one refresh, not one a request", async () => {
  const server = { now: NOW };
  const { ask, got } = source(server);
  const tokens = keepFresh(ask, () => server.now + 5 * HOUR);
  for (let asked = 0; asked < 10; asked++) await tokens.current();
  assert.equal(got.length, 2);
});

test("a refresh that fails leaves the token that is held", async () => {
  const clock = { now: NOW };
  const held = token("held", NOW, NOW + HOUR);
  const tokens = keepFresh(
    async (force) => (force ? Promise.reject(new Error("offline")) : held),
    () => clock.now,
  );
  clock.now += HOUR - 30_000;
  assert.equal(await tokens.current(), held);
});

test("a token that says nothing of its end is taken as it is", async () => {
  for (const payload of ["null", "7", "{}", "no JSON"]) {
    const odd = `{}.${Buffer.from(payload).toString("base64url")}.s`;
    assert.equal(await keepFresh(async () => odd).current(), odd);
  }
});

test("nobody signed in is no error", async () => {
  assert.equal(await keepFresh(async () => null).current(), null);
});

test("a fetched token is fetched once, and after a failure again", async () => {
  let fetched = 0;
  const ask = cachedToken(async () => {
    fetched += 1;
    if (fetched === 1) throw new Error("offline");
    return `t${fetched}`;
  });
  await assert.rejects(ask(false), /offline/);
  assert.deepEqual(await Promise.all([ask(false), ask(false)]), ["t2", "t2"]);
  assert.equal(await ask(true), "t3");
  assert.equal(await ask(false), "t3");
});
