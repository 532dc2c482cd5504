import type { Call } from '../dialect.ts';
import { type Answer, tryParseJson } from '../http.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/types.ts';
import { invalidRequest } from './errors.ts';
import { flagIn, isPurged, refuseUnknown } from './list.ts';
import { type HubspotObject, iso, knownProperties, renderRecord } from './objects.ts';

const inputsMax = 100;

/** POST /crm/v3/objects/{objectType}/batch/read: records by their ids. Ids that are not found stand in `errors`, and make it a 207. */
export function readBatch(call: Call, object: HubspotObject, store: Store): Answer {
  const { query, body } = call.request;
  refuseUnknown(query, ['archived']);
  const isArchived = flagIn(query, 'archived');
  const { ids, properties } = readInput(body);
  const rows: Row[] = [];
  const missing: string[] = [];
  for (const id of ids) {
    const entry = call.isEmptied ? null : store.get(id);
    const row = entry === null ? null : store.rowOf(entry);
    if (row === null || (row.deletedAt !== null) !== isArchived || isPurged(call, row)) missing.push(id);
    else rows.push(row);
  }
  const known = knownProperties(object, store);
  const records = rows.map((row) => renderRecord(object, row, properties, known));
  const at = iso(call.account.now());
  const errors = missing.length === 0 ? '' : `,"numErrors":1,"errors":${JSON.stringify([notFound(object, missing)])}`;
  const tail = `]${errors},"startedAt":"${at}","completedAt":"${at}"}`;
  return { status: missing.length === 0 ? 200 : 207, body: { head: '{"status":"COMPLETE","results":[', records, tail } };
}

/** As others recorded it in 2023 and later. */
function notFound({ aliases }: HubspotObject, ids: string[]) {
  const name = (aliases[0] ?? '').toUpperCase();
  const message = `Could not get some ${name} objects, they may be deleted or not exist. Check that ids are valid.`;
  return { status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids } };
}

function readInput(body: string): { ids: string[]; properties: string[] | null } {
  const input = tryParseJson(body);
  if (!isJsonObject(input)) throw invalidRequest('Invalid input JSON');
  for (const name of Object.keys(input))
    if (!['inputs', 'properties', 'propertiesWithHistory', 'idProperty'].includes(name))
      throw invalidRequest(`Unknown member of the batch: ${name}`);
  const { inputs, properties } = input;
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > inputsMax)
    throw invalidRequest(`Invalid inputs: 1 to ${inputsMax} are taken.`);
  return { ids: inputs.map(idOf), properties: Array.isArray(properties) ? properties.map(String) : null };
}

function idOf(input: Json): string {
  if (!isJsonObject(input) || !/^\d{1,19}$/.test(String(input.id))) throw invalidRequest('Every input has an id.');
  return String(input.id);
}
