import { z } from '@hono/zod-openapi';
import { passthroughFields } from '../../../connect/passthrough-input.ts';
import { sendPassthrough } from '../../../connect/send-passthrough.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';

const { method, path, query, headers, json } = passthroughFields;

const SendPassthrough = z
  .strictObject({
    method: method.openapi({ description: 'What to do. Requests other than GET are never sent twice.' }),
    path: path.openapi({
      description: "Below the connection's own base URL; never an origin.",
      example: '/crm/v3/objects/contacts/batch/read',
    }),
    query: query.openapi({ description: 'Query parameters.', example: { limit: '10' } }),
    headers: headers.openapi({ description: 'Further headers. What authorises, addresses or frames the request is ours.' }),
    json: json.openapi({ description: 'The body, sent as JSON.' }),
  })
  .openapi('SendPassthrough');

const PassthroughAnswer = z
  .object({
    status: z.int().openapi({ description: "The provider's status, a refusal's too.", example: 200 }),
    headers: z.record(z.string(), z.string()).openapi({ description: 'Those that say something about the answer; names in lower case.' }),
    json: z.unknown().openapi({ description: 'The body as the provider wrote it, when it is JSON; otherwise null.' }),
    text: z.string().nullable().openapi({ description: 'The body when it is no JSON; otherwise null.' }),
  })
  .openapi('PassthroughAnswer');

export const sendPassthroughEndpoint = endpoint({
  operationId: 'sendPassthrough',
  method: 'post',
  path: '/v1/connections/{connection_id}:passthrough',
  tag: 'passthrough',
  summary: "Call the provider's own API",
  description:
    "One request with the connection's credentials and within its limits. Every answer of the provider is a 200 with its status inside; nothing of it is stored. The request is audited, and never repeated.",
  scope: 'passthrough:write',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  body: SendPassthrough,
  status: 200,
  response: PassthroughAnswer,
  holdsContent: true,
  errors: [
    'not_found',
    'connection_not_active',
    'provider_config_broken',
    'provider_rejected',
    'provider_rate_limited',
    'provider_unavailable',
  ],
  async handle({ ctx, params, body }) {
    const answer = await sendPassthrough({ ctx, input: { connectionId: params.connection_id, ...body } });
    return new RawJson(wireAnswer(answer));
  },
});

/** JSON is passed on as it was written: numbers keep every digit. */
function wireAnswer({ status, headers, body }: Awaited<ReturnType<typeof sendPassthrough>>): Buffer {
  const isJson = isJsonText(body);
  const frame = JSON.stringify({ status, headers, text: isJson ? null : body.toString('utf8') });
  return Buffer.concat([Buffer.from(`${frame.slice(0, -1)},"json":`), isJson ? body : Buffer.from('null'), Buffer.from('}')]);
}

function isJsonText(body: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}
