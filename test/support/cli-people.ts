import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../src/domain/policy.ts';
import { aPolicy } from './builders.ts';
import { anInstallation, type Installation } from './installation.ts';

type Person = 'alice' | 'bob' | 'carol';

/** An installation whose commands are typed by this person; security (bob and carol) may do everything. */
export function anInstallationOf(
  person: Person | null,
  more: Partial<Policy> = {},
): Installation & { become: (who: Person) => void } {
  const installation = anInstallation();
  const become = (who: Person | null) => {
    const security = ['group:security'];
    const { people, rules, ...policy } = aPolicy({
      may: {
        rotate: ['group:security', 'group:oncall'],
        cancel: security,
        run: security,
        pause: security,
        skip: security,
        retry: security,
        answer: security,
        read: security,
        create: security,
        declare: [...security, 'group:oncall'],
        close: security,
        change: security,
        suspend: security,
        revoke: security,
        extend: security,
        waive: security,
        administer: security,
      },
      ...more,
    });
    const named = Object.entries(people).map(([name, one]) => [
      name,
      name === who ? { ...one, unix: userInfo().username } : one,
    ]);
    const two = { approve: 2, from: ['owner', 'group:security', 'group:oncall'] };
    // JSON is YAML.
    const text = JSON.stringify({ ...policy, people: Object.fromEntries(named), rules: { ...rules, rotate_two: two } });
    writeFileSync(join(installation.runbooksDir, 'policy.yaml'), text);
  };
  become(person);
  return { ...installation, become };
}

/** What `rekey keys generate` needs to be said of a key of production. */
export const PRODUCTION_FACTS = [
  ...['--service', 'payments', '--env', 'production', '--owner', 'carol'],
  ...['--escalation', 'group:oncall', '--runbook', 'R-ROTATE'],
] as const;
