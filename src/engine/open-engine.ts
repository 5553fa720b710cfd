import { RunId } from '../domain/ids.ts';
import { advance } from './advance.ts';
import { answer } from './asks/answer.ts';
import { handOver } from './asks/hand-over.ts';
import { mark } from './asks/mark.ts';
import { question } from './asks/question.ts';
import { cancel } from './cancel.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine } from './engine.ts';
import { settle } from './settle.ts';
import { alert, rotate } from './start.ts';
import { review, vote } from './vote.ts';

/** The three verbs bound to their means: start (rotate, alert), decide (review, vote, answer, cancel, settle), advance. */
export function openEngine(deps: EngineDeps): Engine & { advance: (run: string) => Promise<void> } {
  return {
    rotate: (request) => rotate(deps, request),
    alert: (request) => alert(deps, request),
    review: (token, person) => review(deps, token, person),
    vote: (token, press) => vote(deps, token, press),
    question: (token, person) => question(deps, token, person),
    answer: (token, press) => answer(deps, token, press),
    mark: (token, press) => mark(deps, token, press),
    handOver: (token, press) => handOver(deps, token, press),
    cancel: (run, request) => cancel(deps, run, request),
    settle: (run, step, request) => settle(deps, run, step, request),
    advance: (run) => advance(deps, RunId.parse(run)),
  };
}
