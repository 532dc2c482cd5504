import type { HubCtx } from '../hub/context.ts';

/** What the verbs of this room get. */
export type AccessCtx = HubCtx & {
  /** Where issued roles find the hosted destinations; null: nowhere, they are not to be reached from outside. */
  sqlAddress: SqlAddress | null;
};

export interface SqlAddress {
  host: string;
  port: number;
  database: string;
}
