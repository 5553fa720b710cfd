import { Argument } from 'commander';
import type { KeyClass } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import type { JsonObject } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { collected, wholeNumberOf } from '../spans.ts';
import { withRekey } from '../with-rekey.ts';
import { addFactOptions, type FactOptions, factsFrom } from './fact-options.ts';
import { factsOf, minuteOf } from './facts.ts';

const KINDS = ['api-key', 'jwt', 'signing-key'] as const;
type Kind = (typeof KINDS)[number];
const CLASSES: Readonly<Record<Kind, KeyClass>> = { 'api-key': 'api_key', jwt: 'jwt', 'signing-key': 'issuer_key' };

interface Wanted extends FactOptions {
  expiryDays?: number;
  claim?: string[];
  recipient?: string;
  json?: boolean;
}

export const generate: CliCommand = (group) => {
  const command = group
    .command('generate')
    .addArgument(new Argument('<kind>', 'what to make').choices(KINDS))
    .argument('<name>', 'how people call it: stripe-prod')
    .description('make a key; its value goes to its place, or is offered to one person who takes it once');
  addFactOptions(command)
    .option('--expiry-days <days>', 'how long it lives; without it, as long as its class may', wholeNumberOf)
    .option('--claim <name=value>', 'what a JWT says besides the registered claims; several times', collected)
    .option('--recipient <who>', 'who may take its value when it has no place: person:carol; without it, you')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action((kind: Kind, slug: string, wanted: Wanted) =>
      withRekey(
        async ({ keys, actor, origin }) => {
          const facts = await factsFrom(wanted, { slug, class: CLASSES[kind] });
          const { key, offer } = await keys.generate({
            ...origin(),
            facts,
            expiresInDays: wanted.expiryDays ?? null,
            claims: kind === 'jwt' ? claimsOf(wanted.claim ?? []) : noClaims(wanted.claim),
            recipient: wanted.recipient ?? actor,
          });
          const claim = offer?.claim ?? null;
          if (wanted.json)
            return sayJson({
              ...factsOf(key),
              claim: claim && { id: claim.id, recipient: claim.recipient, expires_at: claim.expiresAt },
            });
          say(`Made ${nameOf(key)} (${key.class}), for ${key.service} in ${key.environment}.`);
          say(
            `  id       ${key.id}\n  expires  ${key.expiresAt === null ? 'never' : `${minuteOf(key.expiresAt)} UTC`}`,
          );
          if (key.delivery !== null) say(`  its value is in ${key.delivery.target}`);
          if (claim !== null)
            say(
              `Its value is offered to ${claim.recipient} until ${minuteOf(claim.expiresAt)} UTC, once: rekey keys claim ${claim.id}`,
            );
        },
        { mayMake: true },
      ),
    );
};

const HELP = `
Example:
  rekey keys generate api-key stripe-prod --service stripe --env production --expiry-days 90 --owner carol
  rekey keys generate jwt auth-service --service auth --env staging --claim role=admin --expiry-days 60`;

/** `role=admin`; `true`, numbers and JSON are taken for what they are. */
function claimsOf(texts: readonly string[]): JsonObject {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new Refusal('bad_claims', `Expected --claim name=value, as role=admin; you wrote "${text}".`);
      return [text.slice(0, at), jsonOrText(text.slice(at + 1))];
    }),
  );
}

function jsonOrText(text: string): JsonObject[string] {
  if (!/^(true|false|null|-?\d+(\.\d+)?|[[{].*)$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function noClaims(given: readonly string[] | undefined): null {
  if (given !== undefined)
    throw new Refusal('bad_claims', 'Only a JWT says something: --claim goes with `generate jwt`.');
  return null;
}
