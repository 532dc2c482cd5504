import { z } from 'zod';
import { newId } from '../base/ids.ts';
import { nameCharsMax, text } from '../base/text.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { type NewApiKey, newApiKey } from './api-key.ts';
import { type Application, shownApplication } from './application.ts';
import { audit } from './audit.ts';
import { requireOperator } from './require-operator.ts';
import { originsInput, returnUrlsInput } from './urls.ts';

const CreateApplication = z.strictObject({
  name: text(nameCharsMax),
  returnUrls: returnUrlsInput.default([]),
  origins: originsInput.default([]),
});
export type CreateApplication = z.input<typeof CreateApplication>;

/** An application with its hosted destination and a first API key of scope `all`, which is shown this once. */
export async function createApplication({ ctx, input }: Args<CreateApplication>): Promise<{ application: Application; apiKey: NewApiKey }> {
  requireOperator(ctx.actor);
  const given = CreateApplication.parse(input);
  const createdAt = ctx.clock.now();
  const id = newId('app', createdAt);
  return withTransaction(ctx, async (tx) => {
    const application = await tx.application.create({ data: { id, createdAt, ...given } });
    await createHostedDestination(tx, id, createdAt);
    const apiKey = await newApiKey(tx, { applicationId: id, name: 'First key', scopes: ['all'], createdAt });
    await audit(tx, ctx, { applicationId: id, action: 'application.created', target: id });
    return { application: shownApplication(application), apiKey };
  });
}

/** The hub's schema follows from the application's id, so that a person finds it in psql. */
async function createHostedDestination(tx: Tx, applicationId: string, createdAt: Date): Promise<void> {
  await tx.destination.create({
    data: {
      id: newId('dst', createdAt),
      applicationId,
      name: 'hosted',
      kind: 'hosted',
      schema: `hub_${applicationId.slice('app_'.length)}`,
      createdAt,
    },
  });
}
