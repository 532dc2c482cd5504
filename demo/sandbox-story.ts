import pg from 'pg';
import type { RecordEntry } from '../sdk/src/index.ts';
import type { Product } from './product.ts';
import { holds } from './same.ts';
import type { Terminal } from './terminal.ts';
import { connectCustomer, controlOf, createVendor, firstRuns, offerProvider, readChanges, syncNow, type Vendor } from './vendor.ts';

const objects = ['contacts', 'companies', 'deals', 'owners'];
const contactsOf = { acme: 12_000, globex: 3_000, initech: 500, umbrella: 2_000, hooli: 800 };
type Customer = keyof typeof contactsOf;
const vendors: { name: string; customers: Customer[] }[] = [
  { name: 'Northwind Analytics', customers: ['acme', 'globex', 'initech'] },
  { name: 'Contoso Billing', customers: ['umbrella', 'hooli'] },
];
const edits = { created: 25, updated: 40, deleted: 7 };

interface Stage {
  product: Product;
  terminal: Terminal;
  control: ReturnType<typeof controlOf>;
  /** A demo leaves its accounts behind; the next one must not meet them. */
  accountOf(customer: string): string;
}

/** Two vendors, five customers: connect, read in full, change at the provider, read what changed, list it, see it by SQL. */
export async function tellSandboxStory(product: Product, terminal: Terminal): Promise<void> {
  const mark = Date.now().toString(36);
  const stage: Stage = { product, terminal, control: controlOf(product), accountOf: (customer) => `${customer}-${mark}` };
  terminal.chapter('1. Two vendors set up, five customers connect their CRM');
  const cast: Vendor[] = [];
  for (const { name, customers } of vendors) cast.push(await setUp(stage, name, customers));

  terminal.chapter('2. Everything is read once');
  for (const vendor of cast) await readInFull(stage, vendor);
  const before = new Map(
    await Promise.all(cast.map(async (vendor) => [vendor, await readChanges(vendor, 'sandbox', 'contacts', {})] as const)),
  );
  for (const [vendor, { changes }] of before) await compareWithProvider(stage, vendor, changes);

  terminal.chapter('3. The provider changes; only the changes travel');
  const [first] = cast as [Vendor];
  const changed = await changeAtProvider(stage, 'acme');
  const runs = await syncNow(first, [...first.connections.values()], terminal, `${first.name}: incremental syncs`);
  const written = runs.reduce((sum, run) => sum + run.inserted + run.updated + run.deleted, 0);
  terminal.check('an incremental sync writes what changed and nothing else', written === changed.size, `${written} rows written`);
  await followCursor(stage, first, before.get(first)!.cursor, changed);

  terminal.chapter('4. The same rows by SQL, and each vendor alone with its own');
  for (const vendor of cast) await lookBySql(stage, vendor);
  await lookAcross(stage, cast);
}

async function setUp({ product, terminal, control, accountOf }: Stage, name: string, customers: Customer[]): Promise<Vendor> {
  const vendor = await createVendor(product, name);
  for (const customer of customers) await control.setSize({ account: accountOf(customer), object: 'contacts', size: contactsOf[customer] });
  await offerProvider(vendor, 'sandbox', objects);
  await terminal.progress(`${name}: customers through OAuth`, async (report) => {
    for (const [index, customer] of customers.entries()) {
      await connectCustomer(vendor, { customer, provider: 'sandbox', account: accountOf(customer) });
      report(index + 1, customers.length);
    }
  });
  return vendor;
}

async function readInFull({ terminal, control, accountOf }: Stage, vendor: Vendor): Promise<void> {
  const { customers } = vendors.find(({ name }) => name === vendor.name)!;
  const sizes = customers.flatMap((customer) => objects.map((object) => control.list({ account: accountOf(customer), object })));
  const expected = (await Promise.all(sizes)).reduce((sum, { count }) => sum + count, 0);
  await firstRuns(vendor, [...vendor.connections.values()], expected, terminal, `${vendor.name}: full syncs`);
}

async function compareWithProvider({ terminal, control, accountOf }: Stage, vendor: Vendor, listed: RecordEntry[]): Promise<void> {
  const { customers } = vendors.find(({ name }) => name === vendor.name)!;
  for (const customer of customers) {
    const { records } = await control.list({ account: accountOf(customer), object: 'contacts' });
    const mine = new Map(listed.filter(({ customer_id }) => customer_id === customer).map((entry) => [entry.record_id, entry.record]));
    const equal = records.filter(({ id, fields }) => mine.has(id) && holds(mine.get(id), fields)).length;
    const isTrue = equal === records.length && mine.size === records.length;
    terminal.check(`${customer}: every contact is listed as the provider has it`, isTrue, `${equal} of ${records.length}, value for value`);
  }
}

async function changeAtProvider({ terminal, control, accountOf }: Stage, customer: Customer): Promise<Map<string, 'live' | 'deleted'>> {
  const where = { account: accountOf(customer), object: 'contacts' };
  const { records } = await control.list(where);
  const ids = records.map(({ id }) => id);
  const gone = ids.slice(100, 100 + edits.deleted);
  const touched = ids.slice(1_000, 1_000 + edits.updated);
  const { ids: born } = await control.createMany({
    ...where,
    count: edits.created,
    fields: { email: 'new@example.com', note: 'made by the demo' },
  });
  await control.update({ ...where, ids: touched, fields: { lifecycle_stage: 'customer' } });
  await control.delete({ ...where, ids: gone });
  terminal.line(`At the provider, ${customer} creates ${born.length} contacts, edits ${touched.length} and deletes ${gone.length}.`);
  return new Map([...[...born, ...touched].map((id) => [id, 'live'] as const), ...gone.map((id) => [id, 'deleted'] as const)]);
}

async function followCursor({ terminal }: Stage, vendor: Vendor, cursor: string, changed: Map<string, 'live' | 'deleted'>): Promise<void> {
  const { changes } = await readChanges(vendor, 'sandbox', 'contacts', { cursor });
  const isExact =
    changes.length === changed.size && changes.every((entry) => changed.get(entry.record_id) === (entry.deleted_at ? 'deleted' : 'live'));
  const deleted = changes.filter(({ deleted_at }) => deleted_at).length;
  terminal.check(
    'the cursor kept from before shows exactly these changes',
    isExact,
    `${changes.length} changes, ${deleted} of them deletes`,
  );
}

async function lookBySql({ product, terminal }: Stage, { name, sdk, schema }: Vendor): Promise<void> {
  const sql = `select _syncline_customer_id as customer, count(*)::int as contacts
    from ${schema}.sandbox_contacts
    where _syncline_deleted_at is null
    group by 1
    order by 1`;
  const client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ customer: string; contacts: number }>(sql).finally(() => client.end());
  let isTrue = rows.length > 0;
  for (const { customer, contacts } of rows) {
    let listed = 0;
    for await (const _ of sdk.records.list('sandbox', 'contacts', { customer_id: customer, page_size: 1000 })) listed++;
    isTrue &&= listed === contacts;
  }
  terminal.check(
    `${name}: SQL and the API tell the same`,
    isTrue,
    rows.map(({ customer, contacts }) => `${customer} ${contacts}`).join(', '),
  );
}

async function lookAcross({ terminal }: Stage, [first, second]: Vendor[]): Promise<void> {
  const { customers } = vendors[1]!;
  const foreign = await first!.sdk.customers.get(customers[0]!).then(
    () => 'found',
    (error: { status?: number }) => String(error.status),
  );
  terminal.check(`${first!.name} cannot see a customer of ${second!.name}`, foreign === '404', `answered ${foreign}`);
}
