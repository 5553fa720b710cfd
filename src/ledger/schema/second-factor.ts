export interface SecondFactorsTable {
  id: string;
  person: string;
  envelope: string | null;
  enrolled_at: string;
  confirmed_at: string | null;
  ended_at: string | null;
  last_step: number;
}

export interface SecondFactorTriesTable {
  person: string;
  failed_at: string;
  locked_until: string | null;
  locks: number;
}

export interface RecoveryCodesTable {
  factor_id: string;
  digest: string;
  used_at: string | null;
}

export interface SecondFactorInvitesTable {
  id: string;
  person: string;
  token_hash: string;
  invited_by: string;
  created_at: string;
  expires_at: string;
  factor_id: string | null;
}
