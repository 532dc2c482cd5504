import { z } from 'zod';
import { pathSchema } from '../path-schema.ts';
import { readSchema, rereadSchema } from './read-schema.ts';
import { requestTemplateSchema } from './request-template.ts';
import { safePattern } from './safe-pattern.ts';

/** Names of declared providers begin so: none that the catalog gets later can take one. */
export const declaredPrefix = 'x_';
const nameCharsMax = 40;
const labelCharsMax = 100;
const objectsMax = 50;
const capturedMax = 20;
const capturedCharsMax = 500;

const path = pathSchema.min(1);

/** How a refusal is read, where the status alone says too little: the first that matches decides. */
const errorRule = z.strictObject({
  status: z.int().min(400).max(599).optional(),
  /** A value of the body, and what it must be. */
  path: path.optional(),
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(50)
    .optional(),
  meaning: z.enum(['unauthorized', 'forbidden', 'rate_limited', 'not_found', 'invalid', 'unavailable', 'page_expired', 'config']),
});
export type ErrorRule = z.infer<typeof errorRule>;

const objectSchema = z.looseObject({
  label: z.string().min(1).max(labelCharsMax),
  full: readSchema,
  incremental: readSchema.optional(),
  delta: readSchema.optional(),
  window: readSchema.optional(),
  keys: readSchema.optional(),
  deletions: readSchema.optional(),
  get: requestTemplateSchema.optional(),
  reread: rereadSchema.optional(),
});
export type DeclaredObject = z.infer<typeof objectSchema>;

/**
 * What stands in the place of the functions of a provider in code. Everything else is data in both, and is checked by the same
 * schema (`provider-schema.ts`) once this has been compiled.
 */
export const definitionSchema = z.looseObject({
  name: z
    .string()
    .max(nameCharsMax)
    .regex(/^x_[a-z0-9][a-z0-9_]*$/, `must be lower_snake_case and begin with ${declaredPrefix}`),
  displayName: z.string().min(1).max(labelCharsMax),
  errors: z.array(errorRule).max(50).optional(),
  errorMessagePath: path.optional(),
  captured: z
    .record(z.string().max(labelCharsMax), z.looseObject({ pattern: safePattern, default: z.string().max(capturedCharsMax).optional() }))
    .refine((all) => Object.keys(all).length <= capturedMax, `must be at most ${capturedMax} values`)
    .optional(),
  objects: z.record(z.string().min(1).max(60), objectSchema).refine((all) => {
    const count = Object.keys(all).length;
    return count >= 1 && count <= objectsMax;
  }, `must be 1 to ${objectsMax} objects`),
  developmentOnly: z.never('is for providers in code').optional(),
  classifyError: z.never('is a function: say it with errors').optional(),
  anyObject: z.never('is a function: list the objects').optional(),
});
export type DeclaredDefinition = z.infer<typeof definitionSchema>;
