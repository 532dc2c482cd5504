import type pg from 'pg';
import type { Ctx } from '../db/index.ts';
import type { fieldsOf } from './fields/index.ts';
import type { ListedPage, ListPageInput } from './list-page.ts';
import type { listingOf } from './listing/index.ts';
import type { HubNames } from './names.ts';
import type { rangesOf } from './ranges/index.ts';
import type { readersOf } from './readers/index.ts';
import type { retriesOf } from './retries/index.ts';
import type { Hub, HubTable } from './types.ts';
import type { unifiedOf } from './unified/index.ts';

/** The hubs of all destinations, opened on demand and kept. */
export interface Hubs {
  open(destination: DestinationRef): Promise<ListableHub>;
  /** Tries out whether a hub could live there. Changes nothing. */
  probe(target: HubTarget, destination: Pick<DestinationRef, 'id' | 'applicationId' | 'schema'>): Promise<ProbeReport>;
  /** Gives up a vendor's own database: its hub may be taken up by a later destination of the application. */
  forget(destination: DestinationRef, target: HubTarget): Promise<void>;
  close(): Promise<void>;
}

/** The columns of a destination that opening its hub needs. */
export interface DestinationRef {
  id: string;
  applicationId: string;
  kind: string;
  schema: string;
  /** Raised whenever address, credentials or settings change; absent: they never do (hosted). */
  version?: number;
}

/** How to reach a vendor's own database. */
export interface HubTarget {
  config: pg.ClientConfig;
  poolMax: number;
  statementMsMax: number;
  version: number;
  /** Addresses that nobody outside should be called at are refused, for every session. */
  guardsAddress: boolean;
}

/** What a look at a destination found: every problem is a sentence for the vendor. */
export interface ProbeReport {
  problems: string[];
  /** null: it did not come so far. */
  serverVersion: string | null;
  canIssueCredentials: boolean | null;
}

/** A view that a hub keeps: made again where it differs from what is there. `select` names every relation with its schema. */
export interface ViewDefinition {
  name: string;
  kind: 'object' | 'unified';
  columns: string[];
  select: string;
}

/** The views of unified models over the tables that a hub has. `known`: the names of those that are there already. */
export type UnifiedViews = (names: HubNames, tables: HubTable[], known: readonly string[]) => Promise<ViewDefinition[]>;

/** A hub with everything that it offers beyond writing. */
export type ListableHub = Hub & {
  listPage(input: ListPageInput): Promise<ListedPage>;
} & ReturnType<typeof fieldsOf> &
  ReturnType<typeof readersOf> &
  ReturnType<typeof listingOf> &
  ReturnType<typeof unifiedOf> &
  ReturnType<typeof rangesOf> &
  ReturnType<typeof retriesOf>;

export type HubCtx = Ctx & { hubs: Hubs };
