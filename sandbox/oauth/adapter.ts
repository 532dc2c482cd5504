import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Stored {
  model: string;
  id: string;
  payload: AdapterPayload;
  expiresAt: number;
}

/** Tokens, grants and sessions that are kept. oidc-provider's own memory adapter forgets after 1,000, too few for a load test. */
const storedMax = 200_000;

/** What an OAuth server remembers: in memory, for as long as the process lives. */
export class OAuthStorage {
  private readonly entries = new Map<string, Stored>();
  private readonly byGrant = new Map<string, Set<string>>();
  private readonly makeClient: (id: string) => AdapterPayload | undefined;

  /** `makeClient` answers for clients that exist without having been registered. */
  constructor(makeClient: (id: string) => AdapterPayload | undefined) {
    this.makeClient = makeClient;
  }

  adapter(model: string): Adapter {
    return {
      upsert: async (id, payload, expiresIn) => this.set(model, id, payload, expiresIn),
      find: async (id) => this.find(model, id),
      findByUid: async (uid) => this.findWhere(model, (payload) => payload.uid === uid),
      findByUserCode: async (userCode) => this.findWhere(model, (payload) => payload.userCode === userCode),
      consume: async (id) => {
        const payload = this.find(model, id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => this.delete(model, id),
      revokeByGrantId: async (grantId) => {
        for (const key of this.byGrant.get(grantId) ?? []) this.entries.delete(key);
        this.byGrant.delete(grantId);
      },
    };
  }

  find(model: string, id: string): AdapterPayload | undefined {
    const stored = this.entries.get(`${model}:${id}`);
    if (stored && stored.expiresAt > Date.now()) return stored.payload;
    return model === 'Client' ? this.makeClient(id) : undefined;
  }

  set(model: string, id: string, payload: AdapterPayload, expiresInSeconds?: number): void {
    if (this.entries.size >= storedMax) this.prune();
    const key = `${model}:${id}`;
    this.entries.set(key, {
      model,
      id,
      payload,
      expiresAt: expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : Number.POSITIVE_INFINITY,
    });
    if (!payload.grantId) return;
    const members = this.byGrant.get(payload.grantId) ?? new Set();
    this.byGrant.set(payload.grantId, members.add(key));
  }

  /** Forgets everything of these models that belongs to the account. */
  forget(models: string[], account: string): void {
    for (const { model, id, payload } of this.entries.values()) {
      if (models.includes(model) && payload.accountId === account) this.delete(model, id);
    }
  }

  private delete(model: string, id: string): void {
    const key = `${model}:${id}`;
    const grantId = this.entries.get(key)?.payload.grantId;
    if (grantId) this.byGrant.get(grantId)?.delete(key);
    this.entries.delete(key);
  }

  private findWhere(model: string, holds: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const stored of this.entries.values()) if (stored.model === model && holds(stored.payload)) return stored.payload;
    return undefined;
  }

  /** Drops what has expired, and if that is not enough the oldest tenth. */
  private prune(): void {
    const now = Date.now();
    for (const { model, id, expiresAt } of this.entries.values()) if (expiresAt <= now) this.delete(model, id);
    let excess = this.entries.size - storedMax * 0.9;
    for (const { model, id } of this.entries.values()) {
      if (excess-- <= 0) return;
      if (model !== 'Client') this.delete(model, id);
    }
  }
}
