import { Refusal } from '../src/errors.ts';
import { overview } from './pictures/overview.ts';
import { scenes } from './pictures/scenes/index.ts';
import { tour } from './pictures/tour.ts';

// Photographs what people see in Slack, in Chromium, while they work with the real bot: a few minutes for all of it.
// With names of scenes only those: npm run pictures -- emergency digest
const OVERVIEW = 'overview';
const named = process.argv.slice(2);
const known = [OVERVIEW, ...scenes.map(({ name }) => name)];
const unknown = named.filter((name) => !known.includes(name));
if (unknown.length > 0)
  throw new Refusal('unknown_scene', `There is no scene ${unknown.join(', ')}. There are: ${known.join(', ')}`);
const isWanted = (name: string) => named.length === 0 || named.includes(name);

if (isWanted(OVERVIEW)) await overview();
await tour(scenes.filter(({ name }) => isWanted(name)));
