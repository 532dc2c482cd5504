import { z } from '@hono/zod-openapi';
import { customerTokenScopes } from '../../../base/actor.ts';
import { createCustomerToken } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdField, customerIdInput, timeField, wireTime } from '../../wire/common.ts';

const ttlSecondsMax = 3600;
const CustomerTokenScope = z.enum(customerTokenScopes).openapi('CustomerTokenScope', { description: 'What a customer token may read.' });

const CreateCustomerToken = z
  .strictObject({
    customer_id: customerIdInput,
    scopes: z.array(CustomerTokenScope).min(1).max(customerTokenScopes.length).optional().openapi({ description: 'Default: all of them.' }),
    ttl_seconds: z
      .int()
      .min(1)
      .max(ttlSecondsMax)
      .optional()
      .openapi({ description: 'Life of the token; default and maximum one hour.', example: 900 }),
  })
  .openapi('CreateCustomerToken');

const CustomerToken = z
  .object({
    token: z.string().openapi({ description: 'Send it as `Authorization: Bearer`.' }),
    customer_id: customerIdField,
    scopes: z.array(CustomerTokenScope).openapi({ description: 'What it may read.' }),
    expires_at: timeField('When it ends.'),
  })
  .openapi('CustomerToken');

export const createCustomerTokenEndpoint = endpoint({
  operationId: 'createCustomerToken',
  method: 'post',
  path: '/v1/customer-tokens',
  tag: 'customer-tokens',
  summary: 'Create a customer token',
  description:
    "A signed token that reads one customer's data for at most one hour: for your pages and apps, on your application's origins. It cannot be revoked; deleting the customer ends it.",
  scope: 'customer_tokens:write',
  body: CreateCustomerToken,
  status: 201,
  response: CustomerToken,
  errors: ['not_found'],
  async handle({ ctx, body: { customer_id, scopes, ttl_seconds } }) {
    const created = await createCustomerToken({ ctx, input: { customerId: customer_id, scopes, ttlSeconds: ttl_seconds } });
    return { token: created.token, customer_id: created.customerId, scopes: created.scopes, expires_at: wireTime(created.expiresAt) };
  },
});
