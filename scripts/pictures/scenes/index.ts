import type { Scene } from '../scene.ts';
import { breakGlass } from './break-glass.ts';
import { codes } from './codes.ts';
import { crash } from './crash.ts';
import { digest } from './digest.ts';
import { emergency } from './emergency.ts';
import { keys } from './keys.ts';
import { led } from './led.ts';
import { outside } from './outside.ts';
import { passphrase } from './passphrase.ts';
import { peers } from './peers.ts';
import { runs } from './runs.ts';
import { trouble } from './trouble.ts';

export const scenes: readonly Scene[] = [
  emergency,
  breakGlass,
  codes,
  keys,
  digest,
  runs,
  passphrase,
  peers,
  led,
  outside,
  crash,
  trouble,
];
