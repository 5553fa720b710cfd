import type { Json } from '../json.ts';
import type { View } from '../state/view.ts';
import type { World } from '../world.ts';

/** A view as views.* answer it and as payloads carry it. */
export function viewShape(view: View, { identity }: World): Json {
  return {
    id: view.id,
    team_id: identity.teamId,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    state: { values: view.state },
    hash: view.hash,
    title: words(view.title ?? (view.type === 'home' ? 'View Title' : '')),
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: view.close === undefined ? null : words(view.close),
    submit: view.submit === undefined ? null : words(view.submit),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: identity.appId,
    external_id: view.externalId,
    app_installed_team_id: identity.teamId,
    bot_id: identity.botId,
  };
}

const words = (text: string): Json => ({ type: 'plain_text', text, emoji: true });
