import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Cluster } from './cluster.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { addFault } from './perform.ts';
import type { Plan } from './plan.ts';
import type { Subject } from './subjects.ts';

type Vendor = Awaited<ReturnType<Cluster['syncline']['createApplication']>>;
/** One vendor for each subject: seeds of one subject share a hub, its tables and its feed. */
export type Vendors = Map<string, Promise<Vendor>>;

/** One seed at play: a customer, its account at the provider, its sync, and what is known about them. */
export interface Actor {
  cluster: Cluster;
  plan: Plan;
  subject: Subject;
  vendor: Vendor;
  /** The account's name and the customer's id. */
  account: string;
  at: { dialect: Subject['provider']; account: string; object: string };
  /** The record table, as SQL. */
  table: string;
  schema: string;
  connectionId: string;
  syncId: string;
  ledger: Ledger;
  /** The records that there were in the beginning. */
  firstIds: readonly string[];
  clockOffsetMs: number;
  edits: number;
  /** A write with a time of its own is under way: how late it shows is known when it is done. */
  isWritingLate: boolean;
  /** Something happened that may make the customer connect again. */
  mayLoseGrant: boolean;
  /** The provider answered with an empty list that was none: its own feeds may have told nothing of a delete. */
  wasLiedTo: boolean;
  /** What must not be, each once. */
  violations: Set<string>;
}

/** Runs begin by schedule besides, so that nothing depends on the triggers alone. */
export const intervalSeconds = 10;

/** Line items of a generated deal. */
const childrenOfEach = 2;

/** The provider's account as the plan wants it, the faults of the prelude, and a customer who connects. */
export async function openActor(cluster: Cluster, vendors: Vendors, plan: Plan, account: string): Promise<Actor> {
  const { subject, size, settings } = plan;
  const at = { dialect: subject.provider, account, object: subject.object };
  const { control } = cluster.syncline;
  await control.configure({ ...at, ...settings });
  await control.setSize({ ...at, size });
  if (subject.parent) await control.setSize({ account, object: subject.parent, size: Math.ceil(size / childrenOfEach) });
  const ids = (await control.list(at)).records.map(({ id }) => id);
  const vendor = await vendorOf(cluster, vendors, subject);
  const schema = hubSchemaName(vendor.applicationId);
  const actor: Actor = {
    ...{ cluster, plan, subject, vendor, account, at, schema, table: `${schema}.${subject.provider}_${subject.object}` },
    ...{ connectionId: '', syncId: '', clockOffsetMs: settings.clockOffsetMs, edits: 0, isWritingLate: false },
    ledger: createLedger(subject, [...ids]),
    firstIds: ids,
    // A worker that dies between a rotated token's answer and its save has lost it: docs/guarantees.md, section 9.
    mayLoseGrant: settings.rotatesRefreshTokens,
    wasLiedTo: false,
    violations: new Set(),
  };
  for (const step of plan.prelude) if (step.do === 'fault') await addFault(actor, step);
  const connected = await vendor.connectCustomer({ customerId: account, provider: subject.provider });
  if (connected.status !== 'connected') throw new Error(`the customer could not connect: ${connected.returned}`);
  actor.connectionId = connected.connectionId;
  actor.syncId = (await vendor.findSync({ connectionId: actor.connectionId, object: subject.object })).id;
  return actor;
}

function vendorOf({ syncline }: Cluster, vendors: Vendors, subject: Subject): Promise<Vendor> {
  const { name, provider, object, order, switchesTo, parent } = subject;
  const open = async () => {
    const vendor = await syncline.createApplication(`Simulated vendor of ${name}`);
    await vendor.setUpProvider({
      provider,
      objects: [{ object, interval_seconds: intervalSeconds, ...order }, ...(parent ? [parent] : [])],
    });
    return vendor;
  };
  // A sync config is changed for all its customers.
  if (switchesTo.length > 0) return open();
  const vendor = vendors.get(name) ?? open();
  vendors.set(name, vendor);
  return vendor;
}
