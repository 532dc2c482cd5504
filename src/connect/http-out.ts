import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { isBlockedAddress } from '../base/blocked-address.ts';

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
 * Node's own client: a body comes as the pieces that the socket read, which for large pages is half the work of `fetch`, and a
 * process that only asks this way holds 25 MB less. Redirects are never followed.
 */
export interface HttpOut {
  send(url: URL, request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): void;
}

/** `isGuarded`: sockets open to public addresses only, looked at where the socket is opened. */
export function createHttpOut({ isGuarded }: { isGuarded: boolean }): HttpOut {
  const options = { keepAlive: true, maxSockets: connectionsMax, timeout: keepAliveMs, ...(isGuarded && { lookup: lookUpPublic }) };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };

  async function send(url: URL, request: OutgoingRequest): Promise<IncomingAnswer> {
    const agent = agentFor(url);
    try {
      return await sendOnce(url, request, agent);
    } catch (error) {
      // The other side had closed the connection while it was idle: nothing was answered, and a GET may be asked again.
      if (!(error instanceof StaleConnection)) throw error;
      if ((request.method ?? 'GET') !== 'GET') throw error.cause;
      return sendOnce(url, request, isGuarded ? oneTimeAgent(url, { lookup: lookUpPublic }) : oneTimeAgent(url, {}));
    }
  }

  function agentFor(url: URL): http.Agent {
    if (url.protocol === 'http:' || url.protocol === 'https:') return agents[url.protocol];
    throw new TypeError(`${url.protocol} is not spoken here`);
  }

  return {
    send,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function oneTimeAgent(url: URL, options: http.AgentOptions): http.Agent {
  return url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
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

/** Only public addresses of a name: what a name resolves to is looked at where the socket is opened, so that it cannot change in between. */
function lookUpPublic(
  hostname: string,
  options: dns.LookupOptions,
  done: (error: NodeJS.ErrnoException | null, address: string | dns.LookupAddress[], family?: number) => void,
): void {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 4);
    const allowed = addresses.filter(({ address }) => !isBlockedAddress(address));
    if (!allowed[0]) return done(new BlockedAddress(`${hostname} resolves to a private address`), '', 4);
    return options.all ? done(null, allowed) : done(null, allowed[0].address, allowed[0].family);
  });
}
