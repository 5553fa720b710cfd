import { approve } from './approve.ts';
import type { Forecast, ForecastContext } from './contract.ts';
import { foreseen } from './forecast.ts';
import { peopleInside } from './notice-inside.ts';
import { draftOf, questionOf, reachedNow, type Told } from './notice-letter.ts';

interface Wanted {
  told: Told;
  circles: readonly string[];
  /** Who would be asked. */
  rule: string;
}

/** What would leave the company if it were approved now, word for word, and whom nobody is known to stand behind. */
export async function forecastTelling({ told, circles, rule }: Wanted, context: ForecastContext): Promise<Forecast> {
  const reached = await reachedNow(circles, told.key, context);
  const { addressees, inside, unknown } = reached;
  const people = (await peopleInside(reached, context)).map(({ recipient }) => recipient);
  if (addressees.length === 0)
    return foreseen({
      calls: [
        inside.length === 0 ? 'nobody outside is known to connections.yaml: nothing leaves' : 'tell people in Slack',
      ],
      notices: people,
      telling: { draft: null, inside: people, unknown },
    });
  const draft = await draftOf(told, addressees, context);
  const { template, letter, hash } = draft;
  const asked = await approve.forecast?.({ question: questionOf(draft, told.key), rule }, context);
  return foreseen({
    ...asked,
    calls: [...addressees.map(({ way, address }) => `${way} to ${address}`), `“${letter.subject}”`, letter.body],
    notices: [...addressees.flatMap(({ about }) => about), ...people],
    telling: { draft: { template, letter, addressees, hash }, inside: people, unknown },
  });
}
