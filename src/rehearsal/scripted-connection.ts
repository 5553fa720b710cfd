import type { Json } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { Connection, HttpAnswer } from '../providers/connections.ts';
import { offset } from './offset.ts';
import type { Reply, Response } from './outside-schema.ts';
import type { Script } from './script.ts';

interface Answering {
  names: readonly string[];
  replies: Script<Reply>;
  complain: (sentence: string) => void;
  start: Date;
}

/** The connection as connections.yaml has it, allowances and grants included, except that the file answers and nothing is sent. */
export function scriptedConnection(real: Connection, { names, replies, complain, start }: Answering): Connection {
  return {
    ...real,
    send: async (call) => {
      const asked = `${call.method} ${real.urlOf(call)}`;
      const reply = replies.peek(names);
      if (reply === null || !('responds' in reply)) {
        const [name = 'this step'] = names;
        const sentence = `${name} calls ${asked}, and the case does not say what comes back; write \`outside: { ${name}: { responds: { status: 200, json: { … } } } }\`.`;
        complain(sentence);
        throw new PermanentFailure(sentence);
      }
      replies.takeUnlessLast(names);
      return answerOf(reply.responds, start);
    },
  };
}

function answerOf({ status, json }: Response, start: Date): HttpAnswer {
  const body: HttpAnswer['body'] = json === undefined ? { kind: 'empty' } : { kind: 'json', json: inTime(json, start) };
  return { status, body, ms: 1, retryAfter: null };
}

const INSTANT = /^<([+-][0-9smhd]+)>$/;

function inTime(value: unknown, start: Date): Json {
  if (typeof value === 'string') {
    const ms = offset.safeParse(INSTANT.exec(value)?.[1]);
    return ms.success ? new Date(start.getTime() + ms.data).toISOString() : value;
  }
  if (Array.isArray(value)) return value.map((one) => inTime(one, start));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inTime(one, start)]));
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
