import type { Measure } from './metrics.ts';
import type { ReviewItem, ReviewKind } from './review.ts';
import type { ReviewFacts } from './review-facts.ts';

const MOST = 6;

/**
 * The checklist of a review: weekly failed rotations and whether the audit is complete, monthly the rules and their exceptions, quarterly the
 * whole inventory, who may do what, and the threats (seed 004, "Weekly/monthly routines"). What the ledger can answer, it answers.
 */
export function checklistOf(
  kind: ReviewKind,
  facts: ReviewFacts,
  also: readonly { id: string; ask: string }[],
): ReviewItem[] {
  const extra = also.map(({ id, ask }): ReviewItem => ({ id: `own-${id}`, point: ask, found: null }));
  return [...CHECKLISTS[kind](facts), ...extra];
}

const CHECKLISTS: Record<ReviewKind, (facts: ReviewFacts) => ReviewItem[]> = {
  weekly: (facts) => [
    rotations(facts),
    audit(facts),
    measures(facts, 'Measures of the week'),
    ending(facts),
    debt(facts),
    incidents(facts),
    followUps(facts),
    listed('alarms', 'Alarms', {
      names: countedKinds(facts.alarms),
      of: facts.alarms.length,
      fine: 'No alarm was raised.',
    }),
    glass(facts),
    person('failed-rotations-owned', 'Every failed rotation has somebody who carries it on'),
  ],
  monthly: (facts) => [
    listed('too-old', 'Keys older than their class allows', {
      names: facts.tooOld,
      fine: 'No key is older than its class allows.',
    }),
    exceptions(facts),
    runbooks(facts),
    measures(facts, 'Measures of the month'),
    followUps(facts),
    person('rotation-policy', `The rules still fit: ${maxAges(facts)}`),
    person('exceptions-needed', 'Each exception is still needed, and its reason still holds'),
    person('quiet-channels', 'The warnings still reach people who act on them'),
  ],
  quarterly: (facts) => [
    inventory(facts),
    debt(facts),
    listed('too-old', 'Keys older than their class allows', {
      names: facts.tooOld,
      fine: 'No key is older than its class allows.',
    }),
    proven(facts),
    measures(facts, 'Measures of the quarter'),
    ...facts.access.map(({ what, people }) =>
      person(accessId(what), `These still should ${what}: ${people.join(', ') || 'nobody'}`),
    ),
    person('inventory-complete', 'The inventory is complete: nothing is in use that the ledger does not know'),
    person('threat-model', 'The threat model was read again, and what changed is written down'),
    person('restore-tested', 'A backup was restored and checked: rekey backup, rekey restore'),
  ],
};

// What a box in Slack can carry.
const LONGEST_ID = 75;

function accessId(what: string): string {
  return `access-${what.replace(/[^a-z0-9]+/gi, '-')}`.slice(0, LONGEST_ID);
}

function person(id: string, point: string): ReviewItem {
  return { id, point, found: null };
}

function found(id: string, point: string, isFine: boolean, sentence: string): ReviewItem {
  return { id, point, found: { verdict: isFine ? 'fine' : 'look', sentence } };
}

/** A list that should be empty. */
function listed(
  id: string,
  point: string,
  { names, of = names.length, fine }: { names: readonly string[]; of?: number; fine: string },
): ReviewItem {
  return found(id, point, of === 0, of === 0 ? fine : `${of}: ${some(names)}`);
}

function rotations({ ended }: ReviewFacts): ReviewItem {
  const bad = ended.filter(({ state }) => state === 'failed' || state === 'rolled_back');
  const good = ended.filter(({ state }) => state === 'completed').length;
  const sentence = `${good} completed, ${bad.length} failed or taken back${bad.length === 0 ? '.' : `: ${some(bad.map(({ slug }) => slug))}`}`;
  return found('rotations', 'Failed rotations', bad.length === 0, sentence);
}

function audit({ audit: { seq, checked }, toAt }: ReviewFacts): ReviewItem {
  const point = 'The audit is complete and whole';
  if (checked === null)
    return found('audit', point, false, 'The whole chain has never been checked. Type: rekey audit verify');
  const days = Math.floor((toAt.getTime() - checked.at.getTime()) / 86_400_000);
  const sentence = `Checked up to line ${checked.seq} of ${seq}, ${days <= 0 ? 'today' : `${days} days ago`}.`;
  return found('audit', point, days <= 2, sentence);
}

function measures({ measures: all }: ReviewFacts, point: string): ReviewItem {
  const missed = all.filter(({ verdict }) => verdict === 'missed');
  const told = (some: readonly Measure[]) =>
    some.map(({ id, shown, target }) => `${id} ${shown} (${target})`).join(', ');
  const silent = all.filter(({ verdict }) => verdict === 'not_measurable').map(({ id }) => id);
  const parts = [
    missed.length === 0 ? 'none missed' : `missed: ${told(missed)}`,
    `met: ${told(all.filter(({ verdict }) => verdict === 'met')) || 'none'}`,
    ...(silent.length === 0 ? [] : [`not measured: ${silent.join(', ')}`]),
  ];
  return found('measures', point, missed.length === 0, `${parts.join('; ')}.`);
}

function ending({ expired, expiringSoon }: ReviewFacts): ReviewItem {
  const names = [...expired.map((name) => `${name} (expired)`), ...expiringSoon];
  return listed('expiring', 'Keys that are expired, or end within 7 days', {
    names,
    fine: 'No key ends within 7 days.',
  });
}

function debt({ ownerless, endless }: ReviewFacts): ReviewItem {
  const names = [...ownerless.map((name) => `${name} (no owner)`), ...endless.map((name) => `${name} (no end)`)];
  return listed('debt', 'Keys without an owner or an end', { names, fine: 'Every key has an owner and an end.' });
}

function incidents({ incidents: all }: ReviewFacts): ReviewItem {
  const open = all.filter(({ closedAt }) => closedAt === null).map(({ id, severity }) => `${id} (${severity})`);
  const sentence = `${all.length} in all${open.length === 0 ? ', none open.' : `; open: ${some(open)}`}`;
  return found('incidents', 'Incidents', open.length === 0, sentence);
}

function followUps({ overdueFollowUps, retrospectives }: ReviewFacts): ReviewItem {
  const names = [
    ...overdueFollowUps.map(({ what, owner }) => `${owner}: ${what}`),
    ...retrospectives.map((incident) => `retrospective of ${incident}`),
  ];
  return listed('follow-ups', 'Follow-ups and retrospectives that are overdue', { names, fine: 'Nothing is overdue.' });
}

function glass({ unreviewedGlass: names }: ReviewFacts): ReviewItem {
  return listed('break-glass', 'Break-glass uses that nobody has reviewed', {
    names,
    fine: 'None waits for a review.',
  });
}

function exceptions({ exceptions: all }: ReviewFacts): ReviewItem {
  const there = Object.entries(all).filter(([, count]) => count > 0);
  const names = there.map(([what, count]) => `${count} ${what}`);
  return listed('exceptions', 'Exceptions that were made', { names, fine: 'No exception was made.' });
}

function runbooks({ runbooks: { live, due } }: ReviewFacts): ReviewItem {
  return listed('runbooks', 'Runbooks that are to be read or proven again', {
    names: due,
    fine: `All ${live} runbooks were read and proven in time.`,
  });
}

function proven({ runbooks: { proven: all } }: ReviewFacts): ReviewItem {
  const never = all.filter(({ at }) => at === null).map(({ runbook }) => runbook);
  const dates = all.flatMap(({ runbook, at }) => (at === null ? [] : [`${runbook} ${at.toISOString().slice(0, 10)}`]));
  const sentence = never.length === 0 ? `All are proven: ${some(dates)}` : `Never proven: ${some(never)}`;
  return found('proven', 'Each runbook was proven by a drill or a rehearsal', never.length === 0, sentence);
}

function inventory({ keys, syncs }: ReviewFacts): ReviewItem {
  const classes = Object.entries(keys.byClass).map(([name, count]) => `${name} ${count}`);
  const sentence = `${keys.total} keys of ${keys.services} services (${classes.join(', ') || 'none'}); providers were asked for theirs ${syncs} times.`;
  return found('inventory', 'Full inventory', true, sentence);
}

function maxAges({ maxAges: all }: ReviewFacts): string {
  return all.map(({ class: name, days }) => `${name} ${days === null ? 'no limit' : `${days} d`}`).join(', ');
}

function countedKinds(alarms: ReviewFacts['alarms']): string[] {
  return [...Map.groupBy(alarms, ({ kind }) => kind)].map(([kind, of]) => `${of.length} ${kind}`);
}

function some(names: readonly string[]): string {
  const rest = names.length - MOST;
  return `${names.slice(0, MOST).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`.replace(/\.\.$/, '.');
}
