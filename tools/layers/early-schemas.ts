import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Source } from './read-imports.ts';

/**
 * The API's zod knows `.openapi`; a schema that was made before the API was loaded does not have it, and whether a schema of another
 * room was depends on who asked for it first. Nothing of the API may depend on that.
 */
export function findEarlySchemas(root: string, sources: Source[]): string[] {
  return sources
    .filter(({ file }) => file.startsWith('src/api/'))
    .flatMap(({ file }) => earlySchemasOf(file, readFileSync(path.join(root, file), 'utf8')));
}

export function earlySchemasOf(file: string, text: string): string[] {
  const imported = [...text.matchAll(/^import\s+(?!type\b)([^'"`;]*?)\s+from\s*['"]([^'"]+)['"]/gm)].map((match) => ({
    names: namesOf(match[1]!),
    from: match[2]!,
  }));
  const plain = imported.some(({ names, from }) => from === 'zod' && names.includes('z'));
  const early = imported
    .filter(({ from }) => from.startsWith('.') && !path.posix.join(path.posix.dirname(file), from).startsWith('src/api/'))
    .flatMap(({ names }) => names)
    .filter((name) => new RegExp(`\\b${name}(\\.\\w+)*\\s*\\.openapi\\(`).test(text));
  return [
    ...(plain ? [`${file} makes schemas with zod itself: take z from @hono/zod-openapi, whose schemas can be described.`] : []),
    ...early.map(
      (name) => `${file} describes ${name}, which may have been made before the API was loaded: describe ours(${name}) (wire/common.ts).`,
    ),
  ];
}

/** Of an import clause: what its names are called here. */
function namesOf(clause: string): string[] {
  return clause
    .replace(/[{}]/g, ',')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .map((part) => part.split(/\s+as\s+/).at(-1)!);
}
