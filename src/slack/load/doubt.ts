import { doubtOf } from '../../domain/announce.ts';
import { RunId } from '../../domain/ids.ts';
import type { StepRecord } from '../../domain/run.ts';
import { toldBy } from '../../domain/timeline.ts';
import type { Sources } from '../deps.ts';
import type { Doubt } from '../views/doubt.ts';
import { actorText, displayNames, keyName } from './names.ts';

export async function loadDoubt(sources: Sources, subject: string): Promise<Doubt | null> {
  const [, id, step] = /^([^.]+)\.(.+)\.\d+\.\d+$/.exec(subject) ?? [];
  const run = id === undefined ? null : await sources.ledger.run(RunId.parse(id));
  const record = step === undefined ? undefined : run?.steps[step];
  if (run === null || record === undefined) return null;
  const asks = record.state === 'in_doubt' && run.finishedAt === null && doubtOf(record) === subject;
  return {
    run: run.id,
    runbook: run.runbook.id,
    key: await keyName(sources.ledger, run.key),
    step: record.step,
    shown: asks
      ? { kind: 'open', question: record.question, token: subject }
      : { kind: 'over', answer: await answerTo(sources, { run: run.id, record, subject }) },
  };
}

const LINES = 200;

/** The answer to this doubt: the one that followed the line which recorded it. */
async function answerTo(
  sources: Sources,
  { run, record, subject }: { run: RunId; record: StepRecord; subject: string },
): Promise<(Doubt['shown'] & { kind: 'over' })['answer']> {
  const newestFirst = await sources.ledger.audit({ subject: `run:${run}#${record.step}`, limit: LINES });
  const told = newestFirst.map(toldBy).reverse();
  const asked = told.findIndex(
    (one) => one.type === 'step_recorded' && one.record.state === 'in_doubt' && doubtOf(one.record) === subject,
  );
  const answer = asked < 0 ? undefined : told.slice(asked).find((one) => one.type === 'step_settled');
  if (answer?.type !== 'step_settled') return null;
  const by = actorText(answer.by, await displayNames(sources));
  return { by, happened: answer.happened, reason: answer.reason };
}
