import { type FaultRule, isFaultKind } from '../faults.ts';
import { type Json, writeJson } from '../json.ts';
import { mutate } from '../mutate.ts';
import { hookVerbs } from './hooks.ts';
import {
  type Args,
  accountOf,
  bulkMax,
  changeEach,
  describeRow,
  oauthOf,
  objectIn,
  storeOf,
  textIn,
  wholeNumber,
  writeOptions,
} from './input.ts';

/** Every command, by its name in the URL. */
export const verbs: Record<string, (args: Args) => Json | undefined | Promise<Json>> = {
  ...hookVerbs,

  setSize: (args) => {
    const size = wholeNumber(args.input.size, 'size');
    storeOf(args).size = size;
    return { size };
  },

  create: (args) => {
    const row = storeOf(args).create(objectIn(args.input, 'fields'), writeOptions(args));
    return { id: row.id };
  },

  createMany: (args) => {
    const count = Math.min(wholeNumber(args.input.count, 'count'), bulkMax);
    const store = storeOf(args);
    const options = writeOptions(args);
    const fields = objectIn(args.input, 'fields');
    return { ids: Array.from({ length: count }, () => store.create({ ...fields }, options).id) };
  },

  createRaw: (args) => {
    const [id, raw] = [textIn(args.input, 'id'), textIn(args.input, 'raw')];
    storeOf(args).create({}, { ...writeOptions(args), id, raw });
    return { id };
  },

  update: (args) => ({ ids: changeEach(args, (store, id) => store.update(id, objectIn(args.input, 'fields'), writeOptions(args))) }),
  delete: (args) => ({ ids: changeEach(args, (store, id) => store.delete(id, writeOptions(args))) }),
  remove: (args) => ({ ids: changeEach(args, (store, id) => store.remove(id, writeOptions(args))) }),
  mutate: (args) => ({ ids: mutate(accountOf(args), args.input.operations as never) }),

  forgetChanges: (args) => {
    storeOf(args).changes.forget();
    return {};
  },

  list: (args) => {
    const store = storeOf(args);
    return { records: [...store.truth()].map(describeRow), count: store.count('exclude') };
  },

  get: (args) => {
    const store = storeOf(args);
    const entry = store.getNewest(textIn(args.input, 'id'));
    return { record: entry === null ? null : describeRow(store.rowOf(entry)) };
  },

  load: (args) => {
    const dialect = args.dialects.find(({ name }) => name === accountOf(args).dialect);
    if (!dialect?.load) throw new Error(`The ${args.input.dialect} dialect loads no recorded records.`);
    const { records } = args.input;
    if (!Array.isArray(records)) throw new Error('records must be a list.');
    if (args.input.description !== undefined)
      accountOf(args).descriptions.set(textIn(args.input, 'object'), writeJson(args.input.description));
    return { loaded: dialect.load(accountOf(args), textIn(args.input, 'object'), records) };
  },

  configure: (args) => {
    const { settings } = accountOf(args);
    for (const key of Object.keys(settings) as (keyof typeof settings)[]) {
      if (args.input[key] !== undefined) Object.assign(settings, { [key]: args.input[key] });
    }
    return settings as unknown as Json;
  },

  fault: ({ world, input }) => {
    const fault = objectIn(input, 'fault');
    if (!isFaultKind(fault.kind)) throw new Error(`Unknown fault ${String(fault.kind)}.`);
    return { id: world.faults.add({ ...(input as unknown as FaultRule), match: objectIn(input, 'match') }) };
  },

  faults: ({ world }) => ({ faults: world.faults.list() as unknown as Json }),

  clearFaults: ({ world, input }) => {
    world.faults.clear(objectIn(input, 'match'));
    return {};
  },

  requests: (args) => ({ requests: accountOf(args).log as unknown as Json }),

  clearRequests: (args) => {
    accountOf(args).log.length = 0;
    return {};
  },

  tokens: (args) => ({ ...accountOf(args).tokens }),

  expireTokens: (args) => {
    oauthOf(args).expireAccessTokens(accountOf(args).name);
    return {};
  },

  endGrants: (args) => {
    oauthOf(args).endGrants(accountOf(args).name);
    return {};
  },

  registerClient: (args) => {
    const redirectUris = Array.isArray(args.input.redirectUris) ? args.input.redirectUris.map(String) : [];
    for (const { oauth } of args.dialects) {
      oauth.registerClient({ clientId: textIn(args.input, 'clientId'), clientSecret: textIn(args.input, 'clientSecret'), redirectUris });
    }
    return {};
  },

  accounts: ({ world }) => ({ accounts: world.list().map(({ dialect, name }) => ({ dialect, name })) }),

  reset: ({ world }) => {
    world.forget();
    return {};
  },
};
