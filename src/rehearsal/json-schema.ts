import { z } from 'zod';
import { Rehearsal } from './schema.ts';

/** The schema that editors read for `*.rehearsal.yaml`: completion and hover texts. The runner itself says more than it can. */
export function rehearsalJsonSchema(): object {
  return z.toJSONSchema(Rehearsal, { io: 'input', target: 'draft-7', unrepresentable: 'any', reused: 'ref' });
}
