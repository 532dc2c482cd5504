import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { HookSignature } from '../../kit/index.ts';
import { refuseSignature } from './verify-signature.ts';

const hubspot: HookSignature = {
  header: 'x-hubspot-signature-v3',
  encoding: 'base64',
  signed: ['method', 'uri', 'body', 'timestamp'],
  timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds', toleranceSeconds: 300 },
  decodedInUri: ['%3A', '%2F'],
};
const stripe: HookSignature = {
  header: 'stripe-signature',
  pairs: { signature: 'v1', timestamp: 't' },
  encoding: 'hex',
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { unit: 'seconds', toleranceSeconds: 300 },
};
const body = Buffer.from('[{"objectId":1}]');
const uri = 'https://sync.example.com/hooks/abc?next=a%3Ab%2fc%20d';
const now = new Date('2026-11-21T12:00:00Z');
const hmac = (text: string, encoding: 'hex' | 'base64') => createHmac('sha256', 'secret').update(text).digest(encoding);

const time = String(now.getTime());
const good = hmac(`POSThttps://sync.example.com/hooks/abc?next=a:b/c%20d${body}${time}`, 'base64');

test.each<[string, Record<string, string>, string | null]>([
  ['good', { 'x-hubspot-signature-v3': good, 'x-hubspot-request-timestamp': time }, null],
  ['no signature', { 'x-hubspot-request-timestamp': time }, 'the header x-hubspot-signature-v3 is missing'],
  ['no time', { 'x-hubspot-signature-v3': good }, 'it says no time'],
  [
    'another time',
    { 'x-hubspot-signature-v3': good, 'x-hubspot-request-timestamp': String(now.getTime() + 1) },
    'the signature is another one',
  ],
  ['an empty signature', { 'x-hubspot-signature-v3': '', 'x-hubspot-request-timestamp': time }, 'the signature is another one'],
])('HubSpot v3: %s', (_name, headers, refusal) => {
  expect(refuseSignature(hubspot, 'secret', { method: 'POST', uri, headers, body }, now)).toBe(refusal);
});

test.each([-301, 301])('HubSpot v3: %i seconds off are too many, whatever is signed', (seconds) => {
  const headers = { 'x-hubspot-signature-v3': good, 'x-hubspot-request-timestamp': time };
  const at = new Date(now.getTime() + seconds * 1000);
  expect(refuseSignature(hubspot, 'secret', { method: 'POST', uri, headers, body }, at)).toBe('it is too old, or of the future');
});

const stamp = String(now.getTime() / 1000);
const v1 = hmac(`${stamp}.${body}`, 'hex');

test.each<[string, string, string | null]>([
  ['good', `t=${stamp},v1=${v1},v0=abc`, null],
  ['two keys, of which ours is the second', `t=${stamp},v1=${'0'.repeat(64)},v1=${v1}`, null],
  ['of an older scheme only', `t=${stamp},v0=${v1}`, 'the signature is another one'],
  ['without a time', `v1=${v1}`, 'it says no time'],
  ['nonsense', ',,=,', 'it says no time'],
])('Stripe: %s', (_name, header, refusal) => {
  const request = { method: 'POST', uri, headers: { 'stripe-signature': header }, body };
  expect(refuseSignature(stripe, 'secret', request, now)).toBe(refusal);
});

test('another body, another key and another address are refused', () => {
  const headers = { 'x-hubspot-signature-v3': good, 'x-hubspot-request-timestamp': time };
  const refused = 'the signature is another one';
  expect(refuseSignature(hubspot, 'secret', { method: 'POST', uri, headers, body: Buffer.from('[]') }, now)).toBe(refused);
  expect(refuseSignature(hubspot, 'other', { method: 'POST', uri, headers, body }, now)).toBe(refused);
  expect(refuseSignature(hubspot, 'secret', { method: 'POST', uri: `${uri}&x=1`, headers, body }, now)).toBe(refused);
});
