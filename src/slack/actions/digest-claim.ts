import { nameOf } from '../../domain/key.ts';
import { utcText } from '../text.ts';
import { say } from '../views/say.ts';
import type { SlackAction } from './contract.ts';
import { digestKey } from './digest-key.ts';

export const digestClaimButton: SlackAction = {
  action: 'digest_claim',
  press: async (key, moment, desk) => {
    const name = nameOf(await digestKey(key, desk));
    const { until } = await desk.digests.claim({ ...moment.origin, key });
    await moment.show(
      say(
        `You take care of ${name}. Plan its rotation by ${utcText(until)}, or it is free for somebody else again. Let go of it with the button when you cannot.`,
      ),
    );
  },
};

export const digestLetGoButton: SlackAction = {
  action: 'digest_let_go',
  press: async (key, moment, desk) => {
    const name = nameOf(await digestKey(key, desk));
    await desk.digests.letGo({ ...moment.origin, key });
    await moment.show(say(`${name} is free for somebody else again.`));
  },
};
