import type { Egress } from '../connect/egress.ts';
import type { Hubs, WriteFacts } from '../hub/index.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import type { Metrics } from '../ops/metrics.ts';

type Hub = Awaited<ReturnType<Hubs['open']>>;

/**
 * The way out, with every answer counted by the provider's real host. A host that is captured names a customer
 * (`acme.my.salesforce.com`), and there are as many as customers: those are counted under the provider's name.
 */
export function countedEgress(egress: Egress, metrics: Metrics, providers: readonly ProviderDefinition[]): Egress {
  const fixed = new Set<string>();
  const captured: { origin: RegExp; name: string }[] = [];
  for (const provider of providers)
    for (const template of urlsOf(provider)) {
      if (template.includes('{')) captured.push({ origin: originPattern(template, provider), name: provider.name });
      else fixed.add(new URL(template).host);
    }
  const labelOf = ({ host, origin }: URL) => (fixed.has(host) ? host : (captured.find((one) => one.origin.test(origin))?.name ?? 'other'));
  return {
    ...egress,
    async send(target, request) {
      const host = labelOf(new URL(target));
      const answer = await egress.send(target, request).catch((error: unknown) => {
        metrics.providerAnswered({ host, status: null });
        throw error;
      });
      metrics.providerAnswered({ host, status: answer.status });
      return answer;
    },
  };
}

function urlsOf({ api, auth }: ProviderDefinition): string[] {
  const urls = auth.flatMap((one) => {
    if (one.kind === 'oauth2') return [one.tokenUrl, one.refreshUrl, one.revokeUrl];
    return one.kind === 'client_credentials' ? [one.tokenUrl] : [];
  });
  return [api.baseUrl, ...urls].filter((url) => url !== undefined);
}

/** The origin of a URL template, with the pattern of each captured value in its place. */
function originPattern(template: string, { captured }: ProviderDefinition): RegExp {
  const origin = /^(?:https:\/\/)?[^/]+/.exec(template)![0];
  const source = origin
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 1 ? `(?:${captured?.[part]?.pattern ?? ''})` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`);
}

/** The hubs, with every committed change batch counted by what became of its records. */
export function countedHubs(hubs: Hubs, metrics: Metrics): Hubs {
  const counted = new WeakMap<Hub, Hub>();
  return {
    ...hubs,
    async open(destination) {
      const hub = await hubs.open(destination);
      const known = counted.get(hub) ?? countedHub(hub, metrics);
      counted.set(hub, known);
      return known;
    },
  };
}

function countedHub(hub: Hub, metrics: Metrics): Hub {
  const count = <T extends WriteFacts>({ inserted, updated, deleted, unchanged, quarantined, ...rest }: T): T => {
    metrics.rowsWritten({ inserted, updated, deleted, unchanged, quarantined });
    return { inserted, updated, deleted, unchanged, quarantined, ...rest } as unknown as T;
  };
  return {
    ...hub,
    writeSlice: async (input) => count(await hub.writeSlice(input)),
    deleteBatch: async (input) => count(await hub.deleteBatch(input)),
    writeHooked: async (input) => count(await hub.writeHooked(input)),
  };
}
