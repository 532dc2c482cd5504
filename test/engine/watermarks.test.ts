import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;
const lookbackSeconds = 5;

beforeAll(async () => {
  engine = await startEngine({ lookbackSeconds });
});
afterAll(() => engine.close());

test('B13 a record modified during the full listing, after its page was read, is there after the next incremental run', async () => {
  const strict = await startEngine({ lookbackSeconds: 0 });
  try {
    const account = 'moved';
    const match = { account, object: 'contacts' };
    const records = (await strict.control.list({ account, object: 'contacts' })).records;
    const [early, late] = [records[0]!.id, records.at(-1)!.id];
    const update = (id: string) => ({ operation: 'update' as const, object: 'contacts', id, fields: { name: `changed ${id}` } });
    // After page 1 one of its records changes; after page 6 one of the last page: its later time is the highest that the read sees.
    await strict.control.fault({ match, fault: { kind: 'mutate', operations: [update(early)] } });
    await strict.control.fault({ match, fault: { kind: 'mutate', operations: [update(late)] }, skip: 5 });
    const { syncId } = await strict.setUp('contacts', account);
    await strict.finish(syncId);
    const { live } = await strict.hubRows('contacts');
    expect([live.get(early)!.name, live.get(late)!.name]).toEqual([expect.not.stringContaining('changed'), `changed ${late}`]);
    expect(await strict.run(syncId)).toMatchObject({ kind: 'incremental' });
    expect((await strict.hubRows('contacts')).live.get(early)!.name).toBe(`changed ${early}`);
  } finally {
    await strict.close();
  }
});

test('B14 a record dated in the future does not suppress later changes', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'future-record');
  await vendor.finish(syncId);
  await engine.control.create({ account: 'future-record', object: 'contacts', id: 'con_future', updatedAt: '2099-01-01T00:00:00.000Z' });
  await vendor.run(syncId);
  expect(Date.parse((await vendor.checkpoint(syncId)).watermark!)).toBeLessThanOrEqual(Date.now());
  const { ids } = await engine.control.update({ account: 'future-record', object: 'contacts', count: 1, fields: { name: 'After' } });
  await vendor.run(syncId);
  const { live } = await vendor.hubRows('contacts');
  expect(live.has('con_future')).toBe(true);
  expect(live.get(ids[0]!)!.name).toBe('After');
});

test.each([
  ['ten minutes behind', -600_000],
  ['ten minutes ahead', 600_000],
])('H53 with the provider’s clock %s nothing is lost, and the mark is in the provider’s time', async (_title, clockOffsetMs) => {
  const vendor = await engine.createVendor();
  const account = `clock${clockOffsetMs}`;
  await engine.control.configure({ account, clockOffsetMs });
  const { syncId } = await vendor.setUp('contacts', account);
  await vendor.finish(syncId);
  for (let i = 0; i < 3; i++) {
    const { ids } = await engine.control.update({ account, object: 'contacts', count: 1 + i, fields: { name: `round ${i}` } });
    await vendor.run(syncId);
    const { live } = await vendor.hubRows('contacts');
    for (const id of ids) expect(live.get(id)!.name).toBe(`round ${i}`);
    expect(Date.parse((await vendor.checkpoint(syncId)).watermark!)).toBeLessThanOrEqual(Date.now() + clockOffsetMs);
  }
});

test('H53 a provider whose clock is set back is read in full: what it writes meanwhile lies below the mark', async () => {
  const vendor = await engine.createVendor();
  const account = 'set-back';
  await engine.control.configure({ account, clockOffsetMs: 600_000 });
  const { syncId } = await vendor.setUp('contacts', account);
  await vendor.finish(syncId);
  await engine.control.update({ account, object: 'contacts', count: 1, fields: { name: 'ahead' } });
  await vendor.run(syncId);
  await engine.control.configure({ account, clockOffsetMs: 0 });
  const [id] = [...(await engine.truth(account, 'contacts')).keys()].slice(-1);
  await engine.control.update({ account, object: 'contacts', id: id!, fields: { name: 'after the correction' } });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'full', status: 'succeeded' });
  expect((await vendor.hubRows('contacts')).live.get(id!)!.name).toBe('after the correction');
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental' });
});

test('H52 a record that becomes visible late, with a time before the mark, arrives with a later run', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'late');
  await engine.control.update({ account: 'late', object: 'contacts', count: 1 });
  await vendor.finish(syncId);
  await vendor.run(syncId);
  const { watermark } = await vendor.checkpoint(syncId);
  const updatedAt = new Date(Date.parse(watermark!) - 3000).toISOString();
  await engine.control.create({ account: 'late', object: 'contacts', id: 'con_late', updatedAt });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', inserted: 1 });
  expect((await vendor.hubRows('contacts')).live.has('con_late')).toBe(true);
});

test('H51 records that are read again because of the overlap change nothing and announce nothing', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'overlap');
  await engine.control.update({ account: 'overlap', object: 'contacts', count: 5 });
  await vendor.finish(syncId);
  await vendor.run(syncId);
  const before = await vendor.hubRows('contacts');
  const announced = await vendor.events('records.changed');
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ fetched: 5, unchanged: 5, inserted: 0, updated: 0, firstSeq: null });
  expect((await vendor.hubRows('contacts')).rows).toEqual(before.rows);
  expect(await vendor.events('records.changed')).toHaveLength(announced.length);
});

test('D24 T11 a run that fails in the middle leaves the mark where it was, and the next one loses nothing', async () => {
  const vendor = await engine.createVendor();
  const account = 'halfway';
  const { syncId } = await vendor.setUp('contacts', account);
  await vendor.finish(syncId);
  const { watermark } = await vendor.checkpoint(syncId);
  await engine.control.update({ account, object: 'contacts', count: 45, fields: { name: 'All of these' } });
  await engine.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'forbidden' }, skip: 2 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'failed', errorCode: 'provider_forbidden', watermarkAfter: null });
  expect((await vendor.checkpoint(syncId)).watermark).toBe(watermark);
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', status: 'succeeded' });
  const { live } = await vendor.hubRows('contacts');
  expect([...live.values()].filter((record) => record.name === 'All of these')).toHaveLength(45);
  expect((await vendor.checkpoint(syncId)).watermark).not.toBe(watermark);
});

test('P13 D23 the mark is read, set to a past value and to null, and the next run reads accordingly without rewriting anything', async () => {
  const vendor = await engine.createVendor();
  const account = 'edited-mark';
  const { syncId } = await vendor.setUp('contacts', account);
  await vendor.finish(syncId);
  const { rows } = await vendor.hubRows('contacts');
  const times = (await engine.control.list({ account, object: 'contacts' })).records
    .map((r) => Date.parse(r.updatedAt))
    .sort((a, b) => a - b);
  const past = times.at(-20)!;
  expect(await vendor.setWatermark(syncId, new Date(past).toISOString())).toMatchObject({ watermark: new Date(past).toISOString() });
  const asked = times.filter((time) => time >= past - lookbackSeconds * 1000).length;
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', fetched: asked, unchanged: asked });
  expect(await vendor.setWatermark(syncId, null)).toMatchObject({ watermark: null });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'full', fetched: times.length, unchanged: times.length });
  expect((await vendor.hubRows('contacts')).rows).toEqual(rows);
  await expect(vendor.setWatermark(syncId, 'yesterday')).rejects.toMatchObject({ code: 'input_invalid' });
});
