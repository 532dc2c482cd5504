import { expect } from 'vitest';
import { openCredentials } from '../../src/connect/credentials.ts';
import { createVault } from '../../src/connect/vault.ts';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import type { TestSyncline } from '../support/syncline.ts';

type Dialect = 'sandbox' | 'hubspot' | 'salesforce' | 'pipedrive' | 'stripe';

interface SceneOptions {
  /** The account at the provider; the customer is named like it. */
  account: string;
  object?: string;
  provider?: Dialect;
  /** Generated records. */
  size?: number;
  /** The object's entry in the sync config: strategy, interval, … */
  order?: Record<string, unknown>;
  /** Default true: waits for the first run. */
  waits?: boolean;
}

/** A row of the hub as a vendor reads it by SQL. `xmin` changes whenever the row is written. */
export interface HubRow {
  id: string;
  customer: string;
  seq: string;
  xmin: string;
  isDeleted: boolean;
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** A vendor of its own with one customer to act with, and a second one beside it whom nothing of that may touch. */
export async function openScene(syncline: TestSyncline, options: SceneOptions) {
  const { account, object = 'contacts', provider = 'sandbox', waits = true } = options;
  const { control } = syncline;
  const at = { dialect: provider, account, object };
  const bystander = provider === 'hubspot' ? `${account}99` : `${account}-bystander`;
  if (options.size !== undefined) await control.setSize({ ...at, size: options.size });
  await control.setSize({ ...at, account: bystander, size: 3 });
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ provider, objects: [{ object, ...options.order }] });
  const beside = await vendor.connectCustomer({ customerId: bystander, provider });
  const besideSync = await vendor.findSync({ connectionId: beside.connectionId, object });
  const { connectionId } = await vendor.connectCustomer({ customerId: account, provider });
  const syncId: string = (await vendor.findSync({ connectionId, object })).id;
  await vendor.waitForRun({ syncId: besideSync.id });
  const first = waits ? await vendor.waitForRun({ syncId }) : null;

  const table = `${hubSchemaName(vendor.applicationId)}.${provider}_${object}`;

  async function rowsOf(customer: string): Promise<HubRow[]> {
    const { rows } = await syncline.pool.query<HubRow>(
      `select _syncline_record_id as id, _syncline_customer_id as customer, _syncline_seq::text as seq, xmin::text as xmin,
              _syncline_deleted_at is not null as "isDeleted"
       from ${table}
       where _syncline_customer_id = $1::text
       order by _syncline_record_id`,
      [customer],
    );
    return rows;
  }
  const besideRows = await rowsOf(bystander);

  const scene = {
    ...{ vendor, control, account, object, at, connectionId, syncId, first, table },
    run: (input: { full?: boolean } = {}) => vendor.runSync({ syncId, ...input }),
    runs: () => vendor.list(`/v1/runs?sync_id=${syncId}`),
    sync: () => vendor.call('GET', `/v1/syncs/${syncId}`),
    checkpoint: () => vendor.call('GET', `/v1/syncs/${syncId}/checkpoint`),
    setWatermark: (watermark: string | null) => vendor.call('PUT', `/v1/syncs/${syncId}/checkpoint`, { watermark }),
    events: (type: string) => vendor.list(`/v1/events?types=${type}`).then((all) => all.filter(({ data }) => data.sync_id === syncId)),
    rows: () => rowsOf(account),
    /** One record's content, by SQL. */
    async raw(id: string): Promise<Record<string, Loose>> {
      const where = 'where _syncline_record_id = $1::text and _syncline_customer_id = $2::text';
      const { rows } = await syncline.pool.query(`select raw from ${table} ${where}`, [id, account]);
      if (rows.length !== 1) throw new Error(`${rows.length} rows of ${id}`);
      return rows[0].raw;
    },
    /** By the listing, tombstones included. */
    listed: (query = '') =>
      vendor.list(`/v1/records/${provider}/${object}?customer_id=${account}&include_deleted=true&page_size=1000${query}`),
    /** What changed since a cursor, as a vendor follows the feed. */
    async changes(cursor: string | null = null) {
      const data: Loose[] = [];
      for (let next = cursor; ; ) {
        const path = `/v1/records/${provider}/${object}?customer_id=${account}&include_deleted=true&page_size=1000`;
        const page = await vendor.call('GET', path + (next ? `&cursor=${next}` : ''));
        data.push(...page.data);
        next = page.next_cursor;
        if (!page.has_more) return { data, cursor: next as string };
      }
    },
    /** What the provider holds now. */
    async truth() {
      const { records } = await control.list(at);
      return new Map(records.filter((record) => record.deletedAt === null).map((record) => [record.id, record]));
    },
    /** The requests for pages that the provider has seen. */
    async pages() {
      const log = await control.requests({ dialect: provider, account });
      return log
        .filter((entry) => entry.path.includes(`/${object}`))
        .map((entry) => ({ ...entry, query: new URLSearchParams(entry.query) }));
    },

    /** Listing, SQL and provider say the same: ids, times and every text of every record. */
    async expectAgrees() {
      const [truth, listed, rows] = await Promise.all([scene.truth(), scene.listed(), scene.rows()]);
      const live = listed.filter((entry) => entry.deleted_at === null);
      expect(live.map((entry) => entry.record_id).sort()).toEqual([...truth.keys()].sort());
      expect(rows.map((row) => [row.id, row.isDeleted])).toEqual(
        listed.map((entry) => [entry.record_id, entry.deleted_at !== null]).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
      const differing = live.filter(({ record_id: id, modified_at: modifiedAt, record }) => {
        const { fields, updatedAt } = truth.get(id)!;
        return (
          modifiedAt !== updatedAt || Object.entries(fields).some(([key, value]) => typeof value === 'string' && record[key] !== value)
        );
      });
      expect(differing).toEqual([]);
    },

    /** What holds at the end of every row. */
    async expectInvariants() {
      const before = await scene.rows();
      const changes = (await scene.events('records.changed')).length;
      const again = await scene.run();
      expect(again).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, deleted: 0, first_seq: null, last_seq: null });
      expect(await scene.rows()).toEqual(before);
      expect(await scene.events('records.changed')).toHaveLength(changes);
      for (const run of await scene.runs()) expect(run.fetched).toBe(run.inserted + run.updated + run.unchanged + run.quarantined);
      expect(await rowsOf(bystander)).toEqual(besideRows);
      expect((await scene.listed()).every((entry) => entry.customer_id === account && entry.connection_id === connectionId)).toBe(true);
      await expectNoSecrets();
    },
  };

  async function expectNoSecrets() {
    const { rows } = await syncline.pool.query('select id, credentials_sealed from connection where id = $1', [connectionId]);
    const credentials = openCredentials(vault, { id: rows[0].id, credentialsSealed: rows[0].credentials_sealed });
    if (credentials.kind !== 'oauth2') throw new Error('customers of these tests connect by OAuth');
    const secrets = ['sandbox-secret', vendor.apiKey, credentials.accessToken, credentials.refreshToken!];
    const lists = ['connections', 'syncs', 'runs', 'events', 'audit', 'provider-configs', 'sync-configs'];
    for (const list of lists) {
      const { text } = await vendor.request('GET', `/v1/${list}?page_size=1000`);
      for (const secret of secrets) expect(text.includes(secret), list).toBe(false);
    }
  }

  return scene;
}

const vault = createVault({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
