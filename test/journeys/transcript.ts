import type { Message } from '../../src/workspace/state/message.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { PEOPLE } from './journey.ts';
import { wordsOf } from './said.ts';

/** What a message is about stands in its first words; further down are figures that differ from run to run. */
const TOLD = 90;

/** Everything that stands in Slack in the end, place by place and in its order, with what differs from day to day left out. */
export function transcriptOf(workspace: Workspace, channels: readonly string[]): string {
  const alice = workspace.person(PEOPLE.alice);
  const places = [
    ...channels.map((name) => [`#${name}`, alice.messages(name)] as const),
    ...Object.entries(PEOPLE).map(([name, id]) => {
      const person = workspace.person(id);
      return [`to ${name}`, person.messages(person.directMessage())] as const;
    }),
  ];
  return places.map(([place, messages]) => [`== ${place}`, ...linesOf(messages), ''].join('\n')).join('\n');
}

function linesOf(messages: readonly Message[]): string[] {
  // Of people only what they began with: between Rekey's messages it stands wherever they were quick or slow.
  const kept = messages.filter(
    ({ visibleTo, by, threadTs }) => visibleTo === undefined && (by === 'app' || threadTs === undefined),
  );
  const first = kept.filter(({ threadTs }) => threadTs === undefined);
  return first.flatMap((message) => [
    `- ${told(message)}`,
    ...kept.filter(({ threadTs }) => threadTs === message.ts).map((reply) => `    - ${told(reply)}`),
  ]);
}

function told(message: Message): string {
  const words = plain(wordsOf(message));
  return `${message.by === 'app' ? '' : `${message.author}: `}${words.slice(0, TOLD).trimEnd()}${words.length > TOLD ? ' …' : ''}`;
}

function plain(words: string): string {
  return words
    .replace(/\b(run|inc|apr|ask|key|rot|evd|ntc|alm|msg|fup|clm|dig|rev|dsp|dlv)-[a-z0-9]{10}\b/g, '$1-…')
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC\b/g, '<time>')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, '<time>')
    .replace(/\b[0-9a-f]{8,64}\b/g, '<hex>')
    .replace(/\b\d+ audit lines/g, '<n> audit lines')
    .replace(/\b\d+ (ms|s|min)\b( \d+ s\b)?/g, '<span>');
}
