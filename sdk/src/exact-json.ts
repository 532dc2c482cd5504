/**
 * A number that JavaScript would round: an id beyond 2^53, a decimal with more digits than a double holds. It keeps the
 * digits as they came. `JSON.stringify` writes them back as a number.
 *
 * @example
 * if (value instanceof ExactNumber) insert(value.text); // '12345678901234567890'
 */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  /** The nearest double, for who does not mind. */
  toNumber(): number {
    return Number(this.text);
  }

  toJSON(): unknown {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };
    return rawJSON ? rawJSON(this.text) : this.text;
  }
}

/** Every number of at most this many characters and without an exponent survives a double unchanged. */
const safeCharsMax = 15;

/** Somewhere in the text stands what could be a number that needs care. Strings may match too; that costs time only. */
const mayNeedCare = /[\d.]{16}|\d[eE][+-]?\d/;

/**
 * `JSON.parse` that keeps every number exact: those that JavaScript would round become `ExactNumber`, all others stay numbers.
 * Such numbers are wrapped before parsing, which every engine can do (`context.source` of the reviver is too new for Node 20).
 */
export function parseExact(text: string): unknown {
  if (!mayNeedCare.test(text)) return JSON.parse(text);
  JSON.parse(text); // what is no JSON must fail as it came, not as it was wrapped
  return JSON.parse(text.replace(token, wrap), unwrap);
}

/** Strings, so that digits in them are passed over, and numbers. */
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** U+0000 stands in no record: Postgres refuses it in jsonb. */
const mark = '\u0000exact';

function wrap(found: string): string {
  return found.startsWith('"') || isKept(found) ? found : JSON.stringify({ [mark]: found });
}

function isKept(digits: string): boolean {
  const value = Number(digits);
  if (digits.length <= safeCharsMax && Number.isFinite(value) && !/[eE]/.test(digits)) return true;
  return isSameNumber(digits, String(value));
}

function unwrap(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(mark in value)) return value;
  return new ExactNumber(String(value[mark]));
}

/** Whether two decimal texts mean the same number: 1.10 and 1.1, 1e2 and 100. */
function isSameNumber(a: string, b: string): boolean {
  const left = canonical(a);
  const right = canonical(b);
  return left !== null && right !== null && left.digits === right.digits && left.exponent === right.exponent && left.sign === right.sign;
}

function canonical(text: string): { sign: string; digits: string; exponent: number } | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return null; // Infinity
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: '', digits: '', exponent: 0 };
  return { sign, digits, exponent: Number(exponent) - fraction.length + (all.length - digits.length) };
}
