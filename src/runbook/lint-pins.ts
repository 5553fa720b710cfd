import type { LoadedRunbook } from './loaded.ts';
import type { RunbookProblem } from './problem.ts';

/** Steps that start another runbook by the hash of its text: with another text, as it is loaded now, nothing would start. */
export function lintPins(
  runbook: LoadedRunbook,
  loaded: ReadonlyMap<string, Pick<LoadedRunbook, 'hash'>>,
): RunbookProblem[] {
  return runbook.steps.flatMap(({ mentions }) => {
    const pin = mentions.find((one) => one.meaning === 'runbook_hash');
    const name = mentions.find((one) => one.meaning === 'runbook')?.name ?? '';
    const target = loaded.get(name);
    if (pin === undefined || target === undefined || target.hash === pin.name) return [];
    const { at, path } = pin;
    const fix = `read what changed in ${name}, then write \`${target.hash}\``;
    return [{ file: runbook.file, ...at, path, expected: `the hash of ${name} as it is`, got: `\`${pin.name}\``, fix }];
  });
}
