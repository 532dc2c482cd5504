/**
 * JSON whose numbers survive: what JavaScript would round or rewrite (9007199254740993, 1.10, 1e400) is kept as it was written.
 * `JSON.rawJSON` and the reviver's source text exist since Node 21; TypeScript's library does not know them yet.
 */
export interface RawJson {
  readonly rawJSON: string;
}

export type Json = null | boolean | number | string | RawJson | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const native = JSON as unknown as {
  rawJSON: (text: string) => RawJson;
  isRawJSON: (value: unknown) => value is RawJson;
  parse: (text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown;
};

/** Parses without losing digits. */
export function parseJson(text: string): Json {
  return native.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? native.rawJSON(source) : value,
  ) as Json;
}

/** Writes numbers as they were read. */
export function writeJson(value: Json): string {
  return JSON.stringify(value);
}

/** A number exactly as written: `number('1.10')`. */
export function exactNumber(text: string): RawJson {
  return native.rawJSON(text);
}

export function isExactNumber(value: unknown): value is RawJson {
  return native.isRawJSON(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}
