import type { Run } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import { utcText } from '../text.ts';
import type { Why } from '../views/why.ts';
import { loadRun } from './run.ts';

/** The steps that are not simply over, in the words of the run's own message. */
export async function standingSteps({ id }: Pick<Run, 'id'>, sources: Sources): Promise<Why['looked']> {
  const progress = await loadRun(sources, id);
  const steps = progress?.phases.flatMap((phase) => phase.steps) ?? [];
  return steps.flatMap(({ id: step, shown }): Why['looked'][number][] => {
    switch (shown.kind) {
      case 'waiting': {
        const until = shown.until === null ? '' : `, ${shown.until.word} ${utcText(shown.until.at)}`;
        return [
          { question: step, ok: null, evidence: `waits for ${shown.what} since ${utcText(shown.since)}${until}` },
        ];
      }
      case 'failed':
        return [{ question: step, ok: false, evidence: shown.error }];
      case 'in_doubt':
        return [{ question: step, ok: null, evidence: shown.question }];
      default:
        return [];
    }
  });
}
