import type pg from 'pg';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../ops/logger.ts';
import type { UnifiedViews } from './context.ts';
import type { HubNames } from './names.ts';
import type { HubTable } from './types.ts';

/** What every verb of the hub gets: where its schema stands and how to reach it. */
export interface HubHandle {
  schema: string;
  names: HubNames;
  pool: pg.Pool;
  clock: Clock;
  log: Logger;
  tombstoneDays: number;
  /** Tables and connections never change once they are there: asked for once per process. */
  tables: Map<string, HubTable>;
  /** Record table → the table of its versions, where there is one. */
  versions: Map<string, string>;
  /** Fields and types that are known of a connection and table: a bounded memory. */
  shapes: Map<string, ReadonlySet<string>>;
  /** Ids by number, of connections that were listed: a bounded memory. */
  connectionIds: Map<number, string>;
  /** Which views of unified models there are to be; absent: none. */
  unifiedViews?: UnifiedViews | undefined;
  /** False when sessions were opened since: the server may be another one than before. */
  isVerified(): boolean;
  /** Brings layout and identity up to date. */
  verify(): Promise<void>;
}
