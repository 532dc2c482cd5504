import { checkAnswer } from './openapi.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are checked against openapi.json; tests look into them freely
export type Loose = any;

export interface Answer<T = Loose> {
  status: number;
  headers: Headers;
  body: T;
  text: string;
}

export interface RequestOptions {
  /** Default: the client's own. null sends no Authorization header. */
  key?: string | null | undefined;
  headers?: Record<string, string>;
}

export interface HttpClient {
  request<T = Loose>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>>;
  /** Like `request`, and anything but success is the test's failure. */
  call<T = Loose>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<T>;
  /** All items of a list, page by page. */
  list<T = Loose>(path: string, options?: RequestOptions): Promise<T[]>;
}

/** Plain HTTP as a vendor's backend speaks it, every answer held against openapi.json (B31). */
export function createHttpClient({ url, apiKey }: { url: string; apiKey: string }): HttpClient {
  const client: HttpClient = {
    async request<T>(method: string, path: string, body?: unknown, { key = apiKey, headers = {} }: RequestOptions = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        redirect: 'manual',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const contentType = response.headers.get('content-type') ?? '';
      const parsed: unknown = contentType.includes('json') && text ? JSON.parse(text) : text;
      checkAnswer({ method, path, status: response.status, contentType, body: parsed });
      return { status: response.status, headers: response.headers, body: parsed as T, text };
    },
    async call<T>(method: string, path: string, body?: unknown, options?: RequestOptions) {
      const answer = await client.request<T>(method, path, body, options);
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
      return answer.body;
    },
    async list<T>(path: string, options?: RequestOptions) {
      const items: T[] = [];
      for (let cursor: string | null = null; ; ) {
        const at = new URL(path, url);
        if (cursor) at.searchParams.set('cursor', cursor);
        const page: Page<T> = await client.call('GET', at.pathname + at.search, undefined, options);
        items.push(...page.data);
        if (!page.has_more) return items;
        cursor = page.next_cursor;
      }
    },
  };
  return client;
}

interface Page<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}
