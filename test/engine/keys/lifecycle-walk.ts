import fc from 'fast-check';
import { expect } from 'vitest';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import { KeyId } from '../../../src/domain/ids.ts';
import { healthOf } from '../../../src/domain/key.ts';
import { Refusal } from '../../../src/errors.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import type { KeysWorld } from './keys-world.ts';
import { health, type KeyModel, type Model, rowState, word } from './lifecycle-model.ts';

type Command = fc.AsyncCommand<Model, KeysWorld>;
type Run = (model: Model, world: KeysWorld) => Promise<void>;

export const command = (name: string, run: Run, check: (model: Readonly<Model>) => boolean = () => true): Command => ({
  check,
  toString: () => name,
  run: async (model, world) => {
    await run(model, world);
    await agree(model, world);
  },
});

type OnKey = (key: KeyModel, model: Model, world: KeysWorld) => Promise<void>;

/** A command on any of the keys, mostly to be refused; and the same on one that it is meant for. */
export function onKey(name: string, isMeant: (key: KeyModel, now: number) => boolean, run: OnKey) {
  const among = (which: string, pickFrom: (model: Readonly<Model>) => KeyModel[]) =>
    fc.nat({ max: 50 }).map((pick) =>
      command(
        `${name} ${which} #${pick}`,
        async (model, world) => {
          const keys = pickFrom(model);
          const key = keys[pick % keys.length];
          if (key !== undefined) await run(key, model, world);
        },
        (model) => pickFrom(model).length > 0,
      ),
    );
  const meant = among('fitting', (model) => model.keys.filter((key) => isMeant(key, model.now)));
  return fc.oneof({ weight: 1, arbitrary: among('any', (model) => model.keys) }, { weight: 3, arbitrary: meant });
}

/** Every key is said to be what the model says, whatever way it came there. */
async function agree(model: Model, { ledger, now }: KeysWorld): Promise<void> {
  for (const key of model.keys) {
    const row = await ledger.read.key(KeyId.parse(key.id));
    if (row === null) throw new Error(`${key.id} is gone`);
    const said = {
      state: row.state,
      verdict: verdictOn(row, now()).status,
      health: healthOf(row, now()),
      owner: row.owner,
    };
    model.states.add(row.state);
    const { owner } = key;
    expect(said).toEqual({
      state: rowState(key),
      verdict: word(key, model.now),
      health: health(key, model.now),
      owner,
    });
    expect([row.provedDeadAt !== null, row.forgottenAt !== null]).toEqual([key.provedDead, key.forgotten]);
    expect(row.expiresAt?.getTime()).toBe(key.expiresAt);
  }
}

/** A verb is carried out, or refused with this code, and effect one audit line is all that it leaves. */
export async function verb(
  model: Model,
  world: KeysWorld,
  { why, act, effect }: { why: string | null; act: () => Promise<unknown>; effect: (result: unknown) => void },
): Promise<void> {
  const before = (await world.ledger.read.auditHead()).seq;
  const result = await act().catch((error: unknown) => error);
  if (why === null) {
    expect(result).not.toBeInstanceOf(Error);
    effect(result);
    model.done += 1;
    return;
  }
  expect(result).toBeInstanceOf(Refusal);
  expect((result as Refusal).code).toBe(why);
  model.refused += 1;
  // A second try to take a secret leaves more than a refusal, on purpose.
  if (why === 'claim_taken') return;
  const lines = await world.ledger.read.auditRange(before + 1, before + 9);
  expect(lines.map((line) => line.action)).toEqual(['request_refused']);
}

/** What a run or the scheduler records: taken when the tables allow it, and without any trace when they do not. */
export async function event(
  model: Model,
  world: KeysWorld,
  { legal, events, effect }: { legal: boolean; events: LedgerEvent[]; effect: () => void },
): Promise<void> {
  const before = await world.ledger.read.auditHead();
  const result = await recordEvents(world.ledger, events, { at: world.now() }).catch((error: unknown) => error);
  if (legal) {
    expect(result).toBeUndefined();
    effect();
    model.done += 1;
    return;
  }
  expect(result).toBeInstanceOf(Error);
  expect(await world.ledger.read.auditHead()).toEqual(before);
  model.refused += 1;
}
