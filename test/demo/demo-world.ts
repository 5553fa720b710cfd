import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Layout, openLayout } from '../../src/demo/layout.ts';
import { startWorld, type World } from '../../src/demo/world.ts';

export interface DemoWorld {
  layout: Layout;
  world: World;
  /** What the demo would have printed about its programs. */
  said: string[];
  /** Ends every program and removes the folder. */
  stop: () => Promise<void>;
}

/** A whole demo world in a new folder; its caller's key lives for `lifeMs`. */
export async function startDemoWorld(lifeMs: number): Promise<DemoWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-demo-'));
  const layout = await openLayout(folder, null);
  const said: string[] = [];
  const world = await startWorld(layout, { lifeMs, again: false, say: (line) => said.push(line) });
  return {
    layout,
    world,
    said,
    stop: async () => {
      await world.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
