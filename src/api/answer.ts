import type { Context } from 'hono';
import { type Endpoint, RawJson, StreamAnswer } from './endpoint.ts';

/** What a handler answered, as a response. */
export async function answerOf(c: Context, endpoint: Endpoint, answer: unknown): Promise<Response> {
  if (answer instanceof RawJson) return answerJson(c, answer);
  if (answer instanceof StreamAnswer) return answerStream(c, endpoint, answer);
  return endpoint.response ? c.json(answer as object, endpoint.status as 200) : c.body(null, 204);
}

function answerJson(c: Context, { bytes, etag }: RawJson): Response {
  if (etag === undefined) return c.body(bytes, 200, { 'content-type': 'application/json' });
  const tag = `"${etag}"`;
  if (c.req.method !== 'POST' && isHeld(c.req.header('if-none-match'), tag)) return c.body(null, 304, { etag: tag });
  return c.body(bytes, 200, { 'content-type': 'application/json', etag: tag });
}

/** A list of tags; a proxy that compresses makes them weak, which says the same here. https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
function isHeld(header = '', tag: string): boolean {
  return header.split(',').some((given) => given.trim().replace(/^W\//, '') === tag);
}

async function answerStream(c: Context, { mediaType = 'text/event-stream' }: Endpoint, { stream }: StreamAnswer): Promise<Response> {
  // Proxies that gather an answer before they pass it on would hold the events back.
  const headers = { 'content-type': mediaType, 'x-accel-buffering': 'no' };
  if (c.req.method !== 'HEAD') return c.body(stream as ReadableStream, 200, headers);
  await stream.cancel();
  return c.body(null, 200, headers);
}
