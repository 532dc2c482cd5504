import { isKeyless, type ObjectDefinition, type ProviderDefinition } from '../kit/index.ts';
import { mappingProblems } from './check-mappings.ts';
import { objectSchema, providerSchema } from './provider-schema.ts';
import { templateNames } from './template.ts';

/** Refuses a definition that does not hold, naming provider and place: mistakes show at the start, not in a customer's run. */
export function checkProvider(candidate: unknown): ProviderDefinition {
  const problems = definitionProblems(candidate);
  if (problems.length > 0) throw new Error(`The provider ${nameOf(candidate)} is not well defined:\n  ${problems.join('\n  ')}`);
  return candidate as ProviderDefinition;
}

/** Everything that is wrong with a definition, as `place: what is wrong`. */
export function definitionProblems(candidate: unknown): string[] {
  const parsed = providerSchema.safeParse(candidate);
  if (parsed.success) return crossProblems(candidate as ProviderDefinition);
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'definition'}: ${message}`);
}

function nameOf(candidate: unknown): string {
  return typeof candidate === 'object' && candidate !== null && 'name' in candidate ? String(candidate.name) : '(without a name)';
}

/** What one field alone does not show. */
function crossProblems(definition: ProviderDefinition): string[] {
  const example = definition.anyObject;
  const objects = Object.entries(definition.objects);
  if (example) objects.push([`anyObject(${example.example})`, example.define(example.example)]);
  return [
    ...templateProblems(definition),
    ...objects.flatMap(([name, one]) => objectProblems(`objects.${name}`, one)),
    ...familyProblems(definition),
    ...hookProblems(definition),
    ...mappingProblems(definition),
  ];
}

/** Hooks tell of objects that there are, and their time stands where it is looked for. */
function hookProblems({ hooks, objects, anyObject }: ProviderDefinition): string[] {
  if (!hooks) return [];
  const { pairs, timestamp } = hooks.signature;
  const problems = Object.entries(hooks.events)
    .filter(([, { object }]) => !Object.hasOwn(objects, object) && !(anyObject && new RegExp(`^(?:${anyObject.pattern})$`).test(object)))
    .map(([type, { object }]) => `hooks.events.${type}: there is no object ${object}`);
  if (!pairs && timestamp.header === undefined)
    problems.push('hooks.signature.timestamp: nothing tells when a hook was sent, so an old one could be sent again for ever');
  return problems;
}

/** Parents exist and are no children of somebody else; an unfolded object has its name for itself. */
function familyProblems({ objects, hooks }: ProviderDefinition): string[] {
  const problems: string[] = [];
  const hooked = new Set(Object.values(hooks?.events ?? {}).map((event) => event.object));
  const names = Object.keys(objects);
  for (const [name, { parent, children, incremental, delta, window, keys, get, reread, settledLagSeconds }] of Object.entries(objects)) {
    if (parent && !Object.hasOwn(objects, parent.object)) problems.push(`objects.${name}.parent: there is no object ${parent.object}`);
    if (parent && objects[parent.object]?.parent) problems.push(`objects.${name}.parent: ${parent.object} has a parent itself`);
    if (parent && (incremental || delta || window || keys))
      problems.push(`objects.${name}.parent: what is read under a parent is read in full, and in no other way`);
    if (parent?.scopesId && (get || reread || hooked.has(name)))
      problems.push(`objects.${name}: an id that is unique under its parent only names no record by itself: no get, no reread, no hook`);
    if (settledLagSeconds !== undefined && incremental?.watermark.type !== 'datetime')
      problems.push(`objects.${name}.settledLagSeconds: only an incremental read by a datetime can trail behind`);
    for (const { object } of children ?? []) {
      if (names.includes(object)) problems.push(`objects.${name}.children: another object is called ${object}`);
      names.push(object);
    }
  }
  return problems;
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
  const { full, incremental, delta, window, keys, deletions } = definition;
  return [
    ...[full, incremental, delta, window, keys, deletions].flatMap((one) =>
      one ? repeatedNames(one.parts).map((name) => `${place}: two parts are called ${name}`) : [],
    ),
    ...batchProblems(definition).map((problem) => `${place}.${problem}`),
    ...readProblems(definition).map((problem) => `${place}.${problem}`),
  ];
}

/** What is named by ids alone has to be read somewhere, by ids that are one text. */
function batchProblems({ record, batch, incremental, delta, parent }: ObjectDefinition): string[] {
  const names = [...(incremental?.parts ?? []), ...(delta?.parts ?? [])].some((part) => part.names !== undefined);
  const problems = names && !batch ? ['batch: a feed names records by their ids, and nothing reads them'] : [];
  if (batch && Array.isArray(record.id)) problems.push('batch: an id of several members cannot be asked for by itself');
  if (batch && parent?.scopesId) problems.push('batch: an id that is unique under its parent only names no record by itself');
  return problems;
}

function readProblems(definition: ObjectDefinition): string[] {
  const { record, full, incremental, delta, keys, deletions, visibilityLagSeconds } = definition;
  const problems = keylessProblems(definition);
  for (const [name, read] of Object.entries({ full, keys }))
    if (read?.parts.some((one) => one.signal === 'deletions'))
      problems.push(`${name}: this read lists what exists; deletions follow from what it misses`);
  if (incremental && incremental.watermark.type !== 'datetime')
    for (const key of ['lookbackSeconds', 'filterStepSeconds'] as const)
      if (incremental[key] !== undefined) problems.push(`incremental.${key}: only a datetime watermark has it`);
  if (delta?.mark.from === 'item' && delta.parts.some((one) => one.feed?.mark === undefined))
    problems.push('delta.mark: the position is that of an item, so the feed of every part must say where it stands');
  if (delta?.mark.from === 'item' && visibilityLagSeconds > 0 && delta.parts.some((one) => !one.feed?.changedAt))
    problems.push('delta: items may show late, and nothing tells how old one is: the position could pass what is still to come');
  if (delta?.parts.some((one) => one.isLagging && !one.feed?.changedAt) && record.modifiedAt === undefined)
    problems.push('delta: what was is told apart from what is by its time, and nothing tells the time of a change');
  if (deletions?.parts.some((one) => one.signal !== 'deletions'))
    problems.push('deletions: its parts list what was deleted, so their signal is deletions');
  if (deletions?.parts.some((one) => !one.feed?.changedAt) && record.deletedAt === undefined)
    problems.push('deletions: nothing tells when a record was deleted, and the pointer follows that time');
  const signals = [...(incremental?.parts ?? []), ...(deletions?.parts ?? [])].some((one) => one.signal === 'deletions');
  if (record.deletedAt !== undefined && record.isDeleted === undefined && !signals)
    problems.push('record.deletedAt: nothing tells which records are deleted');
  return problems;
}

/** What has no key is read in full and kept: nothing else can be said of one record. */
function keylessProblems(definition: ObjectDefinition): string[] {
  if (!isKeyless(definition)) return [];
  const needsKey = ['incremental', 'delta', 'window', 'keys', 'deletions', 'get', 'reread', 'batch', 'parent', 'children'] as const;
  const { isDeleted, deletedAt } = definition.record;
  return [
    ...needsKey.filter((name) => definition[name] !== undefined).map((name) => `${name}: records without a key have none`),
    ...(isDeleted === undefined && deletedAt === undefined ? [] : ['record.isDeleted: a record without a key cannot be found deleted']),
  ];
}

function repeatedNames(parts: { name: string }[]): string[] {
  const names = parts.map((one) => one.name);
  return names.filter((name, i) => names.indexOf(name) !== i);
}
