import type { Mutation } from './faults.ts';
import type { Account } from './world.ts';

/** Changes records of an account at once. Ids that do not exist are an error of the test that names them. */
export function mutate(account: Account, operations: Mutation[]): string[] {
  return operations.map((operation) => {
    const store = account.store(operation.object);
    if (!store) throw new Error(`The ${account.dialect} dialect has no object ${operation.object}.`);
    const options = { now: account.now(), lagMs: account.settings.visibilityLagMs };
    const { fields = {} } = operation;
    if (operation.operation === 'create')
      return store.create(fields, { ...options, ...(operation.id === undefined ? {} : { id: operation.id }) }).id;
    if (operation.id === undefined) throw new Error(`${operation.operation} needs an id.`);
    const row = changeOne(operation.operation, operation.id);
    if (!row) throw new Error(`${account.dialect}/${account.name} has no ${operation.object} ${operation.id}.`);
    return row.id;

    function changeOne(kind: 'update' | 'delete' | 'remove', id: string) {
      if (kind === 'update') return store!.update(id, fields, options);
      return kind === 'delete' ? store!.delete(id, options) : store!.remove(id, options);
    }
  });
}
