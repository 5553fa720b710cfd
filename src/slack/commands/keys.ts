import { commandOf } from './contract.ts';
import { claimOwnerVerb, ownerVerb } from './keys/claim-owner.ts';
import { digestVerb } from './keys/digest.ts';
import { historyVerb } from './keys/history.ts';
import { importVerb } from './keys/import.ts';
import { expiringVerb, listVerb } from './keys/list.ts';
import { auditVerb, complianceVerb, statsVerb, zombiesVerb } from './keys/reports.ts';
import { showKey, showKeyVerb } from './keys/show.ts';
import { verifyVerb } from './keys/verify.ts';
import { slugOf } from './words.ts';

/** `/keys`: the ledger of keys, to look at and to keep in order. */
export const keys = commandOf({
  command: '/keys',
  description: 'Look into the ledger of keys and keep it in order',
  usageHint:
    'list [service=…] · show KEY · expiring · audit · compliance · stats · history KEY · claim-owner KEY · help',
  verbs: [
    listVerb,
    showKeyVerb,
    expiringVerb,
    digestVerb,
    auditVerb,
    complianceVerb,
    statsVerb,
    historyVerb,
    zombiesVerb,
    claimOwnerVerb,
    ownerVerb,
    importVerb,
    verifyVerb,
  ],
  // `/keys payments-prod`: a name alone is looked at.
  otherwise: async ([name, ...more], moment, desk) => {
    if (name === undefined || more.length > 0) return false;
    const slug = slugOf(name, '/keys show payments-prod');
    if ((await desk.ledger.keyBySlug(slug.toLowerCase())) === null) return false;
    await showKey(slug, moment, desk);
    return true;
  },
});
