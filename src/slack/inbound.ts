import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../secret.ts';
import { CODE_FIELD } from './views/review-fields.ts';

/** Who and where, as Slack's verified payload says. */
const From = z.object({
  user: z.string(),
  /** Of the installation, and of the person's own account: another one for somebody from outside. */
  teams: z.array(z.string()),
  enterprise: z.string().nullable(),
});
export type From = z.infer<typeof From>;

/** What is kept of a payload: what is needed to act on it later, and nothing that opens a door (trigger, response URL, tokens). */
export const Incoming = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), from: From, command: z.string(), text: z.string(), channel: z.string() }),
  z.object({
    kind: z.literal('action'),
    from: From,
    action: z.string(),
    value: z.string(),
    /** Null in a view, such as App Home. */
    channel: z.string().nullable(),
    thread: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('submission'),
    from: From,
    form: z.string(),
    metadata: z.string(),
    view: z.string(),
    /** By block id; every block of ours has one field. */
    values: z.record(z.string(), z.string()),
  }),
]);
export type Incoming = z.infer<typeof Incoming>;
export type CommandIn = Extract<Incoming, { kind: 'command' }>;
export type ActionIn = Extract<Incoming, { kind: 'action' }>;
export type SubmissionIn = Extract<Incoming, { kind: 'submission' }>;

/** Good for seconds, and never stored. */
export interface Live {
  trigger: string | null;
  responseUrl: string | null;
  /** What was typed into the field for a code. */
  code?: Secret | null;
}

export const NOT_LIVE: Live = { trigger: null, responseUrl: null };

export interface Received<Kind> {
  /** The same for every delivery of the same press. */
  id: string;
  incoming: Kind;
  live: Live;
}

const Id = z.string().nullish();
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

const Pressed = Interactive.extend({
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
const Submitted = Interactive.extend({
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Field)) }),
  }),
});

export function readSubmission(body: unknown, deliveryId: string): Received<SubmissionIn> {
  const { view, ...read } = Submitted.parse(body);
  const values: Record<string, string> = {};
  for (const [block, fields] of Object.entries(view.state.values))
    for (const field of Object.values(fields)) values[block] = textOf(field);
  // A code is never stored: whoever reads the ledger must not be able to use it, however short it is good.
  const { [CODE_FIELD]: code, ...kept } = values;
  const incoming = {
    kind: 'submission' as const,
    from: fromOf(read),
    form: view.callback_id,
    metadata: view.private_metadata,
    view: view.id,
    values: kept,
  };
  const live = { ...liveOf(read), code: code ? new Secret(code) : null };
  return { id: inboundId(read.trigger_id ?? deliveryId), incoming, live };
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

const HomeOpened = z.object({
  team_id: Id,
  enterprise_id: Id,
  event: z.object({ user: z.string(), tab: z.string().optional() }),
});

export function readHomeOpened(body: unknown): { from: From; tab: string } {
  const { team_id, enterprise_id, event } = HomeOpened.parse(body);
  return {
    from: { user: event.user, teams: present(team_id), enterprise: enterprise_id || null },
    tab: event.tab ?? 'home',
  };
}

/** A trigger is a bearer token for three seconds, so only its hash is kept. */
export function inboundId(unique: string): string {
  return `slack:${createHash('sha256').update(unique).digest('hex').slice(0, 32)}`;
}

function fromOf({ user, team, enterprise }: Pick<z.infer<typeof Interactive>, 'user' | 'team' | 'enterprise'>): From {
  return { user: user.id, teams: [...present(team?.id), ...present(user.team_id)], enterprise: enterprise?.id ?? null };
}

function liveOf(read: { trigger_id?: string | null | undefined; response_url?: string | null | undefined }): Live {
  return { trigger: read.trigger_id || null, responseUrl: read.response_url || null };
}

function present(id: string | null | undefined): string[] {
  return id ? [id] : [];
}
