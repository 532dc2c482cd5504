import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { mix, pick } from '../random.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Model, Row } from '../store/types.ts';
import { firstNames, lastNames } from '../words.ts';
import { afterIn, before, flagIn, numberIn, paging, refuseUnknown } from './list.ts';
import { compareNumericIds, iso, placeOf } from './objects.ts';

const firstOwnerId = 81_000_000;
const firstUserId = 13_500_000;
const pageSizeMax = 500;
const pageSizeDefault = 100;
const epoch = Date.parse('2023-06-01T08:00:00.000Z');

export function ownerModel(seed: number): Model {
  return {
    idOf: (n) => String(firstOwnerId + n),
    createdAtOf: (n) => epoch + n * 1000,
    updatedAtOf: (n) => epoch + n * 1000 + 250,
    fieldsOf: (n) => ({
      email: `owner.${n}@example.com`,
      type: 'PERSON',
      firstName: pick(firstNames, mix(seed, n, 1)),
      lastName: pick(lastNames, mix(seed, n, 2)),
      userId: firstUserId + n,
      userIdIncludingInactive: firstUserId + n,
    }),
    compareIds: compareNumericIds,
    timeStepMs: 1,
  };
}

/** GET /crm/v3/owners/ */
export function listOwners(call: Call, store: Store): Answer {
  const { query, path } = call.request;
  refuseUnknown(query, ['email', 'after', 'limit', 'archived']);
  const limit = numberIn(query, 'limit', pageSizeDefault, pageSizeMax);
  const [after, email] = [afterIn(query), query.get('email')];
  const page: Row[] = [];
  let next: string | null = null;
  const entries: Iterable<Entry> = call.isEmptied ? [] : store.byId(before(after), flagIn(query, 'archived') ? 'only' : 'exclude');
  for (const entry of entries) {
    const row = store.rowOf(entry);
    if (email !== null && row.fields.email !== email) continue;
    if (page.length === limit) {
      next = placeOf(store, entry).id;
      break;
    }
    page.push(row);
  }
  return { status: 200, body: { head: '{"results":[', records: page.map(render), tail: `]${paging(next, path, query)}}` } };
}

function render(row: Row): string {
  const { email, type, ...rest } = row.fields;
  return JSON.stringify({
    id: row.id,
    email,
    type,
    ...rest,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    archived: row.deletedAt !== null,
  });
}
