/** An object of the sandbox under one strategy, and what its own reads promise to find. The rest is found by a full read. */
export interface Subject {
  name: string;
  object: string;
  /** The object's entry in the sync config. */
  order: { strategy: string; [option: string]: unknown };
  /** Generated records: enough for several pages. */
  size: readonly [number, number];
  /** Deletes that the provider marks or announces. */
  findsDeletes: boolean;
  /** Records that vanish without a word, and edits that leave the modified time alone. */
  findsEverything: boolean;
  /** How many full reads in a row are certain to find what is gone: two where pages slide. */
  fullReads: 1 | 2;
  /** What the mark and the positions of the checkpoint claim, where that can be held against the hub. */
  claims: { mark: 'datetime' | null; listing: boolean };
}

const few = [60, 420] as const;

function incremental(object: string, rest: Partial<Subject> = {}): Subject {
  return {
    ...{ name: `${object} incremental`, object, order: { strategy: 'full_then_incremental' }, size: few },
    ...{ findsDeletes: true, findsEverything: false, fullReads: 1, claims: { mark: 'datetime', listing: true } },
    ...rest,
  };
}

function fullOnly(object: string, rest: Partial<Subject> = {}): Subject {
  return {
    ...{ name: `${object} full`, object, order: { strategy: 'full_only' }, size: few },
    ...{ findsDeletes: true, findsEverything: true, fullReads: 1, claims: { mark: null, listing: true } },
    ...rest,
  };
}

/** Pages by number over the mutable modified time: rows slide, and an absence is believed when two reads agree. */
const sliding = { findsDeletes: false, findsEverything: false, fullReads: 2 } as const;

export const subjects: readonly Subject[] = [
  incremental('contacts'),
  fullOnly('contacts'),
  incremental('deals'),
  incremental('companies', {
    name: 'companies incremental, every third in full',
    order: { strategy: 'full_then_incremental', full_refresh_every: 2 },
  }),
  incremental('offset_notes', { ...sliding, size: [900, 2300], claims: { mark: 'datetime', listing: false } }),
  fullOnly('offset_notes', { ...sliding, size: [900, 2300], claims: { mark: null, listing: false } }),
  fullOnly('plain_items'),
  incremental('revisions', { claims: { mark: null, listing: true } }),
  fullOnly('revisions'),
  incremental('opaque_events', { claims: { mark: null, listing: false } }),
  incremental('readings', { claims: { mark: 'datetime', listing: false } }),
];

/** The id in the hub of a record that the sandbox calls `id`: a key of two members is a JSON array. */
export function hubIdOf({ object }: Subject, id: string): string {
  if (object !== 'readings') return id;
  const [region, number] = id.split(':');
  return `["${region}",${number}]`;
}
