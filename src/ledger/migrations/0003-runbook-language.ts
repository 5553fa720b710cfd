import { runbooks } from './0003-runbook-language/runbooks.ts';

/** The runbook language whole: tiers and reminders of approvals, forms, run controls, peers, what was loaded and proven. One file an area. */
export const runbookLanguage = [runbooks].join('\n');
