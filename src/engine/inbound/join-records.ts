import { createPicker, type Picked } from '../../base/json-pick.ts';
import { openBrace } from '../../base/json-skip.ts';
import { compilePath } from '../../base/path.ts';
import { atOnce } from '../../base/steps.ts';
import { type BatchDefinition, type NamedRecords, type ObjectDefinition, ProviderError } from '../../kit/index.ts';
import { readRecordId } from '../page/record-id.ts';
import { slicePage } from '../page/slice-page.ts';

/** An answer that names records, opened. */
export interface NamedPage {
  /** What else the answer says, as JSON without its list. */
  envelope: string;
  items: NamedItem[];
}

export interface NamedItem {
  /** null: it names no record. */
  id: string | null;
  isDeleted: boolean;
  /** The item as it came. */
  bytes: Buffer;
}

/** Names in one answer: their records are held in memory until the page is written. */
const namesMax = 10_000;

export function openNames(answer: Buffer, { path, id, deleted }: NamedRecords): NamedPage {
  const { body, ranges, envelope } = atOnce(slicePage(answer, path));
  if (ranges.length / 2 > namesMax)
    throw new ProviderError('invalid', `The answer names ${ranges.length / 2} records; at most ${namesMax} can be read at once.`);
  const read = itemReader(id, deleted);
  const items: NamedItem[] = [];
  for (let i = 0; i < ranges.length; i += 2) items.push(read(body.subarray(ranges[i]!, ranges[i + 1]!)));
  return { envelope: path === '' ? '{}' : JSON.stringify(envelope), items };
}

/** Records of a batch, by their ids. `isWhole`: every record of the answer has an id, so that one that is not there was left out. */
export function openBatch(
  answer: Buffer,
  { recordsPath }: BatchDefinition,
  { record }: Pick<ObjectDefinition, 'record'>,
): { records: Map<string, Buffer>; isWhole: boolean } {
  const { body, ranges } = atOnce(slicePage(answer, recordsPath));
  const picker = createPicker([compilePath(String(record.id))]);
  const records = new Map<string, Buffer>();
  let isWhole = true;
  for (let i = 0; i < ranges.length; i += 2) {
    const bytes = body.subarray(ranges[i]!, ranges[i + 1]!);
    const { id } = readRecordId([picker.walk(bytes, 0) === bytes.length ? picker.value(0) : undefined], false);
    if (id === null) isWhole = false;
    else records.set(id, bytes);
  }
  return { records, isWhole };
}

/** What a record came to: its bytes, that it is gone, or that nothing is known. */
export type Looked = Buffer | 'gone' | 'unknown';

/** The page as `feedOfIds` describes it. Records and items stand in it byte by byte. */
export function joinRecords({ envelope, items }: NamedPage, looked: ReadonlyMap<string, Looked>): Buffer {
  const head = envelope === '{}' ? '{' : `${envelope.slice(0, -1)},`;
  const pieces: Buffer[] = [Buffer.from(`${head}"named":[`, 'utf8')];
  for (const [i, { id, bytes, isDeleted }] of items.entries()) {
    const found = isDeleted ? 'gone' : id === null ? 'read' : (looked.get(id) ?? 'unknown');
    const state = typeof found === 'string' ? found : 'read';
    pieces.push(Buffer.from(`${i === 0 ? '' : ','}{"id":${JSON.stringify(id)},"state":"${state}","item":`, 'utf8'), bytes);
    if (typeof found !== 'string') pieces.push(Buffer.from(',"record":', 'utf8'), found);
    pieces.push(Buffer.from('}', 'utf8'));
  }
  pieces.push(Buffer.from(']}', 'utf8'));
  return Buffer.concat(pieces);
}

function itemReader(id: string | undefined, deleted: string | undefined): (bytes: Buffer) => NamedItem {
  const picker = createPicker([compilePath(id ?? ''), compilePath(deleted ?? '')]);
  return (bytes) => {
    if (id === undefined) return { id: readRecordId([plainId(bytes)], false).id, isDeleted: false, bytes };
    if (bytes[0] !== openBrace || picker.walk(bytes, 0) !== bytes.length) return { id: null, isDeleted: false, bytes };
    const mark = deleted === undefined ? undefined : picker.value(1);
    return {
      id: readRecordId([picker.value(0)], false).id,
      isDeleted: mark !== undefined && mark !== null && mark !== false,
      bytes,
    };
  };
}

/** A text, or a number's own digits. */
function plainId(bytes: Buffer): Picked {
  const text = bytes.toString('utf8');
  if (/^-?\d+$/.test(text)) return { number: text };
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
