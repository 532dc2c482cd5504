import { ident, qualified } from '../db/sql.ts';

/**
 * The hub's own relations, qualified and quoted. They carry the same prefix as the system columns: a vendor may keep
 * tables of its own in the schema, and record tables never begin with an underscore.
 */
export interface HubNames {
  schema: string;
  hub: string;
  table: string;
  connection: string;
  checkpoint: string;
  seen: string;
  stagedDelete: string;
  missedOnce: string;
  hold: string;
  deleteLog: string;
  quarantine: string;
  keptDelete: string;
  shape: string;
  hookPayload: string;
  hookNews: string;
  field: string;
  view: string;
  reader: string;
  mapping: string;
  runs: string;
  feedSeq: string;
  feedHorizon: string;
  /** The pure cast helpers: jsonb in, the type or null out. */
  toText: string;
  toNumber: string;
  toInteger: string;
  toBoolean: string;
  toTime: string;
  toDate: string;
  /** The record table of that name. */
  record(name: string): string;
}

export function hubNames(schema: string): HubNames {
  const own = (name: string) => qualified(schema, `_syncline_${name}`);
  return {
    schema: ident(schema),
    hub: own('hub'),
    table: own('table'),
    connection: own('connection'),
    checkpoint: own('checkpoint'),
    seen: own('seen'),
    stagedDelete: own('staged_delete'),
    missedOnce: own('missed_once'),
    hold: own('hold'),
    deleteLog: own('delete_log'),
    quarantine: own('quarantine'),
    keptDelete: own('kept_delete'),
    shape: own('shape'),
    hookPayload: own('hook_payload'),
    hookNews: own('hook_news'),
    field: own('field'),
    view: own('view'),
    reader: own('reader'),
    mapping: own('mapping'),
    runs: own('runs'),
    feedSeq: own('feed_seq'),
    feedHorizon: own('feed_horizon'),
    toText: own('to_text'),
    toNumber: own('to_number'),
    toInteger: own('to_integer'),
    toBoolean: own('to_boolean'),
    toTime: own('to_time'),
    toDate: own('to_date'),
    record: (name) => qualified(schema, name),
  };
}
