import { z } from 'zod';
import { Secret } from '../secret.ts';
import {
  type ActionIn,
  type CommandIn,
  type From,
  Id,
  inboundId,
  type Live,
  present,
  type Received,
  type ShortcutIn,
  type SubmissionIn,
} from './incoming.ts';
import { messageRef } from './message-ref.ts';
import { whereOpened } from './pressed-at.ts';
import { CODE_FIELD } from './views/review-fields.ts';

const Team = z.object({ id: z.string() }).nullish();
const Interactive = z.object({
  user: z.object({ id: z.string(), team_id: Id }),
  team: Team,
  enterprise: Team,
  trigger_id: Id,
  response_url: Id,
});

const Command = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  team_id: Id,
  enterprise_id: Id,
  channel_id: z.string(),
  trigger_id: Id,
  response_url: Id,
});

export function readCommand(body: unknown, deliveryId: string): Received<CommandIn> {
  const read = Command.parse(body);
  const from = { user: read.user_id, teams: present(read.team_id), enterprise: read.enterprise_id || null };
  const incoming = { kind: 'command' as const, from, command: read.command, text: read.text, channel: read.channel_id };
  return { id: inboundId(read.trigger_id ?? deliveryId), incoming, live: liveOf(read) };
}

const Option = z.object({ value: z.string() });
const Field = z.object({
  value: Id,
  selected_option: Option.nullish(),
  selected_options: z.array(Option).nullish(),
  selected_date: Id,
  selected_user: Id,
  selected_date_time: z.number().nullish(),
});
const Filled = z.object({ values: z.record(z.string(), z.record(z.string(), Field)) });

const Pressed = Interactive.extend({
  view: z
    .object({ id: z.string(), type: z.string(), private_metadata: z.string().default(''), state: Filled.optional() })
    .optional(),
  container: z.object({ channel_id: Id, thread_ts: Id }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

export function readAction(body: unknown, deliveryId: string): Received<ActionIn> {
  const read = Pressed.parse(body);
  const [action] = read.actions;
  const incoming = {
    kind: 'action' as const,
    from: fromOf(read),
    action: action?.action_id ?? '',
    value: action?.value ?? action?.selected_option?.value ?? '',
    channel: read.container?.channel_id ?? null,
    thread: read.container?.thread_ts ?? null,
  };
  const { view } = read;
  const modal = view?.type === 'modal' ? view.id : null;
  const { kept, code } = apart(valuesIn(view?.state));
  const { at: openedAt, metadata } = whereOpened(view?.private_metadata ?? '');
  const filled = view === undefined ? null : { metadata, values: kept };
  const live = { ...liveOf(read), modal, openedAt, filled, code };
  return { id: inboundId(read.trigger_id ?? deliveryId), incoming, live };
}

const Submitted = Interactive.extend({
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: Filled,
  }),
});

export function readSubmission(body: unknown, deliveryId: string): Received<SubmissionIn> {
  const { view, ...read } = Submitted.parse(body);
  const { kept, code } = apart(valuesIn(view.state));
  const { at: openedAt, metadata } = whereOpened(view.private_metadata);
  const incoming = {
    kind: 'submission' as const,
    from: fromOf(read),
    form: view.callback_id,
    metadata,
    openedAt,
    view: view.id,
    values: kept,
  };
  return { id: inboundId(read.trigger_id ?? deliveryId), incoming, live: { ...liveOf(read), code } };
}

/** A code is never stored: whoever reads the ledger must not be able to use it, however short it is good. */
function apart(values: Record<string, string>): { kept: Record<string, string>; code: Secret | null } {
  const { [CODE_FIELD]: code, ...kept } = values;
  return { kept, code: code ? new Secret(code) : null };
}

/** By block id. */
function valuesIn(state: z.infer<typeof Filled> | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [block, fields] of Object.entries(state?.values ?? {}))
    for (const field of Object.values(fields)) values[block] = textOf(field);
  return values;
}

/** Several options as one text: the values of ours hold no comma. */
function textOf(field: z.infer<typeof Field>): string {
  const one = field.value ?? field.selected_option?.value ?? field.selected_date ?? field.selected_user;
  if (field.selected_date_time != null) return String(field.selected_date_time);
  return one ?? field.selected_options?.map(({ value }) => value).join(',') ?? '';
}

const Suggestion = Interactive.extend({ action_id: z.string(), value: z.string().default('') });

/** Nothing is kept of a search: it only reads. */
export function readSuggestion(body: unknown): { from: From; action: string; typed: string } {
  const read = Suggestion.parse(body);
  return { from: fromOf(read), action: read.action_id, typed: read.value };
}

const Pointed = Interactive.extend({
  callback_id: z.string(),
  channel: z.object({ id: z.string() }),
  message: z.object({ ts: z.string(), thread_ts: Id, user: Id, text: z.string().default('') }),
});

/** A shortcut from the menu of a message. */
export function readShortcut(body: unknown, deliveryId: string): Received<ShortcutIn> {
  const { callback_id: shortcut, channel, message, ...read } = Pointed.parse(body);
  const thread = message.thread_ts === message.ts ? null : (message.thread_ts ?? null);
  const on = { channel: channel.id, ts: message.ts, thread, author: message.user ?? null };
  const incoming = { kind: 'shortcut' as const, from: fromOf(read), shortcut, on };
  const live = { ...liveOf(read), pointedAt: messageRef(on, message.text) };
  return { id: inboundId(read.trigger_id ?? deliveryId), incoming, live };
}

function fromOf({ user, team, enterprise }: Pick<z.infer<typeof Interactive>, 'user' | 'team' | 'enterprise'>): From {
  return { user: user.id, teams: [...present(team?.id), ...present(user.team_id)], enterprise: enterprise?.id ?? null };
}

function liveOf(read: { trigger_id?: string | null | undefined; response_url?: string | null | undefined }): Live {
  return { trigger: read.trigger_id || null, responseUrl: read.response_url || null };
}
