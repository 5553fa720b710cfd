import type { Json } from '../domain/run.ts';
import { OutsideTrouble } from '../error-class.ts';
import { PermanentFailure } from '../errors.ts';
import type { StepContext, StepKind, Undo } from '../steps/contract.ts';
import { addressOf } from './address.ts';
import type { Failure, Reply } from './outside-schema.ts';
import type { Script } from './script.ts';
import { scriptedConnection } from './scripted-connection.ts';

interface Scripting {
  replies: Script<Reply>;
  /** Told of a step that needs a reply and has none. */
  complain: (sentence: string) => void;
  start: Date;
}

/**
 * The catalogue as a case uses it: every kind as it is, except that what reaches beyond this machine is answered by the file, and that
 * the file may let any step fail or say what a step that only looks has seen.
 */
export function scriptedKinds(kinds: readonly StepKind[], scripting: Scripting): Map<string, StepKind> {
  return new Map(kinds.map((kind) => [kind.uses, scripted(kind, scripting)]));
}

function scripted(kind: StepKind, scripting: Scripting): StepKind {
  const { resume } = kind;
  return {
    ...kind,
    undo: scriptedUndo(kind.undo, scripting),
    perform: async (input, context) => {
      const names = await namesOf(context);
      const reply = scripting.replies.peek(names);
      if (reply !== null && 'fails' in reply) throw nextFailure(reply.fails, () => scripting.replies.take(names));
      if (reply !== null && 'outputs' in reply) {
        scripting.replies.take(names);
        assertMayBeScripted(kind, names[0] ?? context.step.id, scripting);
        return { kind: 'done', outputs: json(reply.outputs), events: [] };
      }
      if (kind.rehearsal === 'scripted' && (reply === null || !('responds' in reply)))
        throw unanswered(kind, names[0] ?? context.step.id, scripting);
      return kind.perform(input, withAnswers(context, names, scripting));
    },
    ...(resume === undefined
      ? {}
      : {
          resume: async (input, context) => resume(input, withAnswers(context, await namesOf(context), scripting)),
        }),
  };
}

function withAnswers<Context extends StepContext>(
  context: Context,
  names: readonly string[],
  scripting: Scripting,
): Context {
  const connection: StepContext['connection'] = async (name) =>
    scriptedConnection(await context.connection(name), { ...scripting, names });
  return { ...context, connection };
}

function scriptedUndo(undo: Undo, { replies }: Scripting): Undo {
  if (undo.kind !== 'undo') return undo;
  return {
    ...undo,
    undo: async (context) => {
      const names = await namesOf(context);
      const reply = replies.peek(names);
      if (reply !== null && 'undo_fails' in reply) throw nextFailure(reply.undo_fails, () => replies.take(names));
      return undo.undo(context);
    },
  };
}

async function namesOf({ ledger, run, step }: Pick<StepContext, 'ledger' | 'run' | 'step'>): Promise<string[]> {
  return (await addressOf(ledger, run.id)).namesOf(step.id);
}

// Counted down in place: each case has a script of its own.
function nextFailure(failure: Failure, used: () => void): Error {
  failure.times -= 1;
  if (failure.times === 0) used();
  const { error } = failure;
  if (failure.class === 'permanent') return new PermanentFailure(error);
  return failure.class === 'other' ? new Error(error) : new OutsideTrouble(failure.class, error);
}

/** What changes something, or asks people, is not made up: the path after it would rest on what never happened. */
function assertMayBeScripted(kind: StepKind, name: string, { complain }: Scripting): void {
  const asksPeople = kind.uses === 'approve' || kind.uses === 'ask';
  if (kind.rehearsal === 'scripted' || (kind.effect === 'reads' && !asksPeople)) return;
  const instead = asksPeople ? `write what people do under \`answers: { ${name}: … }\`` : 'write `fails` or nothing';
  const sentence = `${name}: the outputs of ${kind.uses} are not made up in a rehearsal; ${instead}.`;
  complain(sentence);
  throw new PermanentFailure(sentence);
}

function unanswered({ uses }: StepKind, name: string, { complain }: Scripting): PermanentFailure {
  const sentence = `${name}: ${uses} reaches beyond this machine, and the case does not say what comes back; write \`outside: { ${name}: { responds: { status: 200, json: { … } } } }\`, \`{ outputs: { … } }\` or \`{ fails: { error: "…" } }\`.`;
  complain(sentence);
  return new PermanentFailure(sentence);
}

function json(value: Record<string, unknown>): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, jsonValue(one)]));
}

function jsonValue(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(jsonValue);
  return typeof value === 'object' ? json({ ...value }) : null;
}
