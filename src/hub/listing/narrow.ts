import { findConnection } from '../connections.ts';
import { findFields } from '../fields/find-fields.ts';
import type { HubHandle } from '../handle.ts';
import { customerSetting } from '../read-page.ts';
import type { HubConnection } from '../types.ts';
import { amongDeclared, conditionsOf, type FieldCondition } from './conditions.ts';
import { filterSetting, filterValues } from './filter-sql.ts';
import { membersSetting, type Projection, projectionOf } from './projection.ts';
import type { RecordFilters } from './types.ts';

/** Which records are meant and what is shown of them, ready for a statement. */
export interface Narrowed {
  customerId: string | undefined;
  connection: HubConnection | null;
  /** Of a connection that this hub does not know: there are none. */
  isOfNobody: boolean;
  modifiedAfter: Date | undefined;
  includeDeleted: boolean;
  conditions: FieldCondition[];
  projection: Projection | null;
  /** What callers wrote, for the session: no part of it stands in a statement. */
  settings: Record<string, string>;
  /** For the cursor: it goes on with what it began with. */
  filters: unknown[];
}

export async function narrow(hub: HubHandle, input: RecordFilters & { shown?: string[] | undefined }): Promise<Narrowed> {
  const { provider, object, connectionId, modifiedAfter, includeDeleted, fields: filters, shown } = input;
  const connection = connectionId === undefined ? null : await findConnection(hub, connectionId);
  const customerId = input.customerId ?? connection?.customerId;
  const declared = filters || shown ? await findFields(hub, provider, object) : [];
  const conditions = filters ? conditionsOf(filters, amongDeclared(declared)) : [];
  const projection = shown ? projectionOf(shown, declared) : null;
  return {
    ...{
      customerId,
      connection,
      isOfNobody: connectionId !== undefined && !connection,
      modifiedAfter,
      includeDeleted,
      conditions,
      projection,
    },
    settings: {
      [customerSetting]: customerId ?? '',
      ...(conditions.length > 0 && { [filterSetting]: filterValues(conditions) }),
      ...(projection && { [membersSetting]: projection.members }),
    },
    filters: [
      ...[provider, object, input.customerId ?? null, connectionId ?? null, modifiedAfter?.getTime() ?? null, includeDeleted],
      ...(conditions.length > 0 || projection ? [conditions, projection?.text ?? null] : []),
    ],
  };
}
