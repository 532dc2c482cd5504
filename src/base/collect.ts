/** What has come from sockets since the last look, before it is looked for garbage among the young. */
const arrivedBytesMax = 4 * 1024 * 1024;
let arrivedBytes = 0;

/**
 * Bodies come in pieces of 64 KB that are garbage as soon as they are copied. V8 counts them as memory that it might free by looking
 * through everything (40 MB, a tenth of a second of four threads), and does so for every few megabytes that come. Looking among the
 * young is enough and costs half a millisecond. Only where the process was begun with `--expose-gc` (ops/bound-memory).
 * https://nodejs.org/api/globals.html#gc
 */
export function noteArrived(bytes: number): void {
  arrivedBytes += bytes;
  if (arrivedBytes < arrivedBytesMax) return;
  arrivedBytes = 0;
  globalThis.gc?.({ type: 'minor' });
}

/** A start leaves much that nobody needs any more, and V8 would keep it until it has as much again. */
export function collectAfterStart(): void {
  globalThis.gc?.();
}
