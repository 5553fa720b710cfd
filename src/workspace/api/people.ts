import { z } from 'zod';
import { botUserShape, userShape } from '../shapes/user.ts';
import { SlackError } from '../slack-error.ts';
import { count, type Method, method } from './method.ts';
import { pageOf } from './page-of.ts';

const info = method({
  name: 'users.info',
  scopes: ['users:read'],
  tier: 4,
  args: z.object({ user: z.string() }),
  run({ user }, world) {
    if (user === world.identity.botUserId) return { user: botUserShape(world) };
    const person = world.people.find(user);
    if (!person) throw new SlackError('user_not_found');
    return { user: userShape(person, world) };
  },
});

const list = method({
  name: 'users.list',
  scopes: ['users:read'],
  tier: 2,
  args: z.object({ limit: count.default(200), cursor: z.string().optional() }),
  run(args, world) {
    const everybody = [...world.people.all().map((each) => userShape(each, world)), botUserShape(world)];
    const page = pageOf(everybody, { limit: args.limit, cursor: args.cursor });
    return { members: page.rows, ...page.metadata };
  },
});

const lookupByEmail = method({
  name: 'users.lookupByEmail',
  scopes: ['users:read.email'],
  args: z.object({ email: z.string() }),
  run({ email }, world) {
    const person = world.people.withEmail(email);
    if (!person || person.standing === 'deactivated') throw new SlackError('users_not_found');
    return { user: userShape(person, world) };
  },
});

export const peopleMethods: Method[] = [info, list, lookupByEmail];
