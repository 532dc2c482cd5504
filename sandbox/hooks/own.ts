import { createHmac } from 'node:crypto';
import { isExactNumber, parseJson, writeJson } from '../json.ts';
import { fromBytes } from '../own/byte-text.ts';
import { ownObjects } from '../own/objects.ts';
import { renderer } from '../own/render.ts';
import type { HookFormat } from './send.ts';

/** Our own dialect: many notices in one request, signed over time and body. */
export const ownHooks: HookFormat = (account, { secret, withRecord }, notices, at) => {
  const body = writeJson({
    notices: notices.map(({ object, id, kind, at: occurredAt, row }) => ({
      type: `${object}.${kind}`,
      account: account.name,
      id,
      occurred_at: new Date(occurredAt).toISOString(),
      ...(withRecord && row ? { record: recordOf(object, row) } : {}),
    })),
  });
  const timestamp = String(at);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return [{ body, headers: { 'x-sandbox-signature': signature, 'x-sandbox-timestamp': timestamp } }];

  function recordOf(object: string, row: Parameters<ReturnType<typeof renderer>>[0]) {
    const render = renderer(object, ownObjects[object]!, account.store(object)!, 0);
    const record = parseJson(fromBytes(render(row)));
    return isExactNumber(record) ? null : record;
  }
};
