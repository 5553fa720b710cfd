import { audit } from './0001-first-incident/audit.ts';
import { incidents } from './0001-first-incident/incidents.ts';
import { keys } from './0001-first-incident/keys.ts';
import { messages } from './0001-first-incident/messages.ts';
import { runs } from './0001-first-incident/runs.ts';

/** Everything that one incident from alert to summary needs. Never edited after it has shipped: the next change is a new file. */
export const firstIncident = [keys, incidents, runs, messages, audit].join('\n');
