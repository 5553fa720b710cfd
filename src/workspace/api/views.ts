import { z } from 'zod';
import { isTooLarge, problemsOfView, sentencesOf } from '../blocks/validate.ts';
import { type Json, jsonOf } from '../json.ts';
import { viewShape } from '../shapes/view.ts';
import { SlackError } from '../slack-error.ts';
import type { View } from '../state/view.ts';
import type { World } from '../world.ts';
import { invalidArguments, type Method, method, structure } from './method.ts';

const view = structure;
const trigger = { trigger_id: z.string().optional(), interactivity_pointer: z.string().optional() };

const open = method({
  name: 'views.open',
  tier: 4,
  args: z.object({ ...trigger, view }),
  run(args, world) {
    const given = checkedView(args.view, 'modal');
    return answer(world.views.open(spend(args, world), given), world);
  },
});

const push = method({
  name: 'views.push',
  tier: 4,
  args: z.object({ ...trigger, view }),
  run(args, world) {
    const given = checkedView(args.view, 'modal');
    return answer(world.views.push(spend(args, world), given), world);
  },
});

const update = method({
  name: 'views.update',
  tier: 4,
  args: z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view,
  }),
  run(args, world) {
    const found = args.view_id ? world.views.find(args.view_id) : world.views.withExternalId(args.external_id ?? '');
    if (!found) throw new SlackError('not_found');
    const given = checkedView(args.view, found.type);
    if (args.hash && args.hash !== found.hash) throw new SlackError('hash_conflict');
    return answer(world.views.replace(found, given), world);
  },
});

const publish = method({
  name: 'views.publish',
  tier: 4,
  args: z.object({ user_id: z.string(), hash: z.string().optional(), view }),
  run(args, world) {
    if (!world.app.homeTab) throw new SlackError('not_enabled');
    if (!world.people.find(args.user_id)) throw new SlackError('user_not_found');
    const given = checkedView(args.view, 'home');
    const current = world.views.homeOf(args.user_id);
    if (args.hash && args.hash !== current?.hash) throw new SlackError('hash_conflict');
    return answer(world.views.publishHome(args.user_id, given), world);
  },
});

export const viewMethods: Method[] = [open, push, update, publish];

/** Also for views that come back in the answer to a submission. */
export function checkedView(given: unknown, type: View['type']): Json {
  if (isTooLarge(given)) throw new SlackError('view_too_large');
  const problems = problemsOfView(given);
  if (problems.length > 0) throw invalidArguments(sentencesOf(problems));
  const found = jsonOf(given);
  if (found.type !== type) throw invalidArguments([`must be of type ${type} [json-pointer:/view/type]`]);
  return found;
}

const answer = (found: View, world: World): Json => ({ view: viewShape(found, world) });

/** Spent only when the view itself is sound: Slack checks the arguments first. */
function spend(args: { trigger_id?: string | undefined; interactivity_pointer?: string | undefined }, world: World) {
  return world.triggers.spend(args.trigger_id ?? args.interactivity_pointer ?? '');
}
