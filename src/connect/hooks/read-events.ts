import { AppError } from '../../base/errors.ts';
import { compilePath, readPath } from '../../base/path.ts';
import type { HookDefinition } from '../../kit/index.ts';

/** What one event of a provider is about. */
export interface HookedRecord {
  account: string;
  object: string;
  recordId: string;
  /** The record's JSON text where the event carries it whole. */
  record: string | null;
}

/** Far more than any provider puts into one request (HubSpot: 100). */
const eventsMax = 1_000;
const idsPerEventMax = 100;
const idCharsMax = 1_000;

/** The events of a body whose signature was good. Types that the provider's declaration does not name are passed over. */
export function readEvents(definition: HookDefinition, body: Buffer): HookedRecord[] {
  return eventsOf(definition, parse(body)).flatMap((event) => readEvent(definition, event));
}

function eventsOf({ eventsPath }: HookDefinition, body: unknown): unknown[] {
  if (eventsPath === undefined) return [body];
  const events = eventsPath === '' ? body : readPath(body, compilePath(eventsPath));
  if (!Array.isArray(events)) throw notUnderstood('It has no list of events.');
  if (events.length > eventsMax) throw notUnderstood(`It has more than ${eventsMax} events.`);
  return events;
}

function readEvent(definition: HookDefinition, event: unknown): HookedRecord[] {
  const types = [definition.type].flat().map((path) => textAt(event, path));
  const kind = kindOf(definition, types.filter((one) => one !== null).join(' ')) ?? kindOf(definition, types[0] ?? '');
  const account = textAt(event, definition.account);
  if (!kind || account === null) return [];
  const ids = new Set(kind.ids.flatMap((path) => textsAt(event, path)).slice(0, idsPerEventMax));
  const record = kind.record === undefined ? undefined : readPath(event, compilePath(kind.record));
  const text = typeof record === 'object' && record !== null && ids.size === 1 ? JSON.stringify(record) : null;
  return [...ids].map((recordId) => ({ account, object: kind.object, recordId, record: text }));
}

/** An event may call itself `constructor`. */
function kindOf({ events }: HookDefinition, type: string): HookDefinition['events'][string] | undefined {
  return Object.hasOwn(events, type) ? events[type] : undefined;
}

function textAt(event: unknown, path: string): string | null {
  return textsAt(event, path)[0] ?? null;
}

/** Numbers are taken as they were written. What Postgres cannot keep names nobody, and must not stop the events beside it. */
function textsAt(event: unknown, path: string): string[] {
  return [readPath(event, compilePath(path))].flat().flatMap((value) => {
    const text = isRaw(value) ? value.rawJSON : value;
    return typeof text === 'string' && isName(text) ? [text] : [];
  });
}

/** Nor does what a URL would take for a way out of its folder. */
function isName(text: string): boolean {
  return text !== '' && text.length <= idCharsMax && text.isWellFormed() && !text.includes('\u0000') && !/^\.{1,2}$/.test(text);
}

interface RawNumber {
  rawJSON: string;
}

function isRaw(value: unknown): value is RawNumber {
  return typeof value === 'object' && value !== null && 'rawJSON' in value && typeof value.rawJSON === 'string';
}

/** https://github.com/tc39/proposal-json-parse-with-source */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => RawNumber };

function parse(body: Buffer): unknown {
  try {
    const reviver = (_key: string, value: unknown, { source }: { source: string }) => (typeof value === 'number' ? rawJSON(source) : value);
    return JSON.parse(body.toString('utf8'), reviver as Parameters<typeof JSON.parse>[1]);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw notUnderstood('It is not JSON.', error);
  }
}

function notUnderstood(why: string, cause?: unknown): AppError {
  return new AppError('input_invalid', `The body of this hook was not understood. ${why}`, { cause });
}
