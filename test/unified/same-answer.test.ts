import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typeOf } from '../../src/base/mapping/expr.ts';
import { pathsOf } from '../../src/base/mapping/sources.ts';
import { models, typesOf } from '../../src/catalog/index.ts';
import { mappingsFor } from '../../src/unified/mappings.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { bothAnswers } from './support/answers.ts';
import { expression, smallRecord } from './support/expressions.ts';
import { mutated } from './support/odd-values.ts';
import { realRecords } from './support/records.ts';
import { type Server, servers, vendorPool } from './support/servers.ts';

const real = realRecords();
const mapped = models.flatMap((model) =>
  mappingsFor(catalog.list(), model.category, model.name).map(({ provider, object, mapping }) => ({
    name: `${model.category} ${model.name} of ${provider} ${object}`,
    records: real.get(`${provider} ${object}`) ?? [],
    paths: pathsOf(mapping),
    mapped: { fields: mapping.fields, types: typesOf(model) },
  })),
);

describe.each(servers)('on %s', (_, start) => {
  let server: Server;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await start();
    pool = vendorPool(server.url);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  test('the mapper and the view give the same answer on every real record', async () => {
    let compared = 0;
    for (const one of mapped.filter(({ records }) => records.length > 0)) {
      const { mapper, view } = await bothAnswers(pool, one.mapped, one.records);
      expect(mapper, one.name).toEqual(view);
      compared += view.length;
    }
    expect(compared).toBeGreaterThan(150);
  });

  test('the mapper and the view give the same answer on real records with anything else in them', async () => {
    for (const one of mapped) {
      const records = fc.array(mutated(one.records, one.paths), { minLength: 20, maxLength: 40, size: 'max' });
      await fc.assert(
        fc.asyncProperty(records, async (given) => {
          const { mapper, view } = await bothAnswers(pool, one.mapped, given);
          expect(mapper, one.name).toEqual(view);
        }),
        { numRuns: 3 },
      );
    }
  });

  test('the mapper and the view give the same answer for every expression of the language', async () => {
    const given = fc.tuple(
      fc.array(expression, { minLength: 4, maxLength: 8 }),
      fc.array(smallRecord, { minLength: 10, maxLength: 20, size: 'max' }),
    );
    await fc.assert(
      fc.asyncProperty(given, async ([expressions, records]) => {
        const fields = Object.fromEntries(expressions.map((expr, i) => [`f${i}`, expr]));
        const types = Object.fromEntries(expressions.map((expr, i) => [`f${i}`, typeOf(expr) ?? 'text']));
        const { mapper, view } = await bothAnswers(pool, { fields, types }, records);
        expect(mapper).toEqual(view);
      }),
      { numRuns: 120 },
    );
  });
});
