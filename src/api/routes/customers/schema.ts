import { z } from '@hono/zod-openapi';
import type { Customer as CustomerOf } from '../../../tenancy/index.ts';
import { customerIdField, timeField, wireTime } from '../../wire/common.ts';

export const Customer = z
  .object({
    id: customerIdField,
    name: z.string().nullable().openapi({ description: 'Your name for the customer.', example: 'Acme Inc.' }),
    created_at: timeField('When it was first upserted.'),
    updated_at: timeField('When it was last upserted.'),
  })
  .openapi('Customer');

export function wireCustomer({ id, name, createdAt, updatedAt }: CustomerOf): z.input<typeof Customer> {
  return { id, name, created_at: wireTime(createdAt), updated_at: wireTime(updatedAt) };
}
