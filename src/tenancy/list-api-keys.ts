import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import { type ApiKey, shownApiKey } from './api-key.ts';

const ListApiKeys = z.strictObject(pageInput);
export type ListApiKeys = z.input<typeof ListApiKeys>;

/** All keys of the application, revoked ones too, oldest first. */
export async function listApiKeys({ ctx, input }: Args<ListApiKeys>): Promise<Page<ApiKey>> {
  const { applicationId } = requireScope(ctx.actor, 'api_keys:read');
  const page = await pageById(
    ListApiKeys.parse(input),
    ({ after, take }) =>
      ctx.db.prisma.apiKey.findMany({
        where: { applicationId, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (key) => key.id,
  );
  return { ...page, data: page.data.map(shownApiKey) };
}
