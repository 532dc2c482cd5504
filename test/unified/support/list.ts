import type { UnifiedPageInput } from '../../../src/hub/unified/types.ts';
import { branchesOf } from '../../../src/unified/branches.ts';
import { modelOf } from '../../../src/unified/models.ts';
import { catalog } from '../../conformance/support/catalog.ts';
import type { HubUnderTest } from '../../hub/support.ts';

/** A page of a model such as `crm/contact`, as the API reads it. */
export async function listModel({ hub }: HubUnderTest, model: string, input: Partial<UnifiedPageInput> = {}) {
  const [category, name] = model.split('/') as [string, string];
  const branches = branchesOf(catalog.list(), modelOf(category, name));
  const page = await hub.listUnified({
    ...{ model, provider: null, branches, pageSize: 100, includeDeleted: false, includeRaw: false, expand: [], customFields: null },
    ...input,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it names
  const answer = JSON.parse(page.body.toString()) as any;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it names
  return { ...page, answer, data: answer.data as any[] };
}
