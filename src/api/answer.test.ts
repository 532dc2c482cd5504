import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { answerOf } from './answer.ts';
import { type Endpoint, RawJson, StreamAnswer } from './endpoint.ts';

const json = {} as Endpoint;
const events = { mediaType: 'text/event-stream' } as Endpoint;
const page = () => new RawJson(Buffer.from('{"data":[]}'), { etag: 'abc' });

function appOf(endpoint: Endpoint, answer: () => unknown): Hono {
  return new Hono().get('/', (c) => answerOf(c, endpoint, answer())).post('/', (c) => answerOf(c, endpoint, answer()));
}

test('whoever holds the answer gets 304 without a body, by any of the tags given, weak or not', async () => {
  const app = appOf(json, page);
  const asked = async (tag?: string) => {
    const answer = await app.request('/', tag === undefined ? {} : { headers: { 'if-none-match': tag } });
    return [answer.status, answer.headers.get('etag'), await answer.text()];
  };
  expect(await asked()).toEqual([200, '"abc"', '{"data":[]}']);
  for (const held of ['"abc"', 'W/"abc"', '"x", "abc"']) expect(await asked(held), held).toEqual([304, '"abc"', '']);
  for (const other of ['abc', '"ABC"', '', '"x"', '*abc']) expect(await asked(other), other).toEqual([200, '"abc"', '{"data":[]}']);
});

test('a POST is always answered, and an answer without a tag never has one', async () => {
  const posted = await appOf(json, page).request('/', { method: 'POST', headers: { 'if-none-match': '"abc"' } });
  expect([posted.status, posted.headers.get('etag')]).toEqual([200, '"abc"']);
  const bare = await appOf(json, () => new RawJson(Buffer.from('{}'))).request('/', { headers: { 'if-none-match': '"undefined"' } });
  expect([bare.status, bare.headers.get('etag')]).toEqual([200, null]);
});

test('a stream goes out as its media type; a HEAD request, which reads nothing, ends it', async () => {
  let cancelled = 0;
  const app = appOf(events, () => {
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(Buffer.from('data: 1\n\n'));
          controller.close();
        },
        cancel: () => void cancelled++,
      },
      { highWaterMark: 0 },
    );
    return new StreamAnswer(stream);
  });
  const answer = await app.request('/');
  expect([answer.headers.get('content-type'), await answer.text(), cancelled]).toEqual(['text/event-stream', 'data: 1\n\n', 0]);
  expect([(await app.request('/', { method: 'HEAD' })).status, cancelled]).toEqual([200, 1]);
});
