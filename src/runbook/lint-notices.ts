import { domainOf, mayWriteTo, type Outside } from '../domain/outside.ts';
import type { Policy } from '../domain/policy.ts';
import { type Finding, finding, ruled } from './finding.ts';
import { childOf, type Node } from './node.ts';
import { type FoundTemplate, findTemplates } from './notices/load-templates.ts';
import type { Report } from './problem.ts';
import { listed, suggestion } from './suggest.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

/** The templates of notices: what keeps one from being sent, and what somebody has to read again. */
export async function lintTemplates(
  dir: string,
  { shown, policy, now }: { shown: string; policy: Policy | null; now: Date },
): Promise<Finding[]> {
  return (await findTemplates(dir)).flatMap((found) => lintTemplate(found, { shown, policy, now }));
}

function lintTemplate(
  { file, read }: FoundTemplate,
  { shown, policy, now }: { shown: string; policy: Policy | null; now: Date },
): Finding[] {
  const name = `${shown}/${file}`;
  if (read.kind === 'refused')
    return ruled(
      'refused',
      read.problems.map((problem) => ({ ...problem, file: name })),
    );
  const place = { file: name, at: { line: 1, column: 1 }, path: 'reviewed_at' };
  const { reviewedBy, reviewedAt } = read.template;
  if (reviewedBy === null || reviewedAt === null)
    return [
      finding('notice-unreviewed', place, {
        expected: 'a template that somebody has read: `reviewed_by` and `reviewed_at`',
        got: 'one without, which is never sent',
        fix: 'have it read, and write who did and when',
      }),
    ];
  const isKnown = policy === null || Object.hasOwn(policy.people, reviewedBy);
  return [
    ...(isKnown
      ? []
      : [
          finding(
            'notice-reviewer-left',
            { ...place, path: 'reviewed_by' },
            {
              expected: 'somebody of policy.yaml',
              got: `\`${reviewedBy}\``,
              fix: 'have it read by somebody who is there, and write who did and when',
            },
          ),
        ]),
    ...(now.getTime() - Date.parse(reviewedAt) > YEAR_MS
      ? [
          finding('notice-review-old', place, {
            expected: 'a template that was read within a year',
            got: `one that was read on ${reviewedAt}`,
            fix: 'have it read again, and write the day',
          }),
        ]
      : []),
  ];
}

/** Names of connections.yaml that point at nothing in it, where they stand. */
export function refuseDanglingContacts(outside: Outside, node: Node, report: Report): void {
  const { smtp, webhooks, contacts } = outside;
  for (const [name, { mail, webhook }] of Object.entries(contacts)) {
    const add = (path: readonly string[], complaint: Parameters<Report['add']>[2]) =>
      report.add(nodeAt(node, ['contacts', name, ...path]).at, ['contacts', name, ...path].join('.'), complaint);
    const server = mail === undefined ? undefined : own(smtp, mail.over);
    if (mail !== undefined && server === undefined)
      add(['mail', 'over'], unknown('smtp', mail.over, Object.keys(smtp)));
    if (mail !== undefined && server !== undefined && !mayWriteTo(server, mail.to))
      add(['mail', 'to'], {
        expected: `an address in ${listed(server.recipient_domains)}`,
        got: `one in \`${domainOf(mail.to)}\``,
        fix: `write the domain under \`smtp.${mail.over}.recipient_domains\` if it should be`,
      });
    if (webhook !== undefined && own(webhooks, webhook) === undefined)
      add(['webhook'], unknown('webhooks', webhook, Object.keys(webhooks)));
  }
}

/** People inside whom policy.yaml does not know: what was meant for them would reach nobody. */
export function lintContacts(
  { contacts }: Outside,
  { file, node, policy }: { file: string; node: Node; policy: Policy },
): Finding[] {
  return Object.entries(contacts).flatMap(([name, { inside }]) => {
    if (inside === undefined) return [];
    const { people, groups } = policy;
    const isKnown = inside.startsWith('group:')
      ? Object.hasOwn(groups, inside.slice('group:'.length))
      : Object.hasOwn(people, inside);
    if (isKnown) return [];
    const known = [...Object.keys(people), ...Object.keys(groups).map((group) => `group:${group}`)];
    const path = ['contacts', name, 'inside'];
    return [
      finding(
        'unknown-person',
        { file, at: nodeAt(node, path).at, path: path.join('.') },
        {
          expected: 'a person or a group of policy.yaml',
          got: `\`${inside}\``,
          fix: suggestion(inside, known),
        },
      ),
    ];
  });
}

function unknown(kind: string, got: string, known: readonly string[]) {
  return { expected: `an entry of \`${kind}\`: ${listed(known)}`, got: `\`${got}\``, fix: suggestion(got, known) };
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function nodeAt(root: Node, path: readonly string[]): Node {
  return path.reduce<Node>((found, key) => childOf(found, key) ?? found, root);
}
