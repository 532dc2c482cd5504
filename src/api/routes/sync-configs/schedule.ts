import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import {
  cronCharsMax,
  followedEnds,
  intervalSecondsMax,
  intervalSecondsMin,
  type Schedule as ScheduleOf,
  type ScheduleInput as ScheduleWish,
  timeZoneCharsMax,
} from '../../../syncs/schedule-input.ts';

const cronField = 'Five fields: minute, hour, day of month, month, day of week.';
const zoneField =
  'A zone of the IANA database. A time that a change of the clock skips is kept right behind the gap; one that comes twice counts once.';
const afterField = 'An object of the same sync config: this one runs after it, connection by connection.';
const onField = '`completed`: whatever became of that run; `succeeded`: only when it went well.';

/** When runs are due, as it is given. */
export const ScheduleInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('interval'), seconds: z.int().min(intervalSecondsMin).max(intervalSecondsMax) }),
    z.strictObject({
      kind: z.literal('cron'),
      expression: text(cronCharsMax).openapi({ description: cronField, example: '30 2 * * *' }),
      time_zone: text(timeZoneCharsMax).openapi({ description: zoneField, example: 'Europe/Berlin' }),
    }),
    z.strictObject({
      kind: z.literal('after'),
      object: text(200).openapi({ description: afterField, example: 'contacts' }),
      on: z.enum(followedEnds).openapi({ description: onField }),
    }),
    z.strictObject({ kind: z.literal('manual') }),
  ])
  .openapi('ScheduleInput', {
    description: 'When runs are due; default: every hour. `manual`: when you trigger them. Hooks and triggers work with every kind.',
  });

/** When runs are due, as it is told. */
export const Schedule = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('interval'), seconds: z.int() }),
    z.object({ kind: z.literal('cron'), expression: z.string(), time_zone: z.string() }),
    z.object({ kind: z.literal('after'), object: z.string(), on: z.enum(followedEnds) }),
    z.object({ kind: z.literal('manual') }),
  ])
  .openapi('Schedule', { description: 'When runs are due.' });

export function wireSchedule(schedule: ScheduleOf): z.input<typeof Schedule> {
  if (schedule.kind !== 'cron') return schedule;
  return { kind: 'cron', expression: schedule.expression, time_zone: schedule.timeZone };
}

export function scheduleFromWire(schedule: z.output<typeof ScheduleInput>): ScheduleWish {
  if (schedule.kind !== 'cron') return schedule;
  return { kind: 'cron', expression: schedule.expression, timeZone: schedule.time_zone };
}
