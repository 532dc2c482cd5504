/**
 * Text as a string of bytes: every character stands for one byte of its UTF-8. Such strings stay one byte per character in
 * V8 and become a Buffer by copying, which makes pages about three times as fast as strings with Greek and Japanese in them.
 */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
