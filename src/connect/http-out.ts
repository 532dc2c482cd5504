import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { publicLookup } from '../base/public-lookup.ts';

/** What goes out. Names of headers are lower case. */
export interface OutgoingRequest {
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | Uint8Array | undefined;
  signal?: AbortSignal | undefined;
}

/** What came back, its body still on the way: whoever leaves it unread ends the connection with `body.destroy()`. */
export interface IncomingAnswer {
  status: number;
  /** Lower case names; what came several times is joined with a comma. */
  headers: Record<string, string>;
  /** Decompressed. */
  body: Readable;
}

export class BlockedAddress extends Error {
  readonly code = 'EGRESS_BLOCKED';
}

/** Sockets per origin and process: enough for every slice of a process, and no storm for one provider. */
const connectionsMax = 50;
const connectMsMax = 10_000;
const keepAliveMs = 10_000;
const acceptEncoding = 'gzip, deflate, br';

/**
 * Node's own client: a body comes as the pieces that the socket read, without the streams of `fetch` in between. Redirects are never
 * followed.
 */
export interface HttpOut {
  send(url: URL, request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): void;
}

/** `isGuarded`: sockets open to public addresses only, looked at where the socket is opened. */
export function createHttpOut({ isGuarded }: { isGuarded: boolean }): HttpOut {
  const guard = isGuarded ? { lookup: publicLookup((hostname) => new BlockedAddress(`${hostname} resolves to a private address`)) } : {};
  const agents = createAgents({ keepAlive: true, maxSockets: connectionsMax, timeout: keepAliveMs, ...guard });

  async function send(url: URL, request: OutgoingRequest): Promise<IncomingAnswer> {
    try {
      return await sendOnce(url, request, agentFor(url, agents));
    } catch (error) {
      // The other side had closed the connection while it was idle: nothing was answered, and a GET may be asked again.
      if (!(error instanceof StaleConnection)) throw error;
      if ((request.method ?? 'GET') !== 'GET') throw error.cause;
      return sendOnce(url, request, agentFor(url, createAgents(guard)));
    }
  }

  return {
    send,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Agents = Record<'http:' | 'https:', http.Agent>;

function createAgents(options: http.AgentOptions): Agents {
  return { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
}

function agentFor({ protocol }: URL, agents: Agents): http.Agent {
  if (protocol === 'http:' || protocol === 'https:') return agents[protocol];
  throw new TypeError(`${protocol} is not spoken here`);
}

class StaleConnection extends Error {}

function sendOnce(url: URL, { method, headers, body, signal }: OutgoingRequest, agent: http.Agent): Promise<IncomingAnswer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const lengthHeader = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      agent,
      method: method ?? 'GET',
      headers: { 'accept-encoding': acceptEncoding, ...lengthHeader, ...headers },
      ...(signal && { signal }),
    });
    let connecting: NodeJS.Timeout | undefined;
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      connecting = setTimeout(() => request.destroy(new Error(`no connection within ${connectMsMax} ms`)), connectMsMax);
      socket.once('connect', () => clearTimeout(connecting));
    });
    request.once('response', (answer) => {
      resolve({ status: answer.statusCode!, headers: joined(answer.headers), body: decompressed(answer) });
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(connecting);
      const isStale = request.reusedSocket && error.code === 'ECONNRESET' && !signal?.aborted;
      reject(isStale ? new StaleConnection('the connection was closed while it was idle', { cause: error }) : error);
    });
    // Later errors belong to the body, whose reader gets them.
    request.on('error', () => undefined);
    request.end(body);
  });
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** A cut connection or a broken stream is an error for the reader; a reader that stops ends both. */
function decompressed(answer: http.IncomingMessage): Readable {
  const unpack = unpackers[(answer.headers['content-encoding'] ?? '').trim().toLowerCase()];
  return unpack ? pipeline(answer, unpack(), () => undefined) : answer;
}

const unpackers: Record<string, (() => Transform) | undefined> = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
};
