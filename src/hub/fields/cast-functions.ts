import type { HubNames } from '../names.ts';

/**
 * What turns a value of a record into a column's type. They never raise: what does not fit is null, so that no record is refused for
 * a field. Cheap tests come first; only what looks like a time is tried behind an exception block, which costs a
 * subtransaction for each row. Times without a zone are UTC. Nobody may call them whom we have not allowed.
 */
export function castFunctions(names: HubNames): string {
  return `
create function ${names.toText}(value jsonb) returns text language sql immutable strict parallel safe as $$
  select value #>> '{}'
$$;

create function ${names.toNumber}(value jsonb) returns numeric language plpgsql immutable strict parallel safe as $$
declare given text := value #>> '{}';
begin
  if jsonb_typeof(value) = 'number' then return given::numeric; end if;
  if jsonb_typeof(value) <> 'string' or length(given) > 200 then return null; end if;
  if given ~ '^\\s*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?\\s*$' then return given::numeric; end if;
  return null;
end $$;

create function ${names.toInteger}(value jsonb) returns int8 language plpgsql immutable strict parallel safe as $$
declare given numeric := ${names.toNumber}(value);
begin
  if given = trunc(given) and given between -9223372036854775808 and 9223372036854775807 then return given::int8; end if;
  return null;
end $$;

create function ${names.toBoolean}(value jsonb) returns boolean language sql immutable strict parallel safe as $$
  select case lower(value #>> '{}') when 'true' then true when 'false' then false end
$$;

create function ${names.toTime}(value jsonb) returns timestamptz language plpgsql immutable strict parallel safe as $$
declare given text := value #>> '{}';
begin
  if jsonb_typeof(value) <> 'string' or length(given) > 40
    or given !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?( ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?))?)?$'
  then return null; end if;
  if length(given) = 10 then given := given || 'T00:00:00Z';
  elsif given !~ '[T ].*(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$' then given := given || 'Z';
  end if;
  begin
    return given::timestamptz;
  exception when data_exception then return null;
  end;
end $$;

create function ${names.toDate}(value jsonb) returns date language plpgsql immutable strict parallel safe as $$
declare given text := value #>> '{}';
begin
  if jsonb_typeof(value) <> 'string' or given !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.{0,30})?$' then return null; end if;
  begin
    return left(given, 10)::date;
  exception when data_exception then return null;
  end;
end $$;

revoke execute on function ${names.toText}(jsonb), ${names.toNumber}(jsonb), ${names.toInteger}(jsonb), ${names.toBoolean}(jsonb),
  ${names.toTime}(jsonb), ${names.toDate}(jsonb) from public;`;
}
