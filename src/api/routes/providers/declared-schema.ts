import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import type { DeclaredProvider as DeclaredProviderOf } from '../../../catalog/index.ts';
import { timeField, wireTime } from '../../wire/common.ts';

export const providerParams = z.strictObject({
  provider: text(100).openapi({ param: { name: 'provider', in: 'path' }, description: 'Its name in the catalog.', example: 'hubspot' }),
});

/** Read by the catalog's own schema, which answers with every place that does not hold. */
export const Definition = z.record(z.string(), z.unknown()).openapi('ProviderDefinition', {
  description:
    'What the files in `providers/` say, in snake_case and without functions: `docs/declared-providers.md` has every field. The name begins with `x_`.',
  example: { name: 'x_acme', display_name: 'Acme', categories: ['crm'] },
});

export const DeclaredProvider = z
  .object({
    provider: z.string().openapi({ description: 'Its name in every other call.', example: 'x_acme' }),
    version: z.int().openapi({ description: 'Counts the changes; a change names the version that it was made from.', example: 1 }),
    definition: Definition,
    created_at: timeField('When it was declared.'),
    updated_at: timeField('When it was last changed.'),
  })
  .openapi('DeclaredProvider');

export function wireDeclared({
  provider,
  version,
  definition,
  createdAt,
  updatedAt,
}: DeclaredProviderOf): z.input<typeof DeclaredProvider> {
  return {
    provider,
    version,
    definition: definition as Record<string, unknown>,
    created_at: wireTime(createdAt),
    updated_at: wireTime(updatedAt),
  };
}
