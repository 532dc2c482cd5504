import type { AddressInfo } from 'node:net';
import { createControl } from './control-client.ts';
import { createHubspotDialect, hubspotData } from './hubspot/index.ts';
import { createOwnDialect, ownData } from './own/index.ts';
import { createPipedriveDialect, pipedriveData } from './pipedrive/index.ts';
import { createSalesforceDialect, salesforceData } from './salesforce/index.ts';
import { createSandboxServer } from './server.ts';
import { createStripeDialect, stripeData } from './stripe/index.ts';
import { World } from './world.ts';

export interface SandboxOptions {
  /** Default: a free one. */
  port?: number;
  /** Default: loopback only; it is no server for strangers. */
  host?: string;
  /** Other seeds, other data. */
  seed?: number;
}

export interface Sandbox {
  url: string;
  /** Where the origins of the simulated providers are served. */
  originOverrides(): Record<string, string>;
  control: ReturnType<typeof createControl>;
  close(): Promise<void>;
}

/** A SaaS in a box: OAuth server and data of our own dialect and of those of real providers. */
export async function createSandbox({ port = 0, host = '127.0.0.1', seed = 1 }: SandboxOptions = {}): Promise<Sandbox> {
  const world = new World(
    { sandbox: ownData, hubspot: hubspotData, salesforce: salesforceData, pipedrive: pipedriveData, stripe: stripeData },
    seed,
  );
  const dialects = [
    createHubspotDialect(world),
    createSalesforceDialect(world),
    createPipedriveDialect(world),
    createStripeDialect(world),
    createOwnDialect(world, seed),
  ];
  const server = createSandboxServer(world, dialects);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    originOverrides: () => originOverridesFor(url),
    control: createControl(url),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** The origins that a sandbox at this URL serves. */
export function originOverridesFor(url: string): Record<string, string> {
  return {
    'https://sandbox.test': url,
    'https://app.hubspot.com': `${url}/hubspot`,
    'https://api.hubapi.com': `${url}/hubspot`,
    'https://login.salesforce.com': `${url}/salesforce`,
    'https://test.salesforce.com': `${url}/salesforce`,
    'https://*.my.salesforce.com': `${url}/salesforce`,
    'https://*.pipedrive.com': `${url}/pipedrive`,
    'https://connect.stripe.com': `${url}/stripe`,
    'https://api.stripe.com': `${url}/stripe`,
  };
}
