import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEgress } from '../../src/connect/egress.ts';
import { sendAuthorised } from '../../src/connect/send.ts';
import { readPage } from '../../src/engine/page/read-page.ts';
import type { ReadPart, RequestSpec } from '../../src/kit/index.ts';
import { defaultLimits } from '../../src/ops/config.ts';
import { type Exchange, loadData, loadExchanges } from '../real/index.ts';
import { catalog } from './support/catalog.ts';

// What providers really answered, behind their real addresses: no stand-in of ours is between provider code and recording.
const provider = setupServer();
const egress = createEgress({ originOverrides: {}, allowPrivateAddresses: true });
const ctx = { egress, limits: defaultLimits, clock: { now: () => new Date('2022-02-17T19:22:44Z') } };
const instance = 'https://acme.my.salesforce.com';

beforeAll(() => provider.listen({ onUnhandledFrame: 'error' }));
afterEach(() => provider.resetHandlers());
afterAll(async () => {
  provider.close();
  await egress.close();
});

const send = (name: 'hubspot' | 'salesforce', spec: RequestSpec) =>
  sendAuthorised(
    ctx,
    {
      provider: catalog.provider(name),
      credentials: { kind: 'oauth2', accessToken: 'token', refreshToken: null, lifetimeSeconds: null },
      captured: name === 'salesforce' ? { instance_url: instance } : {},
    },
    spec,
    { signal: new AbortController().signal },
  );

/** Answers every request with the next of these, as it was recorded; the requests that came. */
function play(url: string, answers: Pick<Exchange, 'response'>[]): { authorization: string | null }[] {
  const came: { authorization: string | null }[] = [];
  provider.use(
    http.all(url, ({ request }) => {
      const { response } = answers[came.length]!;
      came.push({ authorization: request.headers.get('authorization') });
      return HttpResponse.json(response.body as never, { status: response.status, headers: response.headers });
    }),
  );
  return came;
}

describe('HubSpot', () => {
  const exchanges = loadExchanges('hubspot/recorded/export-objects__export-records-contact.json');
  const requestOf = ({ request }: Exchange) => JSON.stringify([request.method, request.url, request.body]);
  const refused = exchanges.filter(({ response }) => response.status === 429);

  test('each of the 22 recorded 429s is a rate limit, and the same request later gives its recorded records', async () => {
    expect(refused).toHaveLength(22);
    for (const exchange of refused) {
      const later = exchanges.slice(exchanges.indexOf(exchange) + 1);
      const served = later.find((other) => requestOf(other) === requestOf(exchange) && other.response.status === 200)!;
      const came = play(exchange.request.url, [exchange, served]);
      const spec: RequestSpec = { method: 'POST', path: new URL(exchange.request.url).pathname, json: exchange.request.body as never };
      await expect(send('hubspot', spec), exchange.place).rejects.toMatchObject({ meaning: 'rate_limited', status: 429 });
      const answer = await send('hubspot', spec);
      const contacts = catalog.object('hubspot', 'contacts');
      const { records } = readPage({
        body: answer.body,
        part: partOf('hubspot', 'contacts', 'incremental', 'search'),
        object: contacts,
        watermark: contacts.incremental!.watermark,
        headers: answer.headers,
        askedSeq: 1n,
        recordBytesMax: defaultLimits.recordBytesMax,
      });
      const { results } = served.response.body as { results: unknown[] };
      expect(
        records.map(({ raw }) => JSON.parse(raw.toString())),
        served.place,
      ).toEqual(results);
      expect(answer.providerTime).toEqual(new Date(served.response.headers.date!));
      expect(came).toEqual([{ authorization: 'Bearer token' }, { authorization: 'Bearer token' }]);
      provider.resetHandlers();
    }
  });
});

describe('Salesforce', () => {
  const pages = ['first', 'last'].map((name) =>
    loadData<{ records: unknown[] }>(`salesforce/examples/query_paginated_${name}_page_response.json`),
  );
  const recorded = (body: unknown, status = 200) => ({ response: { status, headers: {}, body } });

  test('the recorded pages are followed by their nextRecordsUrl at the instance, with the token, to their end', async () => {
    const part = partOf('salesforce', 'Contact', 'full');
    const object = catalog.object('salesforce', 'Contact');
    const came = play(
      `${instance}/services/data/*`,
      pages.map((body) => recorded(body)),
    );
    const bodies: unknown[] = [];
    const request = { object: 'Contact', position: null, since: null, pageSize: 2000, prepared: { fields: ['Id', 'Text_Label'] } };
    for (let position: Parameters<ReadPart['request']>[0]['position'] = null, asked = 0; asked === 0 || position !== null; asked++) {
      const at = { ...request, position };
      const answer = await send('salesforce', part.request(at));
      bodies.push(JSON.parse(answer.body.toString()));
      const page = readPage({
        ...{ body: answer.body, part, object, watermark: undefined, headers: answer.headers },
        ...{ askedSeq: 1n, recordBytesMax: defaultLimits.recordBytesMax },
      });
      position = part.next(at, page.answer);
    }
    expect(bodies).toEqual(pages);
    expect(came).toHaveLength(2);
  });

  test('the recorded ended session is unauthorized: the engine refreshes, and nobody retries here', async () => {
    const came = play(`${instance}/*`, [recorded(loadData('salesforce/examples/expired_session_response.json'), 401)]);
    await expect(
      send('salesforce', { method: 'GET', path: '/services/data/v62.0/query', query: { q: 'SELECT Id FROM Contact' } }),
    ).rejects.toMatchObject({
      meaning: 'unauthorized',
    });
    expect(came).toHaveLength(1);
  });
});

function partOf(name: string, object: string, kind: 'full' | 'incremental', part?: string): ReadPart {
  const { parts } = catalog.object(name, object)[kind]!;
  return parts.find((candidate) => part === undefined || candidate.name === part)!;
}
