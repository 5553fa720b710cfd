import type { NoticePreview } from '../../engine/deliveries/tell.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { noticeInputs, type WantedNotice, withNoticeOptions } from './wanted.ts';

export const preview: CliCommand = (group) => {
  withNoticeOptions(
    group
      .command('preview')
      .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
      .description('the exact text and everybody it would go to; nothing is written or sent'),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey notices preview payments-prod --data "No data was at risk."')
    .action((key: string, { json, ...wanted }: WantedNotice & { json?: boolean }) =>
      withRekey(async ({ deliveries, actor }) => {
        const { to, data_integrity: dataIntegrity = '' } = await noticeInputs(wanted);
        const asked = { actor, key, to: to ?? '', dataIntegrity, template: wanted.template ?? null };
        const preview = await deliveries.preview(asked);
        if (json) sayJson(preview);
        else say(textOf(preview));
      }),
    );
};

function textOf({ telling, asked, problems }: NoticePreview): string {
  const draft = telling?.draft ?? null;
  return [
    ...(draft === null
      ? ['Nothing would leave the company.']
      : [
          draft.addressees.map(({ name, way, address }) => `To ${name}: ${way} to ${address}`).join('\n'),
          `Subject: ${draft.letter.subject}`,
          draft.letter.body,
          `Template ${draft.template}. Where an incident is named, it is that of the incident, or the id of the run that \`rekey notices send\` starts.`,
          `Approved by: ${asked.join(' or ') || 'NOBODY who could'}`,
        ]),
    ...(telling === null || telling.inside.length === 0 ? [] : [`Told in Slack: ${telling.inside.join(', ')}`]),
    ...(telling === null || telling.unknown.length === 0
      ? []
      : [`Nobody is known behind ${telling.unknown.join(', ')}. Write them under \`contacts\` in connections.yaml.`]),
    ...problems,
  ].join('\n\n');
}
