// Against a local cloud: load a list, or follow it from the one before, and tell a program by it.
import { createDetector, type DetectionList, loadDetectionList } from "@savepoint/client";

const { SAVEPOINT_URL: baseUrl = "", FOLDER = "", KEPT } = process.env;
const kept = KEPT ? (JSON.parse(KEPT) as DetectionList) : undefined;
const urls: string[] = [];
const list = await loadDetectionList({
  baseUrl,
  os: "win32",
  kept,
  fetch: (url, init) => {
    urls.push(url);
    return fetch(url, init);
  },
});
const detected = createDetector("win32", [list]).match(`C:\\${FOLDER}\\${process.argv[2]}`);
console.log(JSON.stringify(list));
const whole = urls.some((url) => url.endsWith(`${list.sha256}.json`));
console.log(`${detected?.confidence}, by ${whole ? "the whole" : "a delta"}`);
