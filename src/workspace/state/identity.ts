/** Who is who in this workspace: fixed, so that ids in logs and tests can be recognised. */
export interface Identity {
  teamId: string;
  teamDomain: string;
  teamName: string;
  appId: string;
  botId: string;
  botUserId: string;
  botName: string;
  /** The legacy verification token every payload carries; nothing may rely on it. */
  verificationToken: string;
}

export const SLACKBOT = 'USLACKBOT';

export function identityOf(botName: string): Identity {
  return {
    teamId: 'T0LOCAL01',
    teamDomain: 'local',
    teamName: 'Local workspace',
    appId: 'A0LOCAL01',
    botId: 'B0LOCAL01',
    botUserId: 'U0LOCALBOT',
    botName,
    verificationToken: 'legacy-token-not-for-verification',
  };
}
