import { graceMs } from '../../domain/grace.ts';
import type { RunId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Situation } from '../../domain/run.ts';
import type { Started } from '../../engine/engine.ts';
import type { RotationAsked, RotationRequest } from '../../engine/rotations/rotations.ts';
import { Refusal } from '../../errors.ts';
import type { Message } from '../limits.ts';
import { linkTo } from '../link-to.ts';
import { actorText, displayNames } from '../load/names.ts';
import type { Desk, Moment } from '../moment.ts';
import { utcText } from '../text.ts';
import { say, sayWithLink } from '../views/say.ts';
import type { Occasion } from './rotate-intent.ts';

export interface Wanted {
  key: Key;
  /** Null: what the key's own state says, which is that it has expired. */
  occasion: Occasion | null;
  graceHours: number | null;
  reason: string;
}

/** From the command and from the form: the same verbs, and an answer that says where it goes on. */
export async function startRotation(wanted: Wanted, moment: Moment, desk: Desk): Promise<void> {
  await moment.show(await started(wanted, moment, desk));
}

async function started({ key, occasion, graceHours, reason }: Wanted, moment: Moment, desk: Desk): Promise<Message> {
  const situation = occasion === 'planned' ? null : occasion;
  if (occasion === 'planned') return rotated({ key, mode: 'planned', graceHours, reason }, moment, desk);
  if (graceHours !== null) {
    const rule = await desk.classRule(key.class);
    const mode = modeFor(situation, graceHours);
    graceMs({ mode, hours: graceHours, rule });
    if (mode === 'suspected' || mode === 'extended') return rotated({ key, mode, graceHours, reason }, moment, desk);
  }
  const why = reason.trim() || `reported in Slack as ${situation ?? 'expired'}, no reason given`;
  const answer = await desk.engine.rotate({ ...moment.origin, slug: key.slug, situation, reason: why });
  return answerTo(answer, key.slug, { moment, desk });
}

/** More than an hour of grace in an emergency takes a second person who agrees (design/keys.md). */
function modeFor(situation: Situation | null, graceHours: number): 'expired' | 'suspected' | 'extended' | 'exploited' {
  if (situation !== 'suspected') return situation ?? 'expired';
  return graceHours > 1 ? 'extended' : 'suspected';
}

type Asked = Pick<RotationRequest, 'mode' | 'graceHours' | 'reason'> & { key: Key };

/** Both keys work while callers move over. Its requester has to say why, because nothing else does. */
async function rotated({ key, mode, graceHours, reason }: Asked, moment: Moment, desk: Desk): Promise<Message> {
  if (reason.trim() === '')
    throw new Refusal(
      'reason_needed',
      `Say why: /rotate-key ${key.slug} ${mode === 'planned' ? 'planned' : 'suspected'} because "a new quarter"`,
    );
  const { kind, rotation } = await desk.rotations.request({
    ...moment.origin,
    key: key.slug,
    mode,
    graceHours,
    notBefore: null,
    reason: reason.trim(),
    override: null,
    deliver: deliveryOf(key),
    askedIn: { channel: moment.channel, thread: moment.thread },
  });
  const sentence = sentenceOn(kind, rotation, nameOf(key));
  return rotation.run === null ? say(sentence) : pointingTo(rotation.run, sentence, { moment, desk });
}

function sentenceOn(kind: RotationAsked['kind'], rotation: RotationAsked['rotation'], name: string): string {
  if (kind === 'repeated') return `This request was handled before: ${rotation.id} of ${name}.`;
  if (kind === 'joined') return `${name} is already being replaced: ${rotation.id}. Nothing new was started.`;
  const begins =
    kind === 'scheduled'
      ? `begins at ${utcText(rotation.scheduledAt)}`
      : rotation.approvals > 0
        ? 'waits for its approval'
        : 'has begun';
  return `The rotation of ${name} ${begins}: ${rotation.id}. Both keys work for ${hoursText(rotation.graceMs)} after the new one is proved; then the old one is revoked.`;
}

/** Without a registered place the new key waits for its owner, who claims it on a terminal. */
export function deliveryOf(key: Key): { to: 'registered' } | { to: 'claim'; recipient: string } {
  if (key.delivery !== null || key.owner === null) return { to: 'registered' };
  return { to: 'claim', recipient: key.owner.startsWith('group:') ? key.owner : `person:${key.owner}` };
}

function hoursText(ms: number): string {
  const hours = Math.round((ms / 3_600_000) * 100) / 100;
  return `${hours} hour${hours === 1 ? '' : 's'}`;
}

interface Here {
  moment: Moment;
  desk: Desk;
}

/** Of a run that is there already, its message stands somewhere. */
async function pointingTo(run: RunId, sentence: string, { moment, desk }: Here): Promise<Message> {
  const url = await linkTo({ surface: 'run', subject: run }, moment, desk);
  return sayWithLink(sentence, { url, text: 'See how far it is' });
}

async function answerTo(begun: Started, slug: string, { moment, desk }: Here): Promise<Message> {
  switch (begun.kind) {
    case 'started':
      return say(
        `Started for ${slug}: ${begun.run}, incident ${begun.incident}. Progress and decisions are in the incident channel.`,
      );
    case 'joined': {
      const by = actorText(begun.startedBy, await displayNames(desk));
      return pointingTo(
        begun.run,
        `${slug} is already being replaced, so no second run was started: ${begun.run}, begun by ${by} at ${utcText(begun.startedAt)}. Type /rotate-key status ${begun.run} to see how far it is.`,
        { moment, desk },
      );
    }
    case 'repeated':
      return begun.run === null
        ? say('This request was handled before; nothing new happened.')
        : pointingTo(begun.run, `This request was handled before: ${begun.run}.`, { moment, desk });
    default:
      return begun satisfies never;
  }
}
