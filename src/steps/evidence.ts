import { contentHash } from '../domain/canonical.ts';
import { StepId } from '../domain/ids.ts';
import type { Evidence } from '../domain/incident.ts';
import type { JsonObject } from '../domain/run.ts';
import type { StepContext } from './contract.ts';

/** What a step found, to be kept with the hash of its content. */
export function evidenceOf(kind: string, content: JsonObject, context: StepContext): Evidence {
  return {
    id: context.newId('evd'),
    incident: context.run.incident,
    run: context.run.id,
    step: StepId.parse(context.step.id),
    kind,
    hash: contentHash(content),
    content,
    capturedAt: context.now(),
  };
}
