import { type JsonObject, parseJson } from '../../sandbox/json.ts';
import type { Actor } from './actor.ts';
import { isMalformed } from './reader.ts';
import { parentIdOf, type Subject } from './subjects.ts';

interface Difference {
  id: string;
  what: 'is missing in the hub' | 'is deleted at the provider, and alive in the hub' | 'has another content in the hub';
}

const differencesShownMax = 5;
const pagesMax = 1000;

/**
 * Hub and provider, value for value as jsonb: what the provider lists now against the live rows. `strict`: everything; otherwise what
 * the strategy's own reads promise.
 */
export async function compare(actor: Actor, when: string, strict: boolean): Promise<void> {
  const differences = (await differencesOf(actor)).filter((difference) => strict || isPromised(actor, difference));
  if (differences.length === 0) return;
  const shown = differences.slice(0, differencesShownMax).map(({ id, what }) => `${id} ${what}`);
  actor.violations.add(`${when}: ${differences.length} of the records differ: ${shown.join('; ')}`);
}

function isPromised({ subject, ledger, wasLiedTo }: Actor, { id, what }: Difference): boolean {
  const { finds, beginsBehindFull } = subject;
  if (isMalformed(id)) return false;
  if (ledger.hidden.has(id) && !finds.silentEdits) return false;
  if (wasLiedTo && beginsBehindFull) return false;
  if (what !== 'is deleted at the provider, and alive in the hub') return true;
  return ledger.vanished.has(id) ? finds.removals : finds.deletes && !(wasLiedTo && subject.order.strategy !== 'full_only');
}

async function differencesOf(actor: Actor): Promise<Difference[]> {
  const isHubspot = actor.subject.provider === 'hubspot';
  const pages = isHubspot ? [await hubspotTruth(actor)] : await providerPages(actor);
  const isDifferent = isHubspot ? 'not stored.raw @> truth.record' : 'stored.raw::text <> truth.record::text';
  const { rows } = await actor.cluster.syncline.pool.query<Difference>(
    `with truth as (
       select ${idOf(actor.subject)} as id, e as record
       from unnest($1::text[], $3::text[]) as page (body, parent), jsonb_array_elements(page.body::jsonb -> 'data') as e
     ), stored as (
       select _syncline_record_id as id, raw
       from ${actor.table}
       where _syncline_customer_id = $2::text and _syncline_deleted_at is null
     )
     select id,
            case
              when stored.id is null then 'is missing in the hub'
              when truth.id is null then 'is deleted at the provider, and alive in the hub'
              else 'has another content in the hub'
            end as what
     from truth full join stored using (id)
     where stored.id is null or truth.id is null or ${isDifferent}
     order by id`,
    [pages.map(({ body }) => body), actor.account, pages.map(({ parent }) => parent)],
  );
  return rows;
}

/** The hub's id of a listed record `e`, as SQL. */
function idOf({ object, parent }: Subject): string {
  if (parent) return `'[' || to_json(page.parent)::text || ',' || (e -> 'id')::text || ']'`;
  return object === 'readings' ? `'[' || (e -> 'region')::text || ',' || (e -> 'number')::text || ']'` : `e ->> 'id'`;
}

interface Page {
  body: string;
  /** The record below which it was listed. */
  parent: string | null;
}

/** What the provider lists, as it is on the wire. */
async function providerPages(actor: Actor): Promise<Page[]> {
  const { object, parent } = actor.subject;
  const parents = parent ? [...new Set(actor.firstIds.map(parentIdOf))] : [null];
  const pages: Page[] = [];
  for (const below of parents) {
    const bodies = await listPages(actor, below === null ? object : `${parent}/${below}/${object}`);
    pages.push(...bodies.map((body) => ({ body, parent: below })));
  }
  return pages;
}

/** HubSpot's listing asks for the customer's token: the truth is taken from the account itself, and held against what we stored of it. */
async function hubspotTruth({ cluster, at }: Actor): Promise<Page> {
  const { records } = await cluster.syncline.control.list(at);
  const textOf = (value: unknown) => (value === null ? null : String(value));
  const data = records
    .filter(({ deletedAt }) => deletedAt === null)
    .map(({ id, fields }) => {
      const written = Object.entries(fields).filter(([name]) => !computedProperties.has(name));
      return { id, properties: Object.fromEntries(written.map(([name, value]) => [name, textOf(value)])) };
    });
  return { body: JSON.stringify({ data }), parent: null };
}

const computedProperties = new Set(['createdate', 'lastmodifieddate', 'hs_object_id']);

async function listPages({ cluster, account, subject }: Actor, path: string): Promise<string[]> {
  const bodies: string[] = [];
  const isByNumber = subject.object === 'offset_notes';
  for (let next: string | null = isByNumber ? 'per_page=1000&page=1' : 'limit=1000'; next; ) {
    if (bodies.length === pagesMax) throw new Error(`the sandbox lists more than ${pagesMax} pages`);
    const url: string = `${cluster.syncline.sandboxUrl}/crm/v1/${path}?${next}`;
    const response: Response = await fetch(url, { headers: { 'x-api-key': `key_${account}` } });
    const body: string = await response.text();
    if (response.status !== 200) throw new Error(`the sandbox answered ${response.status}: ${body}`);
    bodies.push(body);
    next = isByNumber ? nextNumber(body) : nextCursor(body);
  }
  return bodies;
}

function nextCursor(text: string): string | null {
  const { next_cursor: cursor } = parseJson(text) as JsonObject;
  return typeof cursor === 'string' ? `limit=1000&cursor=${cursor}` : null;
}

function nextNumber(text: string): string | null {
  const { page, per_page: perPage, total } = JSON.parse(text) as { page: number; per_page: number; total: number };
  return page * perPage < total ? `per_page=${perPage}&page=${page + 1}` : null;
}
