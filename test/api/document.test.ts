import { describe, expect, test } from 'vitest';
import { openapiDocument } from '../../src/api/openapi-document.ts';
import { errorCodes } from '../../src/base/errors.ts';
import { openapi, operations } from '../support/openapi.ts';

type Node = Record<string, unknown>;

describe('openapi.json', () => {
  test('says what the routes say', () => {
    expect(JSON.parse(JSON.stringify(openapiDocument()))).toEqual(openapi);
  });

  test('names every operation once, verb and noun, with a sentence of its own', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(id).toMatch(
        /^(create|get|list|update|upsert|delete|revoke|disconnect|trigger|pause|resume|reset|refresh|set|approve|reject|retry|test|rotate|replay|follow|preview|send|suggest)[A-Z]/,
      );
    const items = Object.values(openapi.paths).flatMap((item) => Object.values(item)) as unknown as Node[];
    for (const { summary, description, tags, operationId } of items) {
      expect(
        [summary, description].every((text) => typeof text === 'string' && text.length > 5),
        String(operationId),
      ).toBe(true);
      expect(tags).toHaveLength(1);
    }
  });

  test.each([
    'createApplication',
    'upsertCustomer',
    'createConnectSession',
    'listConnections',
    'createSyncConfig',
    'listSyncs',
    'triggerSync',
    'listRuns',
    'listRecords',
  ])('has %s', (id) => {
    expect(operations.map(({ operationId }) => operationId)).toContain(id);
  });

  test('describes every parameter and every field', () => {
    const bare: string[] = [];
    for (const [name, schema] of Object.entries(openapi.components.schemas)) walk(schema, name, bare);
    for (const { operationId, parameters } of operations)
      for (const parameter of parameters) if (!('description' in parameter)) bare.push(`${operationId} ${parameter.name}`);
    expect(bare).toEqual([]);
  });

  test('every list takes cursor and page_size, and answers data, next_cursor and has_more', () => {
    for (const { operationId, parameters, path, method } of operations.filter((operation) => operation.operationId.startsWith('list'))) {
      const names = parameters.map(({ name }) => name);
      expect(names, operationId).toEqual(expect.arrayContaining(['cursor', 'page_size']));
      const answer = openapi.paths[path]![method.toLowerCase()]!.responses['200']!.content!['application/json'] as {
        schema: { $ref: string };
      };
      const page = openapi.components.schemas[answer.schema.$ref.split('/').at(-1)!]!;
      expect(page.required, operationId).toEqual(expect.arrayContaining(['data', 'next_cursor', 'has_more']));
    }
  });

  test('knows every error code', () => {
    const problem = openapi.components.schemas.Problem as { properties: { code: { enum: string[] } } };
    expect(problem.properties.code.enum.toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  });

  test('every refusal of unknown fields is documented: inputs are closed', () => {
    const open = operations
      .filter(({ body }) => body && (resolve(body).additionalProperties as unknown) !== false)
      .map(({ operationId }) => operationId);
    expect(open).toEqual([]);
  });
});

function resolve(schema: Node): Node {
  return typeof schema.$ref === 'string' ? openapi.components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
}

/** A field is described by itself, by the schema it refers to, or by one of the schemas it is made of. */
function walk(schema: Node, at: string, bare: string[]): void {
  for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, Node>)) {
    if (!isDescribed(field)) bare.push(`${at}.${name}`);
    walk(field, `${at}.${name}`, bare);
  }
  if (schema.items) walk(schema.items as Node, `${at}[]`, bare);
}

function isDescribed(field: Node): boolean {
  if (typeof field.description === 'string') return true;
  if (typeof field.$ref === 'string') return true;
  return (
    [field.allOf, field.anyOf, field.oneOf].some((parts) => Array.isArray(parts) && parts.some(isDescribed)) ||
    field.properties !== undefined
  );
}
