import { App } from '@slack/bolt';
import { Refusal } from '../errors.ts';
import { randomId } from '../random-id.ts';
import { CATALOGUES } from './catalogues.ts';
import { type Log, PATIENCE, type Patience, type SlackConnection, type SlackDeps } from './deps.ts';
import { type Door, KIND, openDoor } from './door.ts';
import { openGate } from './gate.ts';
import { HOME_EVERY_MS, openHomeTabs } from './home-tabs.ts';
import { keepIdentity } from './identity.ts';
import { openHttpLine } from './line/http-line.ts';
import { type Line, openSocketLine } from './line/socket-line.ts';
import { createNotifier } from './notify.ts';
import { readMessage } from './read-message.ts';
import { keepRooms } from './rooms/keep-rooms.ts';
import { openInquiry } from './slack-away.ts';
import { openVoice } from './voice.ts';
import { clientOptions, quietLogger, webClient } from './web.ts';

export interface Slack {
  /** Whether people can reach Rekey and be reached by it, and if not, why. */
  ready: () => { ok: boolean; detail: string };
  /** No new work; what is in hand is finished, at most ten seconds. */
  stop: () => Promise<void>;
}

const LEAVE_AFTER_MS = 10_000;

/**
 * Connects to Slack and stays: a token that is wrong, a Slack that is away or a connection that breaks make it "not ready", never a crash.
 * Rejects only when it cannot be configured (a missing token, a taken port).
 */
export async function startSlack(deps: SlackDeps): Promise<Slack> {
  const { config, log, now } = deps;
  const patience = { ...PATIENCE, ...deps.patience };
  const client = webClient(config.botToken, { apiUrl: config.apiUrl, log });
  const voice = openVoice(client);
  const ask = openInquiry(now);
  const gate = openGate({ client, policy: deps.policy, now });
  const homes = openHomeTabs({ desk: deps, gate, voice, log, everyMs: deps.homeEveryMs ?? HOME_EVERY_MS });
  const door = openDoor({
    homes,
    desk: deps,
    catalogues: { ...CATALOGUES, ...deps.catalogues },
    gate,
    inbox: deps.inbox,
    voice,
    lookUp: (place) => ask(() => readMessage(client, place)),
    log,
    newErrorId: () => randomId('err'),
    patience,
  });
  const left = await deps.inbox.unhandled(KIND);
  const line = openLine(config, { log, patience, now });
  const app = await openBolt(line, door, { config, log });
  const identity = keepIdentity({ client, log, patience });
  const notifier = createNotifier({
    ...{ outbox: deps.outbox, sources: deps, client, voice, log, patience },
    ...{ roomLost: deps.incidents.roomLost, channels: deps.channels },
  });
  const { rooms, incidents, outbox } = deps;
  const keeper = keepRooms({ rooms, incidents, outbox, sources: deps, client, log, patience });
  const stopListening = deps.onRecorded(() => {
    notifier.nudge();
    keeper.nudge();
    homes.changed();
  });
  // The views of this Rekey may be others than those that drew what people can still press on.
  void deps.outbox
    .redrawOpen()
    .then(notifier.nudge, (error: unknown) =>
      log.error({ err: error }, 'open messages could not be marked to be drawn again'),
    );
  try {
    await app.start();
  } catch (error) {
    stopListening();
    identity.stop();
    await keeper.stop();
    await homes.stop();
    await notifier.stop();
    throw error;
  }
  // What a crash left is answered as soon as Slack knows us, and not before.
  void identity.known
    .then(() => door.replay(left))
    .catch((error: unknown) => log.error({ err: error }, 'the inbox could not be replayed'));
  return {
    ready: () => {
      const problem = identity.problem() ?? line.problem();
      return problem === null
        ? { ok: true, detail: notifier.problem() ?? `${config.mode} mode` }
        : { ok: false, detail: problem };
    },
    stop: async () => {
      stopListening();
      identity.stop();
      await line.stop();
      await within(LEAVE_AFTER_MS, door.close());
      await within(LEAVE_AFTER_MS, keeper.stop());
      await within(LEAVE_AFTER_MS, homes.stop());
      await within(LEAVE_AFTER_MS, notifier.stop());
    },
  };
}

function openLine(config: SlackConnection, options: { log: Log; patience: Patience; now: () => Date }): Line {
  const { appToken, signingSecret, apiUrl, host, port } = config;
  if (config.mode === 'socket') {
    if (appToken === null)
      throw new Refusal('slack_config', 'Socket Mode needs an app-level token: set SLACK_APP_TOKEN.');
    return openSocketLine({ appToken, apiUrl, ...options });
  }
  if (signingSecret === null)
    throw new Refusal('slack_config', 'HTTP mode needs the signing secret: set SLACK_SIGNING_SECRET.');
  return openHttpLine({ signingSecret, host, port, ...options });
}

/**
 * Bolt reads the protocol and routes; everything goes to the one door. Its own start-up check of the token is left out (`authorize` answers
 * instead), because it would end the process when Slack is away.
 */
async function openBolt(line: Line, door: Door, { config, log }: { config: SlackConnection; log: Log }): Promise<App> {
  const app = new App({
    receiver: line,
    deferInitialization: true,
    authorize: async () => ({ botToken: config.botToken.reveal() }),
    convoStore: false,
    ignoreSelf: false,
    logger: quietLogger(log),
    clientOptions: clientOptions({ apiUrl: config.apiUrl, log }),
  });
  await app.init();
  app.command(/^\//, ({ body, context, ack }) => door.command(body, deliveryOf(context), () => ack()));
  app.action(/^/, ({ body, context, ack }) => door.action(body, deliveryOf(context), () => ack()));
  app.shortcut({ type: 'message_action', callback_id: /^/ }, ({ body, context, ack }) =>
    door.shortcut(body, deliveryOf(context), () => ack()),
  );
  app.view({ type: 'view_submission', callback_id: /^/ }, ({ body, context, ack }) =>
    door.submission(body, deliveryOf(context), (answer) => (answer === undefined ? ack() : ack(answer))),
  );
  app.options(/^/, ({ body, ack }) => door.suggestion(body, (answer) => ack(answer)));
  app.event('app_home_opened', ({ body }) => door.homeOpened(body));
  keepBeforeAck(app, door);
  app.error(async (error) => log.error({ err: error }, 'a payload from Slack could not be read'));
  return app;
}

/** Bolt acknowledges an event before anybody hears of it; what must not be lost has to be kept first, so it does not pass through Bolt. */
function keepBeforeAck(app: App, door: Door): void {
  const others = app.processEvent.bind(app);
  app.processEvent = async (received) => {
    const { body, ack } = received;
    const type: unknown = body.type === 'event_callback' ? body.event?.type : null;
    if (type === 'app_mention') return door.mention(body, () => ack());
    if (type === 'reaction_added' || type === 'reaction_removed') return door.reaction(body, () => ack());
    if (type === 'message') return door.message(body, () => ack());
    return others(received);
  };
}

function deliveryOf(context: Record<string, unknown>): string {
  const { deliveryId } = context;
  if (typeof deliveryId !== 'string' || deliveryId === '') throw new Error('a delivery without an id');
  return deliveryId;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, ms);
  await Promise.race([work, timer.promise]);
  clearTimeout(handle);
}
