import type { AlarmKind } from '../domain/alarm.ts';
import type { Policy } from '../domain/policy.ts';
import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook } from './loaded.ts';
import { childOf, type Node } from './node.ts';
import { didYouMean, suggestion } from './suggest.ts';

interface WrittenPolicy {
  file: string;
  node: Node;
  policy: Policy;
}

/** Alarms of Rekey itself that leave a person with a key in trouble. Every other one says in its sentence what there is to do. */
const RAISED_BY_REKEY: readonly AlarmKind[] = ['rotation_stuck'];

/** Whoever is woken by an alert has to find a runbook for it. */
export function lintAlertsRaised(runbooks: readonly LoadedRunbook[], { file, node, policy }: WrittenPolicy): Finding[] {
  const started = [...new Set(runbooks.flatMap((runbook) => runbook.startOn.map((start) => start.alert)))];
  const byHooks = Object.entries(policy.hooks).flatMap(([hook, { alerts }]) =>
    alerts.flatMap((alert, index) => {
      if (started.includes(alert)) return [];
      const path = `hooks.${hook}.alerts[${index}]`;
      const spot = ['hooks', hook, 'alerts', index].reduce<Node>((found, key) => childOf(found, key) ?? found, node);
      const got = `\`${alert}\`, on which nothing starts`;
      const meant = didYouMean(alert, started);
      const fix = meant === null ? 'write it under `start_on` of a runbook, or remove it' : `write \`${meant}\``;
      const complaint = { expected: 'an alert that a runbook starts on', got, fix };
      return [finding('alert-without-runbook', { file, at: spot.at, path }, complaint)];
    }),
  );
  const byRekey = RAISED_BY_REKEY.filter((alarm) => !started.includes(alarm)).map((alarm) =>
    finding(
      'alarm-without-runbook',
      { file, at: node.at, path: '' },
      {
        expected: 'a runbook for every alarm that Rekey raises about a key',
        got: `\`${alarm}\`, for which none has \`start_on\``,
        fix: `write \`- alert: ${alarm}\` under \`start_on\` of the runbook that helps then`,
      },
    ),
  );
  return [...byHooks, ...byRekey];
}

/** What nobody may raise starts nothing. */
export function lintAlertsAwaited(runbook: LoadedRunbook, policy: Policy): Finding[] {
  const raised = [...new Set(Object.values(policy.hooks).flatMap((hook) => hook.alerts))];
  return runbook.startOn.flatMap(({ alert, at }, index) => {
    if (raised.includes(alert)) return [];
    const expected = 'an alert that a hook in policy.yaml may raise';
    const fix = raised.length === 0 ? `write \`${alert}\` under \`hooks\` in policy.yaml` : suggestion(alert, raised);
    const place = { file: runbook.file, at, path: `start_on[${index}].alert` };
    return [finding('alert-without-hook', place, { expected, got: `\`${alert}\``, fix })];
  });
}
