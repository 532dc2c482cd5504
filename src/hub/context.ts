import type { Ctx } from '../db/index.ts';
import type { ListedPage, ListPageInput } from './list-page.ts';
import type { Hub } from './types.ts';

/** The hubs of all destinations, opened on demand and kept. */
export interface Hubs {
  open(destination: DestinationRef): Promise<ListableHub>;
  close(): Promise<void>;
}

/** The columns of a destination that opening its hub needs. */
export interface DestinationRef {
  id: string;
  applicationId: string;
  kind: string;
  schema: string;
}

/** A hub that can be listed too. */
export interface ListableHub extends Hub {
  listPage(input: ListPageInput): Promise<ListedPage>;
}

export type HubCtx = Ctx & { hubs: Hubs };
