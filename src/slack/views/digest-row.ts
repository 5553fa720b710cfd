import type { ActionsBlock, Button, KnownBlock, RichTextElement, StaticSelect } from '@slack/types';
import { ALARMING, type Section } from '../../domain/digest/digest.ts';
import { at, bold, button, type Line, lines, optionOf, plain } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

/** What is going on with a key now, whatever it was in the morning. */
export type Standing =
  | { kind: 'open' }
  | { kind: 'claimed'; by: string; until: Date }
  | { kind: 'released'; by: string }
  | { kind: 'rotating'; id: string; begins: Date }
  | { kind: 'snoozed'; by: string; until: Date }
  | { kind: 'unused'; by: string; asked: string; confirmed: boolean }
  | { kind: 'over'; how: string };

export interface DigestRow {
  /** The key's id: all that a button brings back. */
  key: string;
  name: string;
  environment: string;
  section: Section;
  expiresAt: Date | null;
  /** As the ledger and policy.yaml call it; null: nobody. */
  owner: string | null;
  /** Slack's ids of the owners, where they are to be called; empty where something takes care of it, and in a direct message. */
  call: readonly string[];
  note: string | null;
  standing: Standing;
  runbook: string | null;
  snoozes: readonly { days: number }[];
}

/** One key: what, until when, whose, what is going on, and what can be done about it. Two blocks at most. */
export function digestRow(row: DigestRow, { headed, index }: { headed: boolean; index: number }): KnownBlock[] {
  const heading: Line[] = headed ? [ownerLine(row)] : [];
  const what: Line = [bold(cut(oneLine(row.name), 90)), `, ${cut(oneLine(row.environment), 40)}`, ...whenOf(row)];
  const more = [row.note, runbookText(row.runbook)].filter((text) => text !== null).join(' · ');
  const standing = standingOf(row.standing);
  return [
    lines([...heading, what, ...(standing.length === 0 ? [] : [standing]), ...(more === '' ? [] : [[cut(more, 200)]])]),
    ...controls(row, index),
  ];
}

/** Whom it is about. Called by name only here, from what policy.yaml says, and never from what somebody wrote. */
function ownerLine({ owner, section, call }: DigestRow): Line {
  const called = ALARMING.includes(section) ? call.slice(0, 5) : [];
  const mentions = called.flatMap((user): RichTextElement[] => [
    { type: 'text', text: ' ' },
    { type: 'user', user_id: user },
  ]);
  return [bold(cut(oneLine(owner ?? 'No owner'), 60)), ...mentions];
}

function whenOf({ expiresAt, section }: DigestRow): Line {
  if (expiresAt === null) return [', no expiry date'];
  return [section === 'expired' ? ', expired ' : ', expires ', at(expiresAt)];
}

function runbookText(runbook: string | null): string | null {
  if (runbook === null) return null;
  const text = cut(oneLine(runbook), 80);
  return /^https?:/.test(text) ? `Runbook: ${text}` : `Runbook: /runbook show ${text}`;
}

function standingOf(standing: Standing): Line {
  switch (standing.kind) {
    case 'open':
      return [];
    case 'claimed':
      return [`${cut(standing.by, 60)} takes care of it, until `, at(standing.until)];
    case 'released':
      return [`${cut(standing.by, 60)} had claimed it; no rotation came of that, so it is free`];
    case 'rotating':
      return [`Rotation ${cut(standing.id, 60)}, begins `, at(standing.begins)];
    case 'snoozed':
      return [`${cut(standing.by, 60)} has snoozed it until `, at(standing.until)];
    case 'unused':
      return standing.confirmed
        ? ['Not in use, as its owner agrees: revoke it']
        : [`${cut(standing.by, 60)} says it is not in use; ${cut(standing.asked, 80)} is asked`];
    case 'over':
      return [cut(standing.how, 100)];
    default:
      return standing satisfies never;
  }
}

function controls(row: DigestRow, index: number): ActionsBlock[] {
  const elements = elementsOf(row);
  return elements.length === 0 ? [] : [{ type: 'actions', block_id: `digest-${index}`, elements }];
}

const ENDS: readonly Section[] = ['day_1', 'days_3', 'days_7', 'days_14', 'days_30', 'too_old', 'missing_expiry'];

/** Only what this moment allows: nothing where something takes care of it, or where there is nothing to take care of. */
function elementsOf({ key, section, standing, snoozes }: DigestRow): (Button | StaticSelect)[] {
  if (section === 'still_tried' || section === 'retire') return [];
  if (standing.kind === 'rotating' || standing.kind === 'over' || standing.kind === 'unused') return [];
  const press = (action: string, label: string) => button({ action, token: key, label });
  return [
    standing.kind === 'claimed' ? press('digest_let_go', 'Let go') : press('digest_claim', 'Claim'),
    ...(section === 'expired' ? [press('digest_replace', 'Replace now')] : []),
    ...(ENDS.includes(section) ? [press('digest_plan', 'Plan rotation')] : []),
    ...(standing.kind === 'snoozed' ? [] : snoozeMenu(key, snoozes)),
    press('digest_unused', 'Not in use'),
  ];
}

function snoozeMenu(key: string, snoozes: DigestRow['snoozes']): StaticSelect[] {
  const options = snoozes
    .map(({ days }) => ({ value: snoozeValue(key, days), label: days === 1 ? 'Snooze 1 day' : `Snooze ${days} days` }))
    .filter(({ value }) => value.length <= LIMITS.optionValue);
  if (options.length === 0) return [];
  return [
    {
      type: 'static_select',
      action_id: 'digest_snooze',
      placeholder: plain('Snooze', LIMITS.placeholder),
      options: options.map(optionOf),
    },
  ];
}

export function snoozeValue(key: string, days: number): string {
  return `${key}|${days}`;
}

export function readSnooze(value: string): { key: string; days: number } {
  const cutAt = value.lastIndexOf('|');
  return { key: value.slice(0, cutAt), days: Number(value.slice(cutAt + 1)) };
}
