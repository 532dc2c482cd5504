import type { Loose } from './client.ts';

export interface SentEvent {
  /** `records`, `problem`; null: a comment, which only moves the position. */
  event: string | null;
  id: string | null;
  data: Loose;
}

/** A stream that says nothing for so long has lost what it should have told. */
const nextMsMax = 45_000;

/** Opens a stream and reads its events one by one, as a client of server-sent events does. */
export async function openStream({ url, key, headers = {} }: { url: string; key: string; headers?: Record<string, string> }) {
  const abort = new AbortController();
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}`, ...headers }, signal: abort.signal });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return { status: response.status, problem: (await response.json()) as Loose, next: async () => null, close: () => undefined };
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  return {
    status: response.status,
    problem: null,
    /** The next that tells something: comments pass, which come while nothing changes. null: the stream has ended. */
    async next(): Promise<SentEvent | null> {
      for (;;) {
        const end = buffered.indexOf('\n\n');
        if (end >= 0) {
          const block = buffered.slice(0, end);
          buffered = buffered.slice(end + 2);
          const event = parse(block);
          if (event.event !== null) return event;
          continue;
        }
        const { done, value } = await soon(reader.read());
        if (done) return null;
        buffered += value;
      }
    },
    close: () => abort.abort(),
  };
}

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the stream told nothing within ${nextMsMax} ms`)), nextMsMax);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function parse(block: string): SentEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
  const data = field('data');
  return { event: field('event'), id: field('id'), data: data === null ? null : JSON.parse(data) };
}
