import type { HubConnection, HubTable, IncomingRecord } from '../types.ts';

export interface RetriesOfHub {
  /**
   * Records that the table refused, as they would have been stored, those first that wait longest. Written again with `isRetry` they
   * leave the quarantine, or stay there with one attempt more.
   */
  listRefused(input: { table: HubTable; connection: HubConnection; rowsMax: number }): Promise<IncomingRecord[]>;
}
