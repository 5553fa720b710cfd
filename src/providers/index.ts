import type { Provider } from './contract.ts';
import { type LedgerProviderDeps, ledgerProvider } from './ledger-provider.ts';

/** Every provider that this Rekey has. One more is one file and one line. */
export const providers = (deps: LedgerProviderDeps): readonly Provider[] => [ledgerProvider(deps)];
