import { Refusal, sentenceOf } from '../../errors.ts';

/** One thing that the doctor looked at. `skipped` means that it could not be looked at, and says why; it is not a problem by itself. */
export interface Check {
  name: string;
  state: 'ok' | 'problem' | 'skipped';
  /** What was found. */
  says: string;
  /** For a problem: what to do, one line each. */
  todo: string[];
}

export type Finding = Omit<Check, 'name'>;

export function ok(says: string): Finding {
  return { state: 'ok', says, todo: [] };
}

export function skipped(says: string): Finding {
  return { state: 'skipped', says, todo: [] };
}

export function problem(says: string, todo: readonly string[]): Finding {
  return { state: 'problem', says, todo: [...todo] };
}

/** Looks, and turns whatever is thrown into a problem: the doctor never stops at the first. */
export async function look(name: string, work: () => Finding | Promise<Finding>): Promise<Check> {
  try {
    return { name, ...(await work()) };
  } catch (error) {
    return { name, ...found(error) };
  }
}

/** A Refusal says itself what to do. */
function found(error: unknown): Finding {
  if (error instanceof Refusal) return problem('not right', error.message.split('\n'));
  return problem('could not be looked at', [sentenceOf(error)]);
}
