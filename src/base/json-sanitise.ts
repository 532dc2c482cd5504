import { isUtf8 } from 'node:buffer';

const backslash = 0x5c;
const letterU = 0x75;
/** `\u0000` and its replacement have the same length, so a copy can be mended in place. */
const escapeBytes = 6;
const replacement = Buffer.from('\\ufffd', 'latin1');

/**
 * Replaces what jsonb refuses, U+0000 and lone surrogates, by U+FFFD in the JSON text itself: nothing is parsed and
 * written again, so numbers stay as they came. The same buffer comes back when there was nothing to replace.
 */
export function sanitiseJson(raw: Buffer): { raw: Buffer; isSanitised: boolean } {
  const text = isUtf8(raw) ? raw : Buffer.from(raw.toString('utf8'), 'utf8');
  const mended = replaceEscapes(text);
  return { raw: mended, isSanitised: mended !== raw };
}

function replaceEscapes(text: Buffer): Buffer {
  let mended = text;
  let i = text.indexOf(backslash);
  while (i !== -1 && i + 1 < text.length) {
    if (text[i + 1] !== letterU) i += 2;
    else {
      const unit = readUnit(text, i);
      if (isHighSurrogate(unit) && isLowSurrogate(readUnit(text, i + escapeBytes))) i += 2 * escapeBytes;
      else {
        if (unit === 0 || isHighSurrogate(unit) || isLowSurrogate(unit)) {
          if (mended === text) mended = Buffer.from(text);
          replacement.copy(mended, i);
        }
        i += escapeBytes;
      }
    }
    i = text.indexOf(backslash, i);
  }
  return mended;
}

/** The code unit of the escape at `at`, or -1 when there is none. */
function readUnit(text: Buffer, at: number): number {
  if (text[at] !== backslash || text[at + 1] !== letterU) return -1;
  const digits = text.toString('latin1', at + 2, at + escapeBytes);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
