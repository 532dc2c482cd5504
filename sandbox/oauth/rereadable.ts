import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** A request whose body was read already, ready to be read again. */
export function rereadable(request: IncomingMessage, body: string): IncomingMessage {
  const copy = Readable.from(body === '' ? [] : [Buffer.from(body, 'utf8')]) as unknown as IncomingMessage;
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, socket } = request;
  Object.assign(copy, { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor });
  Object.defineProperty(copy, 'socket', { value: socket });
  Object.defineProperty(copy, 'connection', { value: socket });
  return copy;
}
