import { z } from 'zod';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { findSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type Sync, toSync } from './outputs.ts';

const GetSync = z.strictObject({ syncId: idInput });

export async function getSync({ ctx, input }: Args): Promise<Sync> {
  const { syncId } = parseInput(GetSync, input);
  return toSync(await findSync(ctx, ctx.db.prisma, 'syncs:read', syncId));
}
