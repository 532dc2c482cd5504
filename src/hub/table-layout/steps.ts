import { refreshObjectView } from '../fields/object-view.ts';
import type { HubHandle } from '../handle.ts';
import type { HubNames } from '../names.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';

/** A record table, or the table beside it that keeps every version. */
export type TableKind = 'records' | 'versions';

/**
 * What brings a single table from one layout to the next. While it is under way, and as long as it could not be done, records are
 * written and read as ever: nothing may rely on it.
 */
export type TableStep =
  /** Of the catalog alone, never of the rows: it commits together with the table's number, in one short transaction. */
  | { kind: 'change'; change(hub: HubHandle, tx: HubTx, on: SteppedTable): Promise<unknown> }
  /** `columns`: what follows the table's name. Built beside the writers; a name that no later step has again. */
  | { kind: 'index'; name: string; columns: string };

export interface SteppedTable {
  table: HubTable;
  kind: TableKind;
  /** The table's own name, or that of the table of its versions. */
  name: string;
}

/**
 * The steps of each kind of table, oldest first. Layout 1 is the table of the first release, and each step leads to the next number. Never
 * edit a released one; put a new one behind, and give new tables what it brings (`layout.ts`, `table-created.ts`).
 */
export const tableSteps: Record<TableKind, TableStep[]> = {
  records: [
    // Layout 2: the live records are shown by a view.
    { kind: 'change', change: (hub, tx, { table }) => refreshObjectView(hub, tx, table) },
  ],
  versions: [],
};

/** What a table has that is created now. */
export function newestLayout(kind: TableKind): number {
  return tableSteps[kind].length + 1;
}

/** Where the registry keeps the number. */
export const layoutColumns = { records: 'layout', versions: 'versions_layout' } as const satisfies Record<TableKind, string>;

export function createIndexStep(names: HubNames, { name, columns }: { name: string; columns: string }, on: SteppedTable): string {
  return `create index concurrently ${name} on ${names.record(on.name)} ${columns}`;
}
