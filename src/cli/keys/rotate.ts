import { InvalidArgumentError, Option } from 'commander';
import { GRACE_PROFILES, type GraceProfile } from '../../domain/grace.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { rotationPreview } from '../../engine/rotations/preview.ts';
import type { RotationRequest } from '../../engine/rotations/rotations.ts';
import { findKey } from '../../engine/which-key.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { instantOf, spanMsOf } from '../spans.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { factsOf } from './facts.ts';
import { rotationFacts } from './history.ts';
import { describePreview } from './rotation-preview.ts';
import { carryOn } from './tell-rotation.ts';

const MODES = ['planned', 'suspected', 'extended', 'exploited'] as const;

interface Wanted {
  mode: (typeof MODES)[number];
  grace?: number | GraceProfile;
  at?: Date;
  because?: string;
  override?: string;
  to: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export const rotate: CliCommand = (group) => {
  group
    .command('rotate')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description('replace a key: the new one is made, delivered and proved before the old one ends')
    .addOption(new Option('--mode <mode>', 'why: see below').choices(MODES).default('planned'))
    .option('--grace <span>', `how long both are accepted: 24h, or ${Object.keys(GRACE_PROFILES).join(', ')}`, graceOf)
    .option('--at <time>', 'when to begin: 2027-05-20T14:00Z; without it, now', instantOf)
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--override <reason>', 'why the minimum interval or a freeze does not count this time')
    .option(
      '--to <where>',
      'where the new value goes: registered, claim (offered to you), or person:NAME',
      'registered',
    )
    .option('--dry-run', 'only say what would happen')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object at the end')
    .addHelpText('after', HELP)
    .action((name: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const key = await findKey(rekey.deps.ledger.read, name);
        if (key.publicJwk !== null) return rotateSigner(rekey, key, wanted);
        const deliver = deliverTo(wanted.to, rekey.actor);
        const { deps, actor } = rekey;
        const preview = await rotationPreview(
          { ...deps, read: deps.ledger.read },
          {
            key,
            actor,
            ...wanted,
            at: wanted.at ?? null,
            hours: wanted.grace ?? null,
            deliveredTo: placeOf(deliver, key),
          },
        );
        if (wanted.dryRun) return wanted.json ? sayJson(preview) : say(describePreview(preview));
        if (!wanted.json) say(describePreview(preview));
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        await confirmed(`Rotate ${nameOf(key)}?`, wanted);
        const { mode, grace, at, override } = wanted;
        const { kind, rotation } = await rekey.rotations.request({
          ...rekey.origin(),
          key: key.id,
          mode,
          graceHours: grace ?? null,
          notBefore: at ?? null,
          reason,
          override: override ?? null,
          deliver,
        });
        // What was added to it is what the requester has to know: rules set aside, a grace that goes on.
        if (kind === 'started' && rotation.reason !== reason && !wanted.json) say(rotation.reason);
        if (kind !== 'scheduled') return carryOn(rekey, rotation, wanted);
        if (wanted.json) return sayJson(rotationFacts(rotation));
        return say(
          `${rotation.id} is on the calendar for ${instantText(rotation.scheduledAt)}; \`rekey serve\` begins it then.`,
        );
      }),
    );
};

const HELP = `
planned    its time has come: both keys are accepted for a day, or for --grace (1h to 168h)
suspected  somebody may have it: both for an hour
extended   the same, up to four hours, with a second person who agrees
exploited  somebody used it: the old one ends first, there is no grace

Example:
  rekey keys rotate payments-prod --because "90 days" --grace rolling
  rekey keys rotate payments-prod --mode exploited --because "token in a public gist" --yes`;

function graceOf(text: string): number | GraceProfile {
  const profile = Object.keys(GRACE_PROFILES).find((name): name is GraceProfile => name === text.replaceAll('-', '_'));
  if (profile !== undefined) return profile;
  if (/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a unit: 24h, 90m, 3d.');
  return spanMsOf(text) / 3_600_000;
}

function deliverTo(to: string, actor: string): RotationRequest['deliver'] {
  if (to === 'registered') return { to: 'registered' };
  return { to: 'claim', recipient: to === 'claim' ? actor : to };
}

function placeOf(deliver: RotationRequest['deliver'], { delivery }: Key): string {
  if (deliver.to === 'claim') return `${deliver.recipient}, who takes it once`;
  return delivery === null ? 'nowhere: it has no place. Say --to claim' : delivery.target;
}

/** Its private half never leaves Rekey, so that nothing is delivered and nobody has to follow. */
async function rotateSigner(rekey: Rekey, key: Key, { mode, because, json, yes }: Wanted): Promise<void> {
  const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
  await confirmed(`${nameOf(key)} signs JWTs. Let a new version sign from now on?`, {
    ...(yes !== undefined && { yes }),
  });
  const after = await rekey.keys.rotateSigningKey({ ...rekey.origin(), key: key.id, mode, reason });
  if (json) sayJson(factsOf(after));
  else say(`${nameOf(after)} signs from now on; what ${nameOf(key)} signed counts until it ends.`);
}
