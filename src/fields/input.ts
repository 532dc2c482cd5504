import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { type FieldType, fieldTypes } from '../base/field-type.ts';
import { isPath, parsePath } from '../base/path.ts';
import { text } from '../base/text.ts';

/** Postgres has system columns, and the views have columns of their own. */
const reservedNames = [
  ...['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'],
  ...['record_id', 'customer_id', 'connection_id', 'modified_at', 'synced_at', 'seq', 'raw'],
];

const nameForm = /^[a-z][a-z0-9_]{0,54}$/;
const pathCharsMax = 300;
const segmentsMax = 10;
/** Fields of one object: each costs every write of it a little. */
export const fieldsOfObjectMax = 100;

export const nameInput = z
  .string()
  .regex(nameForm, 'Must begin with a letter and hold at most 55 small letters, digits and underscores.')
  .refine((name) => !reservedNames.includes(name), 'Is the name of a column that is there already. Choose another.');

/** `$.properties.email` and `properties.email` are the same path; a dot in a name is written `\.`. */
export const pathInput = text(pathCharsMax)
  .transform((path) => path.replace(/^\$\./, ''))
  .refine((path) => path !== '' && path !== '$' && isPath(path), 'Must be a path such as properties.email: names joined by dots.')
  .refine((path) => !isPath(path) || parsePath(path).alternatives.length === 1, 'Must be one path: a literal | is written \\|.')
  .refine((path) => !isPath(path) || parsePath(path).alternatives[0]!.length <= segmentsMax, `Must have at most ${segmentsMax} names.`);

export const typeInput = z.enum(fieldTypes);

export function refuseIndexOf({ type, isIndexed }: { type: FieldType; isIndexed: boolean }): void {
  if (type !== 'json' || !isIndexed) return;
  const message = 'A json field cannot be indexed. Declare the values inside it as fields of their own.';
  throw new AppError('input_invalid', message, { issues: [{ in: 'body', path: 'is_indexed', message }] });
}

export function nameTaken({ object, name }: { object: string; name: string }): AppError {
  return new AppError('conflict', `${object} already has a field named ${name}. Change that one, or choose another name.`, {
    details: { object, name },
  });
}

/** What Prisma reports where a unique index refuses a row. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
