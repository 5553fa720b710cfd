import { expect, test } from 'vitest';
import { type ItemState, marksOf } from '../../src/domain/ask-marks.ts';
import { progressOf, progressText } from '../../src/domain/ask-progress.ts';
import { anAsk, bob, carol, NOON } from '../support/builders.ts';

const anItem = (id: string, more = {}) => ({ id, label: `Do ${id}`, required: true, mayNotApply: false, ...more });
const list = anAsk({
  form: {
    kind: 'checklist',
    items: [anItem('pull'), anItem('cdn', { mayNotApply: true }), anItem('tell', { required: false })],
  },
  marks: [{ item: 'pull', mark: 'done', reason: '', by: carol, at: NOON }],
});
const change = (item: string, to: ItemState, saw: ItemState = 'open', reason = '') => ({ item, to, saw, reason });

test('a tick is one event under the name of who ticked', () => {
  expect(marksOf(list, [change('cdn', 'done')], bob)).toEqual([
    { type: 'ask_marked', ask: list.id, item: 'cdn', mark: 'done', reason: '', by: bob },
  ]);
});

test('what is ticked already is fine, whoever says it again', () => {
  expect(marksOf(list, [change('pull', 'done')], bob)).toEqual([]);
});

test('who says something else than another one meanwhile is told who said what', () => {
  const late = () => marksOf(list, [change('pull', 'open', 'not_applicable')], bob);
  expect(late).toThrow('carol already said "done" at 2027');
  expect(() => marksOf({ ...list, marks: [] }, [change('pull', 'open', 'done')], bob)).not.toThrow();
});

test('a mark that one saw can be taken back', () => {
  expect(marksOf(list, [change('pull', 'open', 'done')], bob)).toMatchObject([{ item: 'pull', mark: 'open' }]);
});

test('only an item of which the runbook says so may not apply, and only with a reason', () => {
  expect(() => marksOf(list, [change('tell', 'not_applicable', 'open', 'why not')], bob)).toThrow('applies always');
  expect(() => marksOf(list, [change('cdn', 'not_applicable', 'open', ' ')], bob)).toThrow('Say why');
  expect(marksOf(list, [change('cdn', 'not_applicable', 'open', 'no CDN')], bob)).toHaveLength(1);
  expect(() => marksOf(list, [change('nothing', 'done')], bob)).toThrow('no item nothing; it has: pull, cdn, tell');
});

test('a list is done when its required items are', () => {
  const progress = progressOf(list);
  expect(progress?.left.map(({ id }) => id)).toEqual(['cdn']);
  const escaped = { item: 'cdn', mark: 'not_applicable', reason: 'no CDN', by: bob, at: NOON } as const;
  const done = progressOf({ ...list, marks: [...list.marks, escaped] });
  expect(done?.left).toEqual([]);
  expect(done === null ? '' : progressText(done)).toBe('1 of 3 done, 1 does not apply');
  expect(progressOf(anAsk())).toBeNull();
});
