import { pointCode } from '../../src/domain/gate-point.ts';
import { openIncidents } from '../../src/engine/incidents/open-incidents.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import type { Stage } from './stage.ts';

/** The codes of the points that keep the one open incident from being closed. */
export async function openPoints({ serving, ledger, keysDir }: Stage): Promise<string[]> {
  const [open] = await ledger.read.openIncidents(1);
  if (open === undefined) return [];
  const { pepper } = loadKeyFiles(keysDir);
  return (await openIncidents({ ...serving().deps, pepper }).gate(open.id)).map(pointCode);
}
