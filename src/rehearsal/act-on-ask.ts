import type { ItemChange, ItemState } from '../domain/ask-marks.ts';
import { stateOfItem } from '../domain/ask-progress.ts';
import { PersonId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import type { GivenAnswer } from './answer-schema.ts';
import type { Awaited } from './awaited.ts';
import { type Acting, misplaced, pressBy } from './press.ts';

type Answering = Extract<
  GivenAnswer,
  | { yes: string }
  | { no: string }
  | { ticks: string }
  | { not_applicable: string }
  | { fills: string }
  | { pushes_back: string }
  | { hands_over: string }
>;

export async function actOnAsk(stage: Acting, at: Awaited, answer: Answering): Promise<void> {
  if (at.for.kind !== 'ask') throw misplaced(at, 'yes or no');
  const { ask } = at.for;
  const { engine } = stage;
  const by = (name: string) => ({ ...pressBy(stage, name), person: PersonId.parse(name) });
  if ('yes' in answer) await engine.answer(ask.token, { ...by(answer.yes), yes: true, ...shownBy(ask, answer) });
  else if ('no' in answer) await engine.answer(ask.token, { ...by(answer.no), yes: false, ...shownBy(ask, answer) });
  else if ('fills' in answer)
    await engine.answer(ask.token, {
      ...by(answer.fills),
      yes: true,
      fields: answer.fields,
      ...shownBy(ask, answer),
    });
  else if ('ticks' in answer) {
    const items = changesOf(ask, { items: answer.items, to: 'done', reason: '' });
    await engine.mark(ask.token, { ...by(answer.ticks), items, ...shownBy(ask, answer) });
  } else if ('not_applicable' in answer) {
    const items = changesOf(ask, { items: answer.items, to: 'not_applicable', reason: answer.reason });
    await engine.mark(ask.token, { ...by(answer.not_applicable), items, ...shownBy(ask, answer) });
  } else if ('pushes_back' in answer)
    await engine.pushBack(ask.token, { ...by(answer.pushes_back), to: answer.to, reason: answer.reason });
  else await engine.handOver(ask.token, { ...by(answer.hands_over), to: answer.to, reason: answer.reason });
}

const BYTES_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Where a file is wanted, the evidence is its name; a rehearsal keeps no files. */
function shownBy({ evidence: wanted }: Ask, { evidence }: { evidence: string }) {
  if (wanted !== 'file' || evidence === '') return { evidence };
  return { evidence, file: { name: evidence, sha256: BYTES_OF_NOTHING, bytes: 0, kept: 'kept by nobody' } };
}

function changesOf(
  { marks }: Ask,
  { items, to, reason }: { items: readonly string[]; to: ItemState; reason: string },
): ItemChange[] {
  return items.map((item) => ({ item, to, saw: stateOfItem(marks, item), reason }));
}
