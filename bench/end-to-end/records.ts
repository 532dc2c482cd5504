import type { IncomingRecord } from '../../src/hub/index.ts';

const pageSize = 1000;

/** The same records that the worker will read, as the sandbox sends them: the raw COPY gets the very same bytes. */
export async function fetchRecords({
  sandboxUrl,
  account,
  object,
  rows,
}: {
  sandboxUrl: string;
  account: string;
  object: string;
  rows: number;
}): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  for (let cursor: string | null = null; ; ) {
    const at = new URL(`${sandboxUrl}/crm/v1/${object}?limit=${pageSize}`);
    if (cursor) at.searchParams.set('cursor', cursor);
    const response = await fetch(at, { headers: { 'x-api-key': `key_${account}`, authorization: `Bearer key_${account}` } });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { data: { id: string }[]; next_cursor: string | null };
    for (const record of page.data)
      records.push({
        id: String(record.id),
        raw: Buffer.from(JSON.stringify(record)),
        hash: emptyHash,
        modifiedAt: null,
        isDeleted: false,
        isSanitised: false,
        askedSeq: 0n,
      });
    cursor = page.next_cursor;
    if (!cursor) break;
  }
  if (records.length !== rows) throw new Error(`the sandbox has ${records.length} records instead of ${rows}`);
  return records;
}

const emptyHash = '\0'.repeat(16);
