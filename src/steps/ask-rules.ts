import type { JsonObject } from '../domain/run.ts';
import type { PlaceOfStep, WithComplaint } from './contract.ts';

/** What has to hold between the fields of an `ask`, its `due` and the steps before it. */
export function askComplaints(written: JsonObject, place: PlaceOfStep): WithComplaint[] {
  return [...oneForm(written), ...timed(written, place), ...settled(written), ...pushBack(written.push_back_to, place)];
}

function oneForm({ checklist, form, no }: JsonObject): WithComplaint[] {
  const both = checklist !== undefined && form !== undefined;
  const hasNo = checklist === undefined && form === undefined;
  return [
    ...(both ? [wrong(['form'], 'a checklist or a form', 'both', 'write two steps')] : []),
    ...(no !== undefined && !hasNo
      ? [wrong(['no'], 'no `no` beside a checklist or form: nobody can answer no to it', '`no`', 'remove it')]
      : []),
  ];
}

function timed(written: JsonObject, { hasDue }: PlaceOfStep): WithComplaint[] {
  const NEED_DUE = ['remind', 'again_every', 'escalate_to'];
  const early = NEED_DUE.filter((name) => written[name] !== undefined && !hasDue).map((name) =>
    wrong([name], '`due` on this step, from which reminders are counted', 'none', 'write `due: 30m` beside `with`'),
  );
  const alone = (name: string, beside: string) =>
    written[name] !== undefined && written[beside] === undefined
      ? [wrong([name], `\`${beside}\` beside \`${name}\``, 'none', `write \`${beside}\`, or remove \`${name}\``)]
      : [];
  return [...early, ...alone('escalate_after', 'escalate_to'), ...alone('at_most', 'again_every')];
}

function settled({ settles, evidence }: JsonObject): WithComplaint[] {
  if (settles === undefined || (evidence !== undefined && evidence !== 'none')) return [];
  const fix = 'write `evidence: text`, `url` or `file`';
  return [wrong(['settles'], `evidence for a yes that settles the ${String(settles)}`, 'none', fix)];
}

/** Only back over what can be begun again, and to something that people or time decide: a point of no return stays passed. */
function pushBack(targets: JsonObject[string] | undefined, { before, beside }: PlaceOfStep): WithComplaint[] {
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target, index) => {
    const path = ['push_back_to', index];
    const step = before.find(({ id }) => id === target);
    const known = before.map(({ id }) => id).join(', ') || 'none';
    if (step === undefined)
      return [
        wrong(path, `an earlier step (${known})`, `\`${String(target)}\``, 'write the id of a step before this one'),
      ];
    // The steps beside the question begin with it, and would begin again with it.
    const kept = [...before, ...beside].find(
      (one) => one.stage >= step.stage && (one.undo === 'point_of_no_return' || one.repeat === 'ask'),
    );
    if (kept === undefined) return [];
    const why = kept.undo === 'point_of_no_return' ? 'is a point of no return' : 'cannot be done twice';
    const fix = 'write a step that comes after it, or remove this one';
    return [
      wrong(
        path,
        'a step from which everything can be begun again',
        `\`${String(target)}\`: \`${kept.id}\` (${kept.uses}) ${why}`,
        fix,
      ),
    ];
  });
}

function wrong(path: (string | number)[], expected: string, got: string, fix: string): WithComplaint {
  return { path, expected, got, fix };
}
