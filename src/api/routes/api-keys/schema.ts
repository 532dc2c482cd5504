import { z } from '@hono/zod-openapi';
import { scopes } from '../../../base/actor.ts';
import type { ApiKey as ApiKeyOf, NewApiKey as NewApiKeyOf } from '../../../tenancy/index.ts';
import { idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';

export const apiKeyExample = 'key_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const Scope = z
  .enum(scopes)
  .openapi('Scope', { description: 'What a key may do; `all` is everything. Writing does not include reading.' });

const fields = {
  id: idField('API key', apiKeyExample),
  name: z.string().openapi({ description: 'Your name for it.', example: 'Production server' }),
  prefix: z.string().openapi({ description: 'The first characters of the key, to recognise it by.', example: 'sk_3kTMd92mXwQp' }),
  scopes: z.array(Scope).openapi({ description: 'What the key may do.', example: ['customers:write', 'records:read'] }),
  created_at: timeField('When it was created.'),
  last_used_at: timeField('When it was last used, to the minute.').nullable(),
  revoked_at: timeField('When it was revoked; null while it works.').nullable(),
};

export const ApiKey = z.object(fields).openapi('ApiKey');

export const NewApiKey = z
  .object({
    ...fields,
    key: z.string().openapi({ description: 'The key itself. Shown this once; we keep only its hash.', example: 'sk_3kTMd92mXwQpV7…' }),
  })
  .openapi('NewApiKey');

export function wireApiKey(key: ApiKeyOf): z.input<typeof ApiKey> {
  const { id, name, prefix, scopes } = key;
  return {
    id,
    name,
    prefix,
    scopes,
    created_at: wireTime(key.createdAt),
    last_used_at: wireTimeOrNull(key.lastUsedAt),
    revoked_at: wireTimeOrNull(key.revokedAt),
  };
}

export function wireNewApiKey(key: NewApiKeyOf): z.input<typeof NewApiKey> {
  return { ...wireApiKey(key), key: key.key };
}
