import type { IncrementalDefinition } from '../../kit/index.ts';

export type WatermarkType = IncrementalDefinition['watermark']['type'];

/**
 * Order of two watermarks as the provider wrote them. Typed: 10 is above 9, and 10:00+02:00 is below 09:00Z. Opaque
 * values have no order; the newest in feed order wins, so `b`, which came later, is always above.
 */
export function compareWatermarks(type: WatermarkType, a: string, b: string): number {
  if (a === b) return 0;
  if (type === 'opaque') return -1;
  if (type === 'integer') return sign(BigInt(a), BigInt(b));
  if (a.length === b.length && isPlainUtc(a) && isPlainUtc(b)) return sign(a, b);
  return compareMoments(parseMoment(a), parseMoment(b));
}

/** Whether a value can serve as a watermark of this type; others are left out of the mark, never guessed. */
export function isWatermark(type: WatermarkType, value: string): boolean {
  if (value === '') return false;
  if (type === 'opaque') return true;
  if (type === 'integer') return /^-?\d{1,40}$/.test(value);
  return watermarkToDate(value) !== null;
}

/** A datetime watermark as a Date, cut to the millisecond; null when it is not one. */
export function watermarkToDate(value: string): Date | null {
  const ms = isPlainUtc(value) ? Date.parse(value) : parseMoment(value).ms;
  return Math.abs(ms) <= epochMsMax ? new Date(ms) : null;
}

/** Beyond it a Date is invalid: https://tc39.es/ecma262/#sec-timeclip */
const epochMsMax = 8.64e15;

interface Moment {
  /** NaN: not a moment. */
  ms: number;
  /** What stands behind the millisecond, without trailing zeros. */
  finer: string;
}

/** ISO 8601 with any fraction and a zone (`Z`, `+02:00`, `+0000`), or epoch milliseconds. */
const isoPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)$/i;
const epochPattern = /^-?\d{1,16}$/;

function parseMoment(value: string): Moment {
  if (epochPattern.test(value)) return { ms: Number(value), finer: '' };
  const match = isoPattern.exec(value);
  if (match === null) return { ms: Number.NaN, finer: '' };
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const ms = Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return { ms, finer: fraction.slice(3).replace(/0+$/, '') };
}

function compareMoments(a: Moment, b: Moment): number {
  return sign(a.ms, b.ms) || sign(a.finer, b.finer);
}

const plainLengths = { min: '2026-01-01T00:00:00Z'.length, max: '2026-01-01T00:00:00.123456789Z'.length };

/** The shape almost every provider sends, told without a regular expression: this runs once a record. */
function isPlainUtc(value: string): boolean {
  return (
    value.length >= plainLengths.min &&
    value.length <= plainLengths.max &&
    value[value.length - 1] === 'Z' &&
    value[10] === 'T' &&
    value[4] === '-' &&
    (value.length === plainLengths.min || value[19] === '.')
  );
}

function sign<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
