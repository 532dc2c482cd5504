/** What a record shows of its shape: the fields at its top and one level below, each with the kind of its value. */
export interface ShownField {
  /** The field's path, a literal dot escaped: `properties.email`. */
  path: string;
  type: 'string' | 'number' | 'boolean' | 'object' | 'array';
}

/** Records of one transaction that are looked at: a look costs about as much as writing the record. */
const sampledRecordsMax = 100;
/** Larger records are not looked into. */
const sampledRecordBytesMax = 64 * 1024;
/** Of one look; an object that is a map from data to data has no shape to learn. */
const fieldsMax = 1000;
const pathCharsMax = 200;

/** The fields of some of these records, evenly spread. null says nothing about a type, and an empty record nothing at all. */
export function shapeOf(records: readonly { raw: Buffer }[]): ShownField[] {
  const found = new Map<string, ShownField>();
  const step = Math.max(1, records.length / sampledRecordsMax);
  for (let at = 0; at < records.length; at += step) {
    const { raw } = records[Math.floor(at)]!;
    if (raw.length <= sampledRecordBytesMax) look(found, parsed(raw), '', 1);
  }
  return [...found.values()];
}

function look(found: Map<string, ShownField>, value: unknown, above: string, levelsBelow: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const type = typeOf(member);
    const path = above + name.replace(/[\\.|]/g, '\\$&');
    if (type === null || path.length > pathCharsMax) continue;
    if (found.size < fieldsMax) found.set(`${path}\n${type}`, { path, type });
    if (type === 'object' && levelsBelow > 0) look(found, member, `${path}.`, levelsBelow - 1);
  }
}

function typeOf(value: unknown): ShownField['type'] | null {
  if (value === null) return null;
  if (Array.isArray(value)) return 'array';
  return typeof value as 'string' | 'number' | 'boolean' | 'object';
}

/** What Postgres refuses later is no JSON here either, and is set aside there with its reason. */
function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return null;
  }
}
