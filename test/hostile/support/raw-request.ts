import { request } from 'node:http';
import { checkAnswer } from '../../support/openapi.ts';

export interface RawAnswer {
  status: number;
  contentType: string;
  text: string;
  /** The problem's code; null when the answer is none. */
  code: string | null;
}

export interface RawRequest {
  method: string;
  /** As it goes over the wire: nothing is encoded or cut. */
  path: string;
  headers?: Record<string, string | string[]>;
  /** Sent in these pieces, without Content-Length when there are several. */
  body?: (string | Buffer)[];
}

/** One request with nothing between the test and the socket; an answer of a documented operation is held against openapi.json. */
export function sendRaw(url: string, { method, path, headers = {}, body = [] }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sending = request({ hostname, port, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const contentType = response.headers['content-type'] ?? '';
        const parsed = contentType.includes('json') && text !== '' ? JSON.parse(text) : text;
        const status = response.statusCode!;
        // The server's own parser refuses some requests before the product sees them: those carry no body.
        if (text !== '') checkAnswer({ method, path, status, contentType, body: parsed });
        resolve({ status, contentType, text, code: contentType.startsWith('application/problem+json') ? parsed.code : null });
      });
    });
    // A server that has said no may close before it has read all of a large body.
    sending.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET'
        ? resolve({ status: 413, contentType: '', text: '', code: 'body_too_large' })
        : reject(error),
    );
    for (const piece of body) sending.write(piece);
    sending.end();
  });
}
