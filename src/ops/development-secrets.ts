import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Secret } from '../base/secret.ts';
import type { Config } from './config.ts';

const keyBytes = 32;

/**
 * Development only: the vault key and the operator key are made on the first start and kept in `.syncline/` (0600).
 * Losing the vault key makes stored credentials unreadable, which a refused start says.
 */
export function withDevelopmentSecrets(config: Config): Config {
  if (config.environment !== 'development') return config;
  const secretIn = (file: string) => readOrCreate(path.join(config.dataDir, file));
  return {
    ...config,
    encryptionKeys: config.encryptionKeys.length
      ? config.encryptionKeys
      : [{ id: 'development', key: Buffer.from(secretIn('vault-key'), 'base64') }],
    operatorKey: config.operatorKey ?? new Secret(secretIn('operator-key')),
  };
}

function readOrCreate(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    if (!existsSync(file)) writeFileSync(file, randomBytes(keyBytes).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another process of the same first start was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
