import { z } from 'zod';
import type { Json } from '../json.ts';
import { type Client, canSee } from '../people/client.ts';
import { suggest } from '../people/suggest.ts';
import type { Message } from '../state/message.ts';
import type { View } from '../state/view.ts';
import type { ActingPerson, Outcome } from '../workspace.ts';
import { PageActions, type PageOptions } from './page-api.ts';

interface Acting {
  client: Client;
  person: ActingPerson;
}

type Action = (body: unknown, actingAs: (id: string) => Acting) => Promise<unknown>;

/** What a person can do on the page, by the last part of its path. Each throws a sentence for what nobody could do. */
const ACTIONS: Record<keyof typeof PageActions, Action> = {
  say: action(PageActions.say, ({ person }, { channel, text, threadTs }) =>
    person.say(channel, text, { ...(threadTs && { threadTs }) }),
  ),
  click: action(PageActions.click, ({ person, client }, { on, actionId, blockId, value, form }) =>
    person.click(find(client, on), actionId, {
      blockId,
      ...(value !== undefined && { value }),
      ...(form && { form }),
    }),
  ),
  submit: action(PageActions.submit, ({ person }, { viewId, form }) => person.submit(viewId, form)),
  close: action(PageActions.close, ({ person }, { viewId, all }) => person.close(viewId, { all: all ?? false })),
  shortcut: action(PageActions.shortcut, ({ person, client }, { callbackId, on }) =>
    person.shortcut(callbackId, on && findMessage(client, on)),
  ),
  home: action(PageActions.home, async ({ person }) => {
    await person.openHome();
    return { ok: true };
  }),
  options: action(PageActions.options, async ({ client }, { on, blockId, actionId, typed }) => {
    const options = await suggest(client, find(client, on), { blockId, actionId, typed });
    return { options } satisfies PageOptions;
  }),
  react: action(PageActions.react, ({ person, client }, { channel, ts, name }) =>
    person.react(findMessage(client, { channel, ts }), name),
  ),
  delete: action(PageActions.delete, ({ person, client }, { channel, ts }) =>
    person.deleteMessage(findMessage(client, { channel, ts })),
  ),
  channel: action(PageActions.channel, ({ person }, { channel, change }) => person[change](channel)),
};

/** The answer for whatever goes wrong on the way: one sentence the page can show. */
export function problemOf(error: unknown): Outcome {
  if (error instanceof z.ZodError) return { ok: false, error: 'invalid_request', shown: z.prettifyError(error) };
  if (error instanceof Error) return { ok: false, error: 'not_possible', shown: error.message };
  throw error;
}

function action<Body extends { person: string }>(
  schema: z.ZodType<Body>,
  run: (acting: Acting, body: Body) => Promise<Outcome | Json>,
): Action {
  return async (given, actingAs) => {
    const body = schema.parse(given);
    return run(actingAs(body.person), body);
  };
}

interface MessagePlace {
  channel: string;
  ts: string;
}

function find(client: Client, on: MessagePlace | { viewId: string }): Message | View {
  if (!('viewId' in on)) return findMessage(client, on);
  const view = client.world.views.find(on.viewId);
  if (view?.person === client.person.id) return view;
  throw new Error('That modal is closed.');
}

function findMessage(client: Client, { channel, ts }: MessagePlace): Message {
  const message = client.world.messages.find(channel, ts);
  if (message && canSee(message, client)) return message;
  throw new Error('That message is gone.');
}

const Name = z.enum(['say', 'click', 'submit', 'close', 'shortcut', 'home', 'options', 'react', 'delete', 'channel']);

export function actionNamed(name: string): Action | undefined {
  const known = Name.safeParse(name);
  return known.success ? ACTIONS[known.data] : undefined;
}
