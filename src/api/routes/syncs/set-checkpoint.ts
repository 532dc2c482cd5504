import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { setCheckpoint } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Checkpoint, syncParams, wireCheckpoint } from './schema.ts';

const SetCheckpoint = z
  .strictObject({
    watermark: text(2000).nullable().openapi({
      description: 'Read again what the provider changed since this value; null: the next run reads in full.',
      example: '2026-11-20T12:00:00.000Z',
    }),
  })
  .openapi('SetCheckpoint');

export const setCheckpointEndpoint = endpoint({
  operationId: 'setCheckpoint',
  method: 'put',
  path: '/v1/syncs/{sync_id}/checkpoint',
  tag: 'syncs',
  summary: 'Set a checkpoint',
  description: 'Moves the watermark by hand. An unfinished read is dropped; the next run reads from the new place.',
  scope: 'syncs:write',
  params: syncParams,
  body: SetCheckpoint,
  status: 200,
  response: Checkpoint,
  errors: ['not_found', 'strategy_unsupported', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params, body: { watermark } }) =>
    wireCheckpoint(await setCheckpoint({ ctx, input: { syncId: params.sync_id, watermark } })),
});
