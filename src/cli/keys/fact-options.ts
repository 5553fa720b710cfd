import type { Command } from 'commander';
import { Delivery, type KeyClass } from '../../domain/key.ts';
import type { KeyFacts } from '../../engine/keys/keys.ts';
import { Refusal, unrepeated } from '../../errors.ts';
import { givenOrAsked } from '../ask.ts';
import { collected, wholeNumberOf } from '../spans.ts';

/** What people say of a new key, as options give it. */
export interface FactOptions {
  service?: string;
  env?: string;
  owner?: string;
  escalation?: string;
  runbook?: string;
  secretRef?: string;
  administers?: string;
  scope?: string[];
  rateLimit?: number;
  deliver?: string;
  probeUrl?: string;
}

export function addFactOptions(command: Command): Command {
  return command
    .option('--service <name>', 'the service that it belongs to; asked for on a terminal')
    .option('--env <name>', 'production, staging …; asked for on a terminal')
    .option('--owner <who>', 'a person or group:<name> of policy.yaml')
    .option('--escalation <who>', 'who is called when the owner does not answer')
    .option('--runbook <id>', 'how people rotate it: the id of a runbook, or a link')
    .option('--secret-ref <ref>', 'where people keep the value: op://vault/item/field, vault:kv/payments#key')
    .option('--administers <provider>', 'the provider that can be administered with it')
    .option('--scope <scope>', 'what it may do; several times', collected)
    .option('--rate-limit <count>', 'calls a second', wholeNumberOf)
    .option('--deliver <place>', 'where its caller reads it: file:/run/secrets/payments', deliveryText)
    .option('--probe-url <url>', 'an endpoint that accepts or rejects it');
}

export async function factsFrom(options: FactOptions, of: { slug: string; class: KeyClass }): Promise<KeyFacts> {
  const { owner, escalation, runbook, secretRef, administers, scope, rateLimit, deliver, probeUrl } = options;
  return {
    ...of,
    service: await givenOrAsked(options.service, { option: '--service', question: `Which service is ${of.slug} for?` }),
    environment: await givenOrAsked(options.env, {
      option: '--env',
      question: 'In which environment?',
      placeholder: 'production',
    }),
    owner: owner ?? null,
    escalation: escalation ?? null,
    runbook: runbook ?? null,
    secretRef: secretRef ?? null,
    administers: administers ?? null,
    scopes: scope ?? [],
    rateLimit: rateLimit ?? null,
    delivery: deliver === undefined ? null : deliveryOf(deliver),
    probeUrl: probeUrl ?? null,
  };
}

const PLACE = /^([a-z][a-z0-9_-]*):(.+)$/;

/** `file:/run/secrets/payments` → the sink and its target. */
export function deliveryOf(text: string): Delivery {
  const [, sink, target] = PLACE.exec(text) ?? [];
  if (sink === undefined || target === undefined)
    throw new Refusal(
      'bad_place',
      `Expected a place such as file:/run/secrets/payments; you wrote ${unrepeated(text)}.`,
    );
  return Delivery.parse({ sink, target });
}

function deliveryText(text: string): string {
  deliveryOf(text);
  return text;
}
