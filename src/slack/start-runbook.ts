import type { AskedIn } from '../domain/asked-in.ts';
import type { Desk, Moment } from './moment.ts';
import { say } from './views/say.ts';

interface Asked {
  runbook: string;
  key: string | null;
  inputs: Readonly<Record<string, string>>;
  reason: string;
}

/** From a line of words and from the form: the same verb, and an answer that says where it goes on. */
export async function startRunbook(
  asked: Asked,
  moment: Moment,
  desk: Pick<Desk, 'runRunbook'>,
  askedIn: AskedIn = { channel: moment.channel, thread: moment.thread },
): Promise<void> {
  const { run, incident } = await desk.runRunbook({ ...moment.origin, ...asked, askedIn });
  const where =
    incident === null
      ? 'Its one message shows how far it is'
      : `It belongs to the incident ${incident}, and its message is there`;
  await moment.show(say(`Started ${asked.runbook}: ${run}. ${where}.`));
}
