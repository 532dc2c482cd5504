import { addNotice, type HookNotice, type Outbox } from '../hooks/outbox.ts';
import { sendHooks } from '../hooks/send.ts';
import type { Json } from '../json.ts';
import { type Args, accountOf, bulkMax, textIn, wholeNumber } from './input.ts';

/** Commands about the notices that an account sends: its webhooks to the product. */
export const hookVerbs: Record<string, (args: Args) => Json | Promise<Json>> = {
  /** From now on every write is told; `url: null` ends it. */
  setHooks: (args) => {
    const { input } = args;
    const account = accountOf(args);
    if (input.url === null) {
      account.outbox = null;
      return {};
    }
    const target = {
      url: textIn(input, 'url'),
      secret: textIn(input, 'secret'),
      withRecord: input.withRecord === true,
      dropEvery: input.dropEvery === undefined ? 0 : wholeNumber(input.dropEvery, 'dropEvery'),
      isHeld: input.isHeld === true,
    };
    account.outbox = { target, notices: [], told: 0, dropped: 0, isSending: false };
    return {};
  },

  /** Claims that a record was written, any number of times, without writing it. */
  tellHooks: (args) => {
    const outbox = outboxOf(args);
    const count = Math.min(wholeNumber(args.input.count ?? 1, 'count'), bulkMax);
    const kind = (args.input.kind ?? 'updated') as HookNotice['kind'];
    const notice = { object: textIn(args.input, 'object'), id: textIn(args.input, 'id'), kind, at: accountOf(args).now(), row: null };
    for (let i = 0; i < count; i++) addNotice(outbox, { ...notice });
    return { waiting: outbox.notices.length };
  },

  /** Sends what is held: reversed, several times, one request each, as long ago, or with another key. */
  sendHooks: async (args) => {
    const outbox = outboxOf(args);
    const { input } = args;
    const notices = outbox.notices.splice(0);
    if (input.order === 'reversed') notices.reverse();
    const times = input.times === undefined ? 1 : wholeNumber(input.times, 'times');
    const secondsAgo = input.secondsAgo === undefined ? 0 : wholeNumber(input.secondsAgo, 'secondsAgo');
    const target = input.isForged === true ? { ...outbox.target, secret: 'another-key' } : outbox.target;
    const statuses: number[] = [];
    for (let time = 0; time < times; time++)
      for (const batch of input.oneByOne === true ? notices.map((notice) => [notice]) : [notices])
        statuses.push(...(await sendHooks(accountOf(args), target, batch, secondsAgo)));
    return { statuses, sent: notices.length, dropped: outbox.dropped };
  },
};

function outboxOf(args: Args): Outbox {
  const { outbox } = accountOf(args);
  if (!outbox) throw new Error('This account sends no hooks: setHooks comes first.');
  return outbox;
}
