// Runs the companion in its own process, so that it can be killed; the test controls its clock.
import { setTimeout as sleep } from "node:timers/promises";
import { localTimestamp } from "@savepoint/client";
import { signInLocally } from "../../src/account.js";
import { openCompanion } from "../../src/companion.js";

const { SAVEPOINT_URL = "", FIRESTORE = "", FOLDER = "", PLAYER = "", GAME_ID = "" } = process.env;
const [start = 0, from = 0, to = 0, wrong = 0] = process.argv.slice(2).map(Number);
const MINUTE = 60_000;
const UPDATES_PER_MINUTE = 12;

const running = [{ game_id: GAME_ID, title: "Hades" }];
const print = (value: object) => console.log(JSON.stringify(value));
let resolveStats = () => {};
const firstStats = new Promise<void>((resolve) => (resolveStats = resolve));
const account = signInLocally({ baseUrl: SAVEPOINT_URL, firestore: FIRESTORE }, PLAYER, "8.4.1");
const companion = await openCompanion({
  account,
  folder: FOLDER,
  machine: { install_id: "i", boot_id: `booted-${from}` },
  listener: {
    onState: print,
    onStats(stats) {
      if (!stats) return;
      print(stats);
      resolveStats();
    },
  },
});

/** The wall clock is wrong by some minutes in the first half. */
function moment(minute: number) {
  const off = minute < (from + to) / 2 ? wrong : 0;
  const at = localTimestamp(new Date(start + (minute + off) * MINUTE));
  return { at, uptime_ms: (minute + 1) * MINUTE };
}

for (let update = from * UPDATES_PER_MINUTE; update <= to * UPDATES_PER_MINUTE; update++) {
  await companion.update(running, moment(update / UPDATES_PER_MINUTE));
  // Wait for the first snapshot: unlike production, the emulator misses changes before it.
  await firstStats;
}
// Repeat the last update until the process is killed, or a line on standard input ends it.
let quit = false;
process.stdin.once("data", () => (quit = true));
while (!quit) {
  await companion.update(running, moment(to));
  await sleep(50);
}
await companion.close();
// The app may update once more while it quits, which must not start a session.
await companion.update(running, moment(to));
process.exit();
