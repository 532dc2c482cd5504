import { notFound } from '../base/errors.ts';

/** Whether customer ($2) and connection ($3), where they are asked for, are those of the destination's application `d`. */
export const ownColumns = `$2::text is null
           or exists (select from customer c
                      where c.application_id = d.application_id and c.id = $2::text and c.deleted_at is null) as "hasCustomer",
         $3::text is null
           or exists (select from connection c
                      join customer u on u.application_id = c.application_id and u.id = c.customer_id and u.deleted_at is null
                      where c.application_id = d.application_id and c.id = $3::text
                        and ($2::text is null or c.customer_id = $2::text)) as "hasConnection"`;

interface Asked {
  applicationId: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  destinationId?: string | undefined;
}

/** The row of the destination that was found. Throws `not_found` for whatever is not the application's own. */
export function refuseStrangers<R extends { hasCustomer: boolean; hasConnection: boolean }>(row: R | undefined, asked: Asked): R {
  const { applicationId, customerId, connectionId, destinationId } = asked;
  if (!row) throw notFound('destination', destinationId ?? applicationId);
  if (!row.hasCustomer) throw notFound('customer', customerId ?? '');
  if (!row.hasConnection) throw notFound('connection', connectionId ?? '');
  return row;
}
