import type { Control } from './control-client.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './index.ts';

/** Recorded records, and the accounts that serve them. */
export interface Recorded {
  hubspot?: { account: string; contacts: unknown[] };
  salesforce?: { account: string; contacts: unknown[]; accounts: unknown[]; descriptions?: { contact: unknown; account: unknown } };
  pipedrive?: { account: string; persons: unknown[] };
  stripe?: { account: string; objects: Record<string, unknown[]> };
}

/** Puts recorded records into accounts of a running sandbox: the dialects serve them value for value, in the providers' own pages. */
export async function loadReplay(control: Control, { hubspot, salesforce, pipedrive, stripe }: Recorded): Promise<void> {
  if (hubspot) await control.load({ dialect: 'hubspot', account: hubspot.account, object: 'contacts', records: hubspot.contacts });
  if (pipedrive) await control.load({ dialect: 'pipedrive', account: pipedrive.account, object: 'persons', records: pipedrive.persons });
  for (const [object, records] of Object.entries(stripe?.objects ?? {}))
    await control.load({ dialect: 'stripe', account: stripe!.account, object, records });
  if (!salesforce) return;
  const { account, contacts, accounts, descriptions } = salesforce;
  await control.load({ dialect: 'salesforce', account, object: 'Contact', records: contacts, description: descriptions?.contact });
  await control.load({ dialect: 'salesforce', account, object: 'Account', records: accounts, description: descriptions?.account });
}

/** A sandbox that begins with recorded records. */
export async function createReplay(recorded: Recorded, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await createSandbox(options);
  await loadReplay(sandbox.control, recorded);
  return sandbox;
}
