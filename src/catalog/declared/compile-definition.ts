import { compilePath, readPath } from '../../base/path.ts';
import type { Json, ObjectDefinition, ProviderDefinition, ProviderRefusal, RefusedAnswer } from '../../kit/index.ts';
import { definitionProblems } from '../check-provider.ts';
import { camelKeys, forbiddenKeys, snakePlace } from './camel-keys.ts';
import { type DeclaredDefinition, type DeclaredObject, definitionSchema, type ErrorRule } from './definition-schema.ts';
import { hostileProblems, type Problem } from './hostile-problems.ts';
import { compileRead, compileReread } from './read-schema.ts';
import { fillRequest } from './request-template.ts';

export type Compiled = { definition: ProviderDefinition; problems: [] } | { definition: null; problems: Problem[] };

const depthMax = 24;
const jsonCharsMax = 100_000;

/** JSON as it came → a provider as the catalog has them, or everything that is wrong with it. Nothing of it is run before it is checked. */
export function compileDefinition(json: Json): Compiled {
  const shape = shapeProblems(json);
  if (shape.length > 0) return { definition: null, problems: shape };
  const parsed = definitionSchema.safeParse(camelKeys(json));
  if (!parsed.success)
    return { definition: null, problems: parsed.error.issues.map(({ path, message }) => ({ path: snakePlace(path.join('.')), message })) };
  const candidate = build(parsed.data);
  const problems = definitionProblems(candidate).map(asProblem);
  if (problems.length > 0) return { definition: null, problems };
  const definition = candidate as ProviderDefinition;
  const hostile = hostileProblems(definition);
  return hostile.length > 0 ? { definition: null, problems: hostile } : { definition, problems: [] };
}

/** What the other checks would stumble over. */
function shapeProblems(json: Json): Problem[] {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return [{ path: '', message: 'must be an object' }];
  if (JSON.stringify(json).length > jsonCharsMax) return [{ path: '', message: `must be at most ${jsonCharsMax} characters of JSON` }];
  return memberProblems(json, [], 0);
}

function memberProblems(value: Json, at: string[], depth: number): Problem[] {
  if (typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed()))
    return [{ path: at.join('.'), message: 'must be Unicode text without U+0000 and lone surrogates' }];
  if (value === null || typeof value !== 'object') return [];
  if (depth > depthMax) return [{ path: at.join('.'), message: `must not be nested deeper than ${depthMax}` }];
  return Object.entries(value).flatMap(([key, member]) =>
    forbiddenKeys.includes(key) || key.includes('\u0000') || !key.isWellFormed()
      ? [{ path: [...at, key].join('.'), message: 'is no name that can be used here' }]
      : memberProblems(member, [...at, key], depth + 1),
  );
}

function build({ errors, errorMessagePath, objects, ...rest }: DeclaredDefinition): unknown {
  return {
    ...withoutAbsent(rest),
    ...(errors || errorMessagePath ? { classifyError: classifier(errors ?? [], errorMessagePath) } : {}),
    objects: Object.fromEntries(Object.entries(objects).map(([name, one]) => [name, buildObject(name, one)])),
  };
}

const readNames = ['full', 'incremental', 'delta', 'window', 'keys', 'deletions'] as const;

function buildObject(object: string, { get, reread, ...one }: DeclaredObject): Record<string, unknown> {
  const reads = readNames.flatMap((name) => (one[name] ? [[name, compileRead(one[name])] as const] : []));
  const byId: ObjectDefinition['get'] = get && ((id) => fillRequest(get, { object, id, pageSize: 1, since: null, prepared: null }, true));
  return {
    ...withoutAbsent(one),
    ...Object.fromEntries(reads),
    ...(byId && { get: byId }),
    ...(reread && { reread: compileReread(object, reread) }),
  };
}

function classifier(rules: ErrorRule[], messagePath: string | undefined) {
  return (answer: RefusedAnswer): Partial<ProviderRefusal> | undefined => {
    const rule = rules.find((one) => matches(one, answer));
    const message = messagePath === undefined ? undefined : readPath(answer.body, compilePath(messagePath));
    if (rule === undefined && typeof message !== 'string') return undefined;
    return {
      ...(rule ? { meaning: rule.meaning } : {}),
      ...(typeof message === 'string' ? { message: `HTTP ${answer.status}: ${message}` } : {}),
    };
  };
}

function matches({ status, path, values }: ErrorRule, answer: RefusedAnswer): boolean {
  if (status !== undefined && status !== answer.status) return false;
  if (path === undefined) return status !== undefined;
  const value = readPath(answer.body, compilePath(path));
  return values === undefined ? value !== undefined && value !== null : (values as unknown[]).includes(value);
}

function withoutAbsent(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function asProblem(line: string): Problem {
  const colon = line.indexOf(': ');
  return { path: snakePlace(line.slice(0, colon)), message: line.slice(colon + 2) };
}
