/** Steps over JSON bytes without parsing them: every function returns where the next byte stands, or -1 when the text ends too early. */
export const quote = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const space = 0x20;
/** `[` and `{`, `]` and `}` differ in this bit only. */
const bracketBit = 0x20;

export function skipValue(body: Buffer, start: number): number {
  const first = body[start];
  if (first === quote) return skipString(body, start);
  if (first === openBrace || first === openBracket) return skipNested(body, start);
  let end = start;
  while (end < body.length && !isDelimiter(body[end]!)) end++;
  return end === start ? -1 : end;
}

/** The hot loop: every byte of every record passes here. Brackets are counted, not matched; a parser judges them later. */
function skipNested(body: Buffer, start: number): number {
  const length = body.length;
  let depth = 0;
  for (let i = start; i < length; i++) {
    const byte = body[i]!;
    if (byte === quote) {
      i = skipString(body, i) - 1;
      if (i < 0) return -1;
    } else if (byte >= openBracket) {
      const bracket = byte | bracketBit;
      if (bracket === openBrace) depth++;
      else if (bracket === closeBrace && --depth === 0) return i + 1;
    }
  }
  return -1;
}

/** Bytes of a string that are looked at here; what is longer is searched by Node, which costs more at first and less a byte. */
const shortStringBytes = 48;

export function skipString(body: Buffer, start: number): number {
  const shortEnd = Math.min(start + shortStringBytes, body.length);
  let i = start + 1;
  while (i < shortEnd) {
    const byte = body[i]!;
    if (byte === quote) return i + 1;
    i += byte === backslash ? 2 : 1;
  }
  return skipLongString(body, i);
}

/** `from` stands in a string and behind no open escape. */
function skipLongString(body: Buffer, from: number): number {
  for (let end = body.indexOf(quote, from); end !== -1; end = body.indexOf(quote, end + 1)) {
    let first = end;
    while (first > from && body[first - 1] === backslash) first--;
    // An even number of backslashes before it escape each other.
    if ((end - first) % 2 === 0) return end + 1;
  }
  return -1;
}

export function skipSpace(body: Buffer, start: number): number {
  let i = start;
  // Compact JSON has none: that is told by one comparison.
  while (i < body.length && body[i]! <= space && isSpace(body[i]!)) i++;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDelimiter(byte: number): boolean {
  return byte === comma || byte === closeBracket || byte === closeBrace || byte === colon || byte === quote || isSpace(byte);
}
