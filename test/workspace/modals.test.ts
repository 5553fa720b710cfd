import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { aBot, aWorkspace, codeOf } from './support.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });

const modal = (title: string, extra: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: title.toLowerCase(),
  title: plain(title),
  submit: plain('Next'),
  blocks: [],
  ...extra,
});

const field = (blockId: string, element: object) => ({
  type: 'input' as const,
  block_id: blockId,
  label: plain(blockId),
  element: { action_id: 'it', ...element } as never,
});

/** Opens the modal for Alice by a command, as an app does. */
async function opened(workspace: Workspace, view: ModalView, register: (app: App) => void = () => undefined) {
  const app = await aBot(workspace, (bolt) => {
    bolt.command('/rotate-key', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    register(bolt);
  });
  const alice = workspace.person('U0ALICE');
  await alice.command('C0OPS', '/rotate-key');
  const shown = await alice.waitForView((each) => each.callbackId === view.callback_id);
  return { alice, app, shown };
}

describe('modals', () => {
  test('are pushed, replaced and cleared by the answer to a submission', async () => {
    const workspace = await aWorkspace();
    const { alice, shown } = await opened(workspace, modal('One'), (app) => {
      app.view('one', ({ ack }) => ack({ response_action: 'push', view: modal('Two') }));
      app.view('two', ({ ack }) => ack({ response_action: 'update', view: modal('Three') }));
      app.view('three', ({ ack }) => ack({ response_action: 'clear' }));
    });
    const titles = () => alice.views().map((view) => view.title);
    await alice.submit(shown);
    expect(titles()).toEqual(['One', 'Two']);
    const [, two] = alice.views();
    expect(two).toMatchObject({ previousId: shown.id, rootId: shown.id });
    await alice.submit(two?.id ?? '');
    expect(titles()).toEqual(['One', 'Three']);
    expect(alice.views()[1]?.id).toBe(two?.id);
    await alice.submit(two?.id ?? '');
    expect(titles()).toEqual([]);
  });

  test('are three deep at most', async () => {
    const workspace = await aWorkspace();
    const { alice, shown } = await opened(workspace, modal('Same'), (app) => {
      app.view('same', ({ ack }) => ack({ response_action: 'push', view: modal('Same') }));
    });
    await alice.submit(shown);
    await alice.submit(alice.views()[1] ?? '');
    expect(await alice.submit(alice.views()[2] ?? '')).toMatchObject({ ok: false, error: 'push_limit_reached' });
    expect(alice.views()).toHaveLength(3);
  });

  test('keep what was typed when the app replaces them, and tell the app the whole state', async () => {
    const workspace = await aWorkspace();
    const blocks = [
      field('why', { type: 'plain_text_input' }),
      field('when', { type: 'datepicker', initial_date: '2026-11-21' }),
    ];
    const button = {
      type: 'actions' as const,
      elements: [{ type: 'button' as const, action_id: 'preview', text: plain('Preview') }],
    };
    let state: unknown;
    const { alice, shown } = await opened(workspace, modal('Form', { blocks: [...blocks, button] }), (app) => {
      app.action('preview', async ({ ack, body, client }) => {
        await ack();
        if (body.type !== 'block_actions' || !body.view) return;
        state = body.view.state.values;
        const { id, hash } = body.view;
        await client.views.update({
          view_id: id,
          hash,
          view: modal('Form', { blocks: [...blocks, { type: 'divider' }] }),
        });
      });
    });
    expect(await alice.click(shown, 'preview', { form: { why: 'leaked' } })).toEqual({ ok: true });
    const updated = await alice.waitForView((view) => view.blocks.some((block) => block.type === 'divider'));
    expect(state).toEqual({
      why: { it: { type: 'plain_text_input', value: 'leaked' } },
      when: { it: { type: 'datepicker', selected_date: '2026-11-21' } },
    });
    expect(updated.state.why?.it).toEqual({ type: 'plain_text_input', value: 'leaked' });
  });

  test('an update with the hash of an older state is a conflict', async () => {
    const workspace = await aWorkspace();
    const { app, shown } = await opened(workspace, modal('Race'));
    const update = () => app.client.views.update({ view_id: shown.id, hash: shown.hash, view: modal('Race') });
    await update();
    expect(await codeOf(update())).toBe('hash_conflict');
  });

  test('are found by external id, which only one view can have', async () => {
    const workspace = await aWorkspace();
    const { alice, app } = await opened(workspace, modal('Mine', { external_id: 'run-1' }));
    await app.client.views.update({ external_id: 'run-1', view: modal('Found', { external_id: 'run-1' }) });
    expect(alice.views()[0]?.title).toBe('Found');
    expect(await codeOf(app.client.views.update({ external_id: 'run-2', view: modal('Nowhere') }))).toBe('not_found');
  });

  test('check in front of the person what Slack’s client checks', async () => {
    const workspace = await aWorkspace();
    const blocks = [
      field('reason', { type: 'plain_text_input', min_length: 5, max_length: 8 }),
      field('hours', { type: 'number_input', is_decimal_allowed: false, min_value: '1', max_value: '168' }),
      { ...field('note', { type: 'plain_text_input' }), optional: true },
    ];
    const submitted: unknown[] = [];
    const { alice, shown } = await opened(workspace, modal('Checked', { blocks }), (app) => {
      app.view('checked', async ({ ack, view }) => {
        submitted.push(view.state.values);
        await ack();
      });
    });
    expect(await alice.submit(shown, { reason: 'abc' })).toMatchObject({
      fields: { reason: 'Must be at least 5 characters.', hours: 'Please complete this required field.' },
    });
    expect(await alice.submit(shown, { reason: 'abcde', hours: '300' })).toMatchObject({
      fields: { hours: 'Must be at most 168.' },
    });
    expect(submitted).toEqual([]);
    await alice.submit(shown, { reason: 'abcde', hours: '24' });
    expect(submitted).toEqual([
      {
        reason: { it: { type: 'plain_text_input', value: 'abcde' } },
        hours: { it: { type: 'number_input', value: '24' } },
        note: { it: { type: 'plain_text_input', value: null } },
      },
    ]);
  });

  test('take no number, link or day that Slack’s client would not', async () => {
    const workspace = await aWorkspace();
    const blocks = [
      field('minutes', { type: 'number_input', is_decimal_allowed: false }),
      field('link', { type: 'url_text_input' }),
      field('day', { type: 'datepicker' }),
    ];
    const { alice, shown } = await opened(workspace, modal('Typed', { blocks }), (app) => {
      app.view('typed', async ({ ack }) => ack());
    });
    expect(await alice.submit(shown, { minutes: '1.5', link: 'ci/42', day: '2026-02-30' })).toMatchObject({
      fields: {
        minutes: 'Please enter a whole number.',
        link: 'Please enter a valid URL.',
        day: 'Please choose a date.',
      },
    });
    const filled = { minutes: '2', link: 'https://ci.example.com/42', day: '2026-02-28' };
    expect(await alice.submit(shown, filled)).toEqual({ ok: true });
  });

  test('are refused when something is chosen from the start that is not offered', async () => {
    const workspace = await aWorkspace();
    const option = (value: string) => ({ text: plain(value), value });
    const boxes = { type: 'checkboxes', options: [option('a')], initial_options: [option('b')] };
    const { app, shown } = await opened(workspace, modal('Offered'));
    const update = app.client.views.update({
      view_id: shown.id,
      view: modal('Offered', { blocks: [field('x', boxes)] }),
    });
    expect(await codeOf(update)).toBe('invalid_arguments');
  });

  test('report choices the way Slack does', async () => {
    const workspace = await aWorkspace();
    const options = ['leaked', 'planned'].map((value) => ({ text: plain(value), value }));
    const blocks = [
      field('one', { type: 'static_select', options }),
      field('many', { type: 'checkboxes', options }),
      field('who', { type: 'multi_users_select' }),
      field('at', { type: 'datetimepicker' }),
      field('rich', { type: 'rich_text_input' }),
    ];
    let values: Record<string, Record<string, unknown>> = {};
    const { alice, shown } = await opened(workspace, modal('Choices', { blocks }), (app) => {
      app.view('choices', async ({ ack, view }) => {
        values = view.state.values as never;
        await ack();
      });
    });
    await expect(alice.submit(shown, { one: 'stolen' })).rejects.toThrow(
      '"stolen" is not among the options of it: leaked, planned',
    );
    await alice.submit(shown, {
      one: 'leaked',
      many: ['planned'],
      who: ['U0BOB'],
      at: 1_800_000_000,
      rich: 'so it is',
    });
    const option = (value: string) => ({ text: { ...plain(value), emoji: true }, value });
    expect(values).toMatchObject({
      one: { it: { selected_option: option('leaked') } },
      many: { it: { selected_options: [option('planned')] } },
      who: { it: { selected_users: ['U0BOB'] } },
      at: { it: { selected_date_time: 1_800_000_000 } },
      rich: { it: { rich_text_value: { type: 'rich_text' } } },
    });
  });

  test('offer options from the app while somebody types, and take one of those', async () => {
    const workspace = await aWorkspace();
    let chosen: unknown;
    const blocks = [field('key', { type: 'external_select', action_id: 'key_picker', min_query_length: 0 })];
    const { alice, shown } = await opened(workspace, modal('Pick', { blocks }), (app) => {
      app.options('key_picker', ({ ack, payload }) =>
        ack({ options: [{ text: plain(`${payload.value} production`), value: `${payload.value}-prod` }] }),
      );
      app.view('pick', async ({ ack, view }) => {
        chosen = view.state.values.key?.key_picker?.selected_option;
        await ack();
      });
    });
    await expect(alice.submit(shown, { key: 'stripe-prod' })).rejects.toThrow('not among the options');
    expect(await alice.options(shown, 'key_picker', 'stripe')).toEqual([
      { value: 'stripe-prod', text: 'stripe production' },
    ]);
    await alice.submit(shown, { key: 'stripe-prod' });
    expect(chosen).toEqual({ text: plain('stripe production'), value: 'stripe-prod' });
  });

  test('tell the app that they were closed, when it asked for that', async () => {
    const workspace = await aWorkspace();
    const closed: unknown[] = [];
    const { alice, shown } = await opened(workspace, modal('Told', { notify_on_close: true }), (app) => {
      app.view({ callback_id: 'told', type: 'view_closed' }, async ({ ack, body }) => {
        closed.push([body.view.id, 'is_cleared' in body && body.is_cleared]);
        await ack();
      });
    });
    await alice.close(shown);
    expect(closed).toEqual([[shown.id, false]]);
    expect(alice.views()).toEqual([]);
    await expect(alice.close(shown)).rejects.toThrow('alice has no open modal');
  });

  test('an error for a block that is no input shows as trouble, not as success', async () => {
    const workspace = await aWorkspace();
    const { alice, shown } = await opened(workspace, modal('Stray'), (app) => {
      app.view('stray', ({ ack }) => ack({ response_action: 'errors', errors: { nowhere: 'no' } }));
    });
    expect(await alice.submit(shown)).toMatchObject({ ok: false, error: 'invalid_response_action_errors' });
    expect(alice.views()).toHaveLength(1);
  });

  test('a submission nobody acknowledges leaves the modal open', async () => {
    const workspace = await aWorkspace({ strict: { ackMs: 100 } });
    const { alice, shown } = await opened(workspace, modal('Silent'), (app) => {
      app.view('silent', async () => undefined);
    });
    expect(await alice.submit(shown)).toMatchObject({ ok: false, error: 'operation_timeout' });
    expect(alice.views()).toHaveLength(1);
  });
});
