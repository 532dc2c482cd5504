import type { Fenced, HubConnection, HubTable, WriteFacts } from '../types.ts';

export interface RetriesOfHub {
  /** Writes again what the vendor's table refused and what is kept whole, under the fence; what is refused again stays aside. */
  retryRefused(
    input: Fenced & { table: HubTable; connection: HubConnection; rowsMax: number },
  ): Promise<WriteFacts & { stillRefused: number }>;
}
