import { expect, test } from 'vitest';
import hubspot from '../../providers/hubspot/index.ts';
import salesforce from '../../providers/salesforce/index.ts';
import { readReport } from './budget-report.ts';

test('HubSpot’s headers report the window of 10 seconds, as its answers carry them', () => {
  const headers = {
    'x-hubspot-ratelimit-max': '190',
    'x-hubspot-ratelimit-remaining': '187',
    'x-hubspot-ratelimit-interval-milliseconds': '10000',
  };
  expect(readReport(hubspot.limits.headers, headers)).toEqual({ category: null, seconds: 10, requests: 190, used: 3 });
});

test('Salesforce reports use and allowance of the last 24 hours in one header, for every category', () => {
  const headers = { 'sforce-limit-info': 'api-usage=18/5000' };
  expect(readReport(salesforce.limits.headers, headers)).toEqual({ category: 'all', seconds: 86_400, requests: 5000, used: 18 });
});

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['words', { limit: 'many', remaining: 'few' }],
  ['a limit alone', { limit: '10' }],
  ['a limit of none', { limit: '0', remaining: '0' }],
  ['a negative one', { limit: '-5', remaining: '1' }],
])('%s is no report', (_what, headers) => {
  expect(readReport({ limit: 'limit', remaining: 'remaining', windowSeconds: 10 }, headers)).toBeUndefined();
});

test('a limit whose window nobody names is not learned; more left than allowed is none used', () => {
  expect(readReport({ limit: 'limit', remaining: 'left' }, { limit: '10', left: '3' })).toBeUndefined();
  expect(readReport({ limit: 'limit', remaining: 'left', windowSeconds: 1 }, { limit: '10', left: '30' })).toMatchObject({ used: 0 });
});
