import { randomBytes } from 'node:crypto';
import { serveApi } from './api/serve-api.ts';
import { serveResponseUrl } from './api/serve-response-url.ts';
import { openDispatcher } from './delivery/dispatcher.ts';
import { deliverEvents } from './delivery/events.ts';
import { openSignedHttp, verifyRequestUrl } from './delivery/signed-http.ts';
import { openSocketHub } from './delivery/socket-mode.ts';
import { openPanels } from './page/panels.ts';
import { openPageServer } from './page/serve-page.ts';
import { actingPerson } from './people/acting-person.ts';
import { done, refused } from './people/client.ts';
import { listen } from './server/listen.ts';
import { receiveUpload } from './server/receive-upload.ts';
import { route } from './server/route.ts';
import { keepSnapshot } from './state/snapshot.ts';
import type { Workspace, WorkspaceOptions } from './workspace.ts';
import { openWorld, type World } from './world.ts';

/**
 * Starts a local Slack workspace that plays Slack over the wire for an unmodified app: the Web API below `apiUrl`, and
 * Socket Mode, or signed HTTP when `signingSecret` and `requestUrl` are given. Rejects with one sentence when the
 * manifest, the snapshot or the port will not do.
 */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  let url = '';
  const world = openWorld(options, () => url);
  const snapshot = options.snapshotFile ? keepSnapshot(options.snapshotFile, world) : undefined;
  const hub = openSocketHub(world);
  const http = httpOptions(options, world);
  const dispatcher = openDispatcher(world, http ? openSignedHttp(http) : hub);
  const endEvents = deliverEvents(world, dispatcher);
  const panels = openPanels(options.panels ?? []);
  const actingAs = (id: string) => {
    const client = { person: world.people.get(id), world, dispatcher };
    if (client.person.standing === 'deactivated')
      throw new Error(`The account of ${client.person.name} is deactivated.`);
    return { client, person: actingPerson(client) };
  };
  const token = randomBytes(24).toString('base64url');
  const page = openPageServer({
    world,
    panels,
    token,
    transport: http ? 'http' : 'socket',
    connections: hub.connections,
    onConnections: hub.onConnections,
    actingAs,
  });
  const api = serveApi(world, options);
  const response = serveResponseUrl(world);
  const { server, port } = await listen({
    port: options.port,
    onUpgrade: hub.upgrade,
    onRequest: (incoming, outgoing) =>
      void route(incoming, outgoing, port, {
        api,
        response,
        upload: (exchange, ticket) => receiveUpload(exchange, ticket, world),
        page: (exchange) => page.serve(exchange, port),
      }),
  });
  url = `http://127.0.0.1:${port}`;

  return {
    url,
    apiUrl: `${url}/api/`,
    pageUrl: `${url}/?token=${token}`,
    teamId: world.identity.teamId,
    appId: world.identity.appId,
    botUserId: world.identity.botUserId,
    person: (id) => actingAs(id).person,
    deactivate: (id) => world.people.deactivate(world.people.get(id).id),
    faults: {
      ...world.faults.switches,
      refreshSockets: hub.refresh,
      killSockets: hub.kill,
      disableLink: hub.disableLink,
    },
    wire: world.wire,
    connections: hub.connections,
    verifyRequestUrl: async () => (http ? verifyRequestUrl(http, world.ids.secret()) : false),
    async deliverRaw(type, payload) {
      const ack = await dispatcher.deliver({ type, payload, acceptsReply: type !== 'events_api' });
      return ack.kind === 'acked' ? done : refused(ack.error, ack.detail);
    },
    publishPanel: panels.publish,
    async stop() {
      endEvents();
      dispatcher.stop();
      page.stop();
      hub.stop();
      snapshot?.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function httpOptions({ signingSecret, requestUrl }: WorkspaceOptions, { strict, clock }: World) {
  if (signingSecret === undefined && requestUrl === undefined) return undefined;
  if (!signingSecret || !requestUrl) throw new Error('Signed HTTP needs both: signingSecret and requestUrl.');
  return { signingSecret, requestUrl, ackMs: strict.ackMs, clock };
}
