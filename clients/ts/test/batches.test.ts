import assert from "node:assert/strict";
import { test } from "node:test";
import { createSavepointClient, BATCH_LIMITS, ProblemError, sendBatch } from "../src/index.js";
import { countFitting } from "../src/batches.js";
import { type Answer, problem, report, type Seen, serve } from "./server.js";

const PATH = "/v1/me/sessions:batch";

interface Body {
  sent_at: string;
  items: { event_id: string }[];
}

function batch({ body }: Seen): Body {
  return JSON.parse(body) as Body;
}

/** A server that accepts what `refuse` does not refuse, and a client for it. */
async function client(refuse: (body: Body, seen: Seen) => Answer | null | undefined) {
  const taken: string[] = [];
  const server = await serve((seen) => {
    const body = batch(seen);
    const refused = refuse(body, seen);
    if (refused !== undefined) return refused;
    taken.push(...body.items.map((one) => one.event_id));
    return { status: 202, body: { accepted: body.items.length, duplicates: 0, rejected: [] } };
  });
  const savepoint = createSavepointClient({ baseUrl: server.url, clientName: "test/1" });
  return { savepoint, server, taken };
}

function reports(count: number, of = "e") {
  return Array.from({ length: count }, (_, index) => report(`${of}${index}`));
}

test("items and bytes both bound a request, to the byte", () => {
  const limits = { bodyBytes: 1000, items: 3 };
  const envelope = JSON.stringify({ sent_at: new Date().toISOString(), items: [] }).length;
  assert.equal(countFitting([1, 1, 1, 1], 0, limits), 3);
  assert.equal(countFitting([1, 1, 1, 1], 2, limits), 2);
  assert.equal(countFitting([500, 1000 - envelope - 501], 0, limits), 2);
  assert.equal(countFitting([500, 1000 - envelope - 500], 0, limits), 1);
  assert.equal(countFitting([1000], 0, limits), 0);
});

test("a long list is split into requests within the limits", async () => {
  const { savepoint, server, taken } = await client(() => undefined);
  const items = reports(1201);
  const receipt = await sendBatch(savepoint, PATH, items);
  assert.deepEqual(receipt, { accepted: 1201, duplicates: 0, rejected: [] });
  assert.deepEqual(taken, items.map((one) => one.event_id));
  assert.deepEqual(server.seen.map((one) => batch(one).items.length), [500, 500, 201]);
});

test("sizes are in UTF-8 bytes", async () => {
  const { savepoint, server } = await client(() => undefined);
  const items = reports(100).map((one) => ({ ...one, session_id: "é".repeat(3000) }));
  await sendBatch(savepoint, PATH, items);
  const sizes = server.seen.map((one) => Buffer.byteLength(one.body));
  assert.ok(Math.max(...sizes) <= BATCH_LIMITS[PATH].bodyBytes, String(sizes));
  assert.equal(sizes.length, 3);
});

test("rejections have the index in the caller's list", async () => {
  const server = await serve((seen) => {
    const index = batch(seen).items.findIndex((one) => one.event_id === "e700");
    const rejection = { index, id: "e700", code: "too_old", detail: "old", retry: "never" };
    return { status: 202, body: { accepted: 1, duplicates: 1, rejected: index < 0 ? [] : [rejection] } };
  });
  const savepoint = createSavepointClient({ baseUrl: server.url, clientName: "test/1" });
  const receipt = await sendBatch(savepoint, PATH, reports(1000));
  assert.deepEqual([receipt.accepted, receipt.duplicates], [2, 2]);
  assert.deepEqual(receipt.rejected.map((one) => [one.index, one.code]), [[700, "too_old"]]);
});

test("a server's lower item limit is respected", async () => {
  const { savepoint, server, taken } = await client(({ items }) => {
    if (items.length <= 200) return undefined;
    const body = { limit: 200, actual: items.length };
    return problem(413, "too_large", "never", { body });
  });
  await sendBatch(savepoint, PATH, reports(1000));
  assert.equal(taken.length, 1000);
  assert.deepEqual(server.seen.map((one) => batch(one).items.length), [500, 200, 200, 200, 200, 200]);
});

test("a server's lower byte limit is respected", async () => {
  const limit = 20_000;
  const { savepoint, server, taken } = await client((_, { body }) => {
    const more = { limit, actual: Buffer.byteLength(body) };
    return more.actual > limit ? problem(413, "too_large", "never", { body: more }) : undefined;
  });
  await sendBatch(savepoint, PATH, reports(500));
  assert.equal(new Set(taken).size, 500);
  assert.ok(server.seen.slice(1).every((one) => Buffer.byteLength(one.body) <= limit));
});

test("a limit that no item fits is ignored", async () => {
  for (const more of [{ limit: 10, actual: 99 }, { limit: 0 }, { limit: -1 }]) {
    let odd = 1;
    const { savepoint, server, taken } = await client(({ items }) => {
      const body = { actual: items.length, ...more };
      return odd-- > 0 ? problem(413, "too_large", "never", { body }) : undefined;
    });
    const { accepted, rejected } = await sendBatch(savepoint, PATH, reports(1200));
    assert.deepEqual([accepted, rejected, new Set(taken).size], [1200, [], 1200]);
    assert.ok(server.seen.length < 6, `${server.seen.length} requests`);
  }
});

test("an item over a server's lower limit is sent alone", async () => {
  const { savepoint, server } = await client(({ items }, { body }) => {
    if (items.length > 1 && body.length > 3000) {
      return problem(413, "too_large", "never", { body: { limit: 3000, actual: body.length } });
    }
    return undefined;
  });
  const large = { ...report("large"), session_id: "x".repeat(5000) };
  const items = [...reports(3), large, ...reports(30, "f")];
  const { accepted, rejected } = await sendBatch(savepoint, PATH, items);
  assert.deepEqual([accepted, rejected], [34, []]);
  assert.ok(server.seen.some((one) => batch(one).items[0]?.event_id === "large"));
});

test("a batch is halved after a proxy's 413, and an item that is too large alone is rejected", async () => {
  const { savepoint, taken } = await client((_, { body }) =>
    body.length > 20_000 ? { status: 413, body: "<html>" } : undefined,
  );
  const large = { ...report("large"), session_id: "x".repeat(30_000) };
  const { accepted, rejected } = await sendBatch(savepoint, PATH, [...reports(200), large]);
  assert.deepEqual([accepted, new Set(taken).size], [200, 200]);
  assert.deepEqual(rejected.map((one) => [one.index, one.code]), [[200, "too_large"]]);
});

test("one item that invalidates a batch is found, and the others arrive in order", async () => {
  const { savepoint, server, taken } = await client(({ items }) =>
    items.some((one) => one.event_id === "e321")
      ? problem(400, "invalid_request", "never")
      : undefined,
  );
  const items = reports(1000);
  const receipt = await sendBatch(savepoint, PATH, items);
  assert.equal(receipt.accepted, 999);
  assert.deepEqual(receipt.rejected.map((one) => [one.index, one.code]), [[321, "invalid_request"]]);
  const others = items.map((one) => one.event_id).filter((id) => id !== "e321");
  assert.deepEqual(taken, others);
  assert.ok(server.seen.length < 40, `${server.seen.length} requests`);
});

test("an item larger than a request is rejected without being sent", async () => {
  const { savepoint, server } = await client(() => undefined);
  const large = { ...report("large"), session_id: "x".repeat(BATCH_LIMITS[PATH].bodyBytes) };
  const receipt = await sendBatch(savepoint, PATH, [report("a"), large, report("b")]);
  assert.equal(receipt.accepted, 2);
  assert.deepEqual(receipt.rejected.map((one) => [one.index, one.code]), [[1, "too_large"]]);
  assert.equal(server.seen.length, 2);
});

test("each attempt has its own sent_at", async () => {
  const times: string[] = [];
  const { savepoint } = await client(({ sent_at }) => {
    times.push(sent_at);
    const wait = { headers: { "Retry-After": "1" } };
    return times.length === 1 ? problem(503, "unavailable", "later", wait) : undefined;
  });
  await sendBatch(savepoint, PATH, reports(1));
  assert.equal(times.length, 2);
  assert.ok(Date.parse(times[1] ?? "") - Date.parse(times[0] ?? "") >= 990, String(times));
});

test("a batch without a response is sent again", async () => {
  let broken = 0;
  const { savepoint, taken } = await client(() => (broken++ === 0 ? null : undefined));
  await sendBatch(savepoint, PATH, reports(1));
  assert.deepEqual(taken, ["e0"]);
});

test("an authorization error is thrown, and no item is rejected", async () => {
  const { savepoint, server } = await client(() => problem(403, "forbidden", "never"));
  const sending = sendBatch(savepoint, PATH, reports(1000));
  await assert.rejects(sending, (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.problem.code, "forbidden");
    return true;
  });
  assert.equal(server.seen.length, 1);
});

test("a response that is not from Savepoint is an error", async () => {
  const answers: Answer[] = [
    { status: 400, body: "<html>" },
    { status: 400, body: "" },
    { status: 200, body: { hello: 1 } },
    { status: 200, body: "<html>" },
    { status: 200, body: "" },
    { status: 200, body: "null" },
  ];
  for (const answer of answers) {
    const { savepoint } = await client(() => answer);
    await assert.rejects(sendBatch(savepoint, PATH, reports(2)), (error) => {
      assert.ok(error instanceof ProblemError, String(error));
      assert.deepEqual([error.problem.code, error.problem.status], ["unknown", answer.status]);
      return true;
    });
  }
});
