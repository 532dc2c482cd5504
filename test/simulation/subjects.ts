/** An object of the sandbox under one strategy, and what its own reads promise to find. The rest is found by a full read. */
export interface Subject {
  name: string;
  provider: 'sandbox' | 'hubspot';
  object: string;
  /** The object's entry in the sync config. */
  order: Order;
  /** Orders that it changes to and fro between; its vendor has no other customer then. */
  switchesTo: readonly Order[];
  /** Its records are read under each record of this object: two under each. */
  parent: string | null;
  /** Generated records: enough for several pages. */
  size: readonly [number, number];
  finds: {
    /** Deletes that the provider marks or announces. */
    deletes: boolean;
    /** Records that vanish without a word. */
    removals: boolean;
    /** Edits that leave the modified time where it was. */
    silentEdits: boolean;
  };
  /** Reads that go on where a feed or a window stands: an empty list that was a lie begins them behind what it left out. */
  beginsBehindFull: boolean;
  hasFeed: boolean;
  hasKeyPass: boolean;
  /** How many full reads in a row are certain to find what is gone: two where pages slide. */
  fullReads: 1 | 2;
  /** What the mark and the positions of the checkpoint claim, where that can be held against the hub. */
  claims: { mark: boolean; listing: boolean };
}

type Order = { strategy: string; [option: string]: unknown };

const few = [60, 320] as const;
/** Pages of a thousand by number: several of them. */
const many = [900, 1900] as const;

const everything = { deletes: true, removals: true, silentEdits: true };
const nothing = { deletes: false, removals: false, silentEdits: false };

function subject(object: string, order: Order, rest: Partial<Subject> = {}): Subject {
  const isFull = order.strategy === 'full_only';
  return {
    ...{ name: `${object} ${order.strategy}`, provider: 'sandbox', object, order, switchesTo: [], parent: null, size: few },
    finds: isFull ? everything : { ...nothing, deletes: true },
    ...{ beginsBehindFull: false, hasFeed: false, hasKeyPass: false, fullReads: 1 },
    claims: { mark: order.strategy === 'full_then_incremental', listing: true },
    ...rest,
  };
}

const full: Order = { strategy: 'full_only' };
const incremental: Order = { strategy: 'full_then_incremental' };
const delta: Order = { strategy: 'full_then_delta' };
const window: Order = { strategy: 'full_then_window', window_seconds: 600 };
const keyPass = { key_pass_interval_seconds: 60 };
const feed = { finds: everything, beginsBehindFull: true, hasFeed: true } as const;
/** Pages by number over the mutable modified time: rows slide, and an absence is believed when two reads agree. */
const sliding = { finds: nothing, fullReads: 2, size: many, claims: { mark: false, listing: false } } as const;
const noMark = { mark: false, listing: true };

export const subjects: readonly Subject[] = [
  subject('contacts', incremental),
  subject('contacts', full),
  subject('contacts', window, { beginsBehindFull: true }),
  subject('contacts', { ...incremental, landing: 'append' }, { name: 'contacts appended' }),
  subject('deals', incremental),
  subject('deals', { ...full, landing: 'replace' }, { name: 'deals replaced' }),
  subject('companies', { ...incremental, full_refresh_every: 2 }, { name: 'companies incremental, every third in full' }),
  subject('offset_notes', incremental, sliding),
  subject('offset_notes', full, sliding),
  subject('plain_items', full),
  subject('revisions', incremental, { claims: noMark }),
  subject('revisions', full),
  subject('opaque_events', incremental, { claims: { mark: false, listing: false } }),
  subject('readings', incremental, { claims: { mark: true, listing: false } }),
  subject('orders', incremental),
  subject('line_items', full, { parent: 'deals', size: [20, 80], claims: { mark: false, listing: false } }),
  subject('tasks', delta, feed),
  subject('tasks', { ...incremental, ...keyPass }, { name: 'tasks incremental with key passes', ...passed() }),
  subject('tasks', delta, {
    ...{ name: 'tasks with switched strategies', switchesTo: [delta, incremental, full, window] },
    ...{ finds: nothing, beginsBehindFull: true, hasFeed: true },
  }),
  subject('tickets', delta, feed),
  // Changes by search, deletes by the list of what is archived.
  subject('contacts', incremental, {
    ...{ name: 'HubSpot contacts incremental', provider: 'hubspot', size: [150, 420], claims: { mark: true, listing: false } },
  }),
  subject('leads', incremental),
  subject('calls', { ...incremental, ...keyPass }, { name: 'calls incremental with key passes', ...passed(), claims: noMark }),
  subject('visits', incremental, { finds: nothing, claims: noMark }),
];

/** What a pass over the keys finds. */
function passed(): Partial<Subject> {
  return { hasKeyPass: true, finds: { deletes: true, removals: true, silentEdits: false } };
}

/** The id in the hub of a record that the sandbox calls `id`: a key of two members is a JSON array. */
export function hubIdOf({ object, parent }: Subject, id: string): string {
  const [first, second] = id.split(':');
  if (parent) return JSON.stringify([first, second]);
  return object === 'readings' ? `["${first}",${second}]` : id;
}

/** The parent that a record of this id belongs to. */
export function parentIdOf(id: string): string {
  return id.split(':', 1)[0]!;
}
