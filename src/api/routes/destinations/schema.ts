import { z } from '@hono/zod-openapi';
import { inputs, type SettingsInput } from '../../../destinations/index.ts';
import type { Destination as DestinationOf, DestinationSettings } from '../../../tenancy/index.ts';
import { idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';

export const destinationExample = 'dst_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const given = inputs();

export const TlsMode = given.tlsMode.openapi('TlsMode', {
  description:
    '`verify_full`: the certificate must be valid for the host; `require`: encrypted, by whomever; `disable`: for a network that you trust.',
});

/** What can be given of a database, all but the place where its records stand. */
export const destinationFields = {
  name: given.name.openapi({ description: 'Its name, unique in the application.', example: 'warehouse' }),
  host: given.host.openapi({ description: 'One host name or address.', example: 'db.example.com' }),
  port: given.port.openapi({ description: 'The port; default 5432.', example: 5432 }),
  database: given.ident.openapi({ description: 'The database.', example: 'crm' }),
  user: given.ident.openapi({ description: 'The user that Syncline logs in as; the grant script makes one.', example: 'syncline' }),
  password: given.password.openapi({ description: 'Its password. It goes in and never comes out.' }),
};

export const TlsInput = z
  .strictObject({
    mode: TlsMode.default('verify_full'),
    ca: given.ca.optional().openapi({ description: 'The CA of the server as PEM; default: the public ones. With `verify_full` only.' }),
  })
  .openapi('DestinationTls', { description: 'How the connection is encrypted; default: `verify_full` with the public CAs.' });

const windowFields = {
  from: given.timeOfDay.openapi({ description: 'When writing may begin.', example: '22:00' }),
  to: given.timeOfDay.openapi({ description: 'When it ends; before `from`: on the next day.', example: '06:00' }),
  time_zone: given.timeZone.openapi({ description: 'A zone of the IANA database.', example: 'Europe/Berlin' }),
};

export const SettingsWish = z
  .strictObject({
    connections_max: given.connectionsMax
      .nullish()
      .openapi({ description: "Connections of each process of ours at once; default: the installation's.", example: 4 }),
    statement_seconds_max: given.statementSeconds
      .nullish()
      .openapi({ description: 'How long a statement outside the short writes may take; default 15.', example: 15 }),
    rows_per_second_max: given.rowsPerSecond
      .nullish()
      .openapi({ description: 'Rows written per second at most; default: no bound.', example: 2000 }),
    write_window: z.strictObject(windowFields).nullish().openapi({ description: 'When syncs may write; default: always.' }),
  })
  .openapi('DestinationSettingsInput', { description: 'How much we may ask of it. null takes a value back.' });

const Settings = z
  .object({
    connections_max: z.int().nullable().openapi({ description: "Connections of each process of ours; null: the installation's." }),
    statement_seconds_max: z.int().nullable().openapi({ description: 'How long a statement may take; null: 15.' }),
    rows_per_second_max: z.int().nullable().openapi({ description: 'Rows written per second at most; null: no bound.' }),
    write_window: z.object(windowFields).nullable().openapi({ description: 'When syncs may write; null: always.' }),
  })
  .openapi('DestinationSettings', { description: 'How much we may ask of it.' });

const Address = z
  .object({
    host: z.string().openapi({ description: 'Host name or address.', example: 'db.example.com' }),
    port: z.int().openapi({ description: 'Port.', example: 5432 }),
    database: z.string().openapi({ description: 'Database.', example: 'crm' }),
    user: z.string().openapi({ description: 'The user that Syncline logs in as.', example: 'syncline' }),
    tls: TlsMode,
  })
  .openapi('DestinationAddress', { description: 'Where it is. Password and CA are never shown.' });

export const Destination = z
  .object({
    id: idField('destination', destinationExample),
    name: z.string().openapi({ description: 'Its name, unique in the application.', example: 'hosted' }),
    kind: z.enum(['hosted', 'postgres']).openapi({ description: '`hosted` is ours; `postgres` is your own.' }),
    schema: z.string().openapi({ description: 'The schema in which SQL finds the tables.', example: 'hub_01k9d3v5m2q8r7s6t5v4w3x2y1' }),
    address: Address.nullable().openapi({ description: 'Where your own database is; null: hosted.' }),
    settings: Settings,
    status: z
      .enum(['active', 'unavailable'])
      .openapi({ description: '`unavailable`: the last that was asked of it failed; its syncs try again by themselves.' }),
    status_reason: z.string().nullable().openapi({ description: 'What was wrong, as a sentence.' }),
    status_changed_at: timeField('Since when.').nullable(),
    version: z.int().openapi({ description: 'Raised by every change.', example: 1 }),
    created_at: timeField('When it was created.'),
    updated_at: timeField('When it was last changed.').nullable(),
  })
  .openapi('Destination');

export function wireDestination(destination: DestinationOf): z.input<typeof Destination> {
  const { id, name, kind, schema, address, settings, status, version } = destination;
  return {
    ...{ id, name, kind, schema, address, status, version },
    settings: wireSettings(settings),
    status_reason: destination.statusReason,
    status_changed_at: wireTimeOrNull(destination.statusChangedAt),
    created_at: wireTime(destination.createdAt),
    updated_at: wireTimeOrNull(destination.updatedAt),
  };
}

function wireSettings(settings: DestinationSettings): z.input<typeof Settings> {
  return {
    connections_max: settings.connections_max ?? null,
    statement_seconds_max: settings.statement_seconds_max ?? null,
    rows_per_second_max: settings.rows_per_second_max ?? null,
    write_window: settings.write_window ?? null,
  };
}

export function settingsFromWire(settings: z.output<typeof SettingsWish> | undefined): SettingsInput | undefined {
  if (!settings) return undefined;
  const { write_window: window } = settings;
  return {
    connectionsMax: settings.connections_max,
    statementSecondsMax: settings.statement_seconds_max,
    rowsPerSecondMax: settings.rows_per_second_max,
    writeWindow: window && { from: window.from, to: window.to, timeZone: window.time_zone },
  };
}
