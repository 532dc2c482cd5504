import net from 'node:net';
import type { CapturedValue, ProviderDefinition } from '../../kit/index.ts';
import { headersSchema, isCredentialHeader } from './headers.ts';
import { mappingBounds } from './mapping-bounds.ts';
import { pathTemplate } from './request-template.ts';

/** A place as on the wire, and what is wrong there. */
export interface Problem {
  path: string;
  message: string;
}

const concurrencyMax = 20;
const lookbackSecondsMax = 366 * 24 * 3600;

/**
 * What a provider in code is trusted with and a declared one is not: where requests go and which headers they carry. The addresses that a name leads to are checked again by the egress, at every connection.
 */
export function hostileProblems(definition: ProviderDefinition): Problem[] {
  const { limits } = definition;
  return [
    ...urlProblems(definition),
    ...headerProblems(definition),
    ...objectProblems(definition),
    ...mappingBounds(definition.unified ?? []),
    ...(limits.headers?.usage ? [{ path: 'limits.headers.usage', message: 'is for providers in code' }] : []),
    ...(limits.concurrencyMax > concurrencyMax ? [{ path: 'limits.concurrency_max', message: `must be at most ${concurrencyMax}` }] : []),
  ];
}

function urlProblems({ api, auth, captured = {} }: ProviderDefinition): Problem[] {
  const urls: [string, string | undefined][] = [['api.base_url', api.baseUrl]];
  for (const [i, kind] of auth.entries()) {
    if (kind.kind === 'oauth2')
      urls.push(
        [`auth.${i}.authorize_url`, kind.authorizeUrl],
        [`auth.${i}.refresh_url`, kind.refreshUrl],
        [`auth.${i}.revoke_url`, kind.revokeUrl],
      );
    if (kind.kind === 'oauth2' || kind.kind === 'client_credentials') urls.push([`auth.${i}.token_url`, kind.tokenUrl]);
  }
  return urls.flatMap(([path, url]) => {
    const message = url === undefined ? null : whyNoUrl(url, captured);
    return message === null ? [] : [{ path, message }];
  });
}

const fixedEnd = /((?:\\\.[a-z0-9-]+){2,})$/;

/** The end of every host is fixed, so that no captured value leads elsewhere: `https://{account}.acme.com`, or an origin whose pattern says so. */
function whyNoUrl(url: string, captured: Record<string, CapturedValue>): string | null {
  const origin = /^\{(\w+)\}/.exec(url)?.[1];
  if (origin !== undefined) {
    const pattern = captured[origin]?.pattern ?? '';
    const end = pattern.startsWith('https://') ? fixedEnd.exec(pattern)?.[1] : undefined;
    if (end === undefined) return `needs a captured.${origin}.pattern with a fixed end, such as https://[a-z0-9-]+\\.acme\\.com`;
    return whyNoHost(end.replaceAll('\\', '').slice(1));
  }
  const host = /^https:\/\/([^/?#]*)/.exec(url)?.[1];
  if (host === undefined) return 'must begin with https://';
  if (/[@:\\]/.test(host)) return 'must have neither a port nor a user name';
  const isFilled = host.includes('}');
  if (isFilled && !/\}(\.[a-z0-9-]+){2,}$/.test(host)) return 'must end in a fixed domain, such as https://{account}.acme.com';
  return whyNoHost(isFilled ? host.slice(host.lastIndexOf('}') + 2) : host);
}

/** Names that only lead somewhere inside of a network. */
const privateEnds = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'localdomain', 'arpa'];

function whyNoHost(host: string): string | null {
  const last = host.slice(host.lastIndexOf('.') + 1);
  if (net.isIP(host.replace(/^\[|\]$/g, '')) !== 0 || !/[a-z]/.test(last) || /^0x/.test(last)) return 'must be a name, not an address';
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(host) || privateEnds.includes(last))
    return 'must be a host of the public internet, in lower case';
  return null;
}

/** Requests that are data in code as well; the templates have their own schema. */
function headerProblems({ api, account, auth, objects }: ProviderDefinition): Problem[] {
  const requests: [string, { path?: string; headers?: Record<string, string> }][] = [
    ['api', { ...(api.headers && { headers: api.headers }) }],
    ['account.request', account.request],
    ...Object.entries(objects).flatMap(([name, { delta }]): [string, ProviderDefinition['account']['request']][] =>
      delta?.start.from === 'asked' ? [[`objects.${name}.delta.start.request`, delta.start.request]] : [],
    ),
  ];
  return [
    ...requests.flatMap(([at, { path, headers }]) => [
      ...issuesOf(headersSchema.optional().safeParse(headers), `${at}.headers`),
      ...issuesOf(pathTemplate.optional().safeParse(path), `${at}.path`),
    ]),
    ...auth.flatMap((kind, i) =>
      'send' in kind && kind.send && !isCredentialHeader(kind.send.header)
        ? [{ path: `auth.${i}.send.header`, message: 'is no header that a credential can stand in' }]
        : [],
    ),
  ];
}

function issuesOf(parsed: { success: boolean; error?: { issues: { path: PropertyKey[]; message: string }[] } }, at: string): Problem[] {
  return (parsed.error?.issues ?? []).map(({ path, message }) => ({ path: [at, ...path.map(String)].join('.'), message }));
}

function objectProblems({ objects }: ProviderDefinition): Problem[] {
  return Object.entries(objects).flatMap(([name, { visibilityLagSeconds, settledLagSeconds, incremental, deletions }]) => {
    const spans = [visibilityLagSeconds, settledLagSeconds, incremental?.lookbackSeconds, deletions?.lookbackSeconds];
    return spans.some((seconds) => (seconds ?? 0) > lookbackSecondsMax)
      ? [{ path: `objects.${name}`, message: `must look back at most ${lookbackSecondsMax} seconds` }]
      : [];
  });
}
