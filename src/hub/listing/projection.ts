import { isPath, parsePath } from '../../base/path.ts';
import type { HubField } from '../fields/types.ts';
import { literal } from '../layout.ts';
import { refused } from './refusals.ts';

/** The session's setting that carries the names of members into the statement. */
export const membersSetting = 'syncline.members';

export const shownMax = 50;
export const shownCharsMax = 200;
const depthMax = 10;

interface Tree {
  children: Map<string, Tree>;
  isWhole: boolean;
}

export interface Projection {
  /** The same for the same members. */
  text: string;
  /** Of the names, for the setting. */
  members: string;
  /** The part of `raw` that is shown, as an expression of jsonb. */
  sql: string;
}

/**
 * The parts of a record that are shown, in the record's own shape. Each is a dotted path or the name of a declared field, which stands
 * for its path. What a record does not have is left out; a list is shown whole or not at all.
 */
export function projectionOf(shown: readonly string[], fields: readonly HubField[]): Projection {
  const root = emptyTree();
  for (const given of shown) for (const segments of segmentsOf(given, fields)) add(root, segments);
  const members: string[] = [];
  const sql = `case when jsonb_typeof(t.raw) = 'object' then ${sqlOf('t.raw', root, members)} else '{}'::jsonb end`;
  return { text: JSON.stringify(textOf(root)), members: JSON.stringify(members), sql };
}

/** The names once per statement: as a scalar they are not parsed again for every row. */
export const membersCte = `given as materialized (
      select array(select jsonb_array_elements_text(current_setting(${literal(membersSetting)})::jsonb)) as members)`;

function segmentsOf(given: string, fields: readonly HubField[]): readonly (readonly string[])[] {
  const path = fields.find(({ name }) => name === given)?.path ?? given.replace(/^\$\./, '');
  if (path === '' || path === '$' || !isPath(path))
    throw refused('fields', `${JSON.stringify(given.slice(0, 100))} is no path. A path has names with dots between.`);
  const { alternatives } = parsePath(path);
  if (alternatives.some((segments) => segments.length > depthMax)) throw refused('fields', `A path has at most ${depthMax} names.`);
  return alternatives;
}

function emptyTree(): Tree {
  return { children: new Map(), isWhole: false };
}

function add(root: Tree, segments: readonly string[]): void {
  let at = root;
  for (const segment of segments) {
    const child = at.children.get(segment) ?? emptyTree();
    at.children.set(segment, child);
    at = child;
  }
  at.isWhole = true;
}

function textOf(tree: Tree): unknown {
  return tree.isWhole ? 1 : [...tree.children].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, child]) => [name, textOf(child)]);
}

function sqlOf(value: string, tree: Tree, members: string[]): string {
  const parts = [...tree.children].map(([name, child]) => {
    const number = members.push(name);
    const member = `(select members[${number}] from given)`;
    const inner = `(${value} -> ${member})`;
    if (child.isWhole) return `case when ${value} ? ${member} then jsonb_build_object(${member}, ${inner}) else '{}'::jsonb end`;
    return `case when jsonb_typeof(${inner}) = 'object' then jsonb_build_object(${member}, ${sqlOf(inner, child, members)}) else '{}'::jsonb end`;
  });
  return `(${parts.join(' || ')})`;
}
