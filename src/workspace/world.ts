import { type FaultBoard, openFaultBoard } from './faults.ts';
import { type InstalledApp, readManifest } from './manifest.ts';
import { type Changes, openChanges } from './state/changes.ts';
import { type Channels, openChannels } from './state/channels.ts';
import { type Files, openFiles } from './state/files.ts';
import { type Identity, identityOf } from './state/identity.ts';
import { type Ids, openIds } from './state/ids.ts';
import { type Messages, openMessages } from './state/messages.ts';
import { openPeople, type People } from './state/people.ts';
import { openResponseUrls, type ResponseUrls } from './state/response-urls.ts';
import { openSuggestions, type Suggestions } from './state/suggestions.ts';
import { openTickets, type Tickets } from './state/tickets.ts';
import { openTriggers, type Triggers } from './state/triggers.ts';
import { openViews, type Views } from './state/views.ts';
import { openWireLog, type WireLog } from './wire-log.ts';
import type { Strictness, WorkspaceOptions } from './workspace.ts';

/** Slack's own figures. */
const SLACK: Strictness = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  responseUrlUses: 5,
  postBurst: 5,
  tiers: false,
  eventRetryMs: [0, 60_000, 300_000],
};

const WIRE_ENTRIES = 5_000;

/** Everything the workspace knows; the Web API, the deliveries and the page all work on this one. */
export interface World {
  app: InstalledApp;
  identity: Identity;
  strict: Strictness;
  clock: () => number;
  ids: Ids;
  changes: Changes;
  people: People;
  channels: Channels;
  messages: Messages;
  views: Views;
  files: Files;
  tickets: Tickets;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  suggestions: Suggestions;
  faults: FaultBoard;
  wire: WireLog;
  /** Known once the server listens. */
  url(): string;
}

export function openWorld(options: WorkspaceOptions, url: () => string): World {
  const clock = options.clock ?? Date.now;
  const strict = { ...SLACK, ...options.strict };
  const app = readManifest(options.manifest);
  const identity = identityOf(options.appName);
  const ids = openIds(clock);
  const changes = openChanges();
  const everybody = options.people.map((each) => each.id);
  return {
    app,
    identity,
    strict,
    clock,
    ids,
    changes,
    url,
    people: openPeople(options.people, identity),
    channels: openChannels({ options: options.channels, everybody, changes }),
    messages: openMessages(ids, changes),
    views: openViews(ids, changes),
    files: openFiles(ids, changes),
    tickets: openTickets(ids, clock),
    triggers: openTriggers({ ids, identity, clock, triggerMs: strict.triggerMs }),
    responseUrls: openResponseUrls({ ids, clock, url, lifeMs: strict.responseUrlMs, uses: strict.responseUrlUses }),
    suggestions: openSuggestions(),
    faults: openFaultBoard(),
    wire: openWireLog(WIRE_ENTRIES, clock),
  };
}
