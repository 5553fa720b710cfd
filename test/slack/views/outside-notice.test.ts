import { describe, expect, test } from 'vitest';
import { MOST_ADDRESSEES } from '../../../src/domain/dispatch.ts';
import { assertView } from '../../../src/slack/limits.ts';
import { letterBlocks, letterModal, type OutsideNotice } from '../../../src/slack/views/outside-notice.ts';

const NAME = 'N'.repeat(92);
const DOMAIN = `@${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}.example`;

function aNoticeTo(count: number): OutsideNotice {
  const recipients = Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return { name: `${NAME} ${number}`, address: `ops-${number}${DOMAIN}`, way: 'mail' as const };
  });
  return {
    ...{ id: 'dsp-1', key: 'payments-prod v3', template: 'key-replaced', hash: 'a'.repeat(64), recipients },
    letter: { subject: 'A key was replaced', body: 'Word '.repeat(1_200).trim() },
    ...{ approval: 'waits for an approval', deliveries: [] },
  };
}

describe('what whoever approves a notice to the outside reads', () => {
  test.each([1, 12, 13, 40, MOST_ADDRESSEES])('names every one of %i recipients with the whole address', (count) => {
    const notice = aNoticeTo(count);
    for (const blocks of [letterBlocks(notice), letterModal(notice).blocks]) {
      const shown = JSON.stringify(blocks);
      expect(
        notice.recipients.filter(({ address, name }) => !shown.includes(address) || !shown.includes(name)),
      ).toEqual([]);
      expect(shown).not.toContain('more');
    }
  });

  test('fits into one form with the most recipients and the longest text that may be written', () => {
    expect(() => assertView(letterModal(aNoticeTo(MOST_ADDRESSEES)))).not.toThrow();
  });

  test('has every word of the text', () => {
    const { letter } = aNoticeTo(1);
    const texts = letterBlocks(aNoticeTo(1)).flatMap((block) => JSON.stringify(block).match(/Word /g) ?? []);
    expect(texts.length).toBeGreaterThanOrEqual((letter.body.match(/Word /g) ?? []).length);
  });
});
