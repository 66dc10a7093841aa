/** Return a time as a report's `at` wants it: with the player's offset, so that days are theirs. */
export function localTime(date = new Date()): string {
  const offset = -date.getTimezoneOffset();
  const wall = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, "0");
  return `${wall}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}
