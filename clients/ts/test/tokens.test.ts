import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedTokenSource, keepFresh } from "../src/tokens.js";
import { token } from "./server.js";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 1, 12);

/** A source like Firebase's: it caches a token for an hour, and a forced refresh gets another. */
function source(clock: { now: number }, server = clock) {
  const got: string[] = [];
  const next = () => {
    got.push(token(`t${got.length}`, server.now, server.now + HOUR));
    return got[got.length - 1] ?? "";
  };
  next();
  const getToken = async (force: boolean) => (force ? next() : (got.at(-1) ?? ""));
  return { getToken, got };
}

test("a token is used until a minute before it expires", async () => {
  const clock = { now: NOW };
  const { getToken, got } = source(clock);
  const tokens = keepFresh(getToken, () => clock.now);
  clock.now += HOUR - 61_000;
  assert.equal(await tokens.current(), got[0]);
  clock.now += 2000;
  assert.equal(await tokens.current(), got[1]);
  assert.equal(got.length, 2);
});

test("a hundred concurrent calls refresh once", async () => {
  const clock = { now: NOW };
  const { getToken, got } = source(clock);
  const tokens = keepFresh(getToken, () => clock.now);
  clock.now += HOUR;
  const all = await Promise.all(Array.from({ length: 100 }, () => tokens.current()));
  assert.deepEqual(new Set(all), new Set([got[1]]));
  assert.equal(got.length, 2);
  await Promise.all(Array.from({ length: 100 }, () => tokens.replace(got[1] ?? "")));
  assert.equal(got.length, 3);
});

test("a refused token is replaced by a newer one if there is one already", async () => {
  const { getToken, got } = source({ now: NOW });
  const tokens = keepFresh(getToken, () => NOW);
  assert.equal(await tokens.replace("an older one"), got[0]);
  assert.equal(got.length, 1);
  assert.equal(await tokens.replace(got[0] ?? ""), got[1]);
});

test("a source that returns the refused token again has no other", async () => {
  const tokens = keepFresh(async () => "opaque");
  assert.equal(await tokens.current(), "opaque");
  assert.equal(await tokens.replace("opaque"), null);
});

test("a wrong clock costs one refresh, not one per request", async () => {
  const server = { now: NOW };
  const { getToken, got } = source(server);
  const tokens = keepFresh(getToken, () => server.now + 5 * HOUR);
  for (let call = 0; call < 10; call++) await tokens.current();
  assert.equal(got.length, 2);
});

test("a failed refresh keeps the current token", async () => {
  const clock = { now: NOW };
  const held = token("held", NOW, NOW + HOUR);
  const tokens = keepFresh(
    async (force) => (force ? Promise.reject(new Error("offline")) : held),
    () => clock.now,
  );
  clock.now += HOUR - 30_000;
  assert.equal(await tokens.current(), held);
});

test("a token without an expiry is used unchanged", async () => {
  for (const payload of ["null", "7", "{}", "no JSON"]) {
    const odd = `{}.${Buffer.from(payload).toString("base64url")}.s`;
    assert.equal(await keepFresh(async () => odd).current(), odd);
  }
});

test("without a sign-in there is no token and no error", async () => {
  assert.equal(await keepFresh(async () => null).current(), null);
});

test("a token is fetched once, and again after a failure", async () => {
  let fetched = 0;
  const getToken = cachedTokenSource(async () => {
    fetched += 1;
    if (fetched === 1) throw new Error("offline");
    return `t${fetched}`;
  });
  await assert.rejects(getToken(false), /offline/);
  assert.deepEqual(await Promise.all([getToken(false), getToken(false)]), ["t2", "t2"]);
  assert.equal(await getToken(true), "t3");
  assert.equal(await getToken(false), "t3");
});
