import { type Claim, claimLink } from '../../domain/claim.ts';
import { ClaimId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { assertAgeRecipient, sealToAge } from '../../providers/age.ts';
import { chosenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { reserveFile } from '../new-file.ts';
import { counted, say, sayJson, table } from '../print.ts';
import { collected } from '../spans.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { minuteOf } from './facts.ts';

interface Wanted {
  out?: string;
  age?: string[];
  link?: boolean;
  list?: boolean;
  json?: boolean;
}

export const claim: CliCommand = (group) => {
  group
    .command('claim')
    .argument('[claim]', 'the id of the offer (clm-…), or the name of its key; without it, the only offer there is')
    .description('take the value of a key that is offered to you, once; shown on a terminal only')
    .option('--out <file>', 'write it to a new file that only you can read')
    .option('--age <recipient>', 'print it sealed to this age recipient (age1…); several times', collected)
    .option('--link', 'print a link to the page that shows it once, instead of taking it')
    .option('--list', 'only list what is offered to you')
    .option('--json', 'with --list: print JSON')
    .addHelpText('after', '\nExample:\n  rekey keys claim clm-4k9x2m7qpd --out /run/secrets/payments')
    .action((id: string | undefined, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const offers = await offersTo(rekey);
        if (wanted.list || (wanted.json && id === undefined)) return listOffers(offers, wanted);
        const which =
          id === undefined ? await onlyOf(offers) : (offers.find(isMeant(id))?.claim.id ?? ClaimId.parse(id));
        if (wanted.link) return printLink(rekey, which);
        return takeIt(rekey, which, wanted);
      }),
    );
};

interface Offered {
  claim: Claim;
  key: Key;
}

async function offersTo({ keys, deps, actor }: Rekey): Promise<Offered[]> {
  const found: Offered[] = [];
  for (const claim of await keys.offersTo(actor)) {
    const key = await deps.ledger.read.key(claim.key);
    if (key !== null) found.push({ claim, key });
  }
  return found;
}

function isMeant(name: string): (offered: Offered) => boolean {
  return ({ claim, key }) => claim.id === name || key.slug === name;
}

function listOffers(offers: readonly Offered[], { json }: Wanted): void {
  if (json) sayJson(offers.map(offerFacts));
  else if (offers.length === 0) say('Nothing is offered to you.');
  else say(table(['offer', 'key', 'offered by', 'until (UTC)'], offers.map(offerRow)));
}

function offerFacts({ claim: { id, recipient, offeredBy, expiresAt }, key: { slug, version } }: Offered) {
  return { id, key: slug, version, recipient, offered_by: offeredBy, expires_at: expiresAt };
}

function offerRow({ claim: { id, offeredBy, expiresAt }, key }: Offered): string[] {
  return [id, nameOf(key), offeredBy, minuteOf(expiresAt)];
}

async function onlyOf(offers: readonly Offered[]): Promise<ClaimId> {
  const [first, ...rest] = offers;
  if (first === undefined) throw new Refusal('unknown_claim', 'Nothing is offered to you.');
  if (rest.length === 0) return first.claim.id;
  const choices = offers.map(({ claim, key }) => `${claim.id}  ${nameOf(key)}`);
  const option = `which of the ${counted(offers.length, 'offer')}`;
  const picked = await chosenOrAsked(undefined, { option, question: 'Which one?', choices });
  return ClaimId.parse(picked.split(' ')[0]);
}

async function takeIt({ keys, origin }: Rekey, id: ClaimId, { out, age }: Wanted): Promise<void> {
  // Everything that can be wrong is found before: what is taken is gone.
  for (const recipient of age ?? []) assertAgeRecipient(recipient);
  if (out === undefined && age === undefined) assertTerminal('The value is shown');
  const file = out === undefined ? null : reserveFile(out);
  const how = age !== undefined ? 'age' : out !== undefined ? 'file' : 'terminal';
  const { secret, key } = await keys.take({ id }, { ...origin(), how }).catch((error: unknown) => {
    file?.giveBack();
    throw error;
  });
  const text = age === undefined ? secret.reveal() : await sealToAge(secret, age);
  if (file !== null) {
    file.write(text);
    return say(`The value of ${nameOf(key)} is in ${out}, for your eyes only. Nobody can take it again.`);
  }
  // Past the scrubber on purpose: this is the one place where its recipient sees it.
  if (how === 'terminal') say(`The value of ${nameOf(key)}, shown this once:\n`);
  process.stdout.write(`${text.trimEnd()}\n`);
}

function assertTerminal(what: string): void {
  if (process.stdout.isTTY === true) return;
  throw new Refusal(
    'no_terminal',
    `${what} on a terminal only, so that it does not end in a log. Nothing was taken. Say --out FILE, or --age age1….`,
  );
}

async function printLink({ keys, config, origin }: Rekey, id: ClaimId): Promise<void> {
  assertTerminal('A link that opens a secret is shown');
  const { claim, token } = await keys.linkFor(id, origin());
  const base = config.publicUrl ?? `http://${config.http.host}:${config.http.port}`;
  say(`For ${claim.recipient}, until ${minuteOf(claim.expiresAt)} UTC, once:`);
  // Past the scrubber on purpose: the token is what the link is for.
  process.stdout.write(`${claimLink(base, token.reveal())}\n`);
}
