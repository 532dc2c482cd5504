import type { ProviderDefinition } from '../kit/index.ts';
import { objectSchema, providerSchema } from './provider-schema.ts';
import { templateNames } from './template.ts';

/** Refuses a definition that does not hold, naming provider and place: mistakes show at the start, not in a customer's run. */
export function checkProvider(candidate: unknown): ProviderDefinition {
  const parsed = providerSchema.safeParse(candidate);
  const definition = candidate as ProviderDefinition;
  const problems = parsed.success
    ? crossProblems(definition)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'definition'}: ${message}`);
  if (problems.length > 0) throw new Error(`The provider ${nameOf(candidate)} is not well defined:\n  ${problems.join('\n  ')}`);
  return definition;
}

function nameOf(candidate: unknown): string {
  return typeof candidate === 'object' && candidate !== null && 'name' in candidate ? String(candidate.name) : '(without a name)';
}

/** What one field alone does not show. */
function crossProblems(definition: ProviderDefinition): string[] {
  const example = definition.anyObject;
  const objects = Object.entries(definition.objects);
  if (example) objects.push([`anyObject(${example.example})`, example.define(example.example)]);
  return [...templateProblems(definition), ...objects.flatMap(([name, one]) => objectProblems(`objects.${name}`, one))];
}

function templateProblems({ auth: kinds, api, captured = {} }: ProviderDefinition): string[] {
  const templates = kinds.flatMap((kind) =>
    kind.kind === 'oauth2'
      ? [kind.authorizeUrl, kind.tokenUrl, kind.refreshUrl, kind.revokeUrl]
      : kind.kind === 'client_credentials'
        ? [kind.tokenUrl]
        : [],
  );
  const names = [api.baseUrl, ...templates].flatMap((one) => (one === undefined ? [] : templateNames(one)));
  const unknown = names
    .filter((name) => !Object.hasOwn(captured, name))
    .map((name) => `captured.${name}: a template uses it, but it is not declared`);
  const unfilled = Object.entries(captured)
    .filter(([name, one]) => names.includes(name) && !one.required && one.default === undefined)
    .map(([name]) => `captured.${name}: a template uses it, so it must be required or have a default`);
  const mismatched = Object.entries(captured)
    .filter(([, one]) => one.default !== undefined && !new RegExp(`^(?:${one.pattern})$`).test(one.default))
    .map(([name]) => `captured.${name}: its default does not match its pattern`);
  return [...unknown, ...unfilled, ...mismatched];
}

function objectProblems(place: string, candidate: unknown): string[] {
  const parsed = objectSchema.safeParse(candidate);
  if (!parsed.success) return parsed.error.issues.map(({ path: at, message }) => `${place}.${at.join('.')}: ${message}`);
  const definition = candidate as ProviderDefinition['objects'][string];
  const { full, incremental, record } = definition;
  const problems = [full, incremental].flatMap((one) =>
    one ? repeatedNames(one.parts).map((name) => `${place}: two parts are called ${name}`) : [],
  );
  if (full.parts.some((one) => one.signal === 'deletions'))
    problems.push(`${place}.full: a full read lists what exists; deletions follow from what it misses`);
  if (incremental?.lookbackSeconds !== undefined && incremental.watermark.type !== 'datetime')
    problems.push(`${place}.incremental.lookbackSeconds: only a datetime watermark can look back`);
  if (record.deletedAt !== undefined && record.isDeleted === undefined && !incremental?.parts.some((one) => one.signal === 'deletions'))
    problems.push(`${place}.record.deletedAt: nothing tells which records are deleted`);
  return problems;
}

function repeatedNames(parts: { name: string }[]): string[] {
  const names = parts.map((one) => one.name);
  return names.filter((name, i) => names.indexOf(name) !== i);
}
