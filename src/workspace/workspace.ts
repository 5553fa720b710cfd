import type { FaultSwitches } from './faults.ts';
import type { SlackManifest } from './manifest.ts';
import type { Message } from './state/message.ts';
import type { FieldValue, View } from './state/view.ts';
import type { WireLog } from './wire-log.ts';

export interface PersonOptions {
  /** For example `U0ALICE`. */
  id: string;
  /** What people type after @. */
  name: string;
  realName: string;
  email: string;
  /** `guest` is a restricted account, `stranger` somebody of another workspace in a shared channel. Default `member`. */
  standing?: 'member' | 'guest' | 'stranger' | 'deactivated';
  /** Another workspace's id for a stranger. */
  teamId?: string;
  /** IANA time zone; default `UTC`. */
  timeZone?: string;
}

export interface ChannelOptions {
  /** For example `C0OPS`. */
  id: string;
  name: string;
  topic?: string;
  /** User ids; everybody when left out. */
  members?: string[];
  isPrivate?: boolean;
  /** Shared with another workspace (Slack Connect). */
  isShared?: boolean;
  /** `outside`: nobody invited the app yet. Default `member`. */
  app?: 'member' | 'outside';
}

/** Slack's own figures; a test may shorten the waits. */
export interface Strictness {
  /** How long the app has to acknowledge a delivery. */
  ackMs: number;
  triggerMs: number;
  responseUrlMs: number;
  responseUrlUses: number;
  /** chat.postMessage: one a second per channel, after a burst of this many. */
  postBurst: number;
  /** Also hold every method to its published tier (20, 50, 100 calls a minute), which Slack calls a lower bound. */
  tiers: boolean;
  /** Waits before the three retries of an event. */
  eventRetryMs: readonly number[];
}

export interface WorkspaceOptions {
  /** 0 takes any free port; always 127.0.0.1. */
  port: number;
  manifest: SlackManifest;
  people: PersonOptions[];
  channels: ChannelOptions[];
  appName: string;
  botToken: string;
  appToken: string;
  /** Both together: signed HTTP delivery instead of Socket Mode. */
  signingSecret?: string;
  requestUrl?: string;
  /** State is kept in this file, and continued from it. */
  snapshotFile?: string;
  panels?: { id: string; title: string }[];
  /** Milliseconds since 1970; the machine's clock when left out. */
  clock?: () => number;
  strict?: Partial<Strictness>;
}

/** `shown` is the sentence the person reads; `fields` are the errors beside the inputs of a modal. */
export type Outcome = { ok: true } | { ok: false; error: string; shown: string; fields?: Record<string, string> };

/** block_id → value of its only element, or block_id → action_id → value. */
export type FormValues = Record<string, FieldValue | Record<string, FieldValue>>;

export interface ClickOptions {
  /** A choice for selects, dates and inputs. For buttons: which one, where several share the action id. */
  value?: FieldValue;
  blockId?: string;
  /** What else is filled in on the same view at that moment. */
  form?: FormValues;
}

interface Waiting {
  timeoutMs?: number;
}

/** Somebody at their Slack client: what the page does, a test and the scripted demo do through the same code. */
export interface ActingPerson {
  id: string;
  /** Resolves when the app has acknowledged, or with what Slack shows instead. `text` starts with the slash. */
  command(channel: string, text: string, options?: { threadTs?: string }): Promise<Outcome>;
  /** Presses what this person sees: an older copy of a message is a screen that has not caught up yet. */
  click(on: Message | View, actionId: string, options?: ClickOptions): Promise<Outcome>;
  submit(view: View | string, values?: FormValues): Promise<Outcome>;
  close(view: View | string, options?: { all?: boolean }): Promise<Outcome>;
  shortcut(callbackId: string, on?: Message): Promise<Outcome>;
  /** The options an external select offers for what was typed. */
  options(on: Message | View, actionId: string, typed: string): Promise<{ value: string; text: string }[]>;
  /** Posts; a text that starts with a slash is a command, as in Slack. */
  say(channel: string, text: string, options?: { threadTs?: string }): Promise<Outcome>;
  /** Adds the reaction, or takes it back. */
  react(message: Message, name: string): Promise<Outcome>;
  /** As somebody who may: their own, or the app's as an administrator of the workspace. */
  deleteMessage(message: Message): Promise<Outcome>;
  archive(channel: string): Promise<Outcome>;
  unarchive(channel: string): Promise<Outcome>;
  /** `/remove @app` and `/invite @app`, without the app being asked. */
  removeApp(channel: string): Promise<Outcome>;
  inviteApp(channel: string): Promise<Outcome>;
  openHome(): Promise<View>;
  /** The id of the direct message channel with the app. */
  directMessage(): string;
  /** Everything this person sees there, ephemeral messages included, oldest first. */
  messages(channel: string, options?: { threadTs?: string }): Message[];
  /** Open modals, the one on top last. */
  views(): View[];
  home(): View | undefined;
  /** The newest message this person sees, now or later, in any channel. */
  waitForMessage(predicate: (message: Message) => boolean, waiting?: Waiting): Promise<Message>;
  waitForView(predicate: (view: View) => boolean, waiting?: Waiting): Promise<View>;
}

export interface Workspace {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What the bot gets as SLACK_API_URL. */
  apiUrl: string;
  /** With this run's token. */
  pageUrl: string;
  teamId: string;
  appId: string;
  botUserId: string;
  person(id: string): ActingPerson;
  /** An administrator closes the account of somebody, who may have just pressed something. */
  deactivate(person: string): void;
  faults: FaultSwitches;
  wire: Pick<WireLog, 'list' | 'subscribe'>;
  /** How many Socket Mode connections take deliveries right now. */
  connections(): number;
  /** Signed HTTP: sends the url_verification challenge and says whether the app echoed it. */
  verifyRequestUrl(): Promise<boolean>;
  /** For tests of the bot's own gate: exactly this payload, signed or enveloped as always. */
  deliverRaw(kind: 'slash_commands' | 'interactive' | 'events_api', payload: Record<string, unknown>): Promise<Outcome>;
  publishPanel(id: string, point: Record<string, unknown>): void;
  stop(): Promise<void>;
}
