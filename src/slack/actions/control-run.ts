import { RunId } from '../../domain/ids.ts';
import { pauseRun, resumeRun, retryRun } from '../control-run.ts';
import { openCancelForm, openRerunForm, openSkipForm } from '../open-run-form.ts';
import type { SlackAction } from './contract.ts';

// What can be taken back at once is done at once; the rest asks why first. Who may is the engine's to say.

export const pauseButton: SlackAction = {
  action: 'pause_run',
  press: (run, moment, desk) =>
    pauseRun({ run: RunId.parse(run), reason: 'held with the button in Slack' }, moment, desk),
};

export const resumeButton: SlackAction = {
  action: 'resume_run',
  press: (run, moment, desk) =>
    resumeRun({ run: RunId.parse(run), reason: 'resumed with the button in Slack' }, moment, desk),
};

export const retryButton: SlackAction = {
  action: 'retry_run',
  press: (run, moment, desk) =>
    retryRun({ run: RunId.parse(run), step: null, reason: 'retried with the button in Slack' }, moment, desk),
};

export const cancelButton: SlackAction = {
  action: 'cancel_run',
  press: (run, moment, desk) => openCancelForm({ run, step: null, reason: '' }, moment, desk),
};

export const skipButton: SlackAction = {
  action: 'skip_run',
  press: (run, moment, desk) => openSkipForm({ run, step: null, reason: '' }, moment, desk),
};

export const rerunButton: SlackAction = {
  action: 'rerun_run',
  press: (run, moment, desk) => openRerunForm({ run, step: null, reason: '' }, moment, desk),
};
