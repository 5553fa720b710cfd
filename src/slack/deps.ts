import type { Policy } from '../domain/policy.ts';
import type { SlackChannels } from '../engine/alarms/slack-channels.ts';
import type { Runbooks } from '../engine/deps.ts';
import type { Inbox } from '../ledger/inbox.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { RoomQueue } from '../ledger/room-work.ts';
import type { Capabilities } from '../providers/contract.ts';
import type { Secret } from '../secret.ts';
import type { Catalogues } from './catalogues.ts';
import type { Desk } from './moment.ts';

export interface Log {
  info: (fields: object, text: string) => void;
  warn: (fields: object, text: string) => void;
  error: (fields: object, text: string) => void;
}

/** How to reach Slack and be reached by it. */
export interface SlackConnection {
  mode: 'socket' | 'http';
  apiUrl: string | undefined;
  botToken: Secret;
  /** Needed in socket mode. */
  appToken: Secret | null;
  /** Needed in HTTP mode. */
  signingSecret: Secret | null;
  host: string;
  port: number;
}

/** What views are drawn from: everything is read, nothing is written. */
export interface Sources {
  ledger: LedgerReader;
  /** Throws Refusal when the policy file is missing or broken: then nothing is allowed. */
  policy: () => Promise<{ policy: Policy; hash: string }>;
  runbooks: Pick<Runbooks, 'planOf'>;
  providers: Readonly<Record<string, { capabilities: Capabilities }>>;
  now: () => Date;
}

export interface SlackDeps extends Desk {
  config: SlackConnection;
  outbox: Outbox;
  /** Channels that Rekey should write in and cannot. */
  channels: SlackChannels;
  /** What incidents want of their channels. */
  rooms: RoomQueue;
  inbox: Inbox;
  /** Calls the listener after each recording in this process; returns how to stop. */
  onRecorded: (listener: () => void) => () => void;
  log: Log;
  /** What people can say and point at, when it is not all that there is. */
  catalogues?: Partial<Catalogues>;
  /** How often one person's Home tab is drawn again at most, in milliseconds. */
  homeEveryMs?: number;
  /** Waits, in milliseconds; tests shorten them. */
  patience?: Partial<Patience>;
}

export interface Patience {
  /** After an error that only a person can mend. */
  slowRetryMs: number;
  /** First wait after a connection that did not come up; doubles up to `slowRetryMs`. */
  firstRetryMs: number;
  /** How often the outbox is looked at without being told. */
  pollMs: number;
  /** How long an order waits for a Slack that does not say who gave it. */
  admitMs: number;
}

export const PATIENCE: Patience = { slowRetryMs: 30_000, firstRetryMs: 250, pollMs: 1_500, admitMs: 120_000 };
