/**
 * Regular expressions that JavaScript and Postgres read alike: what they let through, a cast to the type takes without an error.
 */
const longMonths = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])';
const shortMonths = '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)';
const february = '02-(?:0[1-9]|1[0-9]|2[0-8])';
const leapYear = '(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)';
/** From the year 1000 to 9999. */
const day = `(?:[1-9][0-9]{3}-(?:${longMonths}|${shortMonths}|${february})|${leapYear}-02-29)`;
const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?';
const zone = '(?:[Zz]|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)';

export const patterns = {
  day: `^${day}$`,
  /** West of Greenwich the last day would end in the year 10000. */
  timeWithZone: `^(?!9999-12-31.*-)${day}[T ]${clock}${zone}$`,
  canonicalTime: `^${day}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$`,
  timeWithoutZone: `^${day}[T ]${clock}$`,
  /** A day, and perhaps a time behind it. */
  dayBefore: `^${day}(?:[T ]${clock}${zone}?)?$`,
  seconds: '^[0-9]{9,11}$',
  milliseconds: '^[0-9]{12,13}$',
  currency: '^[A-Za-z]{3}$',
  number: '^ *[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,3})? *$',
} as const;

/** Of a number's text, spaces included: a number of JSON has as many digits as it likes. */
export const numberCharsMax = 400;
