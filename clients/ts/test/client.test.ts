import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createSavepointClient,
  isProblem,
  localTokenSource,
  type Problem,
  type ProblemCode,
  retryAdvice,
} from "../src/index.js";
import { type Answer, problem, serve } from "./server.js";

const clientName = "desktop/8.4.1 (win32; x64)";
const page: Answer = { body: { items: [] } };

/** A server that sends these responses in turn, and a client whose tokens are t0, t1 … */
async function client(...answers: (Answer | null)[]) {
  const server = await serve(() => (answers.length > 0 ? (answers.shift() ?? null) : page));
  let forced = 0;
  const getToken = async (force: boolean) => `t${force ? ++forced : forced}`;
  const savepoint = createSavepointClient({ baseUrl: server.url, clientName, getToken });
  const sent = () => server.seen.map((one) => one.headers.authorization);
  return { savepoint, server, sent };
}

test("a request names its client; only one that needs a token has it", async () => {
  const { savepoint, server, sent } = await client();
  await savepoint.GET("/v1/me/playtime", { headers: { traceparent: "00-1-2-01" } });
  await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
  await savepoint.GET("/v1/games/{game_id}", { params: { path: { game_id: "7" } } });
  assert.deepEqual(sent(), ["Bearer t0", undefined, undefined]);
  assert.equal(server.seen[0]?.headers["savepoint-client"], clientName);
  assert.equal(server.seen[0]?.headers["traceparent"], "00-1-2-01");
  assert.equal(server.seen[1]?.path, "/v1/games?q=Hades");
});

test("a refused token is refreshed once, and the request sent again", async () => {
  const { savepoint, sent } = await client(problem(401, "unauthenticated", "after-refresh"));
  const { data } = await savepoint.GET("/v1/me/playtime");
  assert.deepEqual(data, { items: [] });
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1"]);
});

test("a second 401 is returned", async () => {
  const refused = problem(401, "unauthenticated", "after-refresh");
  const { savepoint, sent } = await client(refused, refused, refused);
  const { error, response } = await savepoint.GET("/v1/me/playtime");
  assert.equal(response.status, 401);
  assert.equal(error?.code, "unauthenticated");
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1"]);
});

test("a refreshed token is used for later retries", async () => {
  const { savepoint, sent } = await client(
    problem(401, "unauthenticated", "after-refresh"),
    problem(503, "unavailable", "later"),
  );
  assert.ok((await savepoint.GET("/v1/me/playtime")).data);
  assert.deepEqual(sent(), ["Bearer t0", "Bearer t1", "Bearer t1"]);
});

test("without a sign-in the request has no token and gets a 401", async () => {
  const server = await serve(() => problem(401, "unauthenticated", "after-refresh"));
  const savepoint = createSavepointClient({ baseUrl: server.url, clientName, getToken: async () => null });
  const { error } = await savepoint.GET("/v1/me/playtime");
  assert.equal(error?.retry, "after-refresh");
  assert.equal(server.seen.length, 1);
});

test("a retry waits for Retry-After", async () => {
  const later = problem(503, "unavailable", "later", { headers: { "Retry-After": "1" } });
  const { savepoint, server } = await client(later);
  const begun = performance.now();
  assert.ok((await savepoint.GET("/v1/games")).data);
  assert.ok(performance.now() - begun >= 990);
  assert.equal(server.seen.length, 2);
});

test("a retry has the body of its request", async () => {
  const { savepoint, server } = await client(problem(500, "internal", "later"));
  const body = { reason: "a" };
  const params = { path: { consumer: "roll-up-sessions" } };
  await savepoint.POST("/v1/admin/consumers/{consumer}/pause", { params, body });
  assert.deepEqual(
    server.seen.map((one) => JSON.parse(one.body)),
    [body, body],
  );
});

test("a broken connection repeats a GET and fails a POST", async () => {
  const { savepoint, server } = await client(null);
  assert.ok((await savepoint.GET("/v1/games")).data);
  assert.equal(server.seen.length, 2);
  const other = await client(null);
  const params = { path: { consumer: "roll-up-sessions" } };
  await assert.rejects(other.savepoint.POST("/v1/admin/consumers/{consumer}/resume", { params }));
  assert.equal(other.server.seen.length, 1);
});

test("a batch is not retried by POST, because its sent_at would be old", async () => {
  const { savepoint, server } = await client(problem(503, "unavailable", "later"));
  const body = { sent_at: new Date().toISOString(), items: [] };
  const { error } = await savepoint.POST("/v1/me/sessions:batch", { body });
  assert.equal(error?.code, "unavailable");
  assert.equal(server.seen.length, 1);
});

test("an abort ends the wait between two attempts", async () => {
  const later = problem(503, "unavailable", "later", { headers: { "Retry-After": "30" } });
  const { savepoint } = await client(later);
  const signal = AbortSignal.timeout(100);
  await assert.rejects(savepoint.GET("/v1/games", { signal }), { name: "TimeoutError" });
});

test("unknown codes and retry values are handled", () => {
  const { body } = problem(418, "teapot", "next-week");
  assert.ok(isProblem(body));
  assert.equal(retryAdvice(body), "never");
  assert.equal(retryAdvice({ ...body, status: 503 }), "later");
  const texts: Partial<Record<ProblemCode, string>> = { stale: "Someone was faster" };
  assert.equal(texts[body.code as ProblemCode] ?? body.detail, "teapot");
});

test("an error of a call is a Problem", async () => {
  const { savepoint } = await client(problem(404, "not_found", "never"));
  const { error } = await savepoint.GET("/v1/games");
  assert.ok(error);
  const found: Problem = error;
  const code: string = error.code;
  assert.deepEqual([found.status, code.length, error.code.toUpperCase()], [404, 9, "NOT_FOUND"]);
  assert.equal(retryAdvice(error), "never");
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

test("a 304 is not an error", async () => {
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

test("a local token is fetched once", async () => {
  const { url, seen } = await serve(() => ({ body: { id_token: `t${seen.length}` } }));
  const getToken = localTokenSource(url, "ada");
  assert.deepEqual([await getToken(false), await getToken(false), await getToken(true)], ["t1", "t1", "t2"]);
  assert.deepEqual([seen[0]?.path, seen[0]?.body], ["/_local/issuer/token", '{"uid":"ada"}']);
  const { url: other } = await serve(() => ({ status: 404, body: "" }));
  await assert.rejects(localTokenSource(other, "ada")(false), /404/);
});
