import type { z } from '@hono/zod-openapi';
import { customerTokenScopes, type Scope } from '../base/actor.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { AppCtx } from './context.ts';

/** One operation: path, schema, documentation and handler together. Its file is named after its operation. */
export interface Endpoint {
  /** verb + noun; unique. */
  operationId: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As documented: `/v1/syncs/{sync_id}:trigger`. */
  path: string;
  tag: string;
  summary: string;
  description: string;
  /** What the caller needs. The verb checks it; here it is documented. */
  scope: Scope | 'operator';
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Headers that the operation reads, by their names in lower case. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  status: 200 | 201 | 204;
  /** Absent with 204. */
  response?: z.ZodType;
  /** What the answer is, where it is no JSON. */
  mediaType?: 'text/event-stream';
  /** The answer has an ETag: whoever holds it and asks again with If-None-Match gets 304 while it is the same. */
  hasEtag?: true;
  /** The answer holds what stands in records: it is never kept for an Idempotency-Key. */
  holdsContent?: true;
  /** Codes beyond those that every operation may answer. */
  errors: ErrorCode[];
  handle(args: HandlerArgs<unknown, unknown, unknown, unknown>): Promise<unknown>;
}

interface HandlerArgs<P, Q, B, H> {
  ctx: AppCtx;
  params: P;
  query: Q;
  body: B;
  headers: H;
}

/** A body that is JSON already and is sent as it is. `etag`: the same for the same bytes, without quotes. */
export class RawJson {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string | undefined;

  constructor(bytes: Uint8Array, { etag }: { etag?: string } = {}) {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.etag = etag;
  }
}

/** An answer that is made while it is read, as the endpoint's `mediaType`. Whoever goes away cancels it. */
export class StreamAnswer {
  readonly stream: ReadableStream<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.stream = stream;
  }
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** Types the handler by the schemas. It answers the wire object, JSON that is ready (records), or a stream. */
export function endpoint<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
  H extends z.ZodObject | undefined = undefined,
>(
  definition: Omit<Endpoint, 'params' | 'query' | 'body' | 'response' | 'headers' | 'handle'> & {
    params?: P;
    query?: Q;
    body?: B;
    response?: R;
    headers?: H;
    handle(
      args: HandlerArgs<Output<P>, Output<Q>, Output<B>, Output<H>>,
    ): Promise<(R extends z.ZodType ? z.input<R> : undefined) | RawJson | StreamAnswer>;
  },
): Endpoint {
  return definition as unknown as Endpoint;
}

export function isForCustomers({ scope }: Pick<Endpoint, 'scope'>): boolean {
  return (customerTokenScopes as readonly string[]).includes(scope);
}
