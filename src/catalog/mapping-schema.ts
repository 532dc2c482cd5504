import { z } from 'zod';
import type { Condition, Expr } from '../base/mapping/expr.ts';
import { pathSchema } from './path-schema.ts';

const text = z.string().min(1);
const path = pathSchema.min(1);

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ path, is: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1) }),
      z.strictObject({ path, startsWith: text }),
      z.strictObject({ all: z.array(condition).min(1) }),
      z.strictObject({ not: condition }),
    ],
    'is no condition, or holds one that is none',
  ),
);

const needs = z.array(text).min(1).optional();
const expr: z.ZodType<Expr> = z.lazy(() =>
  z.union(
    [
      ...(['text', 'number', 'integer', 'boolean', 'time', 'date', 'json', 'currency'] as const).map((kind) =>
        z.strictObject({ [kind]: path }),
      ),
      z.strictObject({ constant: z.union([text, z.number(), z.boolean()]) }),
      z.strictObject({ minor: path, currency: path, digits: z.record(text, z.int()) }),
      z.strictObject({ as: z.enum(['number', 'integer', 'boolean', 'time', 'date']), of: expr }),
      z.strictObject({ first: z.array(expr) }),
      z.strictObject({ join: z.array(expr).min(1), separator: z.string() }),
      z.strictObject({ oneOf: expr, values: z.record(z.string(), z.string()), other: text.optional() }),
      z.strictObject({ when: condition, gives: expr, otherwise: expr.optional() }),
      z.strictObject({ list: z.array(z.record(text, expr)), needs }),
      z.strictObject({ each: path, item: z.record(text, expr), needs }),
    ],
    'is no expression of a mapping, or holds one that is none',
  ),
) as unknown as z.ZodType<Expr>;

/** How an object becomes a unified model, as data (base/mapping/expr.ts). What it means is checked by check-mappings.ts. */
export const mappingSchema = z.strictObject({
  category: z.enum(['crm', 'accounting']),
  model: text,
  version: z.int().min(1),
  object: text,
  where: condition.optional(),
  fields: z.record(text, expr),
});
