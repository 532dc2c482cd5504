import { booleanTexts } from './expr.ts';
import { numberCharsMax, patterns } from './patterns.ts';

/**
 * The text of a value → its canonical text, or null when it does not fit: what the API writes. to-sql.ts says the same in SQL.
 */
const number = new RegExp(patterns.number);
const day = new RegExp(patterns.day);
const timeWithZone = new RegExp(patterns.timeWithZone);
const timeWithoutZone = new RegExp(patterns.timeWithoutZone);
const dayBefore = new RegExp(patterns.dayBefore);
const seconds = new RegExp(patterns.seconds);
const currency = new RegExp(patterns.currency);
const milliseconds = new RegExp(patterns.milliseconds);

/** What most providers send is what we write: it is looked at, and taken as it is. */
const canonical = new RegExp(patterns.canonicalTime);

/** The digits of a fraction behind the milliseconds. */
const finer = /([.][0-9]{3})[0-9]+/;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

export function numberOf(text: string): string | null {
  if (text.length > numberCharsMax || !number.test(text)) return null;
  return plain(text.trim());
}

/** Postgres' `numeric` shows a number like this: as many digits behind the point as were given, none of them lost. */
function plain(text: string): string {
  const [, sign, whole = '', fraction = '', exponent] = /^([+-]?)([0-9]*)[.]?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/.exec(text)!;
  return shifted({ isNegative: sign === '-', digits: whole + fraction, point: whole.length + Number(exponent ?? 0) });
}

/** `point`: how many of the digits stand before the point; more than there are, or less than none, where zeros are missing. */
function shifted({ isNegative, digits, point }: { isNegative: boolean; digits: string; point: number }): string {
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const fraction = point >= digits.length ? '' : point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const value = whole.replace(/^0+(?=[0-9])/, '') + (fraction === '' ? '' : `.${fraction}`);
  return isNegative && /[1-9]/.test(value) ? `-${value}` : value;
}

/** So many digits of the number stand behind the point of the larger unit. */
export function majorOf(text: string, digits: number): string | null {
  const value = numberOf(text);
  if (value === null) return null;
  const [, sign, whole = '', fraction = ''] = /^(-?)([0-9]+)[.]?([0-9]*)$/.exec(value)!;
  return shifted({ isNegative: sign === '-', digits: whole + fraction, point: whole.length - digits });
}

export function integerOf(text: string): string | null {
  const value = numberOf(text);
  if (value === null) return null;
  const [whole, fraction = ''] = value.split('.') as [string, string?];
  if (/[1-9]/.test(fraction)) return null;
  const integer = BigInt(whole);
  return integer >= int64.min && integer <= int64.max ? String(integer) : null;
}

export function booleanOf(text: string): string | null {
  if (booleanTexts.true.includes(text)) return 'true';
  return booleanTexts.false.includes(text) ? 'false' : null;
}

export function currencyOf(text: string): string | null {
  return currency.test(text) ? text.toUpperCase() : null;
}

export function timeOf(text: string): string | null {
  if (canonical.test(text)) return text;
  if (timeWithZone.test(text)) return isoOf(text);
  if (timeWithoutZone.test(text)) return isoOf(`${text}Z`);
  if (day.test(text)) return `${text}T00:00:00.000Z`;
  return epochOf(text);
}

export function dateOf(text: string): string | null {
  if (dayBefore.test(text)) return text.slice(0, 10);
  return epochOf(text)?.slice(0, 10) ?? null;
}

function epochOf(text: string): string | null {
  if (seconds.test(text)) return new Date(Number(text) * 1000).toISOString();
  return milliseconds.test(text) ? new Date(Number(text)).toISOString() : null;
}

/** JavaScript wants `T`, `Z`, a colon in the zone and no more than milliseconds. */
function isoOf(text: string): string {
  const iso = text
    .replace(' ', 'T')
    .replace('z', 'Z')
    .replace(finer, '$1')
    .replace(/([+-][0-9]{2})$/, '$1:00')
    .replace(/([+-][0-9]{2})([0-9]{2})$/, '$1:$2');
  return new Date(iso).toISOString();
}
