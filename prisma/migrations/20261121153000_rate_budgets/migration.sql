-- AlterTable
ALTER TABLE "connection" ADD COLUMN     "rate_limits" JSONB;

-- AlterTable
ALTER TABLE "sync" ADD COLUMN     "rate_limits" JSONB;

-- DropIndex
DROP INDEX "sync_status_next_run_at_idx";

-- DropIndex
DROP INDEX "sync_lease_until_idx";

-- CreateTable
CREATE TABLE "rate_window" (
    "application_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "seconds" INTEGER NOT NULL,
    "counts" INTEGER[],
    "slot" BIGINT NOT NULL,
    "reported_requests" INTEGER,
    "reported_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_window_pkey" PRIMARY KEY ("connection_id","category","holder","seconds")
);

-- AddForeignKey
ALTER TABLE "rate_window" ADD CONSTRAINT "rate_window_application_id_connection_id_fkey" FOREIGN KEY ("application_id", "connection_id") REFERENCES "connection"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Updated by every request to a provider: room in the page keeps the new version beside the old one, without an index entry.
alter table rate_window set (fillfactor = 50);

-- The tick's statement (syncs/lease). The moment at which somebody has to look at a sync is one value: what has been claimed moves
-- behind what is still to be claimed, so that a batch never walks over the batches before it.
drop index sync_due;
create index sync_due on sync (greatest(next_run_at, lease_until)) where status = 'active' and next_run_at is not null;

-- A window is cut into 20 slots, and a request counts for the 22 slots after its own: it leaves the count between 1.10 and 1.15
-- windows after it was allowed. The tenth on top is for the way to the provider, which counts when a request arrives.
-- A window of 0 seconds is a day in a named zone: one slot, numbered by its date.
create function rate_slot(seconds int, zone text, at_time timestamptz) returns bigint language sql stable as $$
  select case
    when seconds = 0 then ((at_time at time zone zone)::date - date '1970-01-01')::bigint
    else floor(extract(epoch from at_time) * 20 / seconds)::bigint
  end
$$;

-- The counts as they are at a later slot, newest first. A clock that was set back a little finds them where they are; one that was
-- set back by more than the window begins anew.
create function rate_rolled(counts int[], slot bigint, slot_now bigint, slots int) returns int[] language sql immutable as $$
  select case
    when abs(slot_now - slot) >= slots or cardinality(counts) <> slots then array_fill(0, array[slots])
    when slot_now <= slot then counts
    else array_fill(0, array[(slot_now - slot)::int]) || counts[1:slots - (slot_now - slot)::int]
  end
$$;

create function rate_sum(counts int[]) returns int language sql immutable as $$
  select coalesce(sum(c), 0)::int from unnest(counts) as c
$$;

-- Seconds until one more request fits; 0: it does now.
create function rate_wait_seconds(counts int[], slot bigint, seconds int, zone text, requests int, at_time timestamptz)
returns float8 language plpgsql stable as $$
declare
  surplus int := rate_sum(counts) - requests;
begin
  if surplus < 0 then
    return 0;
  end if;
  if seconds = 0 then
    return extract(epoch from ((at_time at time zone zone)::date + 1)::timestamp at time zone zone - at_time);
  end if;
  for age in reverse cardinality(counts) .. 1 loop
    surplus := surplus - counts[age];
    if surplus < 0 then
      return greatest(extract(epoch from to_timestamp((slot - age + 1 + 23) * seconds / 20.0) - at_time), 0.001);
    end if;
  end loop;
  return seconds; -- no request is allowed at all
end
$$;

-- What a window allows: a report of the provider stands in for what was declared, and can only lower what the vendor chose.
-- It is believed for an hour, or for the length of its window. `share` of it, rounded down, is kept for others than the asker.
-- One expression, which Postgres puts in the place of its call.
create function rate_allowed(declared int, is_chosen boolean, reported int, reported_at timestamptz, seconds int, share float8, at_time timestamptz)
returns int language sql immutable as $$
  select greatest(ceil(round((
    (1 - share) * case
      when reported is null or reported_at < at_time - greatest(seconds, 3600) * interval '1 second' then declared
      when declared is null then reported
      when is_chosen then least(declared, reported)
      else reported
    end)::numeric, 6))::int, 1)
$$;

-- What has to be known before each request to a provider, and the request's place in every window that it has to fit: counted in all
-- of them, or in none. `windows`: [{ category, holder, seconds, zone, requests, is_chosen }].
create function pass_rate_gate(of_application text, of_connection text, of_category text, windows jsonb, reserve_share float8)
returns table (
  status text, status_reason text, credentials_version int,
  provider_wait_seconds float8, budget_wait_seconds float8, blocked_by jsonb, reported jsonb
)
language plpgsql as $$
declare
  now_at timestamptz := syncline_now();
  held record;
  matched int;
  slot_now bigint;
  slots int;
  used int;
  allowed int;
  wait float8;
  taken rate_window[];
begin
  select c.status, c.status_reason, c.credentials_version,
         coalesce(extract(epoch from (
           select max(b.not_before)
           from rate_budget b
           where b.connection_id = c.id and b.category in (of_category, 'all')
         ) - now_at), 0)
  into status, status_reason, credentials_version, provider_wait_seconds
  from connection c
  where c.application_id = of_application and c.id = of_connection;
  if not found then
    return;
  end if;
  budget_wait_seconds := 0;
  if status <> 'active' or provider_wait_seconds > 0 then
    return next;
    return;
  end if;
  -- A count that is lost with a crash of the database is no reason to wait for the disk before every request.
  perform set_config('synchronous_commit', 'off', true);

  -- Twice where a window is met for the first time: its row is made, and locked like the others.
  for attempt in 1 .. 2 loop
    matched := 0;
    taken := '{}';
    budget_wait_seconds := 0;
    -- Everybody locks in the same order.
    for held in
      select r.category, r.holder, r.seconds, r.counts, r.slot, r.reported_requests, r.reported_at,
             w.category is not null as is_wanted, w.zone, w.requests, coalesce(w.is_chosen, false) as is_chosen
      from rate_window r
      left join jsonb_to_recordset(windows) as w(category text, holder text, seconds int, zone text, requests int, is_chosen boolean)
        on w.category = r.category and w.holder = r.holder and w.seconds = r.seconds
      where r.connection_id = of_connection
        and r.category in (of_category, 'all')
        and (w.category is not null
             or r.holder = '' and r.reported_at >= now_at - greatest(r.seconds, 3600) * interval '1 second')
      order by r.category, r.holder, r.seconds
      for update of r
    loop
      matched := matched + held.is_wanted::int;
      slots := case when held.seconds = 0 then 1 else 23 end;
      slot_now := rate_slot(held.seconds, held.zone, now_at);
      held.counts := rate_rolled(held.counts, held.slot, slot_now, slots);
      held.slot := case when abs(slot_now - held.slot) >= slots then slot_now else greatest(slot_now, held.slot) end;
      select coalesce(sum(c), 0) into used from unnest(held.counts) as c;
      allowed := rate_allowed(held.requests, held.is_chosen, held.reported_requests, held.reported_at, held.seconds,
                              case when held.holder = '' then reserve_share else 0 end, now_at);
      if used >= allowed then
        wait := rate_wait_seconds(held.counts, held.slot, held.seconds, held.zone, allowed, now_at);
        if wait > budget_wait_seconds then
          budget_wait_seconds := wait;
          blocked_by := jsonb_build_object('category', held.category, 'holder', held.holder, 'seconds', held.seconds, 'requests', allowed);
        end if;
      end if;
      held.counts[1] := held.counts[1] + 1;
      taken := taken || row(of_application, of_connection, held.category, held.holder, held.seconds, held.counts, held.slot,
                            held.reported_requests, held.reported_at, now_at)::rate_window;
      if held.reported_at >= now_at - interval '30 minutes' then
        reported := jsonb_build_object('category', held.category, 'seconds', held.seconds, 'requests', held.reported_requests,
                                       'used', used + 1);
      end if;
    end loop;
    exit when matched = jsonb_array_length(windows);
    insert into rate_window (application_id, connection_id, category, holder, seconds, counts, slot, updated_at)
    select of_application, of_connection, w.category, w.holder, w.seconds, '{}', 0, now_at
    from jsonb_to_recordset(windows) as w(category text, holder text, seconds int)
    on conflict do nothing;
  end loop;
  if budget_wait_seconds = 0 then
    update rate_window r
    set counts = t.counts, slot = t.slot, updated_at = t.updated_at
    from unnest(taken) as t
    where r.connection_id = t.connection_id and r.category = t.category and r.holder = t.holder and r.seconds = t.seconds;
  end if;
  return next;
end
$$;

-- What the provider has counted and we have not was asked by others. Nobody knows when: it is spread over the window.
create function rate_spread(counts int[], used int) returns int[] language sql immutable as $$
  select array_agg(c + case when age <= 20 then extra / 20 else 0 end + case when age = 1 then extra % 20 else 0 end order by age)
  from unnest(counts) with ordinality as u(c, age), greatest(used - rate_sum(counts), 0) as extra
$$;
