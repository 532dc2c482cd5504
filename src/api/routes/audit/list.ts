import { z } from '@hono/zod-openapi';
import { type AuditEntry as AuditEntryOf, listAudit } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { idField, pageOf, pageQuery, timeField, wirePage, wireTime } from '../../wire/common.ts';

const AuditEntry = z
  .object({
    id: idField('entry', 'aud_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    actor: z
      .string()
      .openapi({ description: 'Who did it: the kind of caller and its id.', example: 'api_key:key_01k9d3v5m2q8r7s6t5v4w3x2y1' }),
    action: z.string().openapi({ description: 'What was done.', example: 'customer.deleted' }),
    target: z.string().openapi({ description: 'The id of what it was done to.', example: 'acme' }),
    created_at: timeField('When it was done.'),
  })
  .openapi('AuditEntry');

export const listAuditEndpoint = endpoint({
  operationId: 'listAudit',
  method: 'get',
  path: '/v1/audit',
  tag: 'audit',
  summary: 'List the audit',
  description: 'Who did what to which thing, newest first.',
  scope: 'audit:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('AuditPage', AuditEntry),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size } }) =>
    wirePage(await listAudit({ ctx, input: { cursor, pageSize: page_size } }), wireEntry),
});

function wireEntry({ id, actor, action, target, createdAt }: AuditEntryOf): z.input<typeof AuditEntry> {
  return { id, actor, action, target, created_at: wireTime(createdAt) };
}
