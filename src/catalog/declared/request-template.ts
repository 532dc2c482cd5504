import { z } from 'zod';
import { type Json, type PageRequest, ProviderError, type RequestSpec } from '../../kit/index.ts';
import { headersSchema, isPrintable } from './headers.ts';

/**
 * A request with places to fill in, where a provider in code has a function. `{since:seconds}`, `{since:milliseconds}` and
 * `{since:date}` write a time otherwise. A parameter that needs a `since` of which there is none, as in a read of everything, is left out.
 */
const placeNames = [
  'object',
  'page_size',
  'since',
  'since:seconds',
  'since:milliseconds',
  'since:date',
  'prepared',
  'parent_id',
  'id',
] as const;
type PlaceName = (typeof placeNames)[number];
const places = new RegExp(`\\{(${placeNames.join('|')})\\}`, 'g');

const textCharsMax = 2000;
const membersMax = 50;

const template = z
  .string()
  .max(textCharsMax)
  .refine(isPrintable, 'must be printable text')
  .refine(
    (text) => !/[{}]/.test(text.replace(places, '')),
    `may hold no other places than ${placeNames.map((name) => `{${name}}`).join(' ')}`,
  );

const parameters = z
  .record(z.string().min(1).max(200), template)
  .refine((all) => Object.keys(all).length <= membersMax, `must be at most ${membersMax} parameters`);

export const pathTemplate = template
  .refine((text) => /^\/(?![/\\])/.test(text), 'must begin with one slash: requests stay below the base URL')
  .refine((text) => !/[\\?#]/.test(text) && !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(text), 'must be a plain path: parameters stand in query')
  .refine((text) => !/\{since/.test(text), 'has no place for since, of which there may be none');

export const requestTemplateSchema = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: pathTemplate,
  query: parameters.optional(),
  /** Only in the request of a first page, where the provider refuses its filter beside a cursor. */
  firstQuery: parameters.optional(),
  headers: headersSchema.optional(),
  /** Braces that are no place stay as they are: a body may be GraphQL. */
  json: z.json().optional(),
  category: z.string().min(1).max(100).optional(),
});
export type RequestTemplate = z.infer<typeof requestTemplateSchema>;

/** Whether anything of it is to be filled in. */
export function hasPlaces({ path, query, firstQuery, json }: RequestTemplate): boolean {
  return JSON.stringify([path, query, firstQuery, json]).search(places) !== -1;
}

/** What the places are filled with. */
export type Filling = Pick<PageRequest, 'object' | 'pageSize' | 'since' | 'prepared' | 'parentId'> & { id?: string };

export function fillRequest(spec: RequestTemplate, filling: Filling, isFirstPage: boolean): RequestSpec {
  const query = { ...spec.query, ...(isFirstPage ? spec.firstQuery : {}) };
  const filled = Object.entries(query).flatMap(([name, text]) => {
    const value = fillText(text, filling);
    return value === null ? [] : [[name, value]];
  });
  return {
    method: spec.method,
    path: spec.path.replace(places, (_whole, name: PlaceName) => segment(placeValue(name, filling))),
    ...(filled.length > 0 ? { query: Object.fromEntries(filled) } : {}),
    ...(spec.headers ? { headers: spec.headers } : {}),
    ...(spec.json === undefined ? {} : { json: fillJson(spec.json as Json, filling) ?? null }),
    ...(spec.category ? { category: spec.category } : {}),
  };
}

/** null: it needs a value that there is none of. */
function fillText(text: string, filling: Filling): string | null {
  const values = [...text.matchAll(places)].map((match) => placeValue(match[1] as PlaceName, filling));
  if (values.includes(null)) return null;
  let at = 0;
  return text.replace(places, () => values[at++]!);
}

/** Members that need an absent value are left out; a text that is nothing but a number's place becomes a number. */
function fillJson(value: Json, filling: Filling): Json | undefined {
  if (typeof value === 'string') {
    const filled = fillText(value, filling);
    if (filled === null) return undefined;
    return /^\{(page_size|since:seconds|since:milliseconds)\}$/.test(value) ? Number(filled) : filled;
  }
  if (Array.isArray(value)) return value.map((one) => fillJson(one, filling)).filter((one) => one !== undefined);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, member]) => [key, fillJson(member, filling)] as const);
  return Object.fromEntries(members.filter((member): member is readonly [string, Json] => member[1] !== undefined));
}

function placeValue(name: PlaceName, { object, pageSize, since, prepared, parentId, id }: Filling): string | null {
  const time = () => new Date(since!);
  switch (name) {
    case 'object':
      return object;
    case 'page_size':
      return String(pageSize);
    case 'since':
      return since;
    case 'since:seconds':
      return since === null ? null : String(Math.floor(time().getTime() / 1000));
    case 'since:milliseconds':
      return since === null ? null : String(time().getTime());
    case 'since:date':
      return since === null ? null : time().toISOString().slice(0, 10);
    case 'prepared':
      return Array.isArray(prepared) ? prepared.join(',') : String(prepared ?? '');
    case 'parent_id':
      return parentId ?? null;
    case 'id':
      return id ?? null;
    default:
      throw new Error(`no place ${name satisfies never}`);
  }
}

/** One segment of a path and no more, whatever a record calls itself. */
function segment(value: string | null): string {
  if (value === null || value === '' || value === '.' || value === '..')
    throw new ProviderError('invalid', 'A value of the request is no segment of a path, so nothing was asked.');
  return encodeURIComponent(value);
}
