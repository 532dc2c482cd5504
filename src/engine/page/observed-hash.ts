import { contentHash } from '../../base/hash.ts';
import { compilePath, readPath } from '../../base/path.ts';

/**
 * The hash that tells changed from unchanged where only some fields are observed: over their values, numbers as written. A field
 * that is absent and one that is null are the same. `raw` is a record that has been read: it is JSON.
 */
export function observedHash(raw: Buffer, observed: readonly string[]): ReturnType<typeof contentHash> {
  const record: unknown = JSON.parse(raw.toString('utf8'), keepNumbers as Parameters<typeof JSON.parse>[1]);
  return contentHash(Buffer.from(JSON.stringify(observed.map((path) => readPath(record, compilePath(path)) ?? null)), 'utf8'));
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** Numbers keep their own digits through parse and stringify: https://github.com/tc39/proposal-json-parse-with-source */
function keepNumbers(_key: string, value: unknown, { source }: { source: string }): unknown {
  return typeof value === 'number' ? rawJson(source) : value;
}
