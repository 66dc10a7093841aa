// Against a local cloud: load a list, in full or as a delta, and match a program.
import { createDetector, type DetectionList, loadDetectionList } from "@savepoint/client";

const { SAVEPOINT_URL: baseUrl = "", FOLDER = "", KEPT } = process.env;
const previous = KEPT ? (JSON.parse(KEPT) as DetectionList) : undefined;
const urls: string[] = [];
const list = await loadDetectionList({
  baseUrl,
  os: "win32",
  previous,
  fetch: (url, init) => {
    urls.push(url);
    return fetch(url, init);
  },
});
const match = createDetector("win32", [list]).match(`C:\\${FOLDER}\\${process.argv[2]}`);
console.log(JSON.stringify(list));
const isFull = urls.some((url) => url.endsWith(`${list.sha256}.json`));
console.log(`${match?.confidence}, by ${isFull ? "the whole" : "a delta"}`);
