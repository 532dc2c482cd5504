import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { nameCharsMax, text } from '../base/text.ts';
import { isTimeZone } from '../base/time-zone.ts';
import type { DestinationSettings, TlsMode } from '../tenancy/index.ts';

/** Postgres cuts longer names off, so that two could become one. */
const identCharsMax = 63;
const passwordCharsMax = 1000;
const hostCharsMax = 255;
const caCharsMax = 100_000;
const certificatesMax = 50;

const tlsModes = ['verify_full', 'require', 'disable'] as const satisfies readonly TlsMode[];

/** What may be given, field by field. Made anew for each who asks: the API adds its documentation to its own. */
export const inputs = () => ({
  name: text(nameCharsMax),
  /** A name or an address: no list, no socket, no zone, no URL. */
  host: text(hostCharsMax).refine(isHost, 'Must be one host name or address, such as db.example.com, 203.0.113.7 or 2001:db8::7.'),
  port: z.int().min(1).max(65_535),
  ident: text(identCharsMax).refine(
    (value) => Buffer.byteLength(value) <= identCharsMax,
    `Must be at most ${identCharsMax} bytes of UTF-8.`,
  ),
  password: text(passwordCharsMax),
  /** Of its own: our tables would stand among what the vendor keeps in schemas that everybody uses. */
  schema: text(identCharsMax)
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'Must begin with a small letter and hold small letters, digits and _ only, 41 characters at most.')
    .refine((name) => !/^pg_|^public$|^information_schema$/.test(name), 'Must be a schema of its own.'),
  tlsMode: z.enum(tlsModes),
  ca: text(caCharsMax).refine(isCertificates, 'Must be certificates as PEM, and nothing else.'),
  connectionsMax: z.int().min(2).max(100),
  statementSeconds: z.int().min(5).max(300),
  rowsPerSecond: z.int().min(1).max(1_000_000),
  timeOfDay: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a time of day such as 22:30.'),
  timeZone: text(64).refine(isTimeZone, 'Must be a zone of the IANA database, such as Europe/Berlin.'),
});

const of = inputs();

export const tlsInput = z
  .strictObject({ mode: of.tlsMode.default('verify_full'), ca: of.ca.optional() })
  .refine(({ mode, ca }) => ca === undefined || mode === 'verify_full', { path: ['ca'], message: 'Only verify_full looks at it.' });

export const settingsInput = z.strictObject({
  connectionsMax: of.connectionsMax.nullish(),
  statementSecondsMax: of.statementSeconds.nullish(),
  rowsPerSecondMax: of.rowsPerSecond.nullish(),
  writeWindow: z
    .strictObject({ from: of.timeOfDay, to: of.timeOfDay, timeZone: of.timeZone })
    .refine(({ from, to }) => from !== to, { path: ['to'], message: 'Must differ from the beginning.' })
    .nullish(),
});
export type SettingsInput = z.infer<typeof settingsInput>;

/** What is left out stays, null takes a value back. */
export function mergeSettings(before: DestinationSettings, given: SettingsInput | undefined): DestinationSettings {
  const { connectionsMax, statementSecondsMax, rowsPerSecondMax, writeWindow } = given ?? {};
  const window = writeWindow && { from: writeWindow.from, to: writeWindow.to, time_zone: writeWindow.timeZone };
  const wanted = {
    connections_max: connectionsMax,
    statement_seconds_max: statementSecondsMax,
    rows_per_second_max: rowsPerSecondMax,
    write_window: window,
  };
  const said = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  return Object.fromEntries(Object.entries({ ...before, ...said }).filter(([, value]) => value !== null));
}

function isHost(host: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(host) || (isIPv6(host) && !host.includes('%'));
}

function isCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > certificatesMax) return false;
  if (pem.replace(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g, '').trim() !== '') return false;
  try {
    return blocks.every((block) => new X509Certificate(block).subject !== undefined);
  } catch {
    return false;
  }
}
