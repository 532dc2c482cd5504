import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { notFound, unknownField } from './errors.ts';
import { withSuffix } from './ids.ts';
import { fieldsOf, renderSobject } from './records.ts';
import { sobject } from './sobjects.ts';

/** GET sobjects/{name}/{id}, whole or with `fields`. */
export function getRecord(call: Call, name: string, id: string, version: string): Answer {
  const object = sobject(name)!;
  const store = call.account.store(name)!;
  const entry = store.get(id.length === 15 ? withSuffix(id) : id);
  const row = entry === null ? null : store.rowOf(entry);
  if (row === null || row.deletedAt !== null) return notFound();
  const known = fieldsOf(object, store, call.account.descriptions.get(name));
  const asked = call.request.query.get('fields')?.split(',');
  const names = (asked ?? known.map((field) => field.name)).map((wanted) => {
    const field = known.find((one) => one.name.toLowerCase() === wanted.toLowerCase());
    if (!field) throw unknownField(wanted, name);
    return field.name;
  });
  return {
    status: 200,
    headers: { 'last-modified': new Date(row.updatedAt).toUTCString() },
    body: renderSobject(object, row, names, version),
  };
}
