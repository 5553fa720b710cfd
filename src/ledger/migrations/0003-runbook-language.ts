/** The runbook language whole: tiers and reminders of approvals, forms, run controls, peers, what was loaded and proven. One file an area. */
export const runbookLanguage = ([] as readonly string[]).join('\n');
