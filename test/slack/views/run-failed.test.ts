import { expect, test } from 'vitest';
import { keptBecause } from '../../../src/domain/kept.ts';
import { runFailed } from '../../../src/slack/views/run-failed.ts';
import { stepWords, undoWords } from '../../../src/slack/views/step-words.ts';
import { NOON } from '../../support/builders.ts';
import { textOf } from '../support.ts';

const KEPT = keptBecause('mail-prod v2 is in use and proved to work, and mail-prod v1 can no longer be used.');

test('nobody is told to take back by hand the key that works', () => {
  const failed = {
    ...{ id: 'run-1', runbook: 'R-KEY-EXPIRY', key: 'mail-prod', goesOn: null, undone: [] },
    possible: { cancel: false, pause: false, resume: false, retry: [], skip: [], rerun: [], settle: [] },
    failures: [{ step: 'go', error: 'Nobody decided.' }],
  };
  const kept = textOf(runFailed({ ...failed, left: [{ step: 'mint', error: KEPT }] }));
  expect(kept).toContain('What stays as it is, on purpose');
  expect(kept).not.toContain('by hand');
  expect(textOf(runFailed({ ...failed, left: [{ step: 'mint', error: 'no access' }] }))).toContain('by hand');
});

test('the line of a step that was kept on purpose asks nobody for anything', () => {
  const line = { id: 'mint', uses: 'key.create', shown: { kind: 'done' }, undoing: null } as const;
  expect(stepWords(line.shown, { room: 200, now: NOON })).toEqual(['done']);
  expect(undoWords({ ...line, undoError: KEPT }, 200)).toBe(`; ${KEPT}`);
  expect(undoWords({ ...line, undoError: 'no access' }, 200)).toContain('a person has to: no access');
});
