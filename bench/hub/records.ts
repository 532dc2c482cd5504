import { createHash } from 'node:crypto';
import type { IncomingRecord } from '../../src/hub/index.ts';

const words =
  'account renewal quarterly onboarding invoice pipeline warehouse delivery contract partner meeting proposal budget support'.split(' ');

/** Records of 1–2 KB, the shape of a CRM contact; the same for the same numbers. Every text is of its own, as real ones are. */
export function benchRecords(from: number, count: number): IncomingRecord[] {
  return Array.from({ length: count }, (_, i) => benchRecord(from + i));
}

function benchRecord(n: number): IncomingRecord {
  const modifiedAt = new Date(1_700_000_000_000 + n * 1000);
  const raw = Buffer.from(
    JSON.stringify({
      id: idOf(n),
      properties: {
        email: `person.${n}@company-${n % 977}.example`,
        firstname: `First${n}`,
        lastname: `Last${(n * 7919) % 100_003}`,
        phone: `+1 555 ${String(n).padStart(7, '0')}`,
        amount: n * 1.25,
        is_active: n % 3 === 0,
        hs_lastmodifieddate: modifiedAt.toISOString(),
        notes: prose(n, 90 + (n % 90)),
      },
      associations: [n % 13, n % 17, n % 19],
    }),
  );
  return {
    id: idOf(n),
    raw,
    hash: createHash('md5').update(raw).digest().toString('latin1'),
    modifiedAt,
    isDeleted: false,
    isSanitised: false,
    askedSeq: 0n,
  };
}

function idOf(n: number): string {
  return String(100_000_000 + n);
}

function prose(seed: number, count: number): string {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out.push(words[(state >>> 8) % words.length]!);
  }
  return out.join(' ');
}
