import { createHash } from 'node:crypto';
import { AppError } from '../base/errors.ts';
import type { Ctx, Tx } from '../db/index.ts';

/** Answers are kept sealed, and gone after this long. */
const answerHoursMax = 24;
/** A first request that has no answer after this long has died on its way. */
const answerSecondsMax = 300;
/** Expired rows are cleared by the way, this many with each new key. */
const clearedRowsMax = 100;

/** The vault, as far as this room needs it. */
export interface AnswerVault {
  seal(place: `idempotency_key.answer_sealed:${string}`, value: string): { sealed: Buffer<ArrayBuffer>; keyId: string };
  open(place: `idempotency_key.answer_sealed:${string}`, sealed: Uint8Array): string;
  recognise(text: string): readonly [Buffer<ArrayBuffer>, ...Buffer<ArrayBuffer>[]];
}

export type IdempotencyCtx = Ctx & { vault: AnswerVault };

interface StoredAnswer {
  status: number;
  body: string;
}

/** What a claim gives: the answer of the first request, or the right to be the first. */
export type Claim =
  | { kind: 'answered'; answer: StoredAnswer }
  | {
      kind: 'first';
      keep: (answer: StoredAnswer) => Promise<void>;
      /** Of an answer that must not be stored: what took effect is not done again, what did not gives its key back. */
      keepNothing: (status: number) => Promise<void>;
      release: () => Promise<void>;
      witness: (tx: Tx) => Promise<void>;
    };

/**
 * Makes a POST repeatable. The first request with a key is executed and its answer kept; a repetition gets that answer, another
 * request with the same key is refused, and so is a repetition while the first is being answered. The key's row learns in the
 * request's own transaction that it took effect: when the process dies before the answer is kept, a repetition after
 * `answerSecondsMax` is executed where nothing happened, and told so where something did.
 */
export async function claimIdempotencyKey(
  ctx: IdempotencyCtx,
  { key, request }: { key: string; request: { method: string; path: string; body: string } },
): Promise<Claim> {
  const owner = ownerOf(ctx);
  const keyHash = digest([owner.applicationId, owner.actorId, key]);
  // A body may hold a secret that could be guessed: what stands in the row lets nobody try. Under an older key of the vault it is the same request.
  const requestHashes = ctx.vault.recognise(JSON.stringify([keyHash.toString('hex'), request.method, request.path, request.body]));
  const place = `idempotency_key.answer_sealed:${owner.applicationId}:${keyHash.toString('hex')}` as const;
  const where = { applicationId_keyHash: { applicationId: owner.applicationId, keyHash } };
  const claimedAt = ctx.clock.now();
  if (await insertKey(ctx, { applicationId: owner.applicationId, keyHash, requestHashes }, claimedAt)) {
    return {
      kind: 'first',
      async witness(tx) {
        const noted = await tx.$executeRaw`
          update idempotency_key
          set has_effect = true
          where application_id = ${owner.applicationId}::text and key_hash = ${keyHash}::bytea and created_at = ${claimedAt}::timestamptz`;
        // So slow that a repetition has taken the key over: this one must not take effect beside it.
        if (noted === 0) throw stillRunning();
      },
      async keep({ status, body }) {
        const { sealed, keyId } = ctx.vault.seal(place, body);
        await ctx.db.prisma.idempotencyKey.update({ where, data: { status, answerSealed: sealed, answerKeyId: keyId } });
      },
      async keepNothing(status) {
        const own = { applicationId: owner.applicationId, keyHash };
        await ctx.db.prisma.idempotencyKey.deleteMany({ where: { ...own, hasEffect: false } });
        await ctx.db.prisma.idempotencyKey.updateMany({ where: own, data: { status } });
      },
      async release() {
        await ctx.db.prisma.idempotencyKey.deleteMany({ where: { applicationId: owner.applicationId, keyHash } });
      },
    };
  }
  const stored = await ctx.db.prisma.idempotencyKey.findUnique({ where });
  if (!stored) throw stillRunning();
  if (!requestHashes.some((hash) => hash.equals(stored.requestHash))) throw reused();
  if (stored.answerSealed === null && stored.status !== null) throw answerNotKept();
  if (stored.answerSealed === null || stored.status === null)
    throw stored.hasEffect && isOverdue(stored.createdAt, claimedAt) ? answerLost() : stillRunning();
  return { kind: 'answered', answer: { status: stored.status, body: ctx.vault.open(place, stored.answerSealed) } };
}

/** One statement decides who is first; an expired row gives way in it, and so does one whose request died without any effect. */
async function insertKey(
  ctx: Ctx,
  row: { applicationId: string; keyHash: Buffer<ArrayBuffer>; requestHashes: readonly [Buffer<ArrayBuffer>, ...Buffer<ArrayBuffer>[]] },
  now: Date,
): Promise<boolean> {
  const expiresAt = new Date(now.getTime() + answerHoursMax * 3600 * 1000);
  await ctx.db.prisma.$executeRaw`
    delete from idempotency_key
    where (application_id, key_hash) in (
      select application_id, key_hash
      from idempotency_key
      where expires_at < ${now}::timestamptz
      limit ${clearedRowsMax}::int
      for update skip locked
    )`;
  const inserted = await ctx.db.prisma.$executeRaw`
    insert into idempotency_key as k (application_id, key_hash, request_hash, expires_at, created_at)
    values (${row.applicationId}::text, ${row.keyHash}::bytea, ${row.requestHashes[0]}::bytea, ${expiresAt}::timestamptz, ${now}::timestamptz)
    on conflict (application_id, key_hash) do update
    set request_hash = excluded.request_hash,
        answer_sealed = null,
        answer_key_id = null,
        status = null,
        has_effect = false,
        expires_at = excluded.expires_at,
        created_at = excluded.created_at
    where k.expires_at < excluded.created_at
       or (k.answer_sealed is null and not k.has_effect and encode(k.request_hash, 'hex') = any (${row.requestHashes.map((hash) => hash.toString('hex'))}::text[])
           and k.created_at < ${new Date(now.getTime() - answerSecondsMax * 1000)}::timestamptz)`;
  return inserted === 1;
}

/** Keys belong to who sent them: an answer may hold what only they may see, such as a new API key. */
function ownerOf({ actor }: Ctx): { applicationId: string; actorId: string } {
  return { applicationId: actor.kind === 'operator' ? 'operator' : actor.applicationId, actorId: `${actor.kind}:${actor.id}` };
}

function digest(parts: string[]): Buffer<ArrayBuffer> {
  return createHash('sha256').update(JSON.stringify(parts)).digest() as Buffer<ArrayBuffer>;
}

function isOverdue(claimedAt: Date, now: Date): boolean {
  return now.getTime() - claimedAt.getTime() > answerSecondsMax * 1000;
}

/** Also what a true repetition gets when the vault's key of its time is gone: it is never told to go under a new key. */
function reused(): AppError {
  return new AppError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for a request with another path or body, and this one was not carried out. A new request needs a new key. If it is a repetition, look at what the first one did: under a new key it could happen twice.',
  );
}

function stillRunning(): AppError {
  return new AppError(
    'request_in_progress',
    `The first request with this Idempotency-Key has no answer yet. Repeat it: within ${answerSecondsMax / 60} minutes it is answered, done anew, or known to have taken effect.`,
  );
}

function answerNotKept(): AppError {
  return new AppError(
    'answer_lost',
    'The first request with this Idempotency-Key took effect. Its answer held records, which are never kept. Look at what it did, and use a new key for a new request.',
  );
}

function answerLost(): AppError {
  return new AppError(
    'answer_lost',
    'The first request with this Idempotency-Key took effect, but its answer was lost. Look at what it made, and use a new key for a new request.',
  );
}
