/** What has to happen after an incident, until it is done. */
export const followUps = /* sql */ `
`;
