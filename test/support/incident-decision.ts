import { expect, vi } from 'vitest';
import { CALLERS_KEY } from '../../src/demo/seed.ts';
import type { Approval } from '../../src/domain/approval.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import type { View } from '../../src/workspace/state/view.ts';
import { textOf } from '../slack/support.ts';
import { blockThatBegins, cardWith, pressed, type WHO } from './incident-people.ts';
import { waitsAt } from './incident-proof.ts';
import { anIncidentWorld, type IncidentWorld } from './incident-world.ts';

/** Alice asked for a replacement, and the question waits in the incident channel. */
export async function aQuestionByAlice(queueFolder: string): Promise<IncidentWorld> {
  await using parts = new AsyncDisposableStack();
  const world = parts.use(await anIncidentWorld({ queueFolder }));
  await world.bot.start();
  await world.person('alice').command('C0GENERAL', `/rotate-key ${CALLERS_KEY} because "calls are rejected"`);
  await waitsAt(world, 'go');
  await world.person('bob').waitForMessage((message) => message === cardWith(world.person('bob'), 'review'));
  const all = parts.move();
  return { ...world, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

export function cardOf(world: IncidentWorld): Message {
  const card = cardWith(world.person('bob'), 'review');
  if (card === undefined) throw new Error('Nothing waits for a decision.');
  return card;
}

export const reviewOf = (world: IncidentWorld, who: keyof typeof WHO) =>
  pressed(world.person(who), cardOf(world), 'review');

export function topOf(world: IncidentWorld, who: keyof typeof WHO): View {
  const view = world.person(who).views().at(-1);
  if (view === undefined) throw new Error(`${who} has no form open.`);
  return view;
}

/** What the newest form of this person says. */
export async function reads(world: IncidentWorld, who: keyof typeof WHO, words: string | RegExp): Promise<void> {
  await vi.waitFor(() => expect(textOf(topOf(world, who))).toMatch(words), { timeout: 5_000, interval: 20 });
}

/** What only this person sees in the chat. */
export async function hears(world: IncidentWorld, who: keyof typeof WHO, words: string | RegExp): Promise<void> {
  await world
    .person(who)
    .waitForMessage((message) => message.visibleTo !== undefined && new RegExp(words).test(textOf(message)));
}

/** Bob's form, filled in and sent off in the name of somebody else; the gate must not take the form for the person. */
export function submissionOf(world: IncidentWorld, view: View, who: 'alice' | 'dave'): Record<string, unknown> {
  const { id } = world.person(who);
  const { teamId } = world.slack();
  return {
    type: 'view_submission',
    user: { id, team_id: teamId },
    team: { id: teamId },
    trigger_id: `forged-${who}`,
    view: {
      id: view.id,
      callback_id: view.callbackId,
      private_metadata: view.privateMetadata,
      state: { values: { [blockThatBegins(view, 'decision')]: { choice: { selected_option: { value: 'approve' } } } } },
    },
  };
}

export async function approvalsOf(world: IncidentWorld): Promise<Approval[]> {
  const { incident } = await world.run();
  return incident === null ? [] : world.ledger.read.approvalsOfIncident(incident);
}

export async function approvalOf(world: IncidentWorld): Promise<Approval> {
  const [approval, ...others] = await approvalsOf(world);
  if (approval === undefined || others.length > 0) throw new Error('There is not exactly one approval.');
  return approval;
}
