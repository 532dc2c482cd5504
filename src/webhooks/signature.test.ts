import { expect, test } from 'vitest';
import { newSecret, signedHeaders } from './signature.ts';

test('signs as the published vector of Standard Webhooks says', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
  const headers = signedHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
  });
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('two secrets give two signatures, each what it would be alone', () => {
  const message = { id: 'evt_1', timestamp: 1_700_000_000, body: Buffer.from('{"ä":1}') };
  const [a, b] = [newSecret(), newSecret()];
  const alone = [a, b].map((secret) => signedHeaders([secret], message)['webhook-signature']);
  expect(signedHeaders([a, b], message)['webhook-signature']).toBe(alone.join(' '));
  expect(Buffer.from(a.replace('whsec_', ''), 'base64')).toHaveLength(32);
});
