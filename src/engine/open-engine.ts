import { RunId } from '../domain/ids.ts';
import { advance } from './advance.ts';
import { rerun, retry } from './again.ts';
import { breakGlass, reviewBreakGlass } from './approvals/break-glass.ts';
import { delegate } from './approvals/delegate.ts';
import { inspect } from './approvals/inspect.ts';
import { review } from './approvals/review.ts';
import { answer } from './asks/answer.ts';
import { handOver } from './asks/hand-over.ts';
import { mark } from './asks/mark.ts';
import { pushBack } from './asks/push-back.ts';
import { question } from './asks/question.ts';
import { cancel } from './cancel.ts';
import type { EngineDeps } from './deps.ts';
import { doubt } from './doubt.ts';
import type { Engine } from './engine.ts';
import { mayOn } from './may-on.ts';
import { pause, resume } from './pause.ts';
import { cancelScheduled } from './scheduled-runs/cancel.ts';
import { settle } from './settle.ts';
import { skip } from './skip.ts';
import { alert, rotate } from './start.ts';
import { vote } from './vote.ts';

/** The three verbs bound to their means: start (rotate, alert), decide (review, vote, answer, cancel, settle), advance. */
export function openEngine(deps: EngineDeps): Engine & { advance: (run: string) => Promise<void> } {
  return {
    rotate: (request) => rotate(deps, request),
    alert: (request) => alert(deps, request),
    review: (token, person) => review(deps, token, person),
    inspect: (token, press) => inspect(deps, token, press),
    vote: (token, press) => vote(deps, token, press),
    delegate: (token, press) => delegate(deps, token, press),
    breakGlass: (token, press) => breakGlass(deps, token, press),
    reviewBreakGlass: (approval, press) => reviewBreakGlass(deps, approval, press),
    question: (token, person) => question(deps, token, person),
    answer: (token, press) => answer(deps, token, press),
    mark: (token, press) => mark(deps, token, press),
    handOver: (token, press) => handOver(deps, token, press),
    pushBack: (token, press) => pushBack(deps, token, press),
    cancelScheduled: (scheduled, request) => cancelScheduled(deps, scheduled, request),
    cancel: (run, request) => cancel(deps, run, request),
    mayOn: (run, request) => mayOn(deps, run, request),
    pause: (run, request) => pause(deps, run, request),
    resume: (run, request) => resume(deps, run, request),
    skip: (run, step, request) => skip(deps, run, step, request),
    retry: (run, step, request) => retry(deps, run, step, request),
    rerun: (run, from, request) => rerun(deps, run, from, request),
    doubt: (run, step, of) => doubt(deps, run, step, of),
    settle: (run, step, request) => settle(deps, run, step, request),
    advance: (run) => advance(deps, RunId.parse(run)),
  };
}
