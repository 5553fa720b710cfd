import fc from 'fast-check';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { edit, edited } from '../../test/runbook/edits.ts';
import { POISON } from '../../test/runbook/poison-table.ts';
import { POISON_OF_ALL } from '../../test/runbook/poison-whole-table.ts';
import { GOOD, smallCatalogue } from '../../test/runbook/small-catalogue.ts';
import { WHOLE } from '../../test/runbook/whole-language.ts';
import type { Figure } from './ledger.ts';

const GENERATED = 5_000;
const SEED = 20_270_310;

/** How long the worst of the broken runbooks takes to be refused: those made by hand, and generated ones. */
export function benchPoison(say: (text: string) => void): Figure[] {
  const byHand = [
    ...POISON.map(([, from, to]) => ({ text: GOOD.replace(from, () => to), catalogue: smallCatalogue })),
    ...POISON_OF_ALL.map(([, from, to]) => ({ text: WHOLE.replace(from, () => to), catalogue: stepKinds })),
  ];
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
  const generated = fc
    .sample(edits, { numRuns: GENERATED, seed: SEED })
    .map((all) => ({ text: edited(all), catalogue: smallCatalogue }));
  say(`Refusing ${byHand.length} made by hand and ${generated.length} generated …`);
  return [figureOf('poison by hand, worst', byHand), figureOf('poison generated, worst', generated)];
}

function figureOf(what: string, texts: readonly { text: string; catalogue: typeof stepKinds }[]): Figure {
  let [worst, total, refused, unplaced] = [0, 0, 0, 0];
  for (const { text, catalogue } of texts) {
    const begun = performance.now();
    const compiled = compileRunbook(text, 'R-TEST.yaml', catalogue);
    const tookMs = performance.now() - begun;
    worst = Math.max(worst, tookMs);
    total += tookMs;
    if (compiled.kind === 'loaded') continue;
    refused += 1;
    if (compiled.problems.some(({ line, column }) => line < 1 || column < 1)) unplaced += 1;
  }
  const how = `${refused} of ${texts.length} refused, ${unplaced} without a place, ${(total / texts.length).toFixed(1)} ms on average`;
  return { what, value: worst, unit: 'ms', goal: { atMost: 500 }, how };
}
