import { z } from '@hono/zod-openapi';
import { type Alert as AlertOf, alertKinds, listAlerts } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import {
  customerIdField,
  idField,
  pageOf,
  pageQuery,
  queryBoolean,
  timeField,
  wirePage,
  wireTime,
  wireTimeOrNull,
} from '../../wire/common.ts';

const AlertKind = z.enum(alertKinds).openapi('AlertKind', {
  description:
    '`failed_rows`: a run had to set too many records aside; `run_too_long`; `no_success`: a sync has not succeeded for too long; `deletes_held`: deletes wait for a person; `needs_reauth`: the customer has to connect again; `destination_unavailable`: a destination of your own cannot be used, whichever syncs wait for it.',
});

const Alert = z
  .object({
    id: idField('alert', 'alr_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    kind: AlertKind,
    subject: z.string().openapi({
      description: 'The sync that it is about; of `needs_reauth` the connection, of `destination_unavailable` the destination.',
    }),
    customer_id: customerIdField.nullable(),
    connection_id: idField('connection', 'conn_01k9d3v5m2q8r7s6t5v4w3x2y1').nullable(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).openapi({
      description: 'What was found when it was raised.',
      example: { run_id: 'run_01k9d3v5m2q8r7s6t5v4w3x2y1', fetched: 200, quarantined: 40 },
    }),
    raised_at: timeField('When it was raised.'),
    recovered_at: timeField('When all was well again; null: it is not.').nullable(),
  })
  .openapi('Alert');

export const listAlertsEndpoint = endpoint({
  operationId: 'listAlerts',
  method: 'get',
  path: '/v1/alerts',
  tag: 'alerts',
  summary: 'List alerts',
  description: 'What is, or was, not as it should be, newest first. The rules are the application’s `alert_rules`.',
  scope: 'events:read',
  query: z.strictObject({
    ...pageQuery,
    open: queryBoolean('Only those that have not recovered, or only those that have.'),
    kind: AlertKind.optional(),
  }),
  status: 200,
  response: pageOf('AlertPage', Alert),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, open, kind } }) =>
    wirePage(await listAlerts({ ctx, input: { cursor, pageSize: page_size, isOpen: open, kind } }), wireAlert),
});

function wireAlert({ id, kind, subject, customerId, connectionId, detail, raisedAt, recoveredAt }: AlertOf): z.input<typeof Alert> {
  return {
    ...{ id, kind, subject, customer_id: customerId, connection_id: connectionId, detail },
    ...{ raised_at: wireTime(raisedAt), recovered_at: wireTimeOrNull(recoveredAt) },
  };
}
