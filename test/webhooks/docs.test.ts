import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newSecret, signedHeaders } from '../../src/webhooks/signature.ts';

type Verify = (input: { headers: Record<string, string>; body: string; secret: string; now?: number }) => boolean;

test('the receiver’s code of the page takes what we sign, with either of two secrets, and nothing else', async () => {
  const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(page)![1]!;
  const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { verify: Verify };
  const [secret, before, another] = [newSecret(), newSecret(), newSecret()];
  const now = 1_800_000_000_000;
  const body = '{"id":"evt_1","number":9007199254740993,"data":{"name":"Søren"}}';
  const headers = signedHeaders([secret, before], { id: 'evt_1', timestamp: now / 1000, body });
  expect(verify({ headers, body, secret, now })).toBe(true);
  expect(verify({ headers, body, secret: before, now })).toBe(true);
  expect(verify({ headers, body, secret: another, now })).toBe(false);
  expect(verify({ headers, body: body.replace('Søren', 'Soren'), secret, now })).toBe(false);
  expect(verify({ headers: { ...headers, 'webhook-id': 'evt_2' }, body, secret, now })).toBe(false);
  expect(verify({ headers, body, secret, now: now + 6 * 60_000 })).toBe(false);
  // The published vector of Standard Webhooks, so that its libraries agree with the page and with us.
  expect(
    verify({
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: '{"test": 2432232314}',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      now: 1_614_265_330_000,
    }),
  ).toBe(true);
});
