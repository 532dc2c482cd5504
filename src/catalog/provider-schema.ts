import { z } from 'zod';
import { isTimeZone } from '../base/time-zone.ts';
import { mappingSchema } from './mapping-schema.ts';
import { pathSchema as path } from './path-schema.ts';

/** What `src/kit/types.ts` says, checked on the running definition: a provider may come from anywhere. */
const text = z.string().min(1);
const pattern = z.string().refine((value) => compiles(() => new RegExp(`^(?:${value})$`)), 'is not a regular expression');
const httpsUrl = z.url({ protocol: /^https$/ });
const template = z.string().refine((value) => /^(https:\/\/|\{\w+\})/.test(value), 'must begin with https:// or with one captured origin');
const texts = z.record(z.string(), z.string());
const scopes = z.strictObject({ default: z.array(text), separator: z.enum([' ', ',']) });
const expiresIn = z.number().int().positive().nullable();
const field = z.strictObject({
  name: z.enum(['api_key', 'username', 'password', 'client_id', 'client_secret']),
  title: text,
  secret: z.boolean(),
  help: text.optional(),
});
const fields = z.array(field).min(1);
const send = z.strictObject({ header: text, prefix: z.string() });

const auth = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oauth2'),
    authorizeUrl: template,
    tokenUrl: template,
    refreshUrl: template.optional(),
    revokeUrl: template.optional(),
    issuer: httpsUrl,
    scopes,
    pkce: z.boolean().optional(),
    clientAuth: z.enum(['body', 'basic', 'basic_raw']).optional(),
    tokenBody: z.enum(['form', 'json']).optional(),
    authorizeParams: texts.optional(),
    tokenParams: texts.optional(),
    refreshParams: texts.optional(),
    tokenPaths: z.strictObject({ accessToken: path.optional(), refreshToken: path.optional(), expiresIn: path.optional() }).optional(),
    defaultExpiresInSeconds: expiresIn,
    endedGrantErrors: z.array(text).optional(),
    send: send.optional(),
  }),
  z.strictObject({
    kind: z.literal('client_credentials'),
    tokenUrl: template,
    scopes,
    clientAuth: z.enum(['body', 'basic']).optional(),
    tokenParams: texts.optional(),
    defaultExpiresInSeconds: expiresIn,
    fields,
  }),
  z.strictObject({ kind: z.literal('api_key'), send, fields }),
  z.strictObject({ kind: z.literal('basic'), fields }),
]);

const request = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: z.string().startsWith('/'),
  query: texts.optional(),
  headers: texts.optional(),
  json: z.json().optional(),
  category: text.optional(),
});
const call = z.custom((value) => typeof value === 'function', 'must be a function');

const feed = z.strictObject({
  record: path.optional(),
  id: z.union([path, z.array(path).min(2)]).optional(),
  deleted: z.strictObject({ path, values: z.array(text).min(1).optional() }).optional(),
  changedAt: z.strictObject({ path, unit: z.literal('seconds').optional() }).optional(),
  mark: path.optional(),
  only: z.strictObject({ path, values: z.array(text).min(1) }).optional(),
  order: z.enum(['oldest_first', 'newest_first']).optional(),
});

const part = z.strictObject({
  name: text,
  signal: z.enum(['records', 'deletions']),
  recordsPath: path,
  completeness: z.enum(['complete', 'approximate']),
  feed: feed.optional(),
  names: z.strictObject({ path, id: path.optional(), deleted: path.optional() }).optional(),
  coversChanges: z.boolean().optional(),
  totalPath: path.optional(),
  isLagging: z.boolean().optional(),
  request: call,
  next: call,
  resume: call.optional(),
});
const read = {
  prepare: z.strictObject({ request, reduce: call, leftOut: call.optional() }).optional(),
  parts: z.array(part).min(1),
};
const watermark = z.strictObject({ path, type: z.enum(['datetime', 'integer', 'opaque']) });
const seconds = z.number().min(0);
const start = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('asked'), request, path, before: text.optional() }),
  z.strictObject({ from: z.literal('listed'), path }),
]);
const mark = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('envelope'), path }),
  z.strictObject({ from: z.literal('item') }),
]);
const objectName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be letters, digits and _');
const child = z.strictObject({
  object: objectName,
  label: text,
  path,
  id: z.union([path, z.array(path).min(2)]),
  modifiedAt: path.optional(),
});
const pageSizeMax = 10_000;
const batchIdsMax = 2000;
/** A month. */
const windowSeconds = z.int().min(1).max(2_678_400);
const budgetWindow = z.union([
  z.strictObject({ requests: z.int().min(1), seconds: windowSeconds }),
  z.strictObject({ requests: z.int().min(1), resetsDailyIn: text.refine(isTimeZone, 'must be the name of a time zone') }),
]);

export const objectSchema = z.strictObject({
  label: text,
  docsUrl: httpsUrl,
  record: z.strictObject({
    id: z.union([path, z.array(path).refine(({ length }) => length !== 1, 'is one path: write it without a list')]),
    modifiedAt: path.optional(),
    isDeleted: path.optional(),
    deletedAt: path.optional(),
  }),
  pageSizeMax: z.int().min(1).max(pageSizeMax),
  full: z.strictObject(read),
  incremental: z
    .strictObject({ ...read, watermark, lookbackSeconds: seconds.optional(), filterStepSeconds: z.int().min(1).optional() })
    .optional(),
  delta: z.strictObject({ ...read, start, mark, maxAgeSeconds: z.int().min(1).optional() }).optional(),
  window: z.strictObject(read).optional(),
  keys: z.strictObject(read).optional(),
  deletions: z
    .strictObject({ parts: read.parts, lookbackSeconds: seconds.optional(), maxAgeSeconds: z.int().min(1).optional() })
    .optional(),
  get: call.optional(),
  reread: z.strictObject({ prepare: read.prepare, request: call }).optional(),
  batch: z
    .strictObject({
      prepare: read.prepare,
      idsMax: z.int().min(1).max(batchIdsMax),
      request: call,
      recordsPath: path,
      absence: z.enum(['deleted', 'nothing']),
    })
    .optional(),
  scopes: z.array(text),
  visibilityLagSeconds: z.number().min(0),
  settledLagSeconds: z.number().min(1).optional(),
  parent: z.strictObject({ object: objectName, scopesId: z.boolean().optional() }).optional(),
  children: z.array(child).min(1).optional(),
  fields: z.strictObject({ request, cursor: z.strictObject({ name: text, path }).optional(), reduce: call }).optional(),
});

const hooks = z.strictObject({
  docsUrl: httpsUrl,
  secret: z.enum(['client_secret', 'endpoint']),
  signature: z.strictObject({
    header: text,
    pairs: z.strictObject({ signature: text, timestamp: text }).optional(),
    encoding: z.enum(['base64', 'hex']),
    signed: z.array(z.union([z.enum(['method', 'uri', 'body', 'timestamp']), z.strictObject({ text })])).min(1),
    timestamp: z.strictObject({ header: text.optional(), unit: z.enum(['seconds', 'milliseconds']), toleranceSeconds: z.int().min(1) }),
    decodedInUri: z.array(z.string().regex(/^%[0-7][0-9A-F]$/, 'must be the escape of one ASCII character: %3A')).optional(),
  }),
  eventsPath: path.optional(),
  type: z.union([path, z.array(path).min(2)]),
  account: path,
  events: z.record(text, z.strictObject({ object: text, ids: z.array(path).min(1), record: path.optional() })),
});

export const providerSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower_snake_case'),
  displayName: text,
  categories: z.array(z.enum(['crm', 'accounting', 'support', 'other'])).min(1),
  docsUrl: httpsUrl,
  developmentOnly: z.boolean().optional(),
  auth: z.array(auth).min(1),
  api: z.strictObject({ baseUrl: template, headers: texts.optional() }),
  captured: z
    .record(
      z.string().regex(/^\w+$/),
      z.strictObject({
        from: z.enum(['token', 'callback', 'form']),
        path,
        pattern,
        required: z.boolean(),
        default: text.optional(),
        title: text.optional(),
        example: text.optional(),
      }),
    )
    .optional(),
  account: z.strictObject({ request, id: path, name: path.optional() }),
  limits: z.strictObject({
    docsUrl: httpsUrl,
    concurrencyMax: z.int().min(1),
    budgets: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower_snake_case'), z.array(budgetWindow).min(1)).optional(),
    headers: z
      .strictObject({
        limit: text.optional(),
        remaining: text.optional(),
        reset: text.optional(),
        usage: z.strictObject({ name: text, pattern }).optional(),
        window: z.strictObject({ name: text, unit: z.enum(['seconds', 'milliseconds']) }).optional(),
        windowSeconds: windowSeconds.optional(),
        category: text.optional(),
      })
      .optional(),
  }),
  classifyError: call.optional(),
  hooks: hooks.optional(),
  objects: z.record(objectName, objectSchema),
  anyObject: z.strictObject({ pattern, example: text, define: call }).optional(),
  unified: z.array(mappingSchema).optional(),
});

function compiles(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
