// The companion in a process of its own, so that it can be killed; a minute passes as a test wants.
import { setTimeout as sleep } from "node:timers/promises";
import { localTime } from "@savepoint/client";
import { signInLocally } from "../../src/account.js";
import { openCompanion } from "../../src/companion.js";

const { SAVEPOINT_URL = "", FIRESTORE = "", FOLDER = "", PLAYER = "", GAME_ID = "" } = process.env;
const [start = 0, from = 0, to = 0, wrong = 0] = process.argv.slice(2).map(Number);
const MINUTE = 60_000;
const LOOKS = 12;

const running = [{ game_id: GAME_ID, title: "Hades" }];
const tell = (told: object) => console.log(JSON.stringify(told));
let listening = () => {};
const listens = new Promise<void>((resolve) => (listening = resolve));
const account = signInLocally({ baseUrl: SAVEPOINT_URL, firestore: FIRESTORE }, PLAYER, "8.4.1");
const companion = await openCompanion({
  account,
  folder: FOLDER,
  machine: { install_id: "i", boot_id: `booted-${from}` },
  audience: {
    state: tell,
    stats(stats) {
      if (!stats) return;
      tell(stats);
      listening();
    },
  },
});

/** Until the middle of it the wall clock is wrong by some minutes. */
function moment(minute: number) {
  const off = minute < (from + to) / 2 ? wrong : 0;
  const at = localTime(new Date(start + (minute + off) * MINUTE));
  return { at, uptime_ms: (minute + 1) * MINUTE };
}

for (let look = from * LOOKS; look <= to * LOOKS; look++) {
  await companion.look(running, moment(look / LOOKS));
  // The emulator, unlike production, misses what changes while it begins to listen.
  await listens;
}
// It goes on looking at the last moment until it is killed, or told by a line that it may quit.
let quit = false;
process.stdin.once("data", () => (quit = true));
while (!quit) {
  await companion.look(running, moment(to));
  await sleep(50);
}
await companion.close();
// The app looks once more while it quits: that begins nothing.
await companion.look(running, moment(to));
process.exit();
