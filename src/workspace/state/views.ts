import { createHash } from 'node:crypto';
import { BLOCK_LIMITS } from '../block-limits.ts';
import { completeBlocks } from '../blocks/complete.ts';
import { type Json, jsonOf, textOf } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { Changes } from './changes.ts';
import { initialState } from './form-state.ts';
import type { Ids } from './ids.ts';
import type { View, ViewState } from './view.ts';

/** Each person has one stack of modals, the bottom one first, and one Home tab. */
export interface Views {
  /** A new stack with this view alone. */
  open(person: string, given: Json): View;
  push(person: string, given: Json): View;
  replace(view: View, given: Json): View;
  publishHome(person: string, given: Json): View;
  /** Takes the view from its stack; with `all` the whole stack. */
  close(view: View, how: { all: boolean }): void;
  remember(view: View, patch: { state?: ViewState; errors?: Record<string, string> }): View;
  find(id: string): View | undefined;
  withExternalId(externalId: string): View | undefined;
  stackOf(person: string): View[];
  homeOf(person: string): View | undefined;
  all(): View[];
  homes(): View[];
  restoreHomes(views: readonly View[]): void;
}

export function openViews(ids: Ids, changes: Changes): Views {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>();
  const stackOf = (person: string) => stacks.get(person) ?? [];
  const setStack = (person: string, stack: View[]) => {
    stacks.set(person, stack);
    changes.publish({ type: 'views', person, views: [...stack] });
  };
  const all = () => [...stacks.values()].flat();
  const store = (next: View) => {
    if (next.type === 'home') {
      homes.set(next.person, next);
      changes.publish({ type: 'home', view: next });
    } else {
      const replaced = stackOf(next.person).map((each) => (each.id === next.id ? next : each));
      setStack(next.person, replaced);
    }
    return next;
  };
  const find = (id: string) => [...all(), ...homes.values()].find((each) => each.id === id);
  const withExternalId = (externalId: string) =>
    externalId === '' ? undefined : [...all(), ...homes.values()].find((each) => each.externalId === externalId);
  const fresh = (person: string, given: Json, below: View | undefined) => {
    const view = viewOf(given, { id: ids.next('V'), person, below }, ids);
    if (withExternalId(view.externalId)) throw new SlackError('duplicate_external_id');
    return view;
  };
  return {
    all,
    find,
    withExternalId,
    stackOf: (person) => [...stackOf(person)],
    homeOf: (person) => homes.get(person),
    homes: () => [...homes.values()],
    restoreHomes: (views) => {
      for (const view of views) homes.set(view.person, view);
    },
    open(person, given) {
      const view = fresh(person, given, undefined);
      setStack(person, [view]);
      return view;
    },
    push(person, given) {
      const stack = stackOf(person);
      const top = stack.at(-1);
      if (!top) throw new SlackError('not_found');
      if (stack.length >= BLOCK_LIMITS.view.depth) throw new SlackError('push_limit_reached');
      const view = fresh(person, given, top);
      setStack(person, [...stack, view]);
      return view;
    },
    replace(view, given) {
      const next = viewOf(given, { id: view.id, person: view.person, below: undefined }, ids);
      const { rootId, previousId } = view;
      return store({ ...next, rootId, previousId, state: keptState(view.state, next) });
    },
    publishHome(person, given) {
      const id = homes.get(person)?.id ?? ids.next('V');
      return store(viewOf(given, { id, person, below: undefined }, ids));
    },
    close(view, { all: everything }) {
      const stack = stackOf(view.person);
      setStack(
        view.person,
        everything
          ? []
          : stack.slice(
              0,
              Math.max(
                0,
                stack.findIndex((each) => each.id === view.id),
              ),
            ),
      );
    },
    remember: (view, patch) => store({ ...(find(view.id) ?? view), ...patch }),
  };
}

interface Place {
  id: string;
  person: string;
  below: View | undefined;
}

function viewOf(given: Json, { id, person, below }: Place, ids: Ids): View {
  const blocks = completeBlocks(given.blocks, () => ids.short());
  const words = (field: string) => textOf(jsonOf(given[field]).text);
  const title = words('title');
  const submit = words('submit');
  const close = words('close');
  return {
    id,
    person,
    type: given.type === 'home' ? 'home' : 'modal',
    ...(title !== undefined && { title }),
    ...(submit !== undefined && { submit }),
    ...(close !== undefined && { close }),
    callbackId: textOf(given.callback_id) ?? '',
    externalId: textOf(given.external_id) ?? '',
    privateMetadata: textOf(given.private_metadata) ?? '',
    blocks,
    hash: `${ids.ts().slice(0, 10)}.${createHash('sha256').update(ids.secret()).digest('hex').slice(0, 8)}`,
    rootId: below?.rootId ?? id,
    previousId: below?.id ?? null,
    clearOnClose: given.clear_on_close === true,
    notifyOnClose: given.notify_on_close === true,
    state: initialState(blocks),
    errors: {},
  };
}

/** What was typed stays when an update keeps the field under the same block_id and action_id, as in Slack's client. */
function keptState(before: ViewState, next: View): ViewState {
  const kept: ViewState = {};
  for (const [blockId, actions] of Object.entries(next.state)) {
    kept[blockId] = Object.fromEntries(
      Object.entries(actions).map(([actionId, value]) => [actionId, before[blockId]?.[actionId] ?? value]),
    );
  }
  return kept;
}
