import { z } from 'zod';

/**
 * Text that Postgres can keep as it came: U+0000 and lone surrogates are refused, because the first cannot be stored
 * and the second would be stored as another text, so that two different ids could become one.
 */
export function text(charsMax: number) {
  return z
    .string()
    .min(1)
    .max(charsMax)
    .refine((value) => !value.includes('\u0000') && value.isWellFormed(), 'Must be Unicode text without U+0000 and lone surrogates.');
}

/** The longest customer id, in UTF-16 units: index rows must stay below a third of a page. */
export const customerIdCharsMax = 300;

/** The vendor's own id of a customer: any text, compared exactly. */
export const customerIdInput = text(customerIdCharsMax);

export const nameCharsMax = 200;

/** An id of ours in an input. Its form is not checked: one that does not exist is `not_found`. */
export const idInput = text(64);
