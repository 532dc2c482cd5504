import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { Json } from './json.ts';
import { parseJson } from './json.ts';
import type { Account } from './world.ts';

/** A request as the dialects see it: without their prefix. */
export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The query as it was written. */
  search: string;
  headers: Record<string, string>;
  body: string;
}

/** A list keeps its records apart until the last moment, so that a fault can put one in. */
export interface ListBody {
  head: string;
  records: string[];
  tail: string;
  /** The texts are strings of bytes (own/byte-text.ts). */
  isBytes?: boolean;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer | ListBody | null;
}

/** The largest request that is read, in bytes. Loading recorded records needs some room. */
const requestBytesMax = 64 * 1024 * 1024;

export async function readRequest(request: IncomingMessage, path: string, search: string): Promise<ApiRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  const method = request.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? '' : await readBody(request);
  return { method, path, query: new URLSearchParams(search), search, headers, body };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > requestBytesMax) throw new Error(`A request may have at most ${requestBytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** undefined when the text is no JSON. */
export function tryParseJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function bytesOf(body: Answer['body']): Buffer {
  if (body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  return Buffer.from(`${body.head}${body.records.join(',')}${body.tail}`, body.isBytes ? 'latin1' : 'utf8');
}

export function isListBody(body: Answer['body']): body is ListBody {
  return typeof body === 'object' && body !== null && !Buffer.isBuffer(body);
}

export function jsonAnswer(status: number, body: Json, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

export function send(response: ServerResponse, answer: { status: number; headers: Record<string, string>; body: Buffer }): void {
  const hasBody = answer.status !== 204 && answer.status !== 304;
  const length: Record<string, number> = hasBody ? { 'content-length': answer.body.length } : {};
  // The simulated provider's clock is the Date header: Node must not write its own.
  response.sendDate = false;
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(hasBody ? answer.body : undefined);
}

/** The account's clock, as a Date header. */
export function dateOf(account: Account): string {
  return new Date(account.now()).toUTCString();
}

export function logOf(startedAt: number, faults: Fault[]) {
  return { at: new Date(startedAt).toISOString(), durationMs: Date.now() - startedAt, faults: faults.map(({ kind }) => kind) };
}
