/** Rounded up, so that bodies of about the same size share their buffers. */
const stepBytes = 64 * 1024;
/** A smaller body is not worth keeping its memory. */
const keptBytesMin = 32 * 1024;
/** Kept beside what is in use: about a transaction's worth of pages. */
const spareBytesMax = 8 * 1024 * 1024;
/** A spare buffer that is so many times too large is left for a body that needs it. */
const slackMax = 4;

const spare: ArrayBuffer[] = [];
let spareBytes = 0;
/** What was made here and is in nobody else's hands: Node keeps small Buffers together in memory of about the same size. */
const lent = new WeakSet<ArrayBuffer>();

/** A buffer of at least so many bytes, with anything in it: a spare one, or a new one. */
export function takeBuffer(bytes: number): Buffer {
  if (bytes < keptBytesMin) return Buffer.allocUnsafe(bytes);
  let best = -1;
  for (let i = 0; i < spare.length; i++) {
    const { byteLength } = spare[i]!;
    if (byteLength >= bytes && byteLength <= bytes * slackMax && (best === -1 || byteLength < spare[best]!.byteLength)) best = i;
  }
  const found = best === -1 ? new ArrayBuffer(Math.ceil(bytes / stepBytes) * stepBytes) : takeSpare(best);
  lent.add(found);
  return Buffer.from(found);
}

/**
 * Gives back the memory of a body that nobody looks at any more: not it, and no piece of it. What is never given back, the garbage
 * collector takes; but it counts a page's bytes only now and then, and meanwhile the process grows.
 */
export function giveBack({ buffer }: Uint8Array): void {
  // Once only: given back twice, two bodies would share it.
  if (!(buffer instanceof ArrayBuffer) || !lent.delete(buffer) || spareBytes + buffer.byteLength > spareBytesMax) return;
  spare.push(buffer);
  spareBytes += buffer.byteLength;
}

function takeSpare(at: number): ArrayBuffer {
  const [found] = spare.splice(at, 1);
  spareBytes -= found!.byteLength;
  return found!;
}
