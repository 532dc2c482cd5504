import { z } from 'zod';
import { fieldTypes } from '../base/field-type.ts';
import { isPath, parsePath } from '../base/path.ts';
import { customerIdInput, text } from '../base/text.ts';

const nameForm = /^[a-z][a-z0-9_]{0,54}$/;
const pathCharsMax = 300;
const segmentsMax = 10;
export const customFieldsMax = 50;

/** `$.properties.tier` and `properties.tier` are the same path; a dot in a name is written `\.`; `$` is the whole record. */
export const pathInput = text(pathCharsMax)
  .transform((path) => path.replace(/^\$\./, ''))
  .refine((path) => path !== '' && isPath(path), 'Must be a path such as properties.tier: names joined by dots.')
  .refine((path) => !isPath(path) || parsePath(path).alternatives.length === 1, 'Must be one path: a literal | is written \\|.')
  .refine((path) => !isPath(path) || parsePath(path).alternatives[0]!.length <= segmentsMax, `Must have at most ${segmentsMax} names.`);

export const nameInput = z.string().regex(nameForm, 'Must begin with a letter and hold at most 55 small letters, digits and underscores.');

/** See `CustomFields`. */
export const customFieldsInput = z
  .record(nameInput, z.strictObject({ path: pathInput, type: z.enum(fieldTypes) }))
  .refine((fields) => Object.keys(fields).length > 0, 'Name at least one field.')
  .refine((fields) => Object.keys(fields).length <= customFieldsMax, `Name at most ${customFieldsMax} fields.`);

/** Whose mapping of what: of one customer, or of all. */
export const mappingKey = {
  category: text(100),
  model: text(100),
  provider: text(100),
  customerId: customerIdInput.optional(),
};
