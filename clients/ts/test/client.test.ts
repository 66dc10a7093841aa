import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createSavepoint,
  isProblem,
  localToken,
  type Problem,
  type ProblemCode,
  retryOf,
} from "../src/index.js";
import { type Answer, problem, serve } from "./server.js";

const clientName = "desktop/8.4.1 (win32; x64)";
const page: Answer = { body: { items: [] } };

/** A server that answers these in turn, and a client of it whose tokens are t0, t1 … */
async function client(...answers: (Answer | null)[]) {
  const server = await serve(() => (answers.length > 0 ? (answers.shift() ?? null) : page));
  let forced = 0;
  const token = async (force: boolean) => `t${force ? ++forced : forced}`;
  const savepoint = createSavepoint({ baseUrl: server.url, clientName, token });
  const sent = () => server.seen.map((one) => one.headers.authorization);
  return { savepoint, server, sent };
}

test("a request says who calls; only one that needs it is signed", async () => {
  const { savepoint, server, sent } = await client();
  await savepoint.GET("/v1/me/playtime", { headers: { traceparent: "00-1-2-01" } });
  await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
  await savepoint.GET("/v1/games/{game_id}", { params: { path: { game_id: "7" } } });
  assert.deepEqual(sent(), ["Bearer t0", undefined, undefined]);
  assert.equal(server.seen[0]?.headers["savepoint-client"], clientName);
  assert.equal(server.seen[0]?.headers["traceparent"], "00-1-2-01");
  assert.equal(server.seen[1]?.path, "/v1/games?q=Hades");
});

test("a refused token is renewed once, and the request sent again", async () => {
  const { savepoint, sent } = await client(problem(401, "unauthenticated", "after-refresh"));
  const { data } = await savepoint.GET("/v1/me/playtime");
  assert.deepEqual(data, { items: [] });
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1"]);
});

test("a player who is refused for good is refused, not asked for ever", async () => {
  const refused = problem(401, "unauthenticated", "after-refresh");
  const { savepoint, sent } = await client(refused, refused, refused);
  const { error, response } = await savepoint.GET("/v1/me/playtime");
  assert.equal(response.status, 401);
  assert.equal(error?.code, "unauthenticated");
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1"]);
});

test("a renewed token is kept for the retry that follows", async () => {
  const { savepoint, sent } = await client(
    problem(401, "unauthenticated", "after-refresh"),
    problem(503, "unavailable", "later"),
  );
  assert.ok((await savepoint.GET("/v1/me/playtime")).data);
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1", "Bearer t1"]);
});

test("nobody signed in: the request goes unsigned and the answer says so", async () => {
  const server = await serve(() => problem(401, "unauthenticated", "after-refresh"));
  const savepoint = createSavepoint({ baseUrl: server.url, clientName, token: async () => null });
  const { error } = await savepoint.GET("/v1/me/playtime");
  assert.equal(error?.retry, "after-refresh");
  assert.equal(server.seen.length, 1);
});

test("503 with Retry-After is waited for", async () => {
  const later = problem(503, "unavailable", "later", { headers: { "Retry-After": "1" } });
  const { savepoint, server } = await client(later);
  const begun = performance.now();
  assert.ok((await savepoint.GET("/v1/games")).data);
  assert.ok(performance.now() - begun >= 990);
  assert.equal(server.seen.length, 2);
});

test("a body is sent again with its request", async () => {
  const { savepoint, server } = await client(problem(500, "internal", "later"));
  const body = { reason: "a" };
  const params = { path: { consumer: "roll-up-sessions" } };
  await savepoint.POST("/v1/admin/consumers/{consumer}/pause", { params, body });
  assert.deepEqual(
    server.seen.map((one) => JSON.parse(one.body)),
    [body, body],
  );
});

test("a connection that breaks is a repeated GET and a failed POST", async () => {
  const { savepoint, server } = await client(null);
  assert.ok((await savepoint.GET("/v1/games")).data);
  assert.equal(server.seen.length, 2);
  const other = await client(null);
  const params = { path: { consumer: "roll-up-sessions" } };
  await assert.rejects(other.savepoint.POST("/v1/admin/consumers/{consumer}/resume", { params }));
  assert.equal(other.server.seen.length, 1);
});

test("a batch is left to sendBatch: its time would be old", async () => {
  const { savepoint, server } = await client(problem(503, "unavailable", "later"));
  const body = { sent_at: new Date().toISOString(), items: [] };
  const { error } = await savepoint.POST("/v1/me/sessions:batch", { body });
  assert.equal(error?.code, "unavailable");
  assert.equal(server.seen.length, 1);
});

test("an abort ends a wait between two attempts", async () => {
  const later = problem(503, "unavailable", "later", { headers: { "Retry-After": "30" } });
  const { savepoint } = await client(later);
  const signal = AbortSignal.timeout(100);
  await assert.rejects(savepoint.GET("/v1/games", { signal }), { name: "TimeoutError" });
});

test("a newer server's code and word are no surprise", () => {
  const { body } = problem(418, "teapot", "next-week");
  assert.ok(isProblem(body));
  assert.equal(retryOf(body), "never");
  assert.equal(retryOf({ ...body, status: 503 }), "later");
  const texts: Partial<Record<ProblemCode, string>> = { stale: "Someone was faster" };
  assert.equal(texts[body.code as ProblemCode] ?? body.detail, "teapot");
});

test("a call's error is a problem where one is asked for", async () => {
  const { savepoint } = await client(problem(404, "not_found", "never"));
  const { error } = await savepoint.GET("/v1/games");
  assert.ok(error);
  const found: Problem = error;
  const code: string = error.code;
  assert.deepEqual([found.status, code.length, error.code.toUpperCase()], [404, 9, "NOT_FOUND"]);
  assert.equal(retryOf(error), "never");
});

test("a proxy's answer becomes a problem too", async () => {
  const type = { "Content-Type": "text/html", "Retry-After": "90" };
  const json = { headers: { "Content-Type": "application/json", "Retry-After": "90" } };
  const pages = [
    { headers: type, body: "<html>" },
    { headers: { ...type, "Content-Length": "0" }, body: "" },
    { ...json, body: '"a text"' },
    { ...json, body: { message: "Forbidden" } },
  ];
  for (const [status, code, retry] of [
    [403, "unknown", "never"],
    [413, "too_large", "never"],
    [502, "unknown", "later"],
  ] as const) {
    for (const one of pages) {
      const { savepoint } = await client({ ...one, status });
      const { data, error, response } = await savepoint.GET("/v1/games");
      assert.ok(isProblem(error), JSON.stringify(error));
      assert.deepEqual([data, error.status, error.code, error.retry], [undefined, status, code, retry]);
      assert.equal(response.headers.get("Retry-After"), "90");
    }
  }
});

test("a page in place of a success is thrown", async () => {
  const { savepoint } = await client({ headers: { "Content-Type": "text/html" }, body: "<html>" });
  await assert.rejects(savepoint.GET("/v1/games"), SyntaxError);
});

test("an unchanged document is no error", async () => {
  const { savepoint } = await client({ status: 304, body: "" });
  const { data, error, response } = await savepoint.GET("/v1/games");
  assert.deepEqual([data, error || undefined, response.status], [undefined, undefined, 304]);
});

test("an answer that breaks off is none", async () => {
  const cut = { headers: { "Content-Length": "900" }, body: '{"items": [' };
  const { savepoint, server } = await client(cut);
  assert.deepEqual((await savepoint.GET("/v1/games")).data, page.body);
  assert.equal(server.seen.length, 2);
});

test("a local cloud signs in whoever asks, once", async () => {
  const { url, seen } = await serve(() => ({ body: { id_token: `t${seen.length}` } }));
  const ask = localToken(url, "ada");
  assert.deepEqual([await ask(false), await ask(false), await ask(true)], ["t1", "t1", "t2"]);
  assert.deepEqual([seen[0]?.path, seen[0]?.body], ["/_local/issuer/token", '{"uid":"ada"}']);
  const { url: other } = await serve(() => ({ status: 404, body: "" }));
  await assert.rejects(localToken(other, "ada")(false), /404/);
});
