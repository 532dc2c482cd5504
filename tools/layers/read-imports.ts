import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A source file and what it imports, both as paths from the project's root with `/`. Packages stay as they are written. */
export interface Source {
  file: string;
  imports: string[];
}

const folders = ['src', 'providers', 'sandbox', 'sdk/src', 'tools', 'bench', 'demo'];
const skipped = new Set(['node_modules', 'generated', 'dist']);

/** Every import, of values and of types: a type ties two rooms together just as well. Tests may import anything. */
export function readSources(root: string): Source[] {
  return folders
    .flatMap((folder) => listFiles(path.join(root, folder)))
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.test.ts'))
    .map((file) => {
      const relative = path.relative(root, file).split(path.sep).join('/');
      return { file: relative, imports: importsOf(readFileSync(file, 'utf8'), relative) };
    });
}

export function importsOf(text: string, file: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm, // import x from, export x from
    /^\s*import\s*['"]([^'"]+)['"]/gm, // import 'x'
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g, // import('x'), as value and as type
  ];
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));
  return [...new Set(found.map((specifier) => resolve(specifier, file)))];
}

function resolve(specifier: string, file: string): string {
  if (specifier === '#kit') return 'src/kit/index.ts';
  return specifier.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)) : specifier;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? listFiles(at) : [at];
  });
}
