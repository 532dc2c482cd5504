import { z } from 'zod';
import { text } from '../../base/text.ts';
import { refused } from './refusals.ts';
import type { FieldFilter } from './types.ts';

export const filterCharsMax = 4096;
const fieldsMax = 5;
const valuesMax = 100;
const valueCharsMax = 1000;

const scalar = z.union([
  text(valueCharsMax).or(z.literal('')),
  z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), 'Give so large a number as text.'),
  z.boolean(),
]);
const FieldFilterInput = z
  .strictObject({
    eq: scalar.optional(),
    in: z.array(scalar).min(1).max(valuesMax).optional(),
    gt: scalar.optional(),
    gte: scalar.optional(),
    lt: scalar.optional(),
    lte: scalar.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'Give one of eq, in, gt, gte, lt, lte.');

/** `{"email":{"eq":"ada@example.com"},"amount":{"gte":1,"lt":5}}`: conditions on declared fields, all of which must hold. */
export function parseFilter(given: string): Record<string, FieldFilter> {
  const parsed = parseJson(given);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw refused('filter', 'Must be a JSON object of fields.');
  const entries = Object.entries(parsed);
  if (entries.length === 0 || entries.length > fieldsMax) throw refused('filter', `Name 1 to ${fieldsMax} fields.`);
  return Object.fromEntries(entries.map(([name, condition]) => [name, parseField(name, condition)]));
}

function parseField(name: string, condition: unknown): FieldFilter {
  const found = FieldFilterInput.safeParse(condition);
  if (found.success) return found.data as FieldFilter;
  const { path, message } = found.error.issues[0]!;
  throw refused(['filter', name, ...path].join('.').slice(0, 200), message);
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw refused('filter', 'Must be JSON, such as {"email":{"eq":"ada@example.com"}}.');
  }
}
