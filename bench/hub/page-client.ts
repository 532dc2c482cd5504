import net from 'node:net';

const readBytes = 256 * 1024;
const tailBytes = 2000;

/**
 * A client that costs next to nothing, so that the figure is the server's: one connection kept alive, one buffer that all
 * answers are read into, nothing kept of them but their end. Knows what our server sends: a status, a length, a body.
 */
export interface PageClient {
  /** The end of the answer's body. */
  get(path: string): Promise<string>;
  close(): void;
}

export function openPageClient({ url, apiKey }: { url: string; apiKey: string }): Promise<PageClient> {
  const { hostname, port } = new URL(url);
  let answer: Answer | null = null;
  const socket = net.connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(readBytes),
      callback(bytes, buffer) {
        answer?.take((buffer as Buffer).subarray(0, bytes));
        return true;
      },
    },
  });
  socket.on('error', (error) => answer?.fail(error));
  const client: PageClient = {
    get: (path) =>
      new Promise((resolve, reject) => {
        answer = new Answer(resolve, reject);
        socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${apiKey}\r\n\r\n`);
      }),
    close: () => socket.destroy(),
  };
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(client));
    socket.once('error', reject);
  });
}

class Answer {
  readonly #resolve: (tail: string) => void;
  readonly fail: (error: Error) => void;
  #head = '';
  #left: number | null = null;
  #tail = Buffer.alloc(0) as Buffer;

  constructor(resolve: (tail: string) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.fail = reject;
  }

  take(chunk: Buffer): void {
    const body = this.#left === null ? this.#afterHead(chunk) : chunk;
    if (this.#left === null || !body) return;
    this.#left -= body.length;
    // The buffer is read into again: what is kept must be copied.
    this.#tail = Buffer.concat([this.#tail.subarray(-tailBytes), body.subarray(-tailBytes)]);
    if (this.#left === 0) this.#resolve(this.#tail.toString());
  }

  #afterHead(chunk: Buffer): Buffer | null {
    const text = this.#head + chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#head = text;
      return null;
    }
    const head = text.slice(0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) this.fail(new Error(`not a page: ${text.slice(0, tailBytes)}`));
    this.#left = Number(length);
    return chunk.subarray(end + 4 - this.#head.length);
  }
}
