import { z } from 'zod';
import { checkedView } from '../api/views.ts';
import { closedPayload, submissionPayload } from '../delivery/payloads.ts';
import { type Json, jsonOf, textOf } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { View, ViewState } from '../state/view.ts';
import type { FormValues, Outcome } from '../workspace.ts';
import { type Client, done, notInteractive, refused, trouble } from './client.ts';
import { fieldComplaint } from './field-complaint.ts';
import { filledIn } from './surface.ts';

/** Presses the modal's submit button and does with the modal what the app answers. */
export async function submit(client: Client, viewId: string, form: FormValues): Promise<Outcome> {
  const { world, dispatcher, person } = client;
  if (!world.app.interactive) return notInteractive;
  const open = openModal(client, viewId);
  const state = filledIn(open.blocks, open.state, form, client);
  const fields = missing(open, state);
  const view = world.views.remember(open, { state, errors: fields });
  if (Object.keys(fields).length > 0) return refused('incomplete', 'Please correct the marked fields.', fields);
  const payload = submissionPayload(view, person, responseUrls(view, client), world);
  const ack = await dispatcher.deliver({ type: 'interactive', payload, acceptsReply: true });
  return ack.kind === 'acked' ? follow(client, view, ack.reply) : trouble(ack);
}

export async function close(client: Client, viewId: string, { all = false }): Promise<Outcome> {
  const { world, dispatcher, person } = client;
  const view = openModal(client, viewId);
  const isCleared = all || view.clearOnClose;
  const closed = isCleared ? world.views.stackOf(person.id) : [view];
  world.views.close(view, { all: isCleared });
  const told = closed.filter((each) => each.notifyOnClose && world.app.interactive);
  const acks = await Promise.all(
    told.map((each) =>
      dispatcher.deliver({
        type: 'interactive',
        payload: closedPayload(each, person, isCleared, world),
        acceptsReply: true,
      }),
    ),
  );
  const failed = acks.find((ack) => ack.kind === 'failed');
  return failed ? trouble(failed) : done;
}

const Answer = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

function follow({ world, person }: Client, view: View, reply: unknown): Outcome {
  if (jsonOf(reply).response_action === undefined) {
    world.views.close(view, { all: false });
    return done;
  }
  const answer = Answer.safeParse(reply);
  if (!answer.success) return misunderstood('invalid_response_action');
  const { data } = answer;
  if (data.response_action === 'errors') return showErrors(view, data.errors, world);
  if (data.response_action === 'clear') {
    world.views.close(view, { all: true });
    return done;
  }
  try {
    const next = checkedView(data.view, 'modal');
    if (data.response_action === 'push') world.views.push(person.id, next);
    else world.views.replace(view, next);
    return done;
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return misunderstood(error.code, JSON.stringify(error.details));
  }
}

/** Errors hang on input blocks; Slack shows trouble instead when the app names any other block. */
function showErrors(view: View, errors: Record<string, string>, { views }: Client['world']): Outcome {
  const inputs = view.blocks.filter((each) => each.type === 'input').map((each) => each.block_id);
  const stray = Object.keys(errors).find((blockId) => !inputs.includes(blockId));
  if (stray !== undefined || Object.keys(errors).length === 0) {
    return misunderstood('invalid_response_action_errors', `no input block ${stray}`);
  }
  views.remember(view, { errors });
  return refused('errors', 'Please correct the marked fields.', errors);
}

const misunderstood = (code: string, detail = ''): Outcome =>
  refused(code, `We had some trouble connecting. Try again?${detail && ` (${detail})`}`);

function openModal({ world, person }: Client, viewId: string): View {
  const view = world.views.stackOf(person.id).find((each) => each.id === viewId);
  if (!view) throw new Error(`${person.name} has no open modal ${viewId}.`);
  return view;
}

/** What Slack's client checks itself before it sends anything. */
function missing(view: View, state: ViewState): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const block of view.blocks.filter((each) => each.type === 'input')) {
    const element = jsonOf(block.element);
    const value = state[block.block_id]?.[textOf(element.action_id) ?? ''];
    const wrong = fieldComplaint(element, value, block.optional === true);
    if (wrong) fields[block.block_id] = wrong;
  }
  return fields;
}

/** A conversation picker with `response_url_enabled` gives the app a way to answer into what was picked. */
function responseUrls(view: View, { person, world }: Client): Json[] {
  return view.blocks.flatMap((block) => {
    const element = jsonOf(block.element);
    if (element.response_url_enabled !== true) return [];
    const actionId = textOf(element.action_id) ?? '';
    const value = view.state[block.block_id]?.[actionId];
    const channel = textOf(value?.selected_conversation) ?? textOf(value?.selected_channel);
    if (!channel) return [];
    const url = world.responseUrls.issue({ person: person.id, channel });
    return [{ block_id: block.block_id, action_id: actionId, channel_id: channel, response_url: url }];
  });
}
