import { openIncidents } from '../../src/engine/incidents/open-incidents.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import type { Stage } from './stage.ts';

/** How many points keep the one open incident from being closed. */
export async function openPoints({ serving, ledger, keysDir }: Stage): Promise<number> {
  const [open] = await ledger.read.openIncidents(1);
  if (open === undefined) return 0;
  const { pepper } = loadKeyFiles(keysDir);
  return (await openIncidents({ ...serving().deps, pepper }).gate(open.id)).length;
}
