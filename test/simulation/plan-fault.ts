import type { MalformedRecord } from '../../sandbox/faults.ts';
import type { Step } from './plan.ts';
import type { Random } from './random.ts';

type FaultStep = Extract<Step, { do: 'fault' }>;

const malformed: readonly (readonly [MalformedRecord, number])[] = [
  ['missing_id', 2],
  ['null_id', 2],
  ['nul_char', 2],
  ['lone_surrogate', 2],
  ['huge_number', 2],
  ['deep_nesting', 2],
  ['not_an_object', 2],
  ['ten_megabytes', 1],
];

/** One fault that the sandbox knows, on one of the next requests. */
export function faultStep(random: Random): FaultStep {
  const shared = { do: 'fault', skip: random.below(5), times: 1 } as const;
  const kind = random.weighted([
    ['rate_limited', 4],
    ['server_error', 4],
    ['cut', 4],
    ['slow', 3],
    ['not_json', 2],
    ['page_expired', 4],
    ['overlapping', 4],
    ['malformed', 3],
    ['unauthorized', 2],
    ['forbidden', 1],
    ['empty', 3],
    ['token', 1],
  ] as const);
  switch (kind) {
    case 'rate_limited':
      return { ...shared, fault: { kind, as: random.pick(['seconds', 'date', 'none']), retryAfterSeconds: random.between(1, 3) } };
    case 'server_error':
      return { ...shared, times: random.between(1, 3), fault: { kind, status: random.pick([500, 502, 503, 504]) } };
    case 'cut':
      return { ...shared, times: random.between(1, 2), fault: { kind, at: random.pick(['start', 'half', 'processed']) } };
    case 'slow':
      // The longest outlasts a lease: another worker takes over while the answer is on its way.
      return { ...shared, fault: { kind, delayMs: random.pick([50, 150, 400, 900, 6500]), at: random.pick(['before', 'after']) } };
    case 'page_expired':
      return {
        ...shared,
        on: 'later_page',
        times: random.weighted([
          [1, 3],
          [2, 1],
        ] as const),
        fault: { kind },
      };
    case 'malformed':
      return { ...shared, fault: { kind, record: random.weighted(malformed) } };
    case 'empty':
      // On the first page: a later page that lies about being the last cannot be told from the truth.
      return { ...shared, on: 'first_page', skip: 0, fault: { kind } };
    case 'token':
      return {
        ...shared,
        at: 'token',
        skip: 0,
        fault: random.pick([{ kind: 'server_error', status: 503 }, { kind: 'cut' }, { kind: 'token_error', error: 'slow_down' }] as const),
      };
    default:
      return { ...shared, fault: { kind } };
  }
}
