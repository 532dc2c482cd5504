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
  body?: z.ZodType;
  status: 200 | 201 | 204;
  /** Absent with 204. */
  response?: z.ZodType;
  /** What the answer is, where it is no JSON. */
  mediaType?: 'text/event-stream';
  /** The answer holds what stands in records: it is never kept for an Idempotency-Key. */
  holdsContent?: true;
  /** Codes beyond those that every operation may answer. */
  errors: ErrorCode[];
  handle(args: HandlerArgs<unknown, unknown, unknown>): Promise<unknown>;
}

interface HandlerArgs<P, Q, B> {
  ctx: AppCtx;
  params: P;
  query: Q;
  body: B;
}

/** A body that is JSON already and is sent as it is. */
export class RawJson {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
  }
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** Types the handler by the schemas. It answers the wire object, or JSON that is ready (records). */
export function endpoint<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(
  definition: Omit<Endpoint, 'params' | 'query' | 'body' | 'response' | 'handle'> & {
    params?: P;
    query?: Q;
    body?: B;
    response?: R;
    handle(args: HandlerArgs<Output<P>, Output<Q>, Output<B>>): Promise<(R extends z.ZodType ? z.input<R> : undefined) | RawJson>;
  },
): Endpoint {
  return definition as unknown as Endpoint;
}

export function isForCustomers({ scope }: Pick<Endpoint, 'scope'>): boolean {
  return (customerTokenScopes as readonly string[]).includes(scope);
}
