import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** Return `localTimestamp` in a time zone, which a process reads at its start. */
function inZone(zone: string, moment: string): string {
  const from = new URL("../src/times.js", import.meta.url).href;
  const code = `const { localTimestamp } = await import("${from}");
    process.stdout.write(localTimestamp(new Date("${moment}")));`;
  const env = { ...process.env, TZ: zone };
  return execFileSync(process.execPath, ["--input-type=module", "--eval", code], { env }).toString();
}

test("a time has the local offset at that time", () => {
  const cases = [
    ["UTC", "2026-07-01T12:00:00.000Z", "2026-07-01T12:00:00.000+00:00"],
    ["Europe/Berlin", "2026-07-01T23:30:00.000Z", "2026-07-02T01:30:00.000+02:00"],
    ["Europe/Berlin", "2026-01-01T23:30:00.000Z", "2026-01-02T00:30:00.000+01:00"],
    ["America/St_Johns", "2026-01-01T12:00:00.000Z", "2026-01-01T08:30:00.000-03:30"],
    ["Asia/Kathmandu", "2026-01-01T12:00:00.000Z", "2026-01-01T17:45:00.000+05:45"],
  ] as const;
  for (const [zone, moment, expected] of cases) {
    assert.equal(inZone(zone, moment), expected);
    assert.equal(Date.parse(expected), Date.parse(moment));
  }
});
